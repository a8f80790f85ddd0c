"""Reads of discussions, each beginning with the member, who must have joined now, whoever wrote what."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import aliased

from directory import queries as directory
from extranet import db, events
from extranet.events import EventRow, Recorded, Stream
from extranet.members import Member
from extranet.paging import Page, page_of, read_cursor, write_cursor
from workspaces.discussions.beside import NOTHING_BESIDE, Beside, beside_of
from workspaces.discussions.models import STEP, Message, MessageVersion, ReadMark, Thread
from workspaces.memberships.models import Membership
from workspaces.models import Workspace
from workspaces.queries import Placed, Standing

Rows = sa.Select[*tuple[Any, ...]]

THREADS_A_PAGE = 30
MESSAGES_A_PAGE = 50
CHANGES_AT_ONCE = 1_000
_OF_A_MESSAGE = 6
"""Columns that `_messages` selects."""


@dataclass(frozen=True, slots=True)
class ThreadStanding(Placed):
    """A thread and where the member stands in its workspace."""

    thread: Thread


@dataclass(frozen=True, slots=True)
class MessageStanding(Placed):
    """A message and where the member stands to it."""

    thread: Thread
    message: Message
    is_author: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote something; `organisation` is empty where it is not known or not shown."""

    id: str
    name: str
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The message that another one answers."""

    id: str
    author: str | None
    seq: int


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as everybody who may see it sees it, with what belongs to it."""

    id: str
    slug: str
    thread_id: str
    seq: int
    path: str
    author: Person | None
    answers: Answered | None
    client_id: str | None
    body: str
    html: Markup
    posted_at: datetime
    edited_at: datetime | None
    retracted_at: datetime | None
    is_retracted_by_author: bool
    retraction_reason: str | None
    accepted_at: datetime | None = None
    beside: Beside = NOTHING_BESIDE

    @property
    def depth(self) -> int:
        return len(self.path) // STEP - 1

    @property
    def is_retracted(self) -> bool:
        return self.retracted_at is not None

    @property
    def is_edited(self) -> bool:
        return self.edited_at is not None and not self.is_retracted

    def seen_from(self, seq: int) -> "ShownMessage":
        """The message for who sees nothing before `seq`: not even that it answers something there."""
        return replace(self, answers=None) if self.answers is not None and self.answers.seq < seq else self

    def as_json(self) -> dict[str, Any]:
        """The message as the API and the sockets give it; a retracted one has no words."""
        return {
            "id": self.id,
            "workspace": self.slug,
            "thread": self.thread_id,
            "seq": self.seq,
            "answers": self.answers.id if self.answers else None,
            "depth": self.depth,
            "path": self.path,
            "author": {"id": self.author.id, "name": self.author.name} if self.author else None,
            "client_id": self.client_id,
            "body": self.body,
            "html": str(self.html),
            "posted_at": self.posted_at.isoformat(),
            "edited_at": self.edited_at.isoformat() if self.edited_at else None,
            "retracted_at": self.retracted_at.isoformat() if self.retracted_at else None,
            "retraction_reason": self.retraction_reason,
            "accepted_at": self.accepted_at.isoformat() if self.accepted_at else None,
            **self.beside.as_json(),
        }


@dataclass(frozen=True, slots=True)
class ShownThread:
    """A thread in a list; `unread` is the asking member's, 0 where nobody in particular asks.

    `message_count` counts what the reader sees; None where readers see more and less of it.
    """

    id: str
    slug: str
    title: str
    opened_by: str | None
    opened_at: datetime
    last_at: datetime
    last_seq: int
    message_count: int | None
    unread: int = 0

    def as_json(self) -> dict[str, Any]:
        """The thread as the API gives it."""
        return {
            "id": self.id,
            "workspace": self.slug,
            "title": self.title,
            "opened_by": self.opened_by,
            "opened_at": self.opened_at.isoformat(),
            "last_at": self.last_at.isoformat(),
            "last_seq": self.last_seq,
            "message_count": self.message_count,
            "unread": self.unread,
        }


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened in a workspace after a `seq`: items in order, the head, and whether there is more."""

    items: Sequence["Change"]
    head: int
    more: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One fact of a workspace's stream with the message it brings and its thread, as they are now."""

    recorded: Recorded
    slug: str
    actor: Person | None
    message: ShownMessage | None = None
    thread: ShownThread | None = None
    is_shown: bool = True

    def as_json(self) -> dict[str, Any]:
        """The change as the API and the sockets give it. One that came before the member may see is only a number."""
        item: dict[str, Any] = {
            "workspace": self.slug,
            "seq": self.recorded.seq,
            "kind": self.recorded.kind if self.is_shown else "not-shown",
            "at": self.recorded.at.isoformat() if self.is_shown else None,
            "actor": None,
        }
        if not self.is_shown:
            return item
        item["actor"] = {"id": self.actor.id, "name": self.actor.name} if self.actor else None
        for name in ("thread", "member"):
            if (value := getattr(self.recorded.event, name, None)) is not None:
                item[name] = value
        if self.message is not None:
            item["message"] = self.message.as_json()
        return item


