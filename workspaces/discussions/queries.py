"""Reads of discussions, each beginning with the member, who must have joined now, whoever wrote what."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import accumulate
from typing import Any, Literal

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import aliased

from directory import queries as directory
from extranet import clock, db, events
from extranet.errors import NotHere
from extranet.events import EventRow, Recorded, Stream
from extranet.members import Member
from extranet.paging import Page, page_of, read_cursor, write_cursor
from workspaces.discussions.beside import NOTHING_BESIDE, Beside, beside_of
from workspaces.discussions.models import STEP, Message, ReadMark, Thread, path_from, step_of, steps_in
from workspaces.discussions.reading.queries import (
    Mark,
    has_unread,
    is_unread,
    marked_to,
    shows_readers,
    so_far,
    unread,
)
from workspaces.discussions.threads.events import ThreadMovedAway
from workspaces.discussions.threads.models import Bell, Decision
from workspaces.discussions.threads.queries import ThreadHead, heads_of, is_followed, path_seen
from workspaces.discussions.threads.workdays import ANSWER_WITHIN, asked_before, working_days_since
from workspaces.memberships.models import Membership
from workspaces.models import Workspace
from workspaces.queries import Placed, Standing

Rows = sa.Select[*tuple[Any, ...]]

THREADS_A_PAGE = 30
WAITING_SHOWN = 5
"""Questions that wait which a workspace shows above its threads."""
MESSAGES_A_PAGE = 50
CHANGES_AT_ONCE = 1_000
MOST_CONTENT = 2_000_000
"""Characters of messages that one answer about what was missed brings: what people write comes a thousand at once."""
FEW = 12
"""Messages that are never more than that, however long they are."""
UNREAD_AT_ONCE = 2_000
"""Unread messages of one thread that a page knows one by one."""
_OF_A_MESSAGE = 21
"""Columns that `_messages` selects."""
PartOfThread = Literal["first", "after", "before", "at id", "at seq"]
"""Which messages of a thread a page shows; `Literal`, because each is a statement of its own."""


@dataclass(frozen=True, slots=True)
class ThreadStanding(Placed):
    """A thread and where the member stands in its workspace; who sees how it began sees all of it.

    Who opened it and does not see that, as they have come back since, is its opener no more.
    """

    thread: Thread
    is_opener: bool
    bell: bool | None
    sees_beginning: bool

    @property
    def follows(self) -> bool:
        """Whether the member follows it: by their bell, else as they do with the others of the workspace."""
        assert self.standing.membership is not None
        return self.standing.membership.follows if self.bell is None else self.bell


@dataclass(frozen=True, slots=True)
class MessageStanding(Placed):
    """A message and where the member stands to it."""

    thread: Thread
    message: Message
    is_author: bool
    is_opener: bool


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

    @property
    def weight(self) -> int:
        """About how many characters it and what belongs to it have."""
        return len(self.body) + len(self.html) + len(self.path) + self.beside.weight

    def is_by(self, member: Member) -> bool:
        """Whether this member wrote it."""
        return self.author is not None and self.author.id == member.id

    def seen_from(self, seq: int) -> "ShownMessage":
        """The message for who sees nothing before `seq`: not even that it answers something there."""
        if not seq:
            return self
        path = path_from(self.path, seq)
        answers = self.answers if self.answers is not None and self.answers.seq >= seq else None
        return self if (path, answers) == (self.path, self.answers) else replace(self, path=path, answers=answers)

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
    """A thread in a list. `unread` and `follows` are the asking member's, 0 and True where nobody in particular asks.

    `message_count` counts what the reader sees; None where readers see more and less of it. `waiting_days` are working
    days for which a question has waited, 0 where it is none, is answered, or was asked not long enough ago. `opened_at`
    is None for who does not see how it began.
    """

    id: str
    slug: str
    title: str
    opened_by: str | None
    opened_at: datetime | None
    last_at: datetime
    last_seq: int
    message_count: int | None
    kind: str
    pinned_at: datetime | None
    locked_at: datetime | None
    answered_at: datetime | None
    opened_by_id: str | None
    is_decided: bool
    unread: int = 0
    follows: bool = True
    waiting_days: int = 0

    def without_beginning(self) -> "ShownThread":
        """The same for who does not see how it began: not by whom, nor when.

        Nor when it was pinned, locked or answered before its last message, which may be before they came: the message's
        moment stands for that.
        """
        moments = {
            name: max(moment, self.last_at)
            for name in ("pinned_at", "locked_at", "answered_at")
            if (moment := getattr(self, name)) is not None
        }
        return replace(self, opened_by=None, opened_by_id=None, opened_at=None, waiting_days=0, **moments)

    def as_json(self) -> dict[str, Any]:
        """The thread as the API gives it."""
        return {
            "id": self.id,
            "workspace": self.slug,
            "title": self.title,
            "opened_by": self.opened_by,
            "opened_at": self.opened_at.isoformat() if self.opened_at else None,
            "last_at": self.last_at.isoformat(),
            "last_seq": self.last_seq,
            "message_count": self.message_count,
            "kind": self.kind,
            "pinned_at": self.pinned_at.isoformat() if self.pinned_at else None,
            "locked_at": self.locked_at.isoformat() if self.locked_at else None,
            "answered_at": self.answered_at.isoformat() if self.answered_at else None,
            "is_decided": self.is_decided,
            "waiting_days": self.waiting_days,
            "unread": self.unread,
            "follows": self.follows,
        }


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a member is in a thread: their mark, the `seq` of each message they have not read, the oldest first, and
    how many there are, which may be more; `head` is the workspace's.
    """

    head: int
    mark: Mark
    unread: Sequence[int]
    number: int


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
    head: ThreadHead | None = None
    is_shown: bool = True

    def seen_from(self, seq: int) -> "Change":
        """The change for who sees nothing before `seq`, but not all of its thread."""
        return replace(
            self,
            message=self.message.seen_from(seq) if self.message is not None else None,
            thread=replace(self.thread.without_beginning(), message_count=None) if self.thread is not None else None,
            head=self.head.seen_from(seq).without_beginning() if self.head is not None else None,
        )

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
    return _find_thread(member, thread_id, slug)


