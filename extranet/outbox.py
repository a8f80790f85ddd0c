"""The promises that facts made: done at least once, by one process at a time, also after a kill.

In a server a greenlet drains; a command drains at its end unless a server is running, which will do it then. Where a
promise has been kept and cannot be crossed out, as on a full disk, it is remembered here that it has been.
"""

import fcntl
import logging
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, current_app
from gevent import sleep, spawn
from gevent.event import Event as Signal

from extranet import clock, db
from extranet.events import EventRow, Later, OutboxRow, Recorded, reactions

log = logging.getLogger(__name__)

BATCH = 500
PAUSE = 2.0
"""Seconds after which a server looks at the outbox even when nobody woke it."""
GATHER = 0.5
"""Seconds for which a server waits for more: what belongs to many messages is done at once, and beside no live news."""
ROUND = 5.0
"""Seconds after which it is asked anew what is due: what is quick and came meanwhile does not wait for what is slow."""
LONGEST_WAIT = timedelta(hours=6)
MOST_REMEMBERED = 1_000
"""Promises of which a process remembers who was told, while they are tried again for the others."""

_TABLE = cast(sa.Table, OutboxRow.__table__)
_ADVISORY_LOCK = 0x65787472  # "extr": the number under which PostgreSQL knows the drainer


Pair = tuple[OutboxRow, Recorded]


class NotTried(OSError):
    """What a promise needs has just been found not to answer, so that this one was not waited for in its turn."""


@dataclass(slots=True)
class Keeping:
    """A promise of one fact that is being kept.

    `told` are those who have been told already, and are not told again; `away` is what did not answer since the
    outbox was last empty, and is not waited for again until it is.
    """

    name: str
    since: datetime
    told: set[str]
    away: set[str]


_present: ContextVar[Keeping | None] = ContextVar("the promise that is being kept", default=None)


def present() -> Keeping | None:
    """The promise that is being kept here and now."""
    return _present.get()


class Memory:
    """What a process knows of promises that are not crossed out yet: which have been kept, and who has been told."""

    def __init__(self) -> None:
        self.kept: list[OutboxRow] = []
        self._told: OrderedDict[str, set[str]] = OrderedDict()

    def take(self, promise: str) -> set[str]:
        """Those who were told when the promise was tried before."""
        return self._told.pop(promise, set())

    def put_back(self, promise: str, told: set[str]) -> None:
        """It is tried again for the others."""
        if told:
            self._told[promise] = told
        while len(self._told) > MOST_REMEMBERED:
            self._told.popitem(last=False)


class Drainer:
    """The greenlet that keeps a server's promises."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._signal = Signal()
        self._started = False
        self.memory = Memory()

    def start(self) -> None:
        """Begin to drain: called once in each server process."""
        if not self._started:
            self._started = True
            spawn(self._run)

    def wake(self) -> None:
        """There is something to do."""
        self._signal.set()

    def _run(self) -> None:
        while True:
            if self._signal.wait(PAUSE):
                sleep(GATHER)
                self._signal.clear()
            try:
                with self._app.app_context():
                    drain()
            except Exception:
                log.exception("The outbox could not be drained; it is tried again")


def install(app: Flask) -> None:
    """Give the app its drainer."""
    app.extensions["drainer"] = Drainer(app)


def wake() -> None:
    """Tell this process's drainer, if it runs, that there is something to do."""
    _drainer().wake()


def drain() -> int:
    """Do what is due, if no other process is at it. Returns the number of promises kept."""
    kept = 0
    with _only_one() as is_ours:
        if not is_ours:
            return 0
        _cross_out([])
        away: set[str] = set()
        while due := _due():
            kept += _keep(_revived(due), away)
    return kept


def backlog() -> int:
    """How many promises are not yet kept."""
    return db.session().scalar(sa.select(sa.func.count()).select_from(OutboxRow)) or 0


def _drainer() -> Drainer:
    return cast(Drainer, current_app.extensions["drainer"])


def _due() -> Sequence[tuple[OutboxRow, EventRow]]:
    """What is due, promises of many facts at a time first: letters wait for others, and those for nobody."""
    known = reactions().by_name
    one_by_one = [name for name, promise in known.items() if not promise.in_batches]
    with db.reading() as held:
        rows = held.execute(
            sa.select(OutboxRow, EventRow)
            .join(EventRow, EventRow.id == OutboxRow.event_id)
            .where(_is_due(), OutboxRow.reaction.in_(list(known)))
            .order_by(OutboxRow.reaction.in_(one_by_one), OutboxRow.id)
            .limit(BATCH)
        )
        return [(task, row) for task, row in rows]


def _is_due() -> sa.ColumnElement[bool]:
    """What was never tried is always due, and so is what no pause is long enough for: the clock was wrong then."""
    now = clock.now()
    return sa.or_(OutboxRow.due_at <= now, OutboxRow.attempts == 0, OutboxRow.due_at > now + LONGEST_WAIT)


