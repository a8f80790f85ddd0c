"""The promises that facts made: done at least once, by one process at a time, also after a kill.

In a server a greenlet drains; a command drains at its end unless a server is running, which will do it then.
"""

import fcntl
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from gevent import spawn
from gevent.event import Event as Signal

from extranet import clock, db
from extranet.events import EventRow, Later, OutboxRow, Recorded, reactions

log = logging.getLogger(__name__)

BATCH = 500
PAUSE = 2.0
"""Seconds after which a server looks at the outbox even when nobody woke it."""
LONGEST_WAIT = timedelta(hours=6)
_ADVISORY_LOCK = 0x65787472  # "extr": the number under which PostgreSQL knows the drainer


class Drainer:
    """The greenlet that keeps a server's promises."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._signal = Signal()
        self._started = False

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
            self._signal.wait(PAUSE)
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
    current_app.extensions["drainer"].wake()


def drain() -> int:
    """Do what is due, if no other process is at it. Returns the number of promises kept."""
    kept = 0
    with _only_one() as is_ours:
        if not is_ours:
            return 0
        while True:
            due = _due()
            if not due:
                return kept
            kept += _keep(due)


def backlog() -> int:
    """How many promises are not yet kept."""
    return db.session().scalar(sa.select(sa.func.count()).select_from(OutboxRow)) or 0


def _due() -> list[tuple[OutboxRow, Recorded]]:
    known = reactions()
    with db.reading() as held:
        rows = held.execute(
            sa.select(OutboxRow, EventRow)
            .join(EventRow, EventRow.id == OutboxRow.event_id)
            .where(_is_due(), OutboxRow.reaction.in_(list(known.by_name)))
            .order_by(OutboxRow.id)
            .limit(BATCH)
        ).all()
        return [(task, known.revive(row)) for task, row in rows]


def _is_due() -> sa.ColumnElement[bool]:
    """What was never tried is always due, and so is what no pause is long enough for: the clock was wrong then."""
    now = clock.now()
    return sa.or_(OutboxRow.due_at <= now, OutboxRow.attempts == 0, OutboxRow.due_at > now + LONGEST_WAIT)


def _keep(due: Sequence[tuple[OutboxRow, Recorded]]) -> int:
    ordered = sorted(due, key=lambda pair: pair[0].reaction)
    kept = 0
    for name, pairs in groupby(ordered, key=lambda pair: pair[0].reaction):
        kept += _react(reactions().by_name[name], list(pairs))
    return kept


def _react(promise: Later, pairs: list[tuple[OutboxRow, Recorded]]) -> int:
    fresh = [pair for pair in pairs if pair[0].attempts == 0]
    if promise.in_batches and len(fresh) > 1:
        again = [pair for pair in pairs if pair[0].attempts]
        done = _try(promise, fresh, [recorded for _task, recorded in fresh])
        return done + sum(_react(promise, [pair]) for pair in again)
    return sum(_try(promise, [pair], [pair[1]] if promise.in_batches else pair[1]) for pair in pairs)


def _try(promise: Later, pairs: list[tuple[OutboxRow, Recorded]], what: Any) -> int:
    tasks = [task for task, _recorded in pairs]
    try:
        promise.run(what)
    except Exception as error:
        log.warning("%s failed and is tried again: %s", promise.name, error, exc_info=True)
        _postpone(tasks, f"{type(error).__name__}: {error}")
        return 0
    with db.writing() as held:
        held.execute(sa.delete(OutboxRow).where(OutboxRow.id.in_([task.id for task in tasks])))
    return len(tasks)


def _postpone(tasks: Iterable[OutboxRow], error: str) -> None:
    with db.writing() as held:
        for task in tasks:
            wait = min(timedelta(seconds=5 * 2 ** min(task.attempts, 12)), LONGEST_WAIT)
            held.execute(
                sa.update(OutboxRow)
                .where(OutboxRow.id == task.id)
                .values(attempts=OutboxRow.attempts + 1, due_at=clock.now() + wait, error=error[:500])
            )


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