def find_thread_by_id(member: Member, thread_id: str) -> ThreadStanding | None:
    """The same, where the address names no workspace; one query too, whether it exists elsewhere or not."""
    return _find_thread(member, thread_id)


def find_thread_anywhere(member: Member, slug: str, thread_id: str) -> ThreadStanding | None:
    """The same for an old address, which may name the workspace from which the thread was moved; one query."""
    del slug
    return _find_thread(member, thread_id)


def find_message(member: Member, slug: str, message_id: str) -> MessageStanding | None:
    """A message that the member may see, in a workspace that they have joined; one query."""
    return _find_message(member, message_id, slug)


def find_message_by_id(member: Member, message_id: str) -> MessageStanding | None:
    """The same, where the address names no workspace; one query too, whether it exists elsewhere or not."""
    return _find_message(member, message_id)


def find_message_anywhere(member: Member, slug: str, message_id: str) -> MessageStanding | None:
    """The same for an old address, which may name the workspace from which its thread was moved; one query."""
    del slug
    return _find_message(member, message_id)


def find_message_where_readers_show(member: Member, slug: str, message_id: str) -> MessageStanding | None:
    """A message that the member may see, if the workspace's hosts have it shown who has read it; one query."""
    return _find_message(member, message_id, slug, where_readers_show=True)


def find_message_where_readers_show_by_id(member: Member, message_id: str) -> MessageStanding | None:
    """The same, where the address names no workspace."""
    return _find_message(member, message_id, where_readers_show=True)


def find_answered(member: Member, slug: str, message_id: str) -> Message | None:
    """What `find_message` finds, the message alone, for one that answers it."""
    asked = {"member": member.id, "message": message_id, "slug": slug}
    return db.session().scalar(_answered_statement(), asked)


def threads(member: Member, standing: Standing, *, after: str | None = None) -> Page[ShownThread]:
    """The threads of a workspace, pinned ones first, the last moved first, with what the member has not read.

    One query; what is not on the page is only ordered, not counted.
    """
    return _page_of_threads(_listed(member, standing, _on_page(standing, after)))


def threads_and_waiting(
    member: Member, standing: Standing
) -> tuple[Page[ShownThread], Sequence[ShownThread]]:
    """The first page of the threads of a workspace, and the few questions that wait the longest; one query for both."""
    waits = _oldest_that_wait(standing)
    # What waits and is further on in the list comes after the page's rows, in the same order.
    found = _listed(member, standing, _on_page(standing, None), waits)
    waiting = sorted(
        (thread for thread in found if thread.waiting_days), key=lambda one: (one.opened_at or one.last_at, one.id)
    )
    return _page_of_threads(found[: THREADS_A_PAGE + 1]), waiting[:WAITING_SHOWN]


def one_thread(member: Member, place: ThreadStanding) -> ShownThread:
    """A thread with what the member has not read."""
    return _thread(*db.session().execute(_threads_of(member).where(Thread.id == place.thread.id)).one())


def head(place: ThreadStanding) -> ThreadHead:
    """What stands at the head of a thread, as the one who stands there sees it; no query for a discussion."""
    thread = place.thread
    shown = _thread(
        place.sees_beginning,
        thread.id, place.workspace.slug, thread.title, None, thread.opened_at, thread.last_at, thread.last_seq, None,
        thread.kind, thread.pinned_at, thread.locked_at, thread.answered_at, thread.opened_by_id, False,
    )
    return heads_of([shown], sees_from=place.standing.sees_from)[thread.id]


