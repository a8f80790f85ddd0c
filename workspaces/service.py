"""What people do with a workspace: open it, change it, end it. Who may, the doors have asked."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, TypedDict, Unpack

import sqlalchemy as sa

from extranet import clock, db, events
from extranet.errors import Invalid, Refusal
from extranet.events import EventRow
from extranet.i18n import lazy
from extranet.ids import slug_of
from extranet.importing.models import FormerId
from extranet.members import Member
from workspaces.events import (
    WorkspaceArchived,
    WorkspaceChanged,
    WorkspaceOpened,
    WorkspacePurged,
    WorkspaceReopened,
    WorkspaceRestored,
    WorkspaceTrashed,
)
from workspaces.memberships.models import Invitation, JoinRequest, Membership
from workspaces.models import TRASH_DAYS, Joining, Kind, Visibility, Workspace
from workspaces.queries import hold, is_host


class OtherName(Invalid):
    """What was typed to confirm is not the name of the workspace."""

    def __init__(self) -> None:
        super().__init__(fields={"name": lazy("This is not the name of the workspace. Type it as it stands above.")})


class ForHostsToOpen(Refusal):
    """Moderators never read what is said, so they do not make the way in wider, for themselves or for others."""

    status = 403
    sentence = lazy(
        "Only a host of the workspace can list it, make it easier to join or show its earlier messages to newcomers."
    )


class ForHostsToShow(Refusal):
    """Who has read what is between those who are in; nobody else has it shown to them."""

    status = 403
    sentence = lazy("Only a host of the workspace can have it shown who has read what.")


class NotDue(Exception):
    """Asked to purge what is not in the trash, or not yet for long enough."""


class Facts(TypedDict, total=False):
    """What can be changed of a workspace."""

    name: str
    purpose: str
    kind: Kind
    visibility: Visibility
    joining: Joining
    starts_on: date | None
    ends_on: date | None
    shows_earlier: bool
    shows_readers: bool


def open_workspace(
    *,
    name: str,
    purpose: str,
    kind: Kind,
    visibility: Visibility = "listed",
    joining: Joining = "request",
    starts_on: date | None = None,
    ends_on: date | None = None,
    shows_earlier: bool = True,
    by: Member,
) -> Workspace:
    """Open a workspace whose first host is `by`. Raises `EndsBeforeItStarts`, `NameIsAddress`."""
    workspace = Workspace(
        slug=slug_of(name), purpose=purpose, kind=kind, visibility=visibility, joining=joining,
        shows_earlier=shows_earlier, opened_by_id=by.id,
    )
    workspace.rename(name)
    workspace.last(from_day=starts_on, to_day=ends_on)
    db.session().add(workspace)
    db.session().flush()
    events.open_stream(workspace.id)
    db.session().add(Membership(workspace_id=workspace.id, member_id=by.id, role="host"))
    _record(WorkspaceOpened(workspace.id), workspace, by)
    return workspace


def change(workspace: Workspace, *, by: Member, **changed: Unpack[Facts]) -> Workspace:
    """Change what is said of it and how one joins; what is not named stays as it is now, and so does its address.

    Raises `Archived`, `EndsBeforeItStarts`, `NameIsAddress`, and `ForHostsToOpen` or `ForHostsToShow` where somebody
    else than a host would let more in or have more shown.
    """
    hold(workspace).ensure_active()
    said: Any = {name: getattr(workspace, name) for name in Facts.__annotations__} | changed
    way_in = said["visibility"], said["joining"], said["shows_earlier"]
    if workspace.is_wider(*way_in) and not is_host(workspace, by):
        raise ForHostsToOpen
    workspace.last(from_day=said["starts_on"], to_day=said["ends_on"])
    workspace.rename(said["name"])
    workspace.purpose, workspace.kind = said["purpose"], said["kind"]
    workspace.visibility, workspace.joining, workspace.shows_earlier = way_in
    _show_readers(workspace, said["shows_readers"], by)
    if db.session().is_modified(workspace):
        _record(WorkspaceChanged(workspace.id), workspace, by)
    return workspace


def archive(workspace: Workspace, *, by: Member, outcome: str | None = None) -> Workspace:
    """Make it read-only, and say what came out of it; nobody waits to come in any longer. Raises `AlreadyArchived`."""
    hold(workspace).ensure_here()
    workspace.archive(by=by, outcome=outcome)
    for waiting in (JoinRequest, Invitation):
        db.session().execute(sa.delete(waiting).where(waiting.workspace_id == workspace.id))
    _record(WorkspaceArchived(workspace.id), workspace, by)
    return workspace


def reopen(workspace: Workspace, *, by: Member) -> Workspace:
    """Make an archived one active again. Raises `NotArchived`, `AlreadyInTrash`."""
    hold(workspace).reopen()
    _record(WorkspaceReopened(workspace.id), workspace, by)
    return workspace


def trash(workspace: Workspace, typed_name: str, *, by: Member) -> Workspace:
    """Delete an archived one by typing its name: it is in the trash for 30 days.

    Raises `ArchiveFirst`, `AlreadyInTrash`, `OtherName`.
    """
    hold(workspace).trash(by=by)
    if not workspace.is_called(typed_name):
        raise OtherName
    _record(WorkspaceTrashed(workspace.id), workspace, by)
    return workspace


def restore(workspace: Workspace, *, by: Member) -> Workspace:
    """Take it out of the trash, archived as before. Raises `NotInTrash`."""
    hold(workspace).restore()
    _record(WorkspaceRestored(workspace.id), workspace, by)
    return workspace


def due_for_purge(*, at_once: bool = False, late_by: timedelta = timedelta(0)) -> Sequence[str]:
    """The ids of the workspaces that have been in the trash for 30 days and `late_by`, or of all in it."""
    statement = sa.select(Workspace.id).where(Workspace.trashed_at.is_not(None))
    if not at_once:
        statement = statement.where(Workspace.trashed_at <= clock.now() - timedelta(days=TRASH_DAYS) - late_by)
    return db.session().scalars(statement.order_by(Workspace.trashed_at)).all()


def purge(workspace: Workspace, *, at_once: bool = False) -> None:
    """Remove all that there was of a workspace but one line in the trail: that it was, who deleted it, and when.

    What this leaves in free space and in the index is the command's to wipe. Raises `NotDue` if it is not in the trash,
    or, unless `at_once`, not for long enough.
    """
    purge_at = hold(workspace).purge_at
    if purge_at is None or (purge_at > clock.now() and not at_once):
        raise NotDue(workspace.id)
    _remove(workspace)


def _show_readers(workspace: Workspace, shows_readers: bool, by: Member) -> None:
    """From the next fact on, which says that it changed."""
    if shows_readers == workspace.shows_readers:
        return
    if shows_readers and not is_host(workspace, by):
        raise ForHostsToShow
    workspace.readers_shown_from = events.head_of(workspace.id) + 1 if shows_readers else None


def _remove(workspace: Workspace) -> None:
    held = db.session()
    who = held.get(Member, workspace.trashed_by_id) if workspace.trashed_by_id else None
    # The rows of memberships, threads, messages and all that hangs on them go with the workspace's own.
    held.execute(sa.delete(Workspace).where(Workspace.id == workspace.id))
    held.expunge(workspace)
    events.forget_stream(workspace.id)
    held.execute(sa.delete(EventRow).where(EventRow.data["workspace"].as_string() == workspace.id))
    held.execute(sa.delete(FormerId).where(FormerId.within == workspace.id))
    events.record(WorkspacePurged(workspace.id), by=who)


def _record(event: Any, workspace: Workspace, by: Member) -> None:
    events.record(event, by=by, stream=workspace.id)