def _revived(due: Iterable[tuple[OutboxRow, EventRow]]) -> list[Pair]:
    """Those whose facts this version of the product can read; another version may have kept the others."""
    revived = []
    for task, row in due:
        try:
            revived.append((task, reactions().revive(row)))
        except Exception as error:
            log.warning("A fact of the kind %s cannot be read; its promise is tried again: %r", row.kind, error)
            _postpone([task], error)
    return revived


def _keep(due: Sequence[Pair], away: set[str]) -> int:
    """Keep promises until the round is over, but none that need what is `away`. Returns how many."""
    began, kept = time.monotonic(), 0
    for promise, pairs in _in_turn(due):
        kept += _try(promise, pairs, away)
        if time.monotonic() - began > ROUND:
            break
    return kept


def _in_turn(due: Sequence[Pair]) -> Iterator[tuple[Later, list[Pair]]]:
    """What is done at a time: fresh ones in batches, where that is possible; all others one by one, as they came."""
    known = reactions().by_name
    in_batches = [pair for pair in due if known[pair[0].reaction].in_batches]
    for name, group in groupby(sorted(in_batches, key=_reaction), key=_reaction):
        pairs = list(group)
        if fresh := [pair for pair in pairs if pair[0].attempts == 0]:
            yield known[name], fresh
        for pair in pairs:
            if pair[0].attempts:
                yield known[name], [pair]
    for pair in due:
        if not known[pair[0].reaction].in_batches:
            yield known[pair[0].reaction], [pair]


def _reaction(pair: Pair) -> str:
    return pair[0].reaction


def _try(promise: Later, pairs: list[Pair], away: set[str]) -> int:
    tasks = [task for task, _recorded in pairs]
    try:
        if promise.in_batches:
            promise.run([recorded for _task, recorded in pairs])
        else:
            _run(promise, pairs[0][1], away)
    except Exception as error:
        if not isinstance(error, NotTried):
            log.warning("%s failed and is tried again: %s", promise.name, error, exc_info=True)
        _postpone(tasks, error)
        return 0
    _cross_out(tasks)
    return len(tasks)


def _run(promise: Later, recorded: Recorded, away: set[str]) -> None:
    memory, name = _drainer().memory, f"{promise.name} {recorded.id} {recorded.at.isoformat()}"
    keeping = Keeping(name, recorded.at, memory.take(name), away)
    token = _present.set(keeping)
    try:
        promise.run(recorded)
    except Exception:
        memory.put_back(name, keeping.told)
        raise
    finally:
        _present.reset(token)


def _cross_out(tasks: Sequence[OutboxRow]) -> None:
    """Cross these out, and what could not be when it was kept. While that fails, nothing else is done."""
    memory = _drainer().memory
    memory.kept = [*memory.kept, *tasks]
    if memory.kept:
        with db.writing() as held:
            held.connection().execute(_crossing_out(), [_marks(task) for task in memory.kept])
        memory.kept = []


def _postpone(tasks: Sequence[OutboxRow], error: Exception) -> None:
    why = f"{type(error).__name__}: {error}"[:500]
    with db.writing() as held:
        held.connection().execute(
            _putting_off(), [{**_marks(task), "later": _later(task), "why": why} for task in tasks]
        )


def _later(task: OutboxRow) -> datetime:
    return clock.now() + min(timedelta(seconds=5 * 2 ** min(task.attempts, 12)), LONGEST_WAIT)


def _marks(task: OutboxRow) -> dict[str, Any]:
    return {"task": task.id, "event": task.event_id, "promise": task.reaction, "due": task.due_at}


def _is_the_same() -> sa.ColumnElement[bool]:
    """The same promise, and not one that has got its number since: SQLite gives those of the last rows again."""
    row, asked = OutboxRow, sa.bindparam
    is_numbered_so = sa.and_(row.id == asked("task"), row.event_id == asked("event"))
    return sa.and_(is_numbered_so, row.reaction == asked("promise"), row.due_at == asked("due"))


@cache
def _crossing_out() -> sa.Delete:
    return sa.delete(_TABLE).where(_is_the_same())


@cache
def _putting_off() -> sa.Update:
    changed = {"attempts": _TABLE.c.attempts + 1, "due_at": sa.bindparam("later"), "error": sa.bindparam("why")}
    return sa.update(_TABLE).where(_is_the_same()).values(changed)


@contextmanager
def _only_one() -> Iterator[bool]:
    if db.database().is_sqlite:
        with _file_lock(Path(str(db.database().url.database)).with_suffix(".outbox-lock")) as is_ours:
            yield is_ours
    else:
        with _advisory_lock() as is_ours:
            yield is_ours


@contextmanager
def _file_lock(path: Path) -> Iterator[bool]:
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


@contextmanager
def _advisory_lock() -> Iterator[bool]:
    with db.database().engine.connect() as connection:
        is_ours = bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_ADVISORY_LOCK))))
        connection.commit()
        try:
            yield is_ours
        finally:
            if is_ours:
                connection.scalar(sa.select(sa.func.pg_advisory_unlock(_ADVISORY_LOCK)))
                connection.commit()