def find_thread(member: Member, slug: str, thread_id: str) -> ThreadStanding | None:
    """A thread of a workspace that the member has joined, of which they may see something; one query."""
    return _find_thread(member, Workspace.slug == slug, Thread.id == thread_id)


def find_thread_by_id(member: Member, thread_id: str) -> ThreadStanding | None:
    """The same, where the address names no workspace; one query too, whether it exists elsewhere or not."""
    return _find_thread(member, Thread.id == thread_id)


def find_message(member: Member, slug: str, message_id: str) -> MessageStanding | None:
    """A message that the member may see, in a workspace that they have joined; one query."""
    return _find_message(member, Workspace.slug == slug, Message.id == message_id)


def find_message_by_id(member: Member, message_id: str) -> MessageStanding | None:
    """The same, where the address names no workspace; one query too, whether it exists elsewhere or not."""
    return _find_message(member, Message.id == message_id)


def threads(member: Member, standing: Standing, *, after: str | None = None) -> Page[ShownThread]:
    """The threads of a workspace, the last moved first, with what the member has not read; one query."""
    statement = (
        _threads_of(member)
        .where(Thread.workspace_id == standing.workspace.id, Thread.last_seq >= Membership.sees_from)
        .order_by(Thread.last_at.desc(), Thread.id.desc())
        .limit(THREADS_A_PAGE + 1)
    )
    if after is not None:
        moment, thread_id = read_cursor(after, datetime, str)
        statement = statement.where(
            sa.tuple_(Thread.last_at, Thread.id)
            < sa.tuple_(sa.literal(moment, db.UtcDateTime()), sa.literal(thread_id))
        )
    found = [ShownThread(*row) for row in db.session().execute(statement)]
    return page_of(found, THREADS_A_PAGE, lambda thread: (thread.last_at.isoformat(), thread.id))


def one_thread(member: Member, place: ThreadStanding) -> ShownThread:
    """A thread with what the member has not read."""
    return ShownThread(*db.session().execute(_threads_of(member).where(Thread.id == place.thread.id)).one())


def shown_thread(thread_id: str) -> ShownThread | None:
    """A thread as a row of a list, for nobody in particular."""
    row = db.session().execute(_threads().where(Thread.id == thread_id)).one_or_none()
    return ShownThread(*row) if row is not None else None


def messages(
    place: ThreadStanding, *, after: str | None = None, before: str | None = None, at: str | None = None,
    size: int = MESSAGES_A_PAGE,
) -> Page[ShownMessage]:
    """A page of a thread in reading order: from its beginning, `after` or `before` a cursor, or `at` a message's id."""
    of_thread = _messages(Message.thread_id == place.thread.id, Message.seq >= place.standing.sees_from)
    if before is not None:
        (path,) = read_cursor(before, str)
        rows = _read(place, of_thread.where(Message.path < path).order_by(Message.path.desc()).limit(size + 1))
        shown = rows[:size][::-1]
        return _page(shown, has_previous=len(rows) > size, has_next=True)
    start = read_cursor(after, str)[0] if after is not None else None
    if at is not None:
        start = _path_above(place, at, size)
    statement = of_thread.order_by(Message.path).limit(size + 1)
    rows = _read(place, statement if start is None else statement.where(Message.path > start))
    return _page(rows[:size], has_previous=start is not None, has_next=len(rows) > size)


def show(place: Placed, message_id: str) -> ShownMessage:
    """A message as it is now, for the one who stands there and may see it: the caller has made sure."""
    (message,) = _read(place, _messages(Message.id == message_id))
    return message


def versions(place: MessageStanding) -> Sequence[MessageVersion]:
    """What a message said before, the oldest first."""
    return db.session().scalars(
        sa.select(MessageVersion)
        .where(MessageVersion.message_id == place.message.id)
        .order_by(MessageVersion.said_at, MessageVersion.id)
    ).all()