def messages(
    place: ThreadStanding, *, after: str | None = None, before: str | None = None, at: str | int | None = None,
    size: int = MESSAGES_A_PAGE,
) -> Page[ShownMessage]:
    """A page of a thread in reading order: from its beginning, `after` or `before` a cursor, or `at` a message.

    `at` is a message's id or its `seq`; a thread that fits on a page is shown whole.
    """
    if before is not None:
        found = _found(place, "before", size, *read_cursor(before, str))
        return _page(_seen(place, found[:size])[::-1], has_previous=len(found) > size, has_next=True)
    if at is not None and place.thread.message_count > size:
        found = _found(place, "at seq" if isinstance(at, int) else "at id", size, at)
        has_previous = bool(found and found[0].above)
    elif after is not None:
        found, has_previous = _found(place, "after", size, *read_cursor(after, str)), True
    else:
        found, has_previous = _found(place, "first", size), False
    return _page(_seen(place, found[:size]), has_previous=has_previous, has_next=len(found) > size)


def show(place: Placed, message_id: str) -> ShownMessage:
    """A message as it is now, for the one who stands there.

    Raises `NotHere` if it is from before what they may see: they may have said it themselves, and have come back since.
    """
    (shown,) = _seen(place, db.session().execute(_one_message(), {"message": message_id}).all())
    _ensure_seen(place, shown.seq)
    return shown


def said(place: Placed, message: Message, answers: Message | None, *, by: Member) -> ShownMessage:
    """What `show` gives of a message that its author has just sent, of what is at hand, for programs.

    What only pages tell is missing: the author's organisation, and the name of who is answered. Raises as `show` does.
    """
    _ensure_seen(place, message.seq)
    if message.answers_id != (answers.id if answers is not None else None):
        return show(place, message.id)  # it was sent before, and answered something else
    beside = beside_of([message.id] if message.has_beside and not message.is_retracted else [])
    return ShownMessage(
        id=message.id, slug=place.workspace.slug, thread_id=message.thread_id, seq=message.seq, path=message.path,
        author=Person(by.id, by.name),
        answers=Answered(answers.id, None, answers.seq) if answers is not None else None,
        client_id=message.client_id, body=message.body, html=message.html, posted_at=message.posted_at,
        edited_at=message.edited_at, retracted_at=message.retracted_at,
        is_retracted_by_author=message.retracted_by_id == message.author_id,
        retraction_reason=message.retraction_reason, accepted_at=message.accepted_at,
        beside=beside.get(message.id, NOTHING_BESIDE),
    ).seen_from(place.standing.sees_from)


def whereabouts(member: Member, place: ThreadStanding) -> Whereabouts:
    """Where a member is in a thread, and what of it they have not read; one query.

    What came before they joined counts as read. At most the first `UNREAD_AT_ONCE` are named.
    """
    assert place.standing.membership is not None
    asked = {
        "member": member.id, "thread": place.thread.id, "workspace": place.workspace.id,
        "joined_seq": place.standing.membership.joined_seq, "sees_from": place.standing.sees_from,
    }
    rows = _rows(_whereabouts(), asked)
    head, seq, unread_from, _first, number = rows[0]
    return Whereabouts(head, Mark(seq, unread_from), [row[3] for row in rows if row[3] is not None], number)


@cache
def _whereabouts() -> Rows:
    """Put together once: every page of a thread asks for it."""
    member_id: sa.BindParameter[str] = sa.bindparam("member")
    thread_id: sa.BindParameter[str] = sa.bindparam("thread")
    joined_seq = sa.bindparam("joined_seq", type_=sa.BigInteger())
    not_read = is_unread(member_id, after=so_far(joined_seq), sees_from=sa.bindparam("sees_from"))
    mark = (marked_to(joined_seq), ReadMark.unread_from)
    return (
        sa.select(Stream.head, *mark, Message.seq, sa.func.count(Message.id).over())
        .select_from(Stream)
        .outerjoin(ReadMark, sa.and_(ReadMark.thread_id == thread_id, ReadMark.member_id == member_id))
        .outerjoin(Message, sa.and_(Message.thread_id == thread_id, *not_read))
        .where(Stream.id == sa.bindparam("workspace"))
        .order_by(Message.seq)
        .limit(UNREAD_AT_ONCE)
    )


