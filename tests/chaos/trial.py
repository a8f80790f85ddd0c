"""A trial: load, one fault after the other, after each a calm in which all must come to the same, and a judgement."""

import hashlib
import json
import math
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.chaos.moving import CLOSED_WITHIN, Mover
from tests.chaos.people import Acknowledged, Book, Marks, PageReader, PollingReader, Reader, SocketReader, Writer, ask
from tests.chaos.stage import Server, Stage, who
from tests.pace import PATIENCE, eventually
from tests.workspaces.discussions.talk import Talk

AIM, AIM_WITHOUT_BROKER = 2.0, 15.0
"""Seconds of calm after which all readers are to agree, and after the broker was away."""
GENEROUS = 3.0
"""How many times as long it may take on a machine that does other things too, besides what slow requests allow."""
ENTRANCES = ("api", "script", "api", "page")

QUIET = 40
"""Messages of the thread in which read marks are looked at."""

POSTED = "message-posted"
State = Sequence[tuple[int, str, str]]


@dataclass(frozen=True)
class Round:
    """One fault: what was acknowledged around it, and in how many seconds of calm all readers agreed."""

    fault: str
    acknowledged: int
    converged: float
    aim: float


@dataclass(frozen=True)
class Kept:
    """A change as the site has it at the end: what a message says now, and what it said first."""

    seq: int
    kind: str
    text: str
    first: str


