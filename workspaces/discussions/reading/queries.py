"""Where a member is in their threads: what counts as unread, and who has read what where that is shown.

How far they have read is `so_far()`: their mark, but no less than to where they joined, be it once more; and no further
than to where they have marked the thread as unread. Everything that counts asks it, so that all numbers agree. What a
thread that they have muted brings counts nowhere but in its own row, unless it mentions them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from extranet import db
from extranet.events import EventRow
from extranet.members import Member
from workspaces.discussions.mentions.models import Mention
from workspaces.discussions.models import Message, ReadMark, Thread
from workspaces.discussions.threads.events import MessageMoved
from workspaces.discussions.threads.models import Bell
from workspaces.discussions.threads.queries import is_followed
from workspaces.memberships.models import Membership
from workspaces.models import Workspace
from workspaces.queries import Placed

Rows = sa.Select[*tuple[Any, ...]]

MOST_NEW = 100
"""Threads that the list of what is new shows at once, the latest first."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A member's mark in a thread: `seq` never goes backwards; `unread_from` is where they marked it as unread."""

    seq: int
    unread_from: int | None

    @property
    def so_far(self) -> int:
        """The `seq` up to which the thread counts as read."""
        return self.seq if self.unread_from is None else min(self.seq, self.unread_from - 1)


@dataclass(frozen=True, slots=True)
class NewIn:
    """A thread with something unread that counts, as a row of the list of what is new."""

    workspace: str
    slug: str
    thread: str
    title: str
    last_at: datetime
    last_seq: int
    so_far: int
    unread: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """What does not count for a member: workspaces they do not follow by slug, and threads that say otherwise by id."""

    workspaces: Sequence[str]
    muted: Sequence[str]
    followed: Sequence[str]


def marked_to(joined_seq: Any = Membership.joined_seq) -> sa.ColumnElement[int]:
    """The mark of a member who joined at this `seq`: for a query with, outer joined, their own row of `read_marks`."""
    return sa.case((ReadMark.seq > joined_seq, ReadMark.seq), else_=joined_seq)


def so_far(joined_seq: Any = Membership.joined_seq) -> sa.ColumnElement[int]:
    """How far a thread has been read: for the same query, which has the membership too if no number is given."""
    marked = marked_to(joined_seq)
    return sa.case((ReadMark.unread_from <= marked, ReadMark.unread_from - 1), else_=marked)


def has_unread() -> sa.ColumnElement[bool]:
    """Whether anything came after that: the first question, since it needs no message."""
    return Thread.last_seq > so_far()


def unread(member_id: Any) -> Rows:
    """A query for the number of messages that a member has not read; their own and retracted ones do not count."""
    return sa.select(sa.func.count(Message.id)).where(
        *is_unread(member_id, after=so_far(), sees_from=Membership.sees_from)
    )


def is_unread(member_id: Any, *, after: Any, sees_from: Any) -> tuple[sa.ColumnElement[bool], ...]:
    """Whether a message is unread by who has read so far and sees no earlier one: not their own nor a retracted one."""
    return (
        Message.seq > after,
        Message.seq >= sees_from,
        Message.retracted_at.is_(None),
        sa.or_(Message.author_id != member_id, Message.author_id.is_(None)),
    )


def is_mentioned(member_id: Any) -> sa.ColumnElement[bool]:
    """Whether a message mentions the member."""
    mentioned = sa.exists().where(Mention.message_id == Message.id, Mention.member_id == member_id).correlate(Message)
    return sa.and_(Message.has_beside, mentioned)


def unread_by_workspace(member: Member) -> Mapping[str, int]:
    """For each workspace that the member has joined, by its id, how much there is unread that counts; one query."""
    return {workspace_id: number for (workspace_id, _slug), number in _counted(member).items()}


def unread_by_slug(member: Member) -> Mapping[str, int]:
    """The same by the workspaces' slugs, which stand in addresses and in news."""
    return {slug: number for (_id, slug), number in _counted(member).items()}