def read_with(shown: Sequence[ShownMessage], unread: Sequence[int], *, so_far: int) -> int:
    """How far a thread is read by who sees these messages: up to the first of `unread` that is not among them.

    Where `unread` may go on, nothing after its last one is known to be read.
    """
    seen = {message.seq for message in shown}
    last = max(seen, default=so_far)
    if len(unread) == UNREAD_AT_ONCE:
        last = min(last, unread[-1])
    unseen = next((seq for seq in unread if seq > so_far and seq not in seen), None)
    return max(so_far, last if unseen is None else min(last, unseen - 1))


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


def readers(change: Change) -> tuple[sa.Select[str, int], dict[str, Any]]:
    """A query for who may see a fact, each with the `seq` from which they see, and the values that it takes."""
    return _readers(), {"stream": change.recorded.stream, "seq": _last_told(change)}


def seen_by(change: Change) -> Callable[[int], Change]:
    """How a fact, as `change_of` gives it, looks to who sees from a `seq` on.

    To who sees only the later part of a thread it tells neither how many messages there are, nor who began it and when,
    nor of one that they do not see: not that it is answered here or stands above this one, is the accepted answer, or
    that a decision rests on it.
    """
    views: dict[int, Change] = {}

    def view(sees_from: int) -> Change:
        if sees_from == 0 or change.thread is None:
            return change
        if not views:
            first = sa.select(sa.func.min(Message.seq)).where(Message.thread_id == change.thread.id)
            views[db.session().scalar(first) or 0] = change
        start = min(views)
        step = min((seq for seq in _told_of(change) if seq >= sees_from), default=_last_told(change))
        if sees_from <= start or step <= start:
            return change
        return views.setdefault(step, change.seen_from(step))

    return view


def _last_told(change: Change) -> int:
    event, seq = change.recorded.event, change.recorded.seq or 0
    if change.thread is None:
        return event.last_seq if isinstance(event, ThreadMovedAway) else seq
    return change.message.seq if change.message is not None else change.thread.last_seq


def _told_of(change: Change) -> set[int]:
    """The messages of which a fact tells something, by their `seq`."""
    last = _last_told(change)
    told = {*(change.head.seqs if change.head is not None else ()), last}
    if change.message is not None:
        told.update(steps_in(change.message.path))
        told.update([change.message.answers.seq] if change.message.answers is not None else [])
    return {seq for seq in told if seq <= last}


@cache
def _readers() -> sa.Select[str, int]:
    return (
        sa.select(Membership.member_id, Membership.sees_from)
        .join(Workspace, Workspace.id == Membership.workspace_id)
        .where(
            Membership.workspace_id == sa.bindparam("stream"), Membership.sees_from <= sa.bindparam("seq"),
            Workspace.trashed_at.is_(None),
        )
    )


def changes(standing: Standing, *, after: int, at_most: int = CHANGES_AT_ONCE) -> Changes:
    """What happened in a workspace after a `seq`, in order, as much as one answer bears; two queries, however long the
    member was away, and one of how long the messages are if there are many.

    One more tells what belongs to messages, and one of threads of which more happened than messages, if there are some.
    """
    stream, sees_from = standing.workspace.id, standing.sees_from
    asked = {"stream": stream, "after": after, "most": at_most + 1}
    rows = _rows(_facts_after(), asked)
    known = events.reactions()
    found = [(known.revive(row), row.name) for row in rows[:at_most] if row.id is not None]
    bearable = _bearable(_lengths(recorded for recorded, _name in found))
    brought = _brought([recorded for recorded, _name in found[:bearable]], stream, sees_from)
    items = [
        _change(recorded, name, standing.workspace.slug, brought, sees_from) for recorded, name in found[:bearable]
    ]
    items = items[: _bearable(_weights(items))]
    return Changes(items, head=rows[0].head if rows else 0, more=len(rows) > at_most or len(items) < len(found))


def _bearable(sizes: Iterable[int]) -> int:
    """How many of these, from the first on, one answer bears: at least one, so that it goes on."""
    return max(1, sum(total <= MOST_CONTENT for total in accumulate(sizes)))


def _lengths(facts: Iterable[Recorded]) -> list[int]:
    """How long the message is that each fact brings, asked before any of them is read where there are many."""
    message_ids = [getattr(fact.event, "message", "") for fact in facts]
    lengths: Mapping[str, int] = {}
    if len(asked := {*message_ids} - {""}) > FEW:
        length = sa.func.length(Message.body) + sa.func.length(Message.html)
        lengths = dict(_rows(sa.select(Message.id, length).where(Message.id.in_(asked)), {}))
    return [lengths.get(message_id, 0) for message_id in message_ids]


def _weights(changes: Iterable["Change"]) -> Iterator[int]:
    """About how many characters each of these brings; a thread's head comes once."""
    headed = set()
    for change in changes:
        head = change.head if change.head is not None and change.head.id not in headed else None
        headed.add(head.id if head is not None else "")
        decided = len(head.decision.html) if head is not None and head.decision is not None else 0
        yield decided + (change.message.weight if change.message is not None else 0)


