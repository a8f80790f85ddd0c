"""Writing workspaces of a former system with all that was said in them, in one transaction.

The three files go in together, so that each workspace's stream can tell its story in one order: it was opened, people
joined, they talked, it was archived; each of these by time. The former system's dates contradict one another (half of
the messages are older than their workspace), so dates alone would let people talk before they came.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from extranet import clock, db, events
from extranet.html import Clean, from_markdown
from extranet.ids import new_id, slug_of
from extranet.importing.history import BATCH, PastFact, insert_all, keep_past, present, remember
from extranet.importing.reading import noon
from extranet.importing.run import Say
from extranet.members import Member
from workspaces.discussions.events import MessagePosted, ThreadOpened
from workspaces.discussions.models import DEEPEST, STEP, Message, Thread, step_of
from workspaces.events import WorkspaceArchived, WorkspaceOpened
from workspaces.importing.events import DiscussionsImported
from workspaces.importing.records import FormerMembership, FormerMessage, FormerThread, FormerWorkspace
from workspaces.memberships.events import HostAppointed, MemberJoined
from workspaces.memberships.models import Membership
from workspaces.models import Workspace

PROGRESS = 1000

Known = Mapping[str, Mapping[str, str]]
"""kind → id in the former system → id here, of what is new and of what is here already."""


@dataclass(frozen=True, slots=True)
class Discussions:
    """What is new; some of the messages may belong to threads that are here already."""

    workspaces: Sequence[FormerWorkspace]
    memberships: Sequence[FormerMembership]
    threads: Sequence[FormerThread]
    messages: Sequence[FormerMessage]


@dataclass(frozen=True, slots=True)
class Seat:
    """A membership to be written: its former id, or none if the import makes it up, and ids here."""

    former: str | None
    workspace: str
    member: str
    is_host: bool
    joined_at: datetime


def write(new: Discussions, known: Known, say: Say) -> None:
    """Render what was said, then write everything at once; tell nobody but the index."""
    rendered = _render(new.messages, say)
    with db.writing():
        members = present(Member.id, known.get("member", {}).values())
        seats = _seats(new, known, members)
        silent = _silent(known)
        insert_all(Workspace, [_workspace_row(workspace, known, members) for workspace in new.workspaces])
        seqs = _keep_the_past(new, seats, known, members)
        insert_all(Membership, [_membership_row(seat, known) for seat in seats])
        insert_all(Thread, _thread_rows(new, known, seqs, members))
        insert_all(Message, _message_rows(new, known, seqs, members, rendered))
        _follow_old_threads(new, known, seqs)
        _count_as_read(silent & {known["workspace"][message.workspace] for message in new.messages})
        _remember(new, known)


def _render(messages: Sequence[FormerMessage], say: Say) -> dict[str, Clean]:
    rendered: dict[str, Clean] = {}
    for message in messages:
        rendered[message.id] = from_markdown(message.body)
        if len(rendered) % PROGRESS == 0:
            say(f"{len(rendered)} of {len(messages)} messages read")
    return rendered


def _seats(new: Discussions, known: Known, members: set[str]) -> list[Seat]:
    """Who gets a place: those who are still here and have none yet; a workspace that would have no host its founder."""
    seats = [
        Seat(
            former=membership.id,
            workspace=known["workspace"][membership.workspace],
            member=known["member"][membership.member],
            is_host=membership.is_host,
            joined_at=noon(membership.joined_on),
        )
        for membership in sorted(new.memberships, key=lambda membership: membership.joined_on)
    ]
    taken = set(db.session().execute(sa.select(Membership.workspace_id, Membership.member_id)))
    free = [seat for seat in seats if seat.member in members and (seat.workspace, seat.member) not in taken]
    founded = [workspace for workspace in new.workspaces if known["member"][workspace.founder] in members]
    return _with_hosts(free, founded, known)


def _with_hosts(seats: list[Seat], workspaces: Iterable[FormerWorkspace], known: Known) -> list[Seat]:
    hosted = {seat.workspace for seat in seats if seat.is_host}
    for workspace in workspaces:
        identity, founder = known["workspace"][workspace.id], known["member"][workspace.founder]
        if identity in hosted:
            continue
        own = next((seat for seat in seats if (seat.workspace, seat.member) == (identity, founder)), None)
        seats = [seat for seat in seats if seat is not own]
        seats.insert(0, Seat(own.former if own else None, identity, founder, True, noon(workspace.opened_on)))
    return seats


def _silent(known: Known) -> set[str]:
    """The workspaces in which nothing has been said here."""
    loud = set(db.session().scalars(sa.select(Message.workspace_id).distinct()))
    return set(known["workspace"].values()) - loud


def _keep_the_past(new: Discussions, seats: Sequence[Seat], known: Known, members: set[str]) -> dict[str, int]:
    """Write the streams; gives the `seq` of each message by its former id."""
    opened, archived = _lives(new.workspaces, known, members)
    founders = {(known["workspace"][workspace.id], known["member"][workspace.founder]) for workspace in new.workspaces}
    joined: dict[str, list[PastFact]] = defaultdict(list)
    for seat in seats:
        # Who opens a workspace is its host from then on: that they joined is no fact of its own.
        if not (seat.is_host and (seat.workspace, seat.member) in founders):
            joined[seat.workspace].extend(_arrival(seat))
    said: dict[str, list[tuple[str, PastFact]]] = defaultdict(list)
    for message, opens in _in_order_of_time(new):
        said[known["workspace"][message.workspace]].append((message.id, _saying(message, opens, known, members)))
    seqs: dict[str, int] = {}
    for workspace in opened.keys() | joined.keys() | said.keys():
        before = [*opened[workspace], *joined[workspace]]
        messages = said[workspace]
        facts = [*before, *(fact for _former, fact in messages), *archived[workspace]]
        first = keep_past(workspace, facts) + len(before)
        seqs.update({former: first + place for place, (former, _fact) in enumerate(messages)})
    return seqs


def _lives(
    workspaces: Iterable[FormerWorkspace], known: Known, members: set[str]
) -> tuple[dict[str, list[PastFact]], dict[str, list[PastFact]]]:
    opened: dict[str, list[PastFact]] = defaultdict(list)
    archived: dict[str, list[PastFact]] = defaultdict(list)
    for workspace in workspaces:
        identity, founder = known["workspace"][workspace.id], _member(workspace.founder, known, members)
        opened[identity].append(PastFact(WorkspaceOpened(identity), noon(workspace.opened_on), founder))
        if workspace.is_archived:
            archived[identity].append(PastFact(WorkspaceArchived(identity), clock.now(), None))
    return opened, archived


def _arrival(seat: Seat) -> list[PastFact]:
    joined = PastFact(MemberJoined(seat.workspace, seat.member), seat.joined_at, seat.member)
    appointed = PastFact(HostAppointed(seat.workspace, seat.member), seat.joined_at, seat.member)
    return [joined, appointed] if seat.is_host else [joined]


def _in_order_of_time(new: Discussions) -> list[tuple[FormerMessage, bool]]:
    """The messages of all threads, and whether each opens its thread: by time, none before the one that it answers."""
    opens = {thread.messages[0].id for thread in new.threads}
    latest: dict[str, datetime] = {}
    ordered = []
    for message in new.messages:
        latest[message.thread] = max(message.sent_at, latest.get(message.thread, message.sent_at))
        ordered.append((latest[message.thread], message))
    return [(message, message.id in opens) for _at, message in sorted(ordered, key=lambda pair: pair[0])]


def _saying(message: FormerMessage, opens: bool, known: Known, members: set[str]) -> PastFact:
    fact = ThreadOpened if opens else MessagePosted
    places = (known["workspace"][message.workspace], known["thread"][message.thread], known["message"][message.id])
    return PastFact(fact(*places), message.sent_at, _member(message.author, known, members))


def _member(former: str, known: Known, members: set[str]) -> str | None:
    """The member's id here, unless they have been erased since they were brought over."""
    identity = known["member"][former]
    return identity if identity in members else None


