"""Reads of discussions, each beginning with the member, who must have joined now, whoever wrote what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import aliased

from directory import queries as directory
from extranet import db, events
from extranet.events import EventRow, Recorded
from extranet.members import Member
from extranet.paging import Page, page_of, read_cursor, write_cursor
from workspaces.discussions.models import STEP, Message, MessageVersion, ReadMark, Thread
from workspaces.memberships.models import Membership
from workspaces.models import Workspace
from workspaces.queries import Standing, find_joined

Rows = sa.Select[*tuple[Any, ...]]

THREADS_A_PAGE = 30
MESSAGES_A_PAGE = 50
CHANGES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ThreadStanding:
    """A thread and where the member stands in its workspace."""

    standing: Standing
    thread: Thread

    @property
    def workspace(self) -> Workspace:
        return self.standing.workspace

    @property
    def is_joined(self) -> bool:
        return self.standing.is_joined

    @property
    def is_host(self) -> bool:
        return self.standing.is_host


@dataclass(frozen=True, slots=True)
class MessageStanding:
    """A message and where the member stands to it."""

    standing: Standing
    thread: Thread
    message: Message
    is_author: bool

    @property
    def workspace(self) -> Workspace:
        return self.standing.workspace

    @property
    def is_joined(self) -> bool:
        return self.standing.is_joined

    @property
    def is_host(self) -> bool:
        return self.standing.is_host


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


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as everybody who may see it sees it."""

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

    @property
    def depth(self) -> int:
        return len(self.path) // STEP - 1

    @property
    def is_retracted(self) -> bool:
        return self.retracted_at is not None

    @property
    def is_edited(self) -> bool:
        return self.edited_at is not None and not self.is_retracted

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
        }