@cache
def _facts_after() -> Rows:
    """Put together once; by columns, because a thousand rows become nothing but facts."""
    return (
        sa.select(Stream.head, *EventRow.__table__.columns, Member.name)
        .outerjoin(EventRow, sa.and_(EventRow.stream == Stream.id, EventRow.seq > sa.bindparam("after")))
        .outerjoin(Member, Member.id == EventRow.actor_id)
        .where(Stream.id == sa.bindparam("stream"))
        .order_by(EventRow.seq)
        .limit(sa.bindparam("most", type_=sa.Integer()))
    )


def change_of(recorded: Recorded) -> Change | None:
    """A fact just recorded, as `changes` gives it to who sees everything."""
    if recorded.stream is None:
        return None
    brought = _brought([recorded], recorded.stream, 0)
    message, _thread = brought.messages.get(getattr(recorded.event, "message", ""), (None, None))
    if message is not None and message.author is not None and message.author.id == recorded.actor_id:
        return _change(recorded, message.author.name, message.slug, brought, 0)
    asked = {"stream": recorded.stream, "actor": recorded.actor_id}
    found = db.session().execute(_where_and_who(), asked).one_or_none()
    return _change(recorded, found.name, found.slug, brought, 0) if found is not None else None


@cache
def _where_and_who() -> sa.Select[str, str | None]:
    return (
        sa.select(Workspace.slug, Member.name)
        .outerjoin(Member, Member.id == sa.bindparam("actor"))
        .where(Workspace.id == sa.bindparam("stream"))
    )


@dataclass(frozen=True, slots=True)
class _Brought:
    """What facts tell of, as it is now, where it is still in their workspace and the reader sees it."""

    messages: Mapping[str, tuple[ShownMessage, ShownThread]]
    threads: Mapping[str, ShownThread]
    heads: Mapping[str, ThreadHead]


def _change(recorded: Recorded, name: str | None, slug: str, brought: _Brought, sees_from: int) -> Change:
    actor = Person(recorded.actor_id, name) if recorded.actor_id and name else None
    event = recorded.event
    message, thread = brought.messages.get(getattr(event, "message", ""), (None, None))
    thread = thread or brought.threads.get(getattr(event, "thread", ""))
    if isinstance(event, ThreadMovedAway):
        is_shown = event.last_seq >= sees_from
    elif hasattr(event, "message"):
        is_shown = message is not None and message.seq >= sees_from
    else:
        is_shown = thread is not None or not hasattr(event, "thread")
    if not is_shown or (recorded.seq or 0) < sees_from:
        return Change(recorded, slug, actor, is_shown=False)
    return Change(recorded, slug, actor, message, thread, brought.heads.get(thread.id) if thread is not None else None)


def _brought(facts: Sequence[Recorded], workspace_id: str, sees_from: int) -> _Brought:
    message_ids = {fact.event.message for fact in facts if hasattr(fact.event, "message")}
    thread_ids = {
        fact.event.thread for fact in facts if hasattr(fact.event, "thread") and not hasattr(fact.event, "message")
    }
    messages = _messages_brought(message_ids, workspace_id, sees_from) if message_ids else {}
    threads = _threads_brought(thread_ids, workspace_id, sees_from) if thread_ids else {}
    changed = {thread.id: thread for _message, thread in messages.values() if thread.kind != "discussion"}
    return _Brought(messages, threads, heads_of({**changed, **threads}.values(), sees_from=sees_from))


def _messages_brought(
    ids: Iterable[str], workspace_id: str, sees_from: int
) -> dict[str, tuple[ShownMessage, ShownThread]]:
    asked = {"ids": list(ids), "workspace": workspace_id, "sees_from": sees_from}
    rows = _rows(_brought_statement(counts_all=not sees_from), asked)
    threads: dict[str, ShownThread] = {}
    for row in rows:
        if row.thread_id not in threads:
            threads[row.thread_id] = _thread(*row[_OF_A_MESSAGE:])
    shown = (message.seen_from(sees_from) for message in _shown(rows))
    return {message.id: (message, threads[message.thread_id]) for message in shown}


@cache
def _brought_statement(*, counts_all: bool) -> Rows:
    """Put together once: every message that anybody writes asks for it."""
    opener = aliased(Member)
    sees_from = None if counts_all else sa.bindparam("sees_from", type_=sa.BigInteger())
    which = Message.id.in_(sa.bindparam("ids", expanding=True)), Message.workspace_id == sa.bindparam("workspace")
    return (
        _messages(*which)
        .add_columns(*_of_thread(opener.name, *_seen_of_thread(sees_from)))
        .join(Thread, Thread.id == Message.thread_id)
        .outerjoin(opener, opener.id == Thread.opened_by_id)
    )


