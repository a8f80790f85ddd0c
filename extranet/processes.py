"""Several server processes on one database: what is recorded in one is followed in all.

The facts themselves stand in the database, so each process reads there what the others have recorded, decides itself
whom of those connected to it may hear of it, and makes its own words of it: nothing that is private goes through
Redis, and nothing that waits there reaches somebody who has been removed meanwhile. Redis only rings the bell, and
carries what is said and not kept (somebody is typing). Without it each process looks by itself, somewhat later.
"""

import json
import logging
import math
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask
from gevent import sleep, spawn
from gevent.event import Event as Signal
from gevent.lock import BoundedSemaphore

from extranet import db
from extranet.events import EventRow, Recorded, reactions

log = logging.getLogger(__name__)

CHANNEL = "extranet"
LOOKS_EVERY = 0.5
"""Seconds after which a process looks for what others have recorded, though no bell has rung."""
MOST_AT_ONCE = 500
"""Facts that are followed one by one; after a longer absence clients catch up by themselves."""
_STILL_COMING = 10.0
"""Seconds in which a fact may become visible after one with a higher number: no transaction takes longer."""
_MOST_KEPT = 1_000
_REDIS_PATIENCE = 2.0
_REMEMBERED = 60.0
"""Seconds for which it is remembered how quickly something came from a process: clocks do not run quite alike."""
_FORGOTTEN = 24 * 3600.0
"""Seconds of silence after which a process is thought to have ended."""

Heard = Callable[[Mapping[str, Any], float], None]


@dataclass(slots=True)
class Distance:
    """How far the clock of another process is from this one's, as the quickest of its words in the last minutes tells.

    Both are clocks that nobody sets; what they say means nothing to each other but for how it grows. The very first
    word counts as quick; what has lain about while this process stood still does not, however long that was.
    """

    since: float
    least: float = math.inf
    before: float = math.inf

    def lateness(self, said_at: float) -> float:
        """How much later something has come than it could have, in seconds."""
        now = time.monotonic()
        if now - self.since > _REMEMBERED:
            self.before, self.since, self.least = self.least, now, math.inf
        self.least = min(self.least, now - said_at)
        return now - said_at - min(self.least, self.before)


