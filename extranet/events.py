"""What happened: one row that is trail, outbox and catch-up log in one.

A fact is recorded in the transaction that makes it true. A fact of a *stream* (a workspace) takes its next `seq`,
gapless because the counter's row is locked until the commit. Four kinds of reactions follow a fact:

- `together`: in the same transaction, for what must be true at the same moment;
- `before_answer`: after the commit and before the answer, for what must have ended once somebody is told that it has;
- `at_once`: after the commit, soon and in order, and forgotten if the process dies (live news: who missed it catches
  up by `seq`). Both of these run in every server process, each for those connected to it;
- `later`: through the outbox, at least once, also after a kill (letters, the index).
"""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, ClassVar, Protocol, cast

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, mapped_column

from extranet import clock, db
from extranet.db import Base
from extranet.members import Member
from extranet.soon import attempt, soon

BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


@dataclass(frozen=True, slots=True)
class Event:
    """A fact, in the past tense, holding ids only. Subclasses are frozen dataclasses; their name is their kind."""

    @classmethod
    @cache
    def kind(cls) -> str:
        """`MessagePosted` is `message-posted`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", cls.__name__).lower()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact with its place: when, by whom, and, within a stream, its `seq`."""

    event: Any
    id: int
    stream: str | None
    seq: int | None
    at: datetime
    actor_id: str | None

    @property
    def kind(self) -> str:
        return cast(str, self.event.kind())


class Stream(Base):
    """The counter of one gapless sequence; its id is the id of what it belongs to."""

    __tablename__ = "event_streams"

    id: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    head: Mapped[int] = mapped_column(sa.BigInteger(), default=0)