def _workspace_row(workspace: FormerWorkspace, known: Known, members: set[str]) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": known["workspace"][workspace.id],
        "slug": slug_of(workspace.name),
        "name": workspace.name,
        "purpose": workspace.purpose,
        "kind": workspace.kind,
        "visibility": "listed",
        "joining": workspace.joining,
        "starts_on": workspace.opened_on,
        "ends_on": workspace.ends_on,
        "opened_at": noon(workspace.opened_on),
        "opened_by_id": _member(workspace.founder, known, members),
        "active_at": now,
        "archived_at": now if workspace.is_archived else None,
    }


def _membership_row(seat: Seat, known: Known) -> dict[str, Any]:
    return {
        "id": known["membership"][seat.former] if seat.former else new_id(),
        "workspace_id": seat.workspace,
        "member_id": seat.member,
        "role": "host" if seat.is_host else "joined",
        "joined_at": seat.joined_at,
    }


def _thread_rows(new: Discussions, known: Known, seqs: Mapping[str, int], members: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "id": known["thread"][thread.id],
            "workspace_id": known["workspace"][thread.workspace],
            "title": thread.title,
            "opened_by_id": _member(thread.messages[0].author, known, members),
            "opened_at": thread.messages[0].sent_at,
            "last_at": max(message.sent_at for message in thread.messages),
            "last_seq": max(seqs[message.id] for message in thread.messages),
            "message_count": len(thread.messages),
        }
        for thread in new.threads
    ]


