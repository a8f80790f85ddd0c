"""Who is there while things break: writers that try until they are answered, readers of every kind, read marks.

All of them note what happened by one clock, `time.monotonic()`; the judge reads it afterwards.
"""

import http.client
import json
import random
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import socketio

from tests import pace
from tests.chaos.proxy import FROM_THE_PROXY, Gate
from tests.servers import ROOT
from tests.workspaces.discussions.test_live import Line

PATIENCE = 20.0
"""Seconds for which a request may take."""
LONGEST_PAUSE = 0.5
"""Seconds that a writer waits at most before it tries again; the product may ask for more."""


@dataclass(frozen=True)
class Answer:
    """What came back for one request; status 0: nothing did."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    @property
    def is_the_products(self) -> bool:
        return self.status != 0 and FROM_THE_PROXY.lower() not in self.headers

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Who:
    """How somebody is known: to the API by a token, to pages by a cookie with what its forms carry."""

    token: str = ""
    cookie: str = ""
    csrf_token: str = ""


@dataclass(frozen=True)
class Acknowledged:
    """A message that the product said it has."""

    text: str
    seq: int | None
    began: float
    at: float


class Book:
    """What all of them noted."""

    def __init__(self) -> None:
        self.acknowledged: list[Acknowledged] = []
        self.begun: dict[str, float] = {}
        """When each text was first sent."""
        self.texts: dict[str, str] = {}
        """What was said, by the client's own id."""
        self.complaints: list[str] = []
        self.statuses: Counter[str] = Counter()
        """Answers that were not the one hoped for: how many of each status, the proxy's own apart."""
        self.setbacks: list[str] = []
        """What hindered the trial itself."""
        self.is_over = threading.Event()
        self.may_write = threading.Event()
        self.writing = 0
        self._lock = threading.Lock()

    def complain(self, what: str) -> None:
        """Note that a promise was broken."""
        with self._lock:
            self.complaints.append(what)

    def note(self, answer: Answer, *, typed: str = "") -> None:
        """Look at an answer that is not the one hoped for: it must say honestly what is the matter."""
        with self._lock:
            by = "" if answer.is_the_products else "proxy " if answer.status else "nothing "
            self.statuses[f"{by}{answer.status}"] += 1
        if answer.is_the_products and (wrong := dishonest(answer, typed=typed)):
            self.complain(f"{wrong}: {answer.status} {answer.body[:300]!r}")

    def begins(self, text: str, client_id: str = "") -> float:
        """Note that something is sent. Returns the time."""
        now = time.monotonic()
        with self._lock:
            if client_id:
                self.begun[text], self.texts[client_id] = now, text
            self.writing += 1
        return now

    def ends(self, done: Acknowledged | None) -> None:
        """Note that a text was acknowledged, or given up."""
        with self._lock:
            self.writing -= 1
            if done is not None:
                self.acknowledged.append(done)


def dishonest(answer: Answer, *, typed: str = "") -> str:
    """What is wrong with how the product says that it cannot; empty if nothing is."""
    if answer.status < 400 or answer.status == 429:
        return ""
    if answer.status not in (503, 507):
        return "a bare error" if answer.status >= 500 else "an unexpected refusal"
    if not answer.headers.get("retry-after", "").isdigit():
        return "it does not say when to try again"
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        return "" if answer.json.get("detail") and answer.json.get("code") else "its problem says nothing"
    if typed and typed not in answer.body:
        return "its page does not hold what was typed"
    return ""


def ask(
    gate: Gate, who: Who, method: str, path: str, *, json_body: Any = None, form: Mapping[str, str] | None = None,
    accept: str = "application/json", patience: float = PATIENCE,
) -> Answer:
    """Send one request through a gate; a connection that fails is an answer of status 0."""
    headers = {"Accept": accept, "Origin": gate.url}
    if path.startswith("/api/"):
        headers["Authorization"] = f"Bearer {who.token}"
    else:
        headers["Cookie"] = who.cookie
    body: str | None = None
    if json_body is not None:
        headers["Content-Type"], body = "application/json", json.dumps(json_body)
    elif form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode({"csrf_token": who.csrf_token, **form})
    connection = http.client.HTTPConnection("127.0.0.1", gate.port, timeout=patience)
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        content = answer.read().decode()
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, content)
    except (OSError, http.client.HTTPException):
        return Answer(0)
    finally:
        connection.close()