class Trial:
    """The people on a stage, from the first message to the judgement."""

    def __init__(self, stage: Stage, *, writers: int = 4) -> None:
        self.stage, self.book = stage, Book()
        self.rounds: list[Round] = []
        self.letters: list[str] = []
        """Addresses that a letter is on its way to."""
        self.lost = self.duplicated = self.kills = 0
        self.gate, self._host = stage.proxy.gate(), who(stage.cast.ada)
        self.gates = {name: stage.proxy.gate() for name in ("websocket", "long polling", "program")}
        self.readers = self._readers()
        self.writers = [self._writer(place) for place in range(writers)]
        self.mover, self.marks = Mover(self.book, stage), self._marks()
        if self._agree(PATIENCE) == math.inf:
            self.book.complain("not all readers have come")
        for person in (*self.writers, self.mover, self.marks):
            person.start()

    @contextmanager
    def fault(self, name: str, *, aim: float = AIM, before: float = 0.5, after: float = 0.3) -> Iterator[None]:
        """Load, what the block does to the site meanwhile, and then calm: how long until all readers agree."""
        so_far = len(self.book.acknowledged)
        self.book.may_write.set()
        time.sleep(before)
        try:
            yield
            time.sleep(after)
        finally:
            self.book.may_write.clear()
        if eventually(lambda: self.book.writing == 0) == math.inf:
            self.book.complain(f"{name}: {PATIENCE:.0f} s later writers are still not answered")
        took = self._agree(aim * GENEROUS)
        if took == math.inf:
            behind = {reader.name: reader.seq for reader in self.readers}
            self.book.complain(f"{name}: not all readers have {self._head()} in {aim * GENEROUS:.0f} s: {behind}")
            took = aim * GENEROUS + self._agree(PATIENCE)
        self.rounds.append(Round(name, len(self.book.acknowledged) - so_far, took, aim))

    def a_process(self) -> Server:
        """The next process whose turn it is."""
        return self.stage.processes[len(self.rounds) % len(self.stage.processes)]

    @contextmanager
    def without_broker(self) -> Iterator[None]:
        """Within the block nothing can be told from one process to the other."""
        self.mover.broker_is_away = True
        try:
            yield
        finally:
            self.mover.broker_is_away = False

    def all_but(self, slow: str) -> None:
        """Complain if the other readers do not hear what is said now, whatever becomes of the slow one."""
        head = self._head()
        others = [reader for reader in self.readers if reader.name != slow]
        if self._have(head, others, AIM * GENEROUS) == math.inf:
            self.book.complain(f"others wait for the slow one: {[(one.name, one.seq) for one in others]} of {head}")

    def wait_until_told(self, status: int) -> None:
        """Return once somebody is answered so. Complain if nobody is: then the fault was none."""
        before = self.book.statuses[str(status)]
        if eventually(lambda: self.book.statuses[str(status)] > before) == math.inf:
            self.book.complain(f"nobody was answered {status}, so nothing was tried")

    def reads_go_on(self) -> None:
        """Complain if pages and changes cannot be read just now."""
        talk = self.stage.talk
        for path in (talk.path(), talk.place.path(), "/", talk.place.path("/changes?after=0")):
            answer = ask(self.gate, self._host, "GET", path, accept="text/html")
            if answer.status != 200:
                self.book.complain(f"{path} cannot be read: {answer.status} {answer.body[:200]}")

    def invite(self, address: str) -> None:
        """Ada invites somebody, which sends a letter; it may not depend on the mail server."""
        path = self.stage.talk.place.path("/invite")
        said = {"email": address, "shows_earlier": "y"}
        while (answer := ask(self.gate, self._host, "POST", path, form=said)).status in (0, 503):
            self.book.note(answer)
            time.sleep(1)
        if answer.status != 302:
            self.book.complain(f"an invitation was answered {answer.status} {answer.body[:200]}")

    def _letters(self) -> Iterator[str]:
        for address in self.letters:
            if eventually(partial(self.stage.mail.to, address)) == math.inf:
                yield f"the letter to {address} never came"

    def judge(self) -> None:
        """AssertionError with everything that is not as promised."""
        broken = self.broken_promises()
        assert not broken, "\n".join(broken)

    def broken_promises(self) -> list[str]:
        """Everything that is not as promised, each once."""
        return list(dict.fromkeys([*self.book.complaints, *self._wrong_with_what_is_kept(), *self._letters()]))

    def close(self) -> None:
        """Let everybody go: first who acts, and those who read only when they have what was done last."""
        self.book.is_over.set()
        try:
            for person in (*self.writers, self.mover, self.marks):
                person.join(PATIENCE)
            if self._agree(AIM * GENEROUS) == math.inf:
                self.book.complain("after the last of all not all readers have what was done last")
        finally:
            for reader in self.readers:
                reader.close()

    def table(self) -> str:
        """What was tried, and how it went."""
        lines = [f"{'fault':<44} {'acknowledged':>12} {'agreed after':>12} {'aim':>6}"]
        lines += [
            f"{one.fault:<44} {one.acknowledged:>12} {one.converged:>10.2f} s {one.aim:>4.0f} s" for one in self.rounds
        ]
        total = len(self.book.acknowledged)
        lines.append(f"{self.kills} kills, {total} acknowledged, {self.lost} lost, {self.duplicated} duplicated")
        lines.append(f"answers that were not the one hoped for, by status: {dict(sorted(self.book.statuses.items()))}")
        lines.append(f"{self.mover.moved} taken out; heard last {_longest(self.mover.last_heard)} after the answer")
        late = sum(seconds > CLOSED_WITHIN for seconds in self.mover.closed_after)
        closed = self.mover.closed_after
        lines.append(f"{len(closed)} sockets closed, {_longest(closed)} after it at most")
        lines.append(f"{late} of them later than {CLOSED_WITHIN:g} s; {self.marks.samples} looks at read marks")
        lines += [f"setback: {what}" for what in self.book.setbacks[:10]]
        return "\n".join(lines)

    def _readers(self) -> list[Reader]:
        stage, slug = self.stage, self.stage.slug
        socket, polling, program, page = (stage.joined(name) for name in ("Reeta", "Risto", "Rauha", "Raija"))
        self.gates["page"] = stage.proxy.gate(headers={"Cookie": who(page).cookie})
        return [
            SocketReader(self.gates["websocket"], who(socket), slug=slug, transport="websocket", name="websocket"),
            SocketReader(self.gates["long polling"], who(polling), slug=slug, transport="polling", name="long polling"),
            PollingReader(self.gates["program"], who(program), slug=slug, name="program"),
            PageReader(self.gates["page"].url, slug=slug, name="page"),
        ]

    def _writer(self, place: int) -> Writer:
        person = self.stage.joined(f"Wilma {place}")
        return Writer(
            self.book, self.stage.proxy.gate(), who(person), name=f"writer {place}", slug=self.stage.slug,
            thread=self.stage.talk.thread_id, entrance=ENTRANCES[place % len(ENTRANCES)],
        )

    def _marks(self) -> Marks:
        grace, quiet = self.stage.cast.grace, Talk(self.stage.cast, self.stage.talk.place)
        for number in range(QUIET):
            quiet.say(self.stage.cast.ada, f"Quiet {number}")
        seqs = [message.seq for message in quiet.messages()]
        return Marks(self.book, self.stage.proxy.gate(), who(grace), thread=quiet.thread_id, seqs=seqs)

    def _agree(self, seconds: float) -> float:
        # Who is moved adds to what there is now, so some may be further already.
        return self._have(self._head(), self.readers, seconds)

    def _have(self, head: int, readers: Sequence[Reader], seconds: float) -> float:
        def ask_for_little() -> None:
            ask(self.gate, self._host, "GET", "/api/v1/me")

        return eventually(lambda: all(one.seq >= head for one in readers), seconds=seconds, step=ask_for_little)

    def _head(self) -> int:
        return int(self._changes(after=2**40)["head"])

    def _changes(self, *, after: int) -> Any:
        path = f"/api/v1/workspaces/{self.stage.slug}/changes?after={after}&limit=1000"
        for _try in range(200):
            answer = ask(self.gate, self._host, "GET", path)
            if answer.status == 200:
                return answer.json
            self.book.note(answer)
            time.sleep(0.1)
        raise AssertionError("the site answers no more")

    def _wrong_with_what_is_kept(self) -> Iterator[str]:
        kept = self._kept()
        missing, again = lost(kept, self.book.acknowledged), twice(kept)
        self.lost, self.duplicated = len(missing), len(again)
        yield from wrong_with(kept, self.book.acknowledged, {one.name: one.state() for one in self.readers})

    def _kept(self) -> list[Kept]:
        found: list[Any] = []
        while (answer := self._changes(after=found[-1]["seq"] if found else 0))["items"]:
            found += answer["items"]
        return [self._one_kept(item, item.get("message") or {}) for item in found]

    def _one_kept(self, item: Any, message: Any) -> Kept:
        now = message.get("body", "")
        return Kept(item["seq"], item["kind"], now, self.book.texts.get(message.get("client_id") or "", now))


