"""Who is taken out while everybody writes: after the answer that removed them not one more piece of news may come."""

import math
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.cast import Person
from tests.chaos.people import Answer, Book, Client, Who, ask
from tests.chaos.proxy import Gate
from tests.chaos.stage import Stage, another_browser, who
from tests.pace import eventually, slowest

IN_FLIGHT = 0.5
"""Seconds for which what was said before an answer may still be on the wire, besides twice as long as a request takes
just then; what was said later never comes."""
LISTENS = 1.0
"""Seconds for which who was taken out goes on listening."""
CLOSED_WITHIN = 1.0
"""Seconds after which the sockets of who is signed out or suspended are closed (the aim)."""
HEARTBEAT = 15.0
"""Seconds after which a process that hears of nothing has looked for itself (the promise of the heartbeat)."""
Way = Literal["remove", "sign out", "suspend"]


@dataclass
class Ears:
    """A socket that notes what comes, when, and when it is closed. It does not connect again."""

    heard: list[tuple[float, str, Any]] = field(default_factory=list)
    closed_at: float | None = None

    def connect(self, gate: Gate, known: Who, *, transport: str) -> None:
        """Open it. Raises `socketio.exceptions.ConnectionError`."""
        self.client = Client(reconnection=False)
        self.client.on("*", lambda name, content=None: self.heard.append((time.monotonic(), name, content)))
        self.client.on("disconnect", self._note_end)
        self.client.connect(gate.url, transports=[transport], headers={"Cookie": known.cookie}, wait_timeout=20)

    def _note_end(self, *_reason: Any) -> None:
        self.closed_at = self.closed_at or time.monotonic()

    def close(self) -> None:
        with suppress(Exception):
            self.client.disconnect()


class Mover(threading.Thread):
    """Lets people in and takes them out again, in each of the ways, by each transport, for as long as others write."""

    def __init__(self, book: Book, stage: Stage) -> None:
        super().__init__(name="mover", daemon=True)
        self.book, self.stage = book, stage
        self.moved = 0
        self.last_heard: list[float] = []
        """Seconds after an answer at which the last news came, of what was on the wire."""
        self.closed_after: list[float] = []
        self.broker_is_away = False
        self._gate = stage.proxy.gate()
        self._ada, self._moses = who(stage.cast.ada), who(stage.cast.moses)
        self._people = [stage.cast.member(name) for name in ("Nina Newcomer", "Noa Newcomer", "Niilo Newcomer")]
        self._ways: list[Way] = ["remove", "sign out", "suspend"]

    def run(self) -> None:
        while not self.book.is_over.wait(0.05):
            if not self.book.may_write.is_set():
                continue
            place = self.moved % 6
            person, way = self._people[place % 3], self._ways[place % 3]
            transport = ("websocket", "polling")[place // 3]
            try:
                self._move(person, way, transport)
            except Exception as error:  # what is in the way is a fault of the trial's; the next one is let in later
                self.book.setbacks.append(f"{way}: {type(error).__name__}: {error}")
                time.sleep(0.2)

    def _move(self, person: Person, way: Way, transport: str) -> None:
        known = who(another_browser(person))
        if not self._until(200, "POST", f"/api/v1/workspaces/{self.stage.slug}/join", known, json_body={}):
            return
        ears = Ears()
        try:
            ears.connect(self._gate, known, transport=transport)
            eventually(lambda: any(name == "change" for _at, name, _content in ears.heard), seconds=1.5)
            was_away = self.broker_is_away
            if not self._take_out(person, way, known):
                return
            answered = time.monotonic()
            self.moved += 1
            in_flight = IN_FLIGHT + 2 * slowest(self._ask_for_little, seconds=LISTENS)
            self._look(way, ears, known, answered, in_flight=in_flight, was_away=was_away)
        finally:
            ears.close()
            if way == "suspend":
                path = f"/desk/members/{person.member_id}/restore"
                self._until(302, "POST", path, self._moses, form={}, or_gone=True)

    def _take_out(self, person: Person, way: Way, known: Who) -> bool:
        if way == "remove":
            path = f"/workspaces/{self.stage.slug}/members/{person.member_id}/remove"
            return self._until(302, "POST", path, self._ada, form={}, or_gone=True)
        if way == "suspend":
            path = f"/desk/members/{person.member_id}/suspend"
            return self._until(302, "POST", path, self._moses, form={"reason": "Not their own name"}, or_gone=True)
        return self._until(302, "POST", "/sign-out", known, form={}, or_gone=True)

    def _until(
        self, status: int, method: str, path: str, known: Who, *, or_gone: bool = False, **what: Any
    ) -> bool:
        """Try until it is answered so; a second try may find it done already."""
        for number in range(100):
            answer = ask(self._gate, known, method, path, accept="application/json", **what)
            if answer.status == status or (or_gone and number and answer.status in (400, 401, 404, 409)):
                return True
            if answer.status in (400, 401, 404, 409) and not number:
                self.book.setbacks.append(f"{method} {path}: {answer.status} {answer.body[:100]}")
                return False
            self.book.note(answer)
            if self.book.is_over.wait(0.1):
                return False
        return False

    def _look(
        self, way: Way, ears: Ears, known: Who, answered: float, *, in_flight: float, was_away: bool
    ) -> None:
        slug = self.stage.slug
        news = [(at, content) for at, name, content in list(ears.heard) if _is_of(slug, name, content)]
        self.last_heard += [at - answered for at, _content in news if at > answered][-1:]
        if leaked := leak(news, self.book.begun, answered=answered, in_flight=in_flight):
            self.book.complain(f"after {way} was answered somebody heard {leaked}")
        if way != "remove":
            self._look_at_the_end(way, ears, answered, was_away=was_away)
        answer = self._peep(known)
        if answer.status == 200:
            self.book.complain(f"after {way} was answered the changes could still be fetched")

    def _look_at_the_end(self, way: Way, ears: Ears, answered: float, *, was_away: bool) -> None:
        patience = HEARTBEAT + 5 if was_away or self.broker_is_away else CLOSED_WITHIN * 3
        took = eventually(lambda: ears.closed_at is not None, seconds=patience, step=self._ask_for_little)
        if took == math.inf:
            self.book.complain(f"{patience:.0f} s after {way} was answered the socket is still open")
        elif not was_away and ears.closed_at is not None:
            self.closed_after.append(ears.closed_at - answered)

    def _ask_for_little(self) -> None:
        ask(self._gate, self._ada, "GET", "/api/v1/me")

    def _peep(self, known: Who) -> Answer:
        return ask(self._gate, known, "GET", f"/workspaces/{self.stage.slug}/changes?after=0")


def leak(
    news: Sequence[tuple[float, Any]], begun: Mapping[str, float], *, answered: float, in_flight: float = IN_FLIGHT
) -> str:
    """What was heard that should not have been: what was said after the answer, or what came long after it."""
    for at, content in news:
        if begun.get(_text(content), 0.0) > answered:
            return f"what was said later: {content}"
        if at > answered + in_flight:
            return f"something {at - answered:.2f} s later: {content}"
    return ""


def _is_of(slug: str, name: str, content: Any) -> bool:
    if name == "head":
        return slug in (content or {})
    return isinstance(content, dict) and content.get("workspace") == slug


def _text(content: Any) -> str:
    message = content.get("message") if isinstance(content, dict) else None
    return str(message["body"]) if message else ""
