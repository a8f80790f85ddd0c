"""The workspaces' part of an import: reads its three files, and says what of them is new."""

from collections.abc import Mapping
from functools import partial

from extranet.importing.history import present
from extranet.importing.run import Import, Write
from workspaces.importing.records import (
    MEMBERSHIPS_FILE,
    MESSAGES_FILE,
    WORKSPACES_FILE,
    FormerMembership,
    read_memberships,
    read_messages,
    read_workspaces,
)
from workspaces.importing.writing import Discussions, write
from workspaces.models import Workspace


def discussions(run: Import) -> Mapping[str, Write]:
    """Read workspaces, memberships and messages of the people whom the directory's step has made known."""
    members = run.known.get("member", {})
    purged = _purged(run)
    workspaces, rejected = read_workspaces(run.content(WORKSPACES_FILE), members)
    new_workspaces = run.admit("workspace", (workspace.id for workspace in workspaces))
    run.tell(WORKSPACES_FILE, rejected, workspaces=len(new_workspaces))

    ids = {workspace.id for workspace in workspaces}
    memberships, rejected = read_memberships(run.content(MEMBERSHIPS_FILE), ids, members)
    standing = [membership for membership in memberships if membership.workspace not in purged]
    new_memberships = run.admit("membership", (membership.id for membership in standing))
    run.tell(MEMBERSHIPS_FILE, rejected, memberships=len(new_memberships))

    threads, rejected = read_messages(run.content(MESSAGES_FILE), ids, members, _pairs(memberships))
    threads = [thread for thread in threads if thread.workspace not in purged]
    new_threads = run.admit("thread", (thread.id for thread in threads))
    new_messages = run.admit("message", (message.id for thread in threads for message in thread.messages))
    run.tell(MESSAGES_FILE, rejected, threads=len(new_threads), messages=len(new_messages))

    new = Discussions(
        workspaces=[workspace for workspace in workspaces if workspace.id in new_workspaces],
        memberships=[membership for membership in standing if membership.id in new_memberships],
        threads=[thread for thread in threads if thread.id in new_threads],
        messages=[message for thread in threads for message in thread.messages if message.id in new_messages],
    )
    return {"workspaces, memberships and messages": partial(write, new, run.known, run.say)}


def _purged(run: Import) -> set[str]:
    """Former ids of the workspaces that were brought over and have been purged since: they stay away."""
    brought = run.known.get("workspace", {})
    standing = present(Workspace.id, brought.values())
    return {former for former, identity in brought.items() if identity not in standing}


def _pairs(memberships: list[FormerMembership]) -> set[tuple[str, str]]:
    return {(membership.workspace, membership.member) for membership in memberships}