def lost(kept: Sequence[Kept], acknowledged: Sequence[Acknowledged]) -> list[str]:
    """What was acknowledged and is not there."""
    there = {one.first for one in kept if one.kind == POSTED}
    return [f"«{done.text}» ({done.seq})" for done in acknowledged if done.text not in there]


def twice(kept: Sequence[Kept]) -> list[str]:
    """What was said once and is there more than once."""
    times = Counter(one.first for one in kept if one.kind == POSTED)
    return [text for text, number in times.items() if number > 1]


def wrong_with(
    kept: Sequence[Kept], acknowledged: Sequence[Acknowledged], readers: Mapping[str, State]
) -> Iterator[str]:
    """What is not as promised in what the site has at the end, and in what each reader sees of it."""
    if [one.seq for one in kept] != list(range(1, len(kept) + 1)):
        yield "the numbers have gaps"
    if missing := lost(kept, acknowledged):
        yield f"{len(missing)} acknowledged messages are lost, such as {missing[:3]}"
    if again := twice(kept):
        yield f"{len(again)} messages are there twice, such as {again[:3]}"
    places = {one.first: one.seq for one in kept if one.kind == POSTED}
    if any(done.seq not in (None, places.get(done.text)) for done in acknowledged):
        yield "a message has another number than its writer was told"
    wanted = [(one.seq, one.kind, one.text) for one in kept]
    for name, seen in readers.items():
        if digest(seen) != digest(wanted):
            yield f"{name} shows something else: {_difference(seen, wanted)}"


def digest(state: State) -> str:
    """What a reader sees, in one line."""
    return hashlib.sha256(json.dumps(list(map(list, state))).encode()).hexdigest()


def _longest(seconds: Sequence[float]) -> str:
    return f"{max(seconds):.3f} s" if seconds else "nothing"


def _difference(seen: State, wanted: State) -> str:
    for one, other in zip(seen, wanted, strict=False):
        if tuple(one) != tuple(other):
            return f"{one} instead of {other}"
    return f"{len(seen)} changes instead of {len(wanted)}"