def _threads_brought(ids: Iterable[str], workspace_id: str, sees_from: int) -> dict[str, ShownThread]:
    rows = db.session().execute(
        _threads(*_seen_of_thread(sa.literal(sees_from) if sees_from else None)).where(
            Thread.id.in_(ids), Thread.workspace_id == workspace_id, Thread.last_seq >= sees_from
        )
    )
    return {thread.id: thread for thread in (_thread(*row) for row in rows)}


def _joined(member_id: Any, thing: type[Thread] | type[Message], of_workspace: sa.ColumnElement[bool]) -> Rows:
    return (
        sa.select(Workspace, Membership, thing)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .join(thing, of_workspace)
        .where(Membership.member_id == member_id, Workspace.trashed_at.is_(None))
    )


def _find_thread(member: Member, thread_id: str, slug: str | None = None) -> ThreadStanding | None:
    asked = {"member": member.id, "thread": thread_id, "slug": slug}
    row = db.session().execute(_thread_statement(has_slug=slug is not None), asked).one_or_none()
    if row is None:
        return None
    workspace, membership, thread, bell, sees_beginning = row
    return ThreadStanding(
        Standing(workspace, membership), thread, is_opener=sees_beginning and thread.opened_by_id == member.id,
        bell=bell, sees_beginning=sees_beginning,
    )


@cache
def _thread_statement(*, has_slug: bool) -> Rows:
    """Put together once: every page of a thread and every message that is sent asks for it."""
    member_id: sa.BindParameter[str] = sa.bindparam("member")
    return (
        _joined(member_id, Thread, Thread.workspace_id == Workspace.id)
        .add_columns(Bell.follows, _sees_beginning_by_membership())
        .outerjoin(Bell, sa.and_(Bell.thread_id == Thread.id, Bell.member_id == member_id))
        .where(Thread.id == sa.bindparam("thread"), Thread.last_seq >= Membership.sees_from)
        .where(Workspace.slug == sa.bindparam("slug") if has_slug else sa.true())
    )


def _find_message(
    member: Member, message_id: str, slug: str | None = None, *, where_readers_show: bool = False
) -> MessageStanding | None:
    asked = {"member": member.id, "message": message_id, "slug": slug}
    statement = _message_statement(has_slug=slug is not None, where_readers_show=where_readers_show)
    row = db.session().execute(statement, asked).one_or_none()
    if row is None:
        return None
    workspace, membership, message, thread, sees_beginning = row
    return MessageStanding(
        Standing(workspace, membership), thread, message, is_author=message.author_id == member.id,
        is_opener=sees_beginning and thread.opened_by_id == member.id,
    )


@cache
def _message_statement(*, has_slug: bool, where_readers_show: bool) -> Rows:
    """Put together once: every answer to a message asks for it."""
    statement = (
        _joined(sa.bindparam("member"), Message, Message.workspace_id == Workspace.id)
        .add_columns(Thread, _sees_beginning_by_membership())
        .join(Thread, Thread.id == Message.thread_id)
        .where(Message.id == sa.bindparam("message"), Message.seq >= Membership.sees_from)
        .where(Workspace.slug == sa.bindparam("slug") if has_slug else sa.true())
    )
    return statement.where(shows_readers()) if where_readers_show else statement


@cache
def _answered_statement() -> sa.Select[Message]:
    """Put together once: every answer to a message asks for it, and nothing else of what it could find."""
    statement = _message_statement(has_slug=True, where_readers_show=False)
    return statement.with_only_columns(Message, maintain_column_froms=True)