class Processes:
    """The other processes of a site, as one of them knows them."""

    def __init__(self, app: Flask, *, redis_url: str, heard: Heard, missed: Callable[[], None]) -> None:
        """`heard` takes what another process has said, and when by this one's `time.monotonic()`.

        `missed` is called when too much was recorded to follow.
        """
        self._app = app
        self._redis_url = redis_url
        self._heard = heard
        self._missed = missed
        self._own: set[int] = set()
        self._seen: set[int] = set()
        self._marks: deque[tuple[float, int]] = deque()  # when which number was the highest
        self._one_at_a_time = BoundedSemaphore()
        self._distances: dict[str, Distance] = {}
        self._bell = Signal()
        self._to_say: deque[str] = deque(maxlen=_MOST_KEPT)
        self._something_to_say = Signal()
        self._is_away = False
        self._name = f"{id(self):x}.{time.time_ns():x}"

    def start(self) -> None:
        """Begin to listen, to look and to speak, if there may be others."""
        if self._redis_url:
            with self._app.app_context():
                self.begin()
            for work in (self._listen, self._look, self._speak):
                spawn(work)

    def begin(self) -> None:
        """Follow what is recorded from now on."""
        with db.reading() as held:
            self._marks.append((time.monotonic(), held.scalar(sa.select(sa.func.max(EventRow.id))) or 0))

    def note_own(self, event_id: int) -> None:
        """This process follows that fact itself."""
        if self._redis_url:
            self._own.add(event_id)

    def ring(self) -> None:
        """Something has been recorded."""
        if self._redis_url and not self._something_to_say.is_set():
            self.say({})

    def say(self, what: Mapping[str, Any]) -> None:
        """Tell the others something that is not kept; forgotten while Redis is away."""
        if self._redis_url:
            self._to_say.append(json.dumps({"from": self._name, "at": time.monotonic(), **what}))
            self._something_to_say.set()

    def _speak(self) -> None:
        connection: Any = None
        while True:
            self._something_to_say.wait()
            self._something_to_say.clear()
            said, self._to_say = self._to_say, deque(maxlen=_MOST_KEPT)
            try:
                connection = connection or _connect(self._redis_url)
                pipeline = connection.pipeline(transaction=False)
                for one in said:
                    pipeline.publish(CHANNEL, one)
                pipeline.execute()
            except Exception as error:
                self._note_absence(error)
                connection = None
                sleep(LOOKS_EVERY)

    def _listen(self) -> None:
        while True:
            try:
                subscription = _connect(self._redis_url).pubsub(ignore_subscribe_messages=True)
                subscription.subscribe(CHANNEL)
                self._is_away = False
                self._bell.set()
                while True:
                    message = subscription.get_message(timeout=_REDIS_PATIENCE / 2)
                    said = json.loads(message["data"]) if message is not None else {"from": self._name}
                    if said["from"] != self._name:
                        with self._app.app_context():
                            self.hear(said)
            except Exception as error:
                self._note_absence(error)
                sleep(LOOKS_EVERY)

    def _note_absence(self, error: Exception) -> None:
        if not self._is_away:
            log.warning("Redis is away; processes look by themselves for what others have recorded: %s", error)
        self._is_away = True

    def hear(self, message: Mapping[str, Any]) -> None:
        """Take what another process has said: something of its own, or else that something has been recorded."""
        sent_at = self._sent_at(message)
        if message.keys() <= {"from", "at"}:
            self._bell.set()
            return
        try:
            self._heard(message, sent_at)
        except Exception:
            log.exception("What another process said could not be passed on")

    def _sent_at(self, message: Mapping[str, Any]) -> float:
        now = time.monotonic()
        who, said_at = message.get("from", ""), message.get("at")
        if said_at is None:  # a process of another version
            return now
        if who not in self._distances:  # processes come and go
            known = self._distances.items()
            self._distances = {name: one for name, one in known if now - one.since < _FORGOTTEN}
            self._distances[who] = Distance(now)
        return now - self._distances[who].lateness(said_at)

    def _look(self) -> None:
        while True:
            self._bell.wait(LOOKS_EVERY)
            self._bell.clear()
            try:
                with self._app.app_context():
                    self.follow()
            except Exception as error:
                log.warning("What other processes recorded cannot be read: %s", error)
                sleep(LOOKS_EVERY)

    def follow(self) -> int:
        """React to what other processes have recorded since the last look. Returns how many facts these were.

        One look after the other: who wants to know that all has been followed waits for the one that is under way.
        """
        with self._one_at_a_time:
            with db.reading():
                there = self._in_sight()
                fresh = [one for one in there if one not in self._seen and one not in self._own]
                recorded = self._revived(fresh[-MOST_AT_ONCE:])
            self._note(there)
            known = reactions()
            for fact in recorded:
                known.run_everywhere(fact)
        if len(fresh) > MOST_AT_ONCE:
            self._missed()
        return len(fresh)

    def _in_sight(self) -> Sequence[int]:
        """The numbers of facts, also those below the highest of the last look that might have come into sight since."""
        floor = self._marks[0][1]
        return db.session().scalars(sa.select(EventRow.id).where(EventRow.id > floor).order_by(EventRow.id)).all()

    def _note(self, there: Sequence[int]) -> None:
        """These have been seen."""
        now = time.monotonic()
        self._seen = set(there)
        if there and now - self._marks[-1][0] > LOOKS_EVERY:
            self._marks.append((now, there[-1]))
        while len(self._marks) > 1 and now - self._marks[1][0] > _STILL_COMING:
            self._marks.popleft()
        self._own = {one for one in self._own if one > self._marks[0][1]}

    def _revived(self, ids: Sequence[int]) -> list[Recorded]:
        """The facts that are followed; not those that this version of the product cannot read."""
        known = reactions()
        wanted = sa.select(EventRow).where(EventRow.id.in_(ids), EventRow.kind.in_(known.followed_everywhere))
        revived = []
        for row in db.session().scalars(wanted.order_by(EventRow.id)) if ids else ():
            try:
                revived.append(known.revive(row))
            except Exception as error:
                log.warning("A fact of the kind %s cannot be read, and is not followed: %r", row.kind, error)
        return revived


def _connect(url: str) -> Any:
    """A connection that gives up soon, and does not try again by itself."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return cast(Any, redis.Redis.from_url(
        url, socket_timeout=_REDIS_PATIENCE, socket_connect_timeout=_REDIS_PATIENCE, retry=Retry(NoBackoff(), 0),
        health_check_interval=int(_REDIS_PATIENCE),
    ))  # fmt: skip