def unread_by_thread(member: Member, slug: str) -> Mapping[str, int]:
    """For each thread of a workspace by its id how much there is unread, muted or not; one query.

    Of a workspace that the member has not joined there is nothing.
    """
    threads = _threads_with_unread(member.id, Workspace.slug == slug)
    statement = _messages_of(threads, member.id, threads.c.id, sa.func.count(Message.id)).group_by(threads.c.id)
    return dict(db.session().execute(statement).all())


def unread_in(member: Member, thread_id: str) -> int:
    """How many messages of one thread the member has not read, whether it is muted or not."""
    threads = _threads_with_unread(member.id, Thread.id == thread_id)
    return db.session().scalar(_messages_of(threads, member.id, sa.func.count(Message.id))) or 0


def what_is_new(member: Member, *, among: Sequence[str] | None = None) -> Sequence[NewIn]:
    """The threads with something unread that counts, those that moved last first, at most `MOST_NEW`; one query.

    With `among` only of these threads.
    """
    threads = _threads_with_unread(member.id, *([] if among is None else [Thread.id.in_(among)]))
    mentions = sa.func.sum(sa.case((is_mentioned(member.id), 1), else_=0))
    about = (threads.c.name, threads.c.slug, threads.c.id, threads.c.title, threads.c.last_at, threads.c.last_seq)
    statement = (
        _messages_of(threads, member.id, *about, threads.c.so_far, sa.func.count(Message.id), mentions)
        .where(_counts(threads, member.id))
        .group_by(*about, threads.c.so_far)
        .order_by(threads.c.last_at.desc(), threads.c.id.desc())
        .limit(MOST_NEW)
    )
    return [NewIn(*row) for row in db.session().execute(statement)]


def quiet(member: Member) -> Quiet:
    """What does not count for the member, so that an open page counts as the server does; two queries."""
    held = db.session()
    joined = (
        sa.select(Workspace.slug)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Membership.member_id == member.id, Workspace.trashed_at.is_(None), Membership.follows.is_(False))
    )
    bells = held.execute(
        sa.select(Bell.thread_id, Bell.follows)
        .join(Thread, Thread.id == Bell.thread_id)
        .join(
            Membership, sa.and_(Membership.workspace_id == Thread.workspace_id, Membership.member_id == Bell.member_id)
        )
        .where(Bell.member_id == member.id)
    ).all()
    return Quiet(
        held.scalars(joined).all(),
        [thread_id for thread_id, is_followed in bells if not is_followed],
        [thread_id for thread_id, is_followed in bells if is_followed],
    )


def mark_of(member: Member, thread_id: str, *, joined_seq: int) -> Mark:
    """The member's mark in a thread, which is no earlier than where they joined."""
    found = db.session().execute(
        sa.select(ReadMark.seq, ReadMark.unread_from).where(
            ReadMark.member_id == member.id, ReadMark.thread_id == thread_id
        )
    ).one_or_none()
    return Mark(max(found.seq, joined_seq), found.unread_from) if found is not None else Mark(joined_seq, None)


def shows_readers() -> sa.ColumnElement[bool]:
    """Whether it is shown who has read a message: for a query with its workspace.

    It is of what was said here since a host has it shown, no comparison with nothing being true. What came with its
    thread from elsewhere was read when nobody was to know: where it stands in the stream is the fact that it moved.
    """
    moved = sa.exists().where(
        EventRow.stream == Message.workspace_id, EventRow.seq == Message.seq, EventRow.kind == MessageMoved.kind()
    )
    return sa.and_(Message.seq >= Workspace.readers_shown_from, ~moved.correlate(Message))