def _message_rows(
    new: Discussions, known: Known, seqs: Mapping[str, int], members: set[str], rendered: Mapping[str, Clean]
) -> list[dict[str, Any]]:
    """By `seq`, so that each row comes after the one it refers to."""
    paths = _paths_of_old_questions(new, known)
    rows = []
    for message in sorted(new.messages, key=lambda message: seqs[message.id]):
        identity = known["message"][message.id]
        question = known["message"][message.answers] if message.answers else None
        above = paths.get(question or "", "")
        paths[identity] = above[: DEEPEST * STEP] + step_of(seqs[message.id])
        rows.append(
            {
                "id": identity,
                "workspace_id": known["workspace"][message.workspace],
                "thread_id": known["thread"][message.thread],
                "author_id": _member(message.author, known, members),
                "answers_id": question if above else None,
                "seq": seqs[message.id],
                "path": paths[identity],
                "body": message.body,
                "html": rendered[message.id],
                "posted_at": message.sent_at,
            }
        )
    return rows


def _paths_of_old_questions(new: Discussions, known: Known) -> dict[str, str]:
    """Where the messages stand that were here before and that new ones answer."""
    asked = [known["message"][message.answers] for message in new.messages if message.answers]
    paths: dict[str, str] = {}
    for start in range(0, len(asked), BATCH):
        statement = sa.select(Message.id, Message.path).where(Message.id.in_(asked[start : start + BATCH]))
        paths.update(db.session().execute(statement).all())
    return paths


def _follow_old_threads(new: Discussions, known: Known, seqs: Mapping[str, int]) -> None:
    """Let threads that were here before take what is new in them."""
    fresh = {thread.id for thread in new.threads}
    added: dict[str, list[FormerMessage]] = defaultdict(list)
    for message in new.messages:
        if message.thread not in fresh:
            added[known["thread"][message.thread]].append(message)
    for identity, messages in added.items():
        thread = db.session().get_one(Thread, identity)
        thread.message_count += len(messages)
        thread.last_seq = max(thread.last_seq, *(seqs[message.id] for message in messages))
        thread.last_at = max(thread.last_at, *(message.sent_at for message in messages))


def _count_as_read(workspaces: Iterable[str]) -> None:
    """What was said in the former system is not news to those who were there."""
    for workspace in workspaces:
        db.session().execute(
            sa.update(Membership)
            .where(Membership.workspace_id == workspace)
            .values(joined_seq=events.head_of(workspace))
            .execution_options(synchronize_session=False)
        )


def _remember(new: Discussions, known: Known) -> None:
    workspaces, memberships = known["workspace"], known.get("membership", {})
    threads, messages = known.get("thread", {}), known.get("message", {})
    remember("workspace", {workspace.id: workspaces[workspace.id] for workspace in new.workspaces})
    remember(
        "membership",
        {membership.id: memberships[membership.id] for membership in new.memberships},
        within={memberships[membership.id]: workspaces[membership.workspace] for membership in new.memberships},
    )
    remember(
        "thread",
        {thread.id: threads[thread.id] for thread in new.threads},
        within={threads[thread.id]: workspaces[thread.workspace] for thread in new.threads},
    )
    remember(
        "message",
        {message.id: messages[message.id] for message in new.messages},
        within={messages[message.id]: workspaces[message.workspace] for message in new.messages},
    )
    touched = {workspaces[message.workspace] for message in new.messages}
    touched |= {workspaces[workspace.id] for workspace in new.workspaces}
    for workspace in sorted(touched):
        events.record(DiscussionsImported(workspace), by=None)