def _count_from(sees_from: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
    counted = aliased(Message)
    return (
        sa.select(sa.func.count(counted.id))
        .where(counted.thread_id == Thread.id, counted.seq >= sees_from)
        .correlate(Thread, Membership)
        .scalar_subquery()
    )


def _sees_beginning(sees_from: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    earlier = aliased(Message)
    unseen = sa.exists().where(earlier.thread_id == Thread.id, earlier.seq < sees_from)
    return ~unseen.correlate(Thread, Membership)


def _sees_beginning_by_membership() -> sa.ColumnElement[bool]:
    """The same for a query with the membership; most see everything, and nothing is looked for."""
    return sa.case((Membership.sees_from == 0, sa.true()), else_=_sees_beginning(Membership.sees_from.expression))


def _seen_of_thread(sees_from: sa.ColumnElement[int] | None) -> tuple[Any, Any]:
    """Of a thread, for who sees from there on or, with None, everything: whether how it began, and how many messages.
    """
    if sees_from is None:
        return sa.true(), Thread.message_count
    return _sees_beginning(sees_from), _count_from(sees_from)


def _threads(sees_beginning: Any, message_count: Any) -> Rows:
    return (
        sa.select(*_of_thread(Member.name, sees_beginning, message_count))
        .join(Workspace, Workspace.id == Thread.workspace_id)
        .outerjoin(Member, Member.id == Thread.opened_by_id)
    )


def _of_thread(opened_by: Any, sees_beginning: Any, message_count: Any) -> tuple[Any, ...]:
    """What `_thread` takes."""
    return (
        sees_beginning,
        Thread.id, Workspace.slug, Thread.title, opened_by, Thread.opened_at, Thread.last_at, Thread.last_seq,
        message_count, Thread.kind, Thread.pinned_at, Thread.locked_at, Thread.answered_at, Thread.opened_by_id,
        sa.exists().where(Decision.thread_id == Thread.id),
    )


def _thread(sees_beginning: bool, *row: Any) -> ShownThread:
    shown = ShownThread(*row)
    if not sees_beginning or shown.opened_at is None:
        return shown.without_beginning()
    if shown.kind != "question" or shown.answered_at is not None:
        return shown
    days = working_days_since(shown.opened_at, clock.today())
    return replace(shown, waiting_days=days) if days >= ANSWER_WITHIN else shown


def _listed(member: Member, standing: Standing, *which: sa.Select[str]) -> list[ShownThread]:
    statement = _threads_of(member).where(sa.or_(*(Thread.id.in_(ids) for ids in which)))
    return [_thread(*row) for row in db.session().execute(statement.order_by(*_list_order()))]


def _on_page(standing: Standing, after: str | None) -> sa.Select[str]:
    ids = _ids_in(standing).order_by(*_list_order()).limit(THREADS_A_PAGE + 1)
    if after is None:
        return ids
    is_pinned, moment, thread_id = read_cursor(after, bool, datetime, str)
    last = sa.tuple_(sa.literal(int(is_pinned)), sa.literal(moment, db.UtcDateTime()), sa.literal(thread_id))
    return ids.where(sa.tuple_(_pinned_first(), Thread.last_at, Thread.id) < last)


def _oldest_that_wait(standing: Standing) -> sa.Select[str]:
    return (
        _ids_in(standing)
        .where(
            Thread.kind == "question", Thread.answered_at.is_(None), Thread.opened_at < asked_before(clock.today())
        )
        .order_by(Thread.opened_at, Thread.id)
        .limit(WAITING_SHOWN)
    )


def _ids_in(standing: Standing) -> sa.Select[str]:
    seen = (Thread.workspace_id == standing.workspace.id, Thread.last_seq >= standing.sees_from)
    return sa.select(Thread.id).where(*seen).correlate(None)


def _page_of_threads(found: Sequence[ShownThread]) -> Page[ShownThread]:
    return page_of(
        found, THREADS_A_PAGE, lambda thread: (thread.pinned_at is not None, thread.last_at.isoformat(), thread.id)
    )


def _list_order() -> list[sa.ColumnElement[Any]]:
    return [_pinned_first().desc(), Thread.last_at.desc(), Thread.id.desc()]


def _pinned_first() -> sa.ColumnElement[int]:
    return sa.case((Thread.pinned_at.is_not(None), 1), else_=0)


def _threads_of(member: Member) -> Rows:
    not_read = unread(member.id).where(Message.thread_id == Thread.id).correlate(Thread, Membership, ReadMark)
    sees_all = Membership.sees_from == 0
    count = sa.case((sees_all, Thread.message_count), else_=_count_from(Membership.sees_from.expression))
    return (
        _threads(_sees_beginning_by_membership(), count)
        .add_columns(sa.case((has_unread(), not_read.scalar_subquery()), else_=0).label("unread"))
        .add_columns(is_followed(member.id))
        .join(
            Membership, sa.and_(Membership.workspace_id == Thread.workspace_id, Membership.member_id == member.id)
        )
        .outerjoin(ReadMark, sa.and_(ReadMark.thread_id == Thread.id, ReadMark.member_id == member.id))
    )


def _rows(statement: Rows, asked: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a statement that asks for columns alone, past the session, which would look for objects in each."""
    held = db.session()
    held.flush()
    return held.connection().execute(statement, asked).all()


def _messages(*which: sa.ColumnElement[bool]) -> Rows:
    return _every_message().where(*which)


@cache
def _every_message() -> Rows:
    """Put together once, because aliases are slow to make; by columns, because rows become nothing but `ShownMessage`.
    """
    author, answered, answered_author = aliased(Member), aliased(Message), aliased(Member)
    statement = (
        sa.select(
            Message.id.label("message_id"), Workspace.slug, Message.thread_id, Message.seq, Message.path,
            Message.author_id, author.name, answered.id, answered_author.name, answered.seq, Message.client_id,
            Message.body, Message.html, Message.posted_at, Message.edited_at, Message.retracted_at,
            Message.retracted_by_id, Message.retraction_reason, Message.accepted_at, Message.has_beside,
        )
        .join(Workspace, Workspace.id == Message.workspace_id)
        .outerjoin(author, author.id == Message.author_id)
        .outerjoin(answered, answered.id == Message.answers_id)
        .outerjoin(answered_author, answered_author.id == answered.author_id)
    )
    return directory.with_organisation(statement, author)


@cache
def _one_message() -> Rows:
    """Put together once: every message that is sent asks for it."""
    return _messages(Message.id == sa.bindparam("message"))


def _ensure_seen(place: Placed, seq: int) -> None:
    if seq < place.standing.sees_from:
        raise NotHere


def _found(place: ThreadStanding, which: PartOfThread, size: int, there: str | int | None = None) -> Sequence[Any]:
    """The rows of a page of a thread, and one more if there is more; `there` is the place or the message asked for."""
    sees_from = place.standing.sees_from
    asked = {
        "thread": place.thread.id, "sees_from": sees_from, "first": step_of(sees_from), "there": there,
        "most": size + 1, "half": size // 2,
    }
    return _rows(_part(which, sees_beginning=place.sees_beginning), asked)


@cache
def _part(which: PartOfThread, *, sees_beginning: bool) -> Rows:
    """Put together once: every page of a thread asks for one of these."""
    path = path_seen(None if sees_beginning else sa.bindparam("first", type_=sa.Text()))
    # Who sees how a thread began sees all of it: SQLite is to go along its paths, not to read it whole and order it.
    seq = Message.seq + 0 if sees_beginning else Message.seq
    of_thread = (Message.thread_id == sa.bindparam("thread"), seq >= sa.bindparam("sees_from"))
    statement = _messages(*of_thread).limit(sa.bindparam("most", type_=sa.Integer()))
    there: sa.BindParameter[Any] = sa.bindparam("there")
    if which == "before":
        return statement.where(path < there).order_by(path.desc())
    if which == "after":
        statement = statement.where(path > there)
    elif which != "first":
        is_it = (Message.id if which == "at id" else Message.seq) == there
        above = _path_above(path, is_it, *of_thread)
        statement = statement.add_columns(above.label("above")).where(path > sa.func.coalesce(above, ""))
    return statement.order_by(path)


def _path_above(path: sa.ColumnElement[str], is_it: Any, *of_thread: Any) -> sa.ScalarSelect[str]:
    """The path after which a page begins that shows a message with some of what stands above it; none for the start."""
    target = sa.select(path).where(*of_thread, is_it).correlate(None).scalar_subquery()
    return (
        sa.select(path)
        .where(*of_thread, path < target)
        .order_by(path.desc())
        .offset(sa.bindparam("half", type_=sa.Integer()))
        .limit(1)
        .correlate(None)
        .scalar_subquery()
    )


def _seen(place: Placed, rows: Sequence[Any]) -> list[ShownMessage]:
    return [message.seen_from(place.standing.sees_from) for message in _shown(rows)]


def _shown(rows: Sequence[Any]) -> list[ShownMessage]:
    beside = beside_of([row.message_id for row in rows if row.has_beside and row.retracted_at is None])
    return [
        ShownMessage(
            id=id_,
            slug=slug,
            thread_id=thread_id,
            seq=seq,
            path=path,
            author=Person(author_id, name, organisation or "") if author_id is not None and name is not None else None,
            answers=Answered(answered_id, answered_name, answered_seq) if answered_id is not None else None,
            client_id=client_id,
            body=body,
            html=html,
            posted_at=posted_at,
            edited_at=edited_at,
            retracted_at=retracted_at,
            is_retracted_by_author=retracted_by_id == author_id,
            retraction_reason=reason,
            accepted_at=accepted_at,
            beside=beside.get(id_, NOTHING_BESIDE),
        )
        for (
            id_, slug, thread_id, seq, path, author_id, name, answered_id, answered_name, answered_seq, client_id, body,
            html, posted_at, edited_at, retracted_at, retracted_by_id, reason, accepted_at, _has_beside, organisation,
            *_more,
        ) in rows
    ]


def _page(shown: list[ShownMessage], *, has_previous: bool, has_next: bool) -> Page[ShownMessage]:
    if not shown:
        return Page(shown)
    return Page(
        shown,
        next=write_cursor([shown[-1].path]) if has_next else None,
        previous=write_cursor([shown[0].path]) if has_previous else None,
    )