def whereabouts(member: Member, place: ThreadStanding) -> tuple[int, int]:
    """The workspace's head, and the `seq` up to which the member has read a thread; one query.

    What came before they joined counts as read.
    """
    assert place.standing.membership is not None
    its_mark = sa.and_(ReadMark.thread_id == place.thread.id, ReadMark.member_id == member.id)
    so_far = sa.func.coalesce(ReadMark.seq, place.standing.membership.joined_seq)
    head, mark = db.session().execute(
        sa.select(Stream.head, so_far).outerjoin(ReadMark, its_mark).where(Stream.id == place.workspace.id)
    ).one()
    return head, mark


def oldest_unread(member: Member, place: ThreadStanding, *, so_far: int) -> str | None:
    """The id of the oldest message that the member has not read: a mark goes on from there."""
    return db.session().scalar(
        sa.select(Message.id).where(*_not_read(member, place, so_far)).order_by(Message.seq).limit(1)
    )


def read_with(member: Member, place: ThreadStanding, shown: Sequence[ShownMessage], *, so_far: int) -> int:
    """How far the member has read a thread once they have seen these messages: up to what they have not seen."""
    last = max((message.seq for message in shown), default=so_far)
    if last <= so_far:
        return so_far
    unseen = db.session().scalar(
        sa.select(sa.func.min(Message.seq)).where(
            *_not_read(member, place, so_far), Message.id.not_in([message.id for message in shown])
        )
    )
    return last if unseen is None else max(so_far, min(last, unseen - 1))


def unread_by_workspace(member: Member) -> Mapping[str, int]:
    """For each workspace that the member has joined, by its id, how many messages they have not read; one query."""
    return _unread_by("id", member)


def unread_by_slug(member: Member) -> Mapping[str, int]:
    """The same by the workspaces' slugs, which stand in addresses and in news."""
    return _unread_by("slug", member)


def audience(workspace_id: str, *, seq: int, but_not: int = -1) -> sa.Select[str]:
    """Who may see what came with this `seq`: a query for the ids of the members who have joined when it is run.

    With `but_not` only those among them who do not see what came with that one.
    """
    return (
        sa.select(Membership.member_id)
        .join(Workspace, Workspace.id == Membership.workspace_id)
        .where(
            Membership.workspace_id == workspace_id, Membership.sees_from <= seq, Membership.sees_from > but_not,
            Workspace.trashed_at.is_(None),
        )
    )


def audiences(change: Change) -> Iterator[tuple[Change, sa.Select[str]]]:
    """A fact as `change_of` gives it, for those who see the whole thread, and for those who see only its later part.

    To the latter it tells neither how many messages there are nor, unless they see that one, which one it answers.
    """
    stream, message, thread = change.recorded.stream or "", change.message, change.thread
    if message is None or thread is None:
        yield change, audience(stream, seq=change.recorded.seq or 0)
        return
    first = db.session().scalar(sa.select(sa.func.min(Message.seq)).where(Message.thread_id == thread.id)) or 0
    answered = message.answers.seq if message.answers is not None else message.seq
    partly = replace(change, thread=replace(thread, message_count=None))
    yield change, audience(stream, seq=first)
    if first < answered:
        yield partly, audience(stream, seq=answered, but_not=first)
    if answered < message.seq:
        yield replace(partly, message=replace(message, answers=None)), audience(
            stream, seq=message.seq, but_not=answered
        )


def changes(standing: Standing, *, after: int, at_most: int = CHANGES_AT_ONCE) -> Changes:
    """What happened in a workspace after a `seq`, in order; three queries, however long the member was away."""
    stream = standing.workspace.id
    rows: Sequence[Any] = db.session().execute(
        sa.select(Stream.head, EventRow, Member.name)
        .outerjoin(EventRow, sa.and_(EventRow.stream == Stream.id, EventRow.seq > after))
        .outerjoin(Member, Member.id == EventRow.actor_id)
        .where(Stream.id == stream)
        .order_by(EventRow.seq)
        .limit(at_most + 1)
    ).all()
    known = events.reactions()
    found = [(known.revive(row), name) for _head, row, name in rows[:at_most] if row is not None]
    brought = _brought([recorded for recorded, _name in found], standing.sees_from)
    items = [_change(recorded, name, standing.workspace.slug, brought, standing.sees_from) for recorded, name in found]
    return Changes(items, head=rows[0][0] if rows else 0, more=len(rows) > at_most)


def change_of(recorded: Recorded) -> Change | None:
    """A fact just recorded, as `changes` gives it to who sees everything."""
    held = db.session()
    slug = held.scalar(sa.select(Workspace.slug).where(Workspace.id == recorded.stream))
    if slug is None:
        return None
    name = held.scalar(sa.select(Member.name).where(Member.id == recorded.actor_id)) if recorded.actor_id else None
    return _change(recorded, name, slug, _brought([recorded], 0), 0)