class EventRow(Base):
    """A recorded fact as it is kept."""

    __tablename__ = "events"
    __table_args__ = (sa.UniqueConstraint("stream", "seq"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    stream: Mapped[str | None] = mapped_column(sa.String(12))
    seq: Mapped[int | None] = mapped_column(sa.BigInteger())
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(sa.JSON())


class OutboxRow(Base):
    """A reaction that has still to be done."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id", ondelete="CASCADE"), index=True)
    reaction: Mapped[str]
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]


Reaction = Callable[[Recorded], None]
BatchReaction = Callable[[Sequence[Recorded]], None]


in_every_process: ContextVar[bool] = ContextVar("in_every_process", default=False)
"""Whether what runs now runs in each server process, and so need not be passed on to the others."""


class Elsewhere(Protocol):
    """The other server processes."""

    def note_own(self, event_id: int) -> None: ...

    def ring(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Later:
    """A durable reaction: its stable name, the function, and whether it takes many facts at a time."""

    name: str
    run: Callable[[Any], None]
    in_batches: bool


class Reactions:
    """Which reactions follow which kind of fact, in one app."""

    KEY: ClassVar[str] = "reactions"

    def __init__(self) -> None:
        self.kinds: dict[str, type[Event]] = {}
        self._together: dict[str, list[Reaction]] = {}
        self._before_answer: dict[str, list[Reaction]] = {}
        self._at_once: dict[str, list[Reaction]] = {}
        self._later: dict[str, list[Later]] = {}
        self.by_name: dict[str, Later] = {}
        self.followed_everywhere: set[str] = set()  # the kinds of facts to which each process reacts
        self.elsewhere: Elsewhere | None = None

    def knows(self, *events: type[Event]) -> None:
        """Make kinds of facts known that have no reaction."""
        for event in events:
            self.kinds[event.kind()] = event

    def together(self, event: type[Event], *reactions: Reaction) -> None:
        """React in the same transaction."""
        self.knows(event)
        self._together.setdefault(event.kind(), []).extend(reactions)

    def before_answer(self, event: type[Event], *reactions: Reaction) -> None:
        """React after the commit and before the answer; in the other processes as soon as they know."""
        self.knows(event)
        self.followed_everywhere.add(event.kind())
        self._before_answer.setdefault(event.kind(), []).extend(reactions)

    def at_once(self, event: type[Event], *reactions: Reaction) -> None:
        """React after the commit, in each process, without a promise."""
        self.knows(event)
        self.followed_everywhere.add(event.kind())
        self._at_once.setdefault(event.kind(), []).extend(reactions)

    def later(self, event: type[Event], *reactions: Reaction) -> None:
        """React through the outbox, at least once, one fact at a time."""
        self._promise(event, reactions, in_batches=False)

    def later_in_batches(self, event: type[Event], *reactions: BatchReaction) -> None:
        """React through the outbox, at least once, many facts at a time."""
        self._promise(event, reactions, in_batches=True)

    def _promise(self, event: type[Event], reactions: Iterable[Callable[[Any], None]], *, in_batches: bool) -> None:
        self.knows(event)
        for run in reactions:
            name = f"{run.__module__}.{run.__qualname__}"
            promise = Later(name, run, in_batches)
            self.by_name[name] = promise
            self._later.setdefault(event.kind(), []).append(promise)

    def of(self, kind: str) -> tuple[list[Reaction], list[Later]]:
        """The reactions together with a kind of fact, and later."""
        return self._together.get(kind, []), self._later.get(kind, [])

    def run_everywhere(self, recorded: Recorded) -> None:
        """React to a fact that is kept, as each process does."""
        for reaction in self._before_answer.get(recorded.kind, []):
            attempt(partial(_react, reaction, recorded))
        for reaction in self._at_once.get(recorded.kind, []):
            soon(partial(_react, reaction, recorded))

    def revive(self, row: EventRow) -> Recorded:
        """The fact of a kept row. Raises `KeyError` or `TypeError` at one of another version of the product."""
        kind = self.kinds[row.kind]
        names = {field.name: field.type for field in dataclasses.fields(kind)}
        data = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in row.data.items()
            if name in names
        }
        return Recorded(kind(**data), row.id, row.stream, row.seq, row.at, row.actor_id)


def install(app: Flask) -> None:
    """Give the app an empty set of reactions."""
    app.extensions[Reactions.KEY] = Reactions()


def reactions(app: Flask | None = None) -> Reactions:
    """The app's reactions; a feature's `install(app)` adds its own."""
    return cast(Reactions, (app or current_app).extensions[Reactions.KEY])


def open_stream(stream: str) -> None:
    """Begin a gapless sequence at 0."""
    db.session().add(Stream(id=stream, head=0))
    db.session().flush()


def record(event: Event, *, by: Member | None, stream: str | None = None, at: datetime | None = None) -> Recorded:
    """Keep a fact in the present transaction, with the stream's next `seq`, and promise its reactions."""
    held = db.session()
    held.flush()
    connection = held.connection()
    seq = _next_seq(connection, stream) if stream is not None else None
    at, actor_id = at or clock.now(), by.id if by is not None else None
    row = {"stream": stream, "seq": seq, "kind": event.kind(), "at": at, "actor_id": actor_id}
    kept = connection.execute(_insert(EventRow), {**row, "data": dataclasses.asdict(event)})
    assert kept.inserted_primary_key is not None
    recorded = Recorded(event, kept.inserted_primary_key[0], stream, seq, at, actor_id)
    _follow(connection, recorded)
    return recorded


def _next_seq(connection: Connection, stream: str) -> int:
    """Take the next number of a stream; the stream waits for this transaction from here on."""
    return cast(int, connection.execute(_take_the_next(), {"stream": stream}).scalar_one())


@cache
def _take_the_next() -> Any:
    """Put together once, and past the session: every fact of a workspace asks for it."""
    streams: Any = Stream.__table__
    statement = sa.update(streams).where(streams.c.id == sa.bindparam("stream"))
    return statement.values(head=streams.c.head + 1).returning(streams.c.head)


@cache
def _insert(thing: type[Base]) -> sa.Insert:
    """Put together once, and past the session: nothing looks at these rows before they are read again."""
    return sa.insert(thing.__table__)  # type: ignore[arg-type]


def lock_stream(stream: str) -> None:
    """Let this transaction alone add to a stream from here on, before it looks at what is there already."""
    if db.database().is_sqlite:
        return  # who may write there is alone from the beginning
    db.session().execute(_lock(), {"stream": stream})


@cache
def _lock() -> sa.Select[str]:
    """Put together once: whoever changes anything in a workspace asks for it."""
    return sa.select(Stream.id).where(Stream.id == sa.bindparam("stream")).with_for_update()


def head_of(stream: str) -> int:
    """The last number that a stream has given; 0 before the first, or if there is no such stream."""
    return db.session().scalar(sa.select(Stream.head).where(Stream.id == stream)) or 0


def heads_of(streams: Iterable[str]) -> Mapping[str, int]:
    """The last numbers of several streams."""
    rows = db.session().execute(sa.select(Stream.id, Stream.head).where(Stream.id.in_(list(streams))))
    return {row.id: row.head for row in rows}


def forget_stream(stream: str) -> None:
    """Remove a stream and all its facts: the trail keeps only what is recorded outside it."""
    db.session().execute(sa.delete(EventRow).where(EventRow.stream == stream))
    db.session().execute(sa.delete(Stream).where(Stream.id == stream))


def _follow(connection: Connection, recorded: Recorded) -> None:
    known = reactions()
    together, later = known.of(recorded.kind)
    for reaction in together:
        reaction(recorded)
    if later:
        now = clock.now()
        row = {"event_id": recorded.id, "due_at": now, "attempts": 0}
        rows = [{**row, "reaction": promise.name} for promise in later]
        connection.execute(_insert(OutboxRow), rows)
        db.after_commit(_wake_the_drainer)
    if recorded.kind in known.followed_everywhere:
        db.after_commit(partial(known.run_everywhere, recorded))
        if known.elsewhere is not None:
            known.elsewhere.note_own(recorded.id)
            db.after_commit(known.elsewhere.ring)


def _react(reaction: Reaction, recorded: Recorded) -> None:
    token = in_every_process.set(True)
    try:
        reaction(recorded)
    finally:
        in_every_process.reset(token)


def _wake_the_drainer() -> None:
    from extranet import outbox

    outbox.wake()