class Writer(threading.Thread):
    """Writes messages, each sent with the same client id until it is acknowledged; now and then edits or retracts.

    `entrance`: «api» (JSON with a token), «script» (the page's endpoint as its script calls it) or «page» (as a
    browser without scripts does).
    """

    def __init__(
        self, book: Book, gate: Gate, who: Who, *, name: str, slug: str, thread: str, entrance: str = "api"
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.book, self.gate, self.who, self.entrance = book, gate, who, entrance
        self.slug, self.thread = slug, thread
        self.written = 0

    def run(self) -> None:
        while not self.book.is_over.is_set():
            if not self.book.may_write.wait(0.1):
                continue
            self.written += 1
            text = f"{self.name} says number {self.written} to everybody"
            said = self.say(text)
            if said is not None and self.written % 10 == 0:
                self._take_up(said, text)

    def say(self, text: str) -> str | None:
        """Send a message until it is acknowledged. Returns its id where the answer tells it."""
        client_id = str(uuid.uuid4())
        began = self.book.begins(text, client_id)
        done: Acknowledged | None = None
        try:
            while not self.book.is_over.is_set():
                answer = self._send(text, client_id)
                if answer.status in (201, 302):
                    message = self._message(answer)
                    done = Acknowledged(text, message.get("seq"), began, time.monotonic())
                    return str(message["id"]) if message else None
                self.book.note(answer, typed=text if self.entrance == "page" else "")
                time.sleep(random.uniform(0.05, LONGEST_PAUSE))
            return None
        finally:
            self.book.ends(done)

    def _send(self, text: str, client_id: str) -> Answer:
        if self.entrance == "api":
            said = {"body": text, "client_id": client_id}
            return ask(self.gate, self.who, "POST", f"/api/v1/threads/{self.thread}/messages", json_body=said)
        path = f"/workspaces/{self.slug}/threads/{self.thread}/messages"
        form = {"body": text, "client_id": client_id, "answers": ""}
        accept = "text/html" if self.entrance == "page" else "application/json"
        return ask(self.gate, self.who, "POST", path, form=form, accept=accept)

    def _message(self, answer: Answer) -> Any:
        if answer.status == 302:
            if "/sign-in" in answer.headers.get("location", ""):
                self.book.complain("a writer was sent to the sign-in")
            return {}
        return answer.json if self.entrance == "api" else answer.json["message"]

    def _take_up(self, message_id: str, text: str) -> None:
        if self.entrance != "api":
            return
        if self.written % 20:
            self._until_done("PATCH", f"/api/v1/messages/{message_id}", {"body": f"{text}, once more"})
        else:
            self._until_done("POST", f"/api/v1/messages/{message_id}/retract", {})

    def _until_done(self, method: str, path: str, said: Any) -> None:
        self.book.begins(path)
        try:
            while not self.book.is_over.is_set():
                answer = ask(self.gate, self.who, method, path, json_body=said)
                # Retracted by the try before, of which only the answer was lost.
                if answer.status == 200 or (answer.status == 409 and "retract" in path):
                    return
                self.book.note(answer)
                time.sleep(random.uniform(0.05, LONGEST_PAUSE))
        finally:
            self.book.ends(None)


def send_at_once(book: Book, gate: Gate, known: Who, *, thread: str, times: int) -> None:
    """Send one message many times at the same moment: it is there once, and every answer says the same."""
    text, client_id = f"{times} times at once to everybody, {time.monotonic()}", str(uuid.uuid4())
    path, said = f"/api/v1/threads/{thread}/messages", {"body": text, "client_id": client_id}
    began = book.begins(text, client_id)
    answers: list[Answer] = []

    def send() -> None:
        while (answer := ask(gate, known, "POST", path, json_body=said)).status != 201:
            book.note(answer)
            time.sleep(random.uniform(0.05, LONGEST_PAUSE))
        answers.append(answer)

    senders = [threading.Thread(target=send, daemon=True) for _number in range(times)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(pace.PATIENCE)
    told = {(answer.json["id"], answer.json["seq"]) for answer in answers}
    if len(told) != 1 or len(answers) != times:
        book.complain(f"{times} times at once: {len(answers)} answers that tell of {len(told)} messages")
    book.ends(Acknowledged(text, answers[0].json["seq"], began, time.monotonic()))


class Marks(threading.Thread):
    """Marks a quiet thread as read, here and there and not always further: what is unread never becomes more."""

    def __init__(self, book: Book, gate: Gate, known: Who, *, thread: str, seqs: Sequence[int]) -> None:
        super().__init__(name="marks", daemon=True)
        self.book, self.gate, self.who = book, gate, known
        self._path, self._seqs = f"/api/v1/threads/{thread}", seqs
        self.samples = 0

    def run(self) -> None:
        reached, unread = 0, len(self._seqs)
        while not self.book.is_over.wait(0.15):
            place = random.randrange(min(reached + 2, len(self._seqs)))
            marked = ask(self.gate, self.who, "POST", f"{self._path}/read", json_body={"seq": self._seqs[place]})
            if marked.status == 200:
                reached = max(reached, place)
            else:
                self.book.note(marked)
            seen = ask(self.gate, self.who, "GET", self._path)
            if seen.status != 200:
                self.book.note(seen)
                continue
            now = int(seen.json["unread"])
            most = min(unread, len(self._seqs) - 1 - reached) if reached else unread
            if now > most:
                self.book.complain(f"a read mark went back: {now} unread after {most}")
            unread, self.samples = now, self.samples + 1


class Follower:
    """What an open page does with news, once more in Python: each change once and in order, gaps fetched."""

    def __init__(self, fetch: Callable[[int], Any], slug: str) -> None:
        self._fetch, self._slug = fetch, slug
        self.seq = 0
        self.head = 0
        self.items: list[tuple[int, str, str]] = []
        """`seq`, kind and the message's id, as they were taken."""
        self.texts: dict[str, str] = {}
        self._waiting: dict[int, Any] = {}
        self._lock = threading.RLock()
        self._wanted = threading.Event()
        self._is_over = threading.Event()
        threading.Thread(target=self._keep_up, daemon=True).start()

    def hear(self, item: Any) -> None:
        """A change came."""
        if item.get("workspace") != self._slug:
            return
        with self._lock:
            if item["seq"] > self.seq:
                self._waiting[item["seq"]] = item
                self.head = max(self.head, item["seq"])
                self._settle()

    def compare(self, heads: Mapping[str, int]) -> None:
        """A heartbeat came."""
        with self._lock:
            self.head = max(self.head, heads.get(self._slug, 0))
            self._settle()

    def close(self) -> None:
        self._is_over.set()
        self._wanted.set()

    def _settle(self) -> None:
        while self.seq + 1 in self._waiting:
            self._take(self._waiting.pop(self.seq + 1))
        if self.seq < self.head:
            self._wanted.set()

    def _take(self, item: Any) -> None:
        self._waiting.pop(item["seq"], None)
        if item["seq"] <= self.seq:
            return
        self.seq = item["seq"]
        message = item.get("message") or {}
        self.items.append((item["seq"], item["kind"], message.get("id", "")))
        if message:
            self.texts[message["id"]] = message["body"]

    def _keep_up(self) -> None:
        while not self._is_over.is_set():
            if not self._wanted.wait(0.25):
                continue
            time.sleep(0.25)
            self._wanted.clear()
            while self.seq < self.head and not self._is_over.is_set():
                found = self._fetch(self.seq)
                if found is None:
                    time.sleep(0.5)
                    continue
                with self._lock:
                    self.head = max(self.head, found["head"])
                    for item in found["items"]:
                        self._take(item)
                    while self.seq + 1 in self._waiting:
                        self._take(self._waiting.pop(self.seq + 1))


class Reader:
    """Somebody who follows the workspace; `state` is what their page would show."""

    name: str

    @property
    def seq(self) -> int:
        raise NotImplementedError

    def state(self) -> list[tuple[int, str, str]]:
        """`seq`, kind and text of every change, as it is now."""
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


class Client(socketio.Client):  # type: ignore[misc]
    """A client of Socket.IO that bears with a slow server: its base gives one that comes again a second, no more."""

    def __init__(self, **how: Any) -> None:
        super().__init__(request_timeout=PATIENCE, engineio_logger=silent(), logger=silent(), **how)

    def connect(self, url: str, *, wait_timeout: float = 3, **how: Any) -> None:
        """Connect as the base does."""
        super().connect(url, wait_timeout=wait_timeout, **how)

    def _engineio_client_class(self) -> type[Line]:
        return Line  # what comes is noted when it comes, not when a thread of its own has begun


class SocketReader(Reader):
    """A Python client with Socket.IO, by WebSocket or by long polling."""

    def __init__(self, gate: Gate, who: Who, *, slug: str, transport: str, name: str) -> None:
        self.name = name
        self.follower = Follower(lambda after: _changes(gate, who, slug, after), slug)
        self.client = Client(reconnection_delay=0.3, reconnection_delay_max=1.5)
        self.client.on("change", self.follower.hear)
        self.client.on("head", self.follower.compare)
        given = {"transports": [transport], "auth": {"token": who.token}}
        self.client.connect(gate.url, **given, retry=True, wait_timeout=pace.PATIENCE)

    @property
    def seq(self) -> int:
        return self.follower.seq

    def state(self) -> list[tuple[int, str, str]]:
        return _as_now(self.follower.items, self.follower.texts)

    def close(self) -> None:
        self.follower.close()
        with suppress(Exception):
            self.client.shutdown()


class PollingReader(Reader):
    """A program that asks for changes again and again."""

    def __init__(self, gate: Gate, who: Who, *, slug: str, name: str) -> None:
        self.name = name
        self.follower = Follower(lambda _after: None, slug)
        self._gate, self._who, self._slug = gate, who, slug
        self._is_over = threading.Event()
        threading.Thread(target=self._poll, daemon=True).start()

    def _poll(self) -> None:
        while not self._is_over.wait(0.3):
            found = _changes(self._gate, self._who, self._slug, self.follower.seq)
            for item in found["items"] if found else []:
                self.follower.hear(item)

    @property
    def seq(self) -> int:
        return self.follower.seq

    def state(self) -> list[tuple[int, str, str]]:
        return _as_now(self.follower.items, self.follower.texts)

    def close(self) -> None:
        self._is_over.set()
        self.follower.close()


class PageReader(Reader):
    """The page's own scripts with the official JavaScript client, run by Node."""

    def __init__(self, url: str, *, slug: str, name: str) -> None:
        self.name = name
        self._items: list[tuple[int, str, str]] = []
        self._texts: dict[str, str] = {}
        changes = f"/workspaces/{slug}/changes"
        node, script = Path(sys.executable).with_name("node"), ROOT / "tests" / "chaos" / "reader.mjs"
        command = [str(node), str(script), url, slug, "0", changes]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
        )
        self._listener = threading.Thread(target=self._read, daemon=True)
        self._listener.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if "kind" in said:
                self._items.append((said["seq"], said["kind"], said["id"]))
                if said["text"] is not None:
                    self._texts[said["id"]] = said["text"]

    @property
    def seq(self) -> int:
        return self._items[-1][0] if self._items else 0

    def state(self) -> list[tuple[int, str, str]]:
        return _as_now(self._items, self._texts)

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(pace.PATIENCE)
        self._listener.join(pace.PATIENCE)  # it reads what is closed next
        self._process.stdout.close()


def _changes(gate: Gate, who: Who, slug: str, after: int) -> Any:
    answer = ask(gate, who, "GET", f"/api/v1/workspaces/{slug}/changes?after={after}")
    return answer.json if answer.status == 200 else None


def _as_now(items: list[tuple[int, str, str]], texts: Mapping[str, str]) -> list[tuple[int, str, str]]:
    return [(seq, kind, texts.get(message, "")) for seq, kind, message in list(items)]


def silent() -> Any:
    """A logger for what the clients say while they are cut off."""
    import logging

    logger = logging.getLogger("tests.chaos")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