def _change(
    recorded: Recorded, name: str | None, slug: str, brought: Mapping[str, tuple[ShownMessage, ShownThread]],
    sees_from: int,
) -> Change:
    actor = Person(recorded.actor_id, name) if recorded.actor_id and name else None
    message, thread = brought.get(getattr(recorded.event, "message", ""), (None, None))
    is_shown = (recorded.seq or 0) >= sees_from and (message is None or message.seq >= sees_from)
    return Change(recorded, slug, actor, message, thread) if is_shown else Change(recorded, slug, actor, is_shown=False)


def _brought(facts: Sequence[Recorded], sees_from: int) -> dict[str, tuple[ShownMessage, ShownThread]]:
    ids = [recorded.event.message for recorded in facts if hasattr(recorded.event, "message")]
    if not ids:
        return {}
    opener = aliased(Member)
    statement = (
        _messages(Message.id.in_(ids))
        .add_columns(
            Thread.id, Workspace.slug, Thread.title, opener.name, Thread.opened_at, Thread.last_at, Thread.last_seq,
            _count_from(sa.literal(sees_from)) if sees_from else Thread.message_count,
        )
        .join(Thread, Thread.id == Message.thread_id)
        .outerjoin(opener, opener.id == Thread.opened_by_id)
    )
    rows = db.session().execute(statement).all()
    shown = [message.seen_from(sees_from) for message in _shown([row[:_OF_A_MESSAGE] for row in rows])]
    return {message.id: (message, ShownThread(*row[_OF_A_MESSAGE:])) for message, row in zip(shown, rows, strict=True)}


def _joined(member: Member, thing: type[Thread] | type[Message], of_workspace: sa.ColumnElement[bool]) -> Rows:
    return (
        sa.select(Workspace, Membership, thing)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .join(thing, of_workspace)
        .where(Membership.member_id == member.id, Workspace.trashed_at.is_(None))
    )


def _find_thread(member: Member, *which: sa.ColumnElement[bool]) -> ThreadStanding | None:
    row = db.session().execute(
        _joined(member, Thread, Thread.workspace_id == Workspace.id).where(
            *which, Thread.last_seq >= Membership.sees_from
        )
    ).one_or_none()
    if row is None:
        return None
    workspace, membership, thread = row
    return ThreadStanding(Standing(workspace, membership), thread)


def _find_message(member: Member, *which: sa.ColumnElement[bool]) -> MessageStanding | None:
    row = db.session().execute(
        _joined(member, Message, Message.workspace_id == Workspace.id)
        .add_columns(Thread)
        .join(Thread, Thread.id == Message.thread_id)
        .where(*which, Message.seq >= Membership.sees_from)
    ).one_or_none()
    if row is None:
        return None
    workspace, membership, message, thread = row
    return MessageStanding(Standing(workspace, membership), thread, message, message.author_id == member.id)


def _count_from(sees_from: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
    counted = aliased(Message)
    return (
        sa.select(sa.func.count(counted.id))
        .where(counted.thread_id == Thread.id, counted.seq >= sees_from)
        .correlate(Thread, Membership)
        .scalar_subquery()
    )


def _threads(message_count: Any = Thread.message_count) -> Rows:
    return (
        sa.select(
            Thread.id, Workspace.slug, Thread.title, Member.name, Thread.opened_at, Thread.last_at, Thread.last_seq,
            message_count,
        )
        .join(Workspace, Workspace.id == Thread.workspace_id)
        .outerjoin(Member, Member.id == Thread.opened_by_id)
    )


def _threads_of(member: Member) -> Rows:
    unread = _unread(member.id).where(Message.thread_id == Thread.id).correlate(Thread, Membership, ReadMark)
    sees_all = Membership.sees_from == 0
    return (
        _threads(sa.case((sees_all, Thread.message_count), else_=_count_from(Membership.sees_from.expression)))
        .add_columns(sa.case((_has_unread(), unread.scalar_subquery()), else_=0).label("unread"))
        .join(
            Membership, sa.and_(Membership.workspace_id == Thread.workspace_id, Membership.member_id == member.id)
        )
        .outerjoin(ReadMark, sa.and_(ReadMark.thread_id == Thread.id, ReadMark.member_id == member.id))
    )


def _not_read(member: Member, place: ThreadStanding, so_far: int) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Message.thread_id == place.thread.id,
        Message.seq > so_far,
        Message.seq >= place.standing.sees_from,
        Message.retracted_at.is_(None),
        sa.or_(Message.author_id != member.id, Message.author_id.is_(None)),
    )