@dataclass(frozen=True, slots=True)
class ShownThread:
    """A thread in a list; `unread` is the asking member's, 0 where nobody in particular asks."""

    id: str
    slug: str
    title: str
    opened_by: str | None
    opened_at: datetime
    last_at: datetime
    last_seq: int
    message_count: int
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
    """One fact of a workspace's stream with the message it brings, as it is now."""

    recorded: Recorded
    slug: str
    actor: Person | None
    message: ShownMessage | None
    is_shown: bool = True

    def as_json(self) -> dict[str, Any]:
        """The change as the API and the sockets give it. One that came before the member may see is only a number."""
        item: dict[str, Any] = {
            "workspace": self.slug,
            "seq": self.recorded.seq,
            "kind": self.recorded.kind if self.is_shown else "not-shown",
            "at": self.recorded.at.isoformat(),
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
    """A thread of a workspace that the member has joined, of which they may see something."""
    standing = find_joined(member, slug)
    if standing is None:
        return None
    thread = db.session().scalar(
        sa.select(Thread).where(
            Thread.id == thread_id, Thread.workspace_id == standing.workspace.id, Thread.last_seq >= standing.sees_from
        )
    )
    return ThreadStanding(standing, thread) if thread is not None else None


def find_thread_by_id(member: Member, thread_id: str) -> ThreadStanding | None:
    """The same, where the address names no workspace."""
    slug = _slug_of(Thread, thread_id)
    return find_thread(member, slug, thread_id) if slug is not None else None


def find_message(member: Member, slug: str, message_id: str) -> MessageStanding | None:
    """A message that the member may see, in a workspace that they have joined."""
    standing = find_joined(member, slug)
    if standing is None:
        return None
    row = db.session().execute(
        sa.select(Message, Thread)
        .join(Thread, Thread.id == Message.thread_id)
        .where(
            Message.id == message_id,
            Message.workspace_id == standing.workspace.id,
            Message.seq >= standing.sees_from,
        )
    ).one_or_none()
    if row is None:
        return None
    message, thread = row
    return MessageStanding(standing, thread, message, message.author_id == member.id)


def find_message_by_id(member: Member, message_id: str) -> MessageStanding | None:
    """The same, where the address names no workspace."""
    slug = _slug_of(Message, message_id)
    return find_message(member, slug, message_id) if slug is not None else None


def threads(member: Member, standing: Standing, *, after: str | None = None) -> Page[ShownThread]:
    """The threads of a workspace, the last moved first, with what the member has not read; one query."""
    statement = (
        _threads_of(member)
        .where(Thread.workspace_id == standing.workspace.id, Thread.last_seq >= Membership.sees_from)
        .order_by(Thread.last_at.desc(), Thread.id.desc())
        .limit(THREADS_A_PAGE + 1)
    )
    if after is not None:
        moment, thread_id = read_cursor(after, str, str)
        statement = statement.where(
            sa.tuple_(Thread.last_at, Thread.id)
            < sa.tuple_(sa.literal(_moment(moment), db.UtcDateTime()), sa.literal(thread_id))
        )
    found = [ShownThread(*row) for row in db.session().execute(statement)]
    return page_of(found, THREADS_A_PAGE, lambda thread: (thread.last_at.isoformat(), thread.id))


def one_thread(member: Member, place: ThreadStanding) -> ShownThread:
    """A thread with what the member has not read."""
    return ShownThread(*db.session().execute(_threads_of(member).where(Thread.id == place.thread.id)).one())


def shown_thread(thread_id: str) -> ShownThread | None:
    """A thread as a row of a list, for nobody in particular."""
    row = db.session().execute(
        sa.select(
            Thread.id, Workspace.slug, Thread.title, Member.name, Thread.opened_at, Thread.last_at, Thread.last_seq,
            Thread.message_count,
        )
        .join(Workspace, Workspace.id == Thread.workspace_id)
        .outerjoin(Member, Member.id == Thread.opened_by_id)
        .where(Thread.id == thread_id)
    ).one_or_none()
    return ShownThread(*row) if row is not None else None


def messages(
    place: ThreadStanding, *, after: str | None = None, before: str | None = None, at: str | None = None,
    size: int = MESSAGES_A_PAGE,
) -> Page[ShownMessage]:
    """A page of a thread in reading order: from its beginning, `after` or `before` a cursor, or `at` a message's id."""
    of_thread = _messages(Message.thread_id == place.thread.id, Message.seq >= place.standing.sees_from)
    if before is not None:
        (path,) = read_cursor(before, str)
        rows = _read(of_thread.where(Message.path < path).order_by(Message.path.desc()).limit(size + 1))
        shown = rows[:size][::-1]
        return _page(shown, has_previous=len(rows) > size, has_next=True)
    start = read_cursor(after, str)[0] if after is not None else None
    if at is not None:
        start = _path_above(place, at, size)
    statement = of_thread.order_by(Message.path).limit(size + 1)
    rows = _read(statement if start is None else statement.where(Message.path > start))
    return _page(rows[:size], has_previous=start is not None, has_next=len(rows) > size)


def show(message_ids: Sequence[str]) -> dict[str, ShownMessage]:
    """Messages by id as they are now, for whoever may see them: the caller has made sure."""
    rows = _read(_messages(Message.id.in_(message_ids)))
    return {message.id: message for message in rows}


def versions(place: MessageStanding) -> Sequence[MessageVersion]:
    """What a message said before, the oldest first."""
    return db.session().scalars(
        sa.select(MessageVersion)
        .where(MessageVersion.message_id == place.message.id)
        .order_by(MessageVersion.said_at, MessageVersion.id)
    ).all()


def read_up_to(member: Member, place: ThreadStanding) -> int:
    """The `seq` up to which the member has read a thread; what came before they joined counts as read."""
    mark = db.session().scalar(
        sa.select(ReadMark.seq).where(ReadMark.member_id == member.id, ReadMark.thread_id == place.thread.id)
    )
    assert place.standing.membership is not None
    return mark if mark is not None else place.standing.membership.joined_seq


def unread_by_workspace(member: Member) -> Mapping[str, int]:
    """For each workspace that the member has joined, by its id, how many messages they have not read; one query."""
    statement = (
        _unread(member)
        .add_columns(Thread.workspace_id)
        .select_from(Membership)
        .join(Thread, Thread.workspace_id == Membership.workspace_id)
        .join(Message, Message.thread_id == Thread.id)
        .outerjoin(ReadMark, sa.and_(ReadMark.thread_id == Thread.id, ReadMark.member_id == member.id))
        .where(Membership.member_id == member.id, _has_unread())
        .group_by(Thread.workspace_id)
    )
    return {workspace_id: number for number, workspace_id in db.session().execute(statement)}


def audience(workspace_id: str, *, seq: int) -> sa.Select[str]:
    """Who may see what came with this `seq`: a query for the ids of the members who have joined when it is run."""
    return (
        sa.select(Membership.member_id)
        .join(Workspace, Workspace.id == Membership.workspace_id)
        .where(
            Membership.workspace_id == workspace_id, Membership.sees_from <= seq, Workspace.trashed_at.is_(None)
        )
    )


def changes(standing: Standing, *, after: int, at_most: int = CHANGES_AT_ONCE) -> Changes:
    """What happened in a workspace after a `seq`, in order; three queries, however long the member was away."""
    stream = standing.workspace.id
    rows = db.session().execute(
        sa.select(EventRow, Member.name)
        .outerjoin(Member, Member.id == EventRow.actor_id)
        .where(EventRow.stream == stream, EventRow.seq > after)
        .order_by(EventRow.seq)
        .limit(at_most + 1)
    ).all()
    known = events.reactions()
    found = [(known.revive(row), name) for row, name in rows[:at_most]]
    brought = show([recorded.event.message for recorded, _name in found if hasattr(recorded.event, "message")])
    items = [_change(recorded, name, standing.workspace.slug, brought, standing.sees_from) for recorded, name in found]
    return Changes(items, head=events.head_of(stream), more=len(rows) > at_most)


def change_of(recorded: Recorded) -> Change | None:
    """A fact just recorded, as `changes` gives it to who sees everything."""
    held = db.session()
    slug = held.scalar(sa.select(Workspace.slug).where(Workspace.id == recorded.stream))
    if slug is None:
        return None
    name = held.scalar(sa.select(Member.name).where(Member.id == recorded.actor_id)) if recorded.actor_id else None
    brought = show([recorded.event.message]) if hasattr(recorded.event, "message") else {}
    return _change(recorded, name, slug, brought, 0)


def _change(
    recorded: Recorded, name: str | None, slug: str, brought: Mapping[str, ShownMessage], sees_from: int
) -> Change:
    actor = Person(recorded.actor_id, name) if recorded.actor_id and name else None
    message = brought.get(getattr(recorded.event, "message", ""))
    is_shown = (recorded.seq or 0) >= sees_from and (message is None or message.seq >= sees_from)
    return Change(recorded, slug, actor, message if is_shown else None, is_shown)


def _threads(whose: sa.ColumnElement[bool]) -> Rows:
    return (
        sa.select(
            Thread.id, Workspace.slug, Thread.title, Member.name, Thread.opened_at, Thread.last_at, Thread.last_seq,
            Thread.message_count,
        )
        .join(Workspace, Workspace.id == Thread.workspace_id)
        .join(Membership, sa.and_(Membership.workspace_id == Workspace.id, whose))
        .outerjoin(Member, Member.id == Thread.opened_by_id)
    )


def _threads_of(member: Member) -> Rows:
    unread = _unread(member).where(Message.thread_id == Thread.id).correlate(Thread, Membership, ReadMark)
    return (
        _threads(Membership.member_id == member.id)
        .add_columns(sa.case((_has_unread(), unread.scalar_subquery()), else_=0).label("unread"))
        .outerjoin(ReadMark, sa.and_(ReadMark.thread_id == Thread.id, ReadMark.member_id == member.id))
    )


def _read_so_far() -> sa.ColumnElement[int]:
    return sa.func.coalesce(ReadMark.seq, Membership.joined_seq)


def _has_unread() -> sa.ColumnElement[bool]:
    return Thread.last_seq > _read_so_far()


def _unread(member: Member) -> Rows:
    return sa.select(sa.func.count(Message.id)).where(
        Message.seq > _read_so_far(),
        Message.seq >= Membership.sees_from,
        Message.retracted_at.is_(None),
        sa.or_(Message.author_id != member.id, Message.author_id.is_(None)),
    )


def _messages(*which: sa.ColumnElement[bool]) -> Rows:
    author, answered, answered_author = aliased(Member), aliased(Message), aliased(Member)
    return (
        sa.select(Message, Workspace.slug, author.name, answered.id, answered_author.name)
        .join(Workspace, Workspace.id == Message.workspace_id)
        .outerjoin(author, author.id == Message.author_id)
        .outerjoin(answered, answered.id == Message.answers_id)
        .outerjoin(answered_author, answered_author.id == answered.author_id)
        .where(*which)
    )


def _read(statement: Rows) -> list[ShownMessage]:
    rows = db.session().execute(statement).all()
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
            answers=Answered(answered_id, answered_name) if answered_id else None,
            client_id=message.client_id,
            body=message.body,
            html=message.html,
            posted_at=message.posted_at,
            edited_at=message.edited_at,
            retracted_at=message.retracted_at,
            is_retracted_by_author=message.retracted_by_id == message.author_id,
            retraction_reason=message.retraction_reason,
        )
        for message, slug, name, answered_id, answered_name in rows
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


def _moment(text: str) -> datetime:
    from extranet.paging import BadCursor

    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise BadCursor from error


def _slug_of(kind: type[Thread] | type[Message], thing_id: str) -> str | None:
    return db.session().scalar(
        sa.select(Workspace.slug).join(kind, kind.workspace_id == Workspace.id).where(kind.id == thing_id)
    )