def readers_shown_from(place: Placed, thread: Thread) -> int | None:
    """From which `seq` on it is shown of a thread's messages who has read them; no query where it is not shown."""
    if not place.workspace.shows_readers:
        return None
    shown = (
        sa.select(Message.seq)
        .join(Workspace, Workspace.id == Message.workspace_id)
        .where(Message.thread_id == thread.id, Message.seq >= place.standing.sees_from, shows_readers())
    )
    return db.session().scalar(shown.order_by(Message.seq).limit(1)) or thread.last_seq + 1


def readers(place: Placed, message: Message) -> Sequence[Member]:
    """Who of those in the workspace now has read a message of somebody else's, by name.

    Who joined after it was said is left out: their mark began behind it.
    """
    statement = (
        sa.select(Member)
        .join(ReadMark, ReadMark.member_id == Member.id)
        .join(
            Membership, sa.and_(Membership.member_id == Member.id, Membership.workspace_id == place.workspace.id)
        )
        .where(
            ReadMark.thread_id == message.thread_id, ReadMark.seq >= message.seq,
            Membership.joined_seq < message.seq, Membership.sees_from <= message.seq,
        )
        .order_by(Member.name, Member.id)
    )
    if message.author_id is not None:
        statement = statement.where(Member.id != message.author_id)
    return db.session().scalars(statement).all()


def _counted(member: Member) -> Mapping[tuple[str, str], int]:
    """Worked out once in a transaction that only reads: the navigation and the page ask the same."""
    held = db.session()
    if held.connection().get_execution_options().get("begins_as_writer", False):
        return _count(member)
    kept: dict[str, Mapping[tuple[str, str], int]] = held.info.setdefault("unread", {})
    if member.id not in kept:
        kept[member.id] = _count(member)
    return kept[member.id]


def _count(member: Member) -> Mapping[tuple[str, str], int]:
    rows = db.session().execute(_counting(), {"member": member.id})
    return {(workspace_id, slug): number for number, workspace_id, slug in rows}


@cache
def _counting() -> Rows:
    """Put together once: every page of every member asks for it."""
    member_id: sa.BindParameter[str] = sa.bindparam("member")
    threads = _threads_with_unread(member_id)
    return (
        _messages_of(threads, member_id, sa.func.count(Message.id), threads.c.workspace_id, threads.c.slug)
        .where(_counts(threads, member_id))
        .group_by(threads.c.workspace_id, threads.c.slug)
    )


def _threads_with_unread(member_id: Any, *which: sa.ColumnElement[bool]) -> sa.CTE:
    """The threads, of all workspaces that a member has joined, in which something came after what they have read.

    Worked out first and by themselves: most threads are read to their end, and their messages need no look.
    """
    return (
        sa.select(
            Thread.id, Thread.title, Thread.last_at, Thread.last_seq, Workspace.id.label("workspace_id"),
            Workspace.slug, Workspace.name, Membership.sees_from, so_far().label("so_far"),
            is_followed(member_id).label("follows"),
        )
        .select_from(Membership)
        .join(Workspace, Workspace.id == Membership.workspace_id)
        .join(Thread, Thread.workspace_id == Membership.workspace_id)
        .outerjoin(ReadMark, sa.and_(ReadMark.thread_id == Thread.id, ReadMark.member_id == member_id))
        .where(Membership.member_id == member_id, Workspace.trashed_at.is_(None), has_unread(), *which)
        .cte("threads_with_unread")
        .prefix_with("MATERIALIZED")
    )


def _messages_of(threads: sa.CTE, member_id: Any, *columns: Any) -> Rows:
    """What is asked of the unread messages of these threads."""
    return (
        sa.select(*columns)
        .select_from(threads)
        .join(Message, Message.thread_id == threads.c.id)
        .where(*is_unread(member_id, after=threads.c.so_far, sees_from=threads.c.sees_from))
    )


def _counts(threads: sa.CTE, member_id: Any) -> sa.ColumnElement[bool]:
    """Whether an unread message counts beyond its own thread: it is followed, or the member is mentioned there."""
    return sa.or_(threads.c.follows, is_mentioned(member_id))