def _read_so_far() -> sa.ColumnElement[int]:
    return sa.func.coalesce(ReadMark.seq, Membership.joined_seq)


def _has_unread() -> sa.ColumnElement[bool]:
    return Thread.last_seq > _read_so_far()


def _unread_by(name: str, member: Member) -> dict[str, int]:
    return {key: number for number, key in db.session().execute(_unread_statement(name), {"member": member.id})}


@cache
def _unread_statement(name: str) -> Rows:
    """Put together once: every page of every member asks for it."""
    key = getattr(Workspace, name)
    member_id: sa.BindParameter[str] = sa.bindparam("member")
    return (
        _unread(member_id)
        .add_columns(key)
        .select_from(Membership)
        .join(Workspace, Workspace.id == Membership.workspace_id)
        .join(Thread, Thread.workspace_id == Membership.workspace_id)
        .join(Message, Message.thread_id == Thread.id)
        .outerjoin(ReadMark, sa.and_(ReadMark.thread_id == Thread.id, ReadMark.member_id == member_id))
        .where(Membership.member_id == member_id, Workspace.trashed_at.is_(None), _has_unread())
        .group_by(key)
    )


def _unread(member_id: Any) -> Rows:
    return sa.select(sa.func.count(Message.id)).where(
        Message.seq > _read_so_far(),
        Message.seq >= Membership.sees_from,
        Message.retracted_at.is_(None),
        sa.or_(Message.author_id != member_id, Message.author_id.is_(None)),
    )


def _messages(*which: sa.ColumnElement[bool]) -> Rows:
    return _every_message().where(*which)


@cache
def _every_message() -> Rows:
    """Put together once, because aliases are slow to make."""
    author, answered, answered_author = aliased(Member), aliased(Message), aliased(Member)
    return (
        sa.select(Message, Workspace.slug, author.name, answered.id, answered_author.name, answered.seq)
        .join(Workspace, Workspace.id == Message.workspace_id)
        .outerjoin(author, author.id == Message.author_id)
        .outerjoin(answered, answered.id == Message.answers_id)
        .outerjoin(answered_author, answered_author.id == answered.author_id)
    )


def _read(place: Placed, statement: Rows) -> list[ShownMessage]:
    sees_from = place.standing.sees_from
    return [message.seen_from(sees_from) for message in _shown(db.session().execute(statement).all())]


def _shown(rows: Sequence[Any]) -> list[ShownMessage]:
    beside = beside_of([message.id for message, *_rest in rows if message.has_beside and not message.is_retracted])
    authors = {message.author_id for message, *_rest in rows if message.author_id is not None}
    people = directory.people(authors) if authors else {}
    return [
        ShownMessage(
            id=message.id,
            slug=slug,
            thread_id=message.thread_id,
            seq=message.seq,
            path=message.path,
            author=_person(message.author_id, name, people),
            answers=Answered(answered_id, answered_name, answered_seq) if answered_id else None,
            client_id=message.client_id,
            body=message.body,
            html=message.html,
            posted_at=message.posted_at,
            edited_at=message.edited_at,
            retracted_at=message.retracted_at,
            is_retracted_by_author=message.retracted_by_id == message.author_id,
            retraction_reason=message.retraction_reason,
            accepted_at=message.accepted_at,
            beside=beside.get(message.id, NOTHING_BESIDE),
        )
        for message, slug, name, answered_id, answered_name, answered_seq in rows
    ]


def _person(member_id: str | None, name: str | None, people: Mapping[str, directory.Person]) -> Person | None:
    if member_id is None or name is None:
        return None
    known = people.get(member_id)
    return Person(member_id, name, (known.organisation or "") if known else "")


def _page(shown: list[ShownMessage], *, has_previous: bool, has_next: bool) -> Page[ShownMessage]:
    if not shown:
        return Page(shown)
    return Page(
        shown,
        next=write_cursor([shown[-1].path]) if has_next else None,
        previous=write_cursor([shown[0].path]) if has_previous else None,
    )


def _path_above(place: ThreadStanding, message_id: str, size: int) -> str | None:
    """The path after which a page begins that shows a message with some of what stands above it."""
    of_thread = (Message.thread_id == place.thread.id, Message.seq >= place.standing.sees_from)
    target = sa.select(Message.path).where(*of_thread, Message.id == message_id).scalar_subquery()
    above = db.session().scalars(
        sa.select(Message.path)
        .where(*of_thread, Message.path < target)
        .order_by(Message.path.desc())
        .limit(size // 2 + 1)
    ).all()
    return above[-1] if len(above) > size // 2 else None
