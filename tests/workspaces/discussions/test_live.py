"""Live, with a real server in a process of its own and real clients, by WebSocket and by long polling."""

import json
import logging
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import engineio
import pytest
import requests
import socketio
from engineio.payload import Payload

from extranet.app import Extranet
from tests import servers
from tests.cast import Cast, Person
from tests.pace import PATIENCE, eventually
from tests.workspaces.discussions.talk import Talk


class Line(engineio.Client):  # type: ignore[misc]
    """A connection whose events are heard one after the other: its base begins a thread for each, and one overtakes."""

    def _trigger_event(self, event: str, *args: Any, run_async: bool = False, **more: Any) -> Any:
        is_event = event == "message" and str(args[0]).startswith("2")
        return super()._trigger_event(event, *args, run_async=run_async and not is_event, **more)


class Client(socketio.Client):  # type: ignore[misc]
    """A client of Socket.IO on such a connection."""

    def _engineio_client_class(self) -> type[Line]:
        return Line


class Ears:
    """A client that notes what it hears, in the order in which it comes, and does not come again when it is closed."""

    def __init__(self, url: str, *, transport: str, **how: Any) -> None:
        self.heard: list[tuple[str, Any]] = []
        self._url = url
        self._news = threading.Condition()
        self.client = Client(reconnection=False, engineio_logger=_silent(), request_timeout=PATIENCE)
        self.client.on("*", self._hear)
        self.client.connect(url, transports=[transport], wait_timeout=PATIENCE, **how)

    def _hear(self, name: str, content: Any = None) -> None:
        with self._news:
            self.heard.append((name, content))
            self._news.notify_all()

    def wait_for(self, name: str, matches: Callable[[Any], bool] = bool) -> Any:
        """The first piece of news like this; AssertionError if it does not come."""
        found: list[Any] = []

        def is_there() -> bool:
            found[:] = [content for said, content in self.heard if said == name and matches(content)]
            return bool(found)

        with self._news:
            assert self._news.wait_for(is_there, PATIENCE), f"no {name} among {[said for said, _content in self.heard]}"
        return found[0]

    def catch_up(self) -> None:
        """Return when all has been heard that the server has said so far."""
        self.client.call("here", {}, timeout=PATIENCE)

    def closed_within(self, seconds: float) -> bool:
        """Whether the server closes it in this time, or in the longer one that its pages take just now."""
        return eventually(lambda: not self.client.connected, seconds=seconds, step=self._open_a_page) < math.inf

    def _open_a_page(self) -> None:
        requests.get(f"{self._url}/sign-in", timeout=PATIENCE).close()


class Poll:
    """A client by long polling that asks only when it is told to; `heads` are the first that it heard."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self._url, self._headers = f"{url}/socket.io/?EIO=4&transport=polling", headers
        self._url += "&sid=" + json.loads(self.ask().text[1:])["sid"]
        requests.post(self._url, data="40", headers=headers, timeout=PATIENCE)
        self.heads = self._first_heads()

    def ask(self) -> requests.Response:
        """What waits, or comes next."""
        return requests.get(self._url, headers=self._headers, timeout=PATIENCE)

    def _first_heads(self) -> Any:
        while True:
            for packet in self.ask().text.split("\x1e"):
                if packet.startswith('42["head",'):
                    return json.loads(packet[2:])[1]


def _silent() -> logging.Logger:
    """What the client's threads say while the tests end, after the test has ended with them, is nobody's business."""
    logger = logging.getLogger("tests.live")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


@dataclass
class Live:
    """A server, and a discussion on it; what is done goes over the wire."""

    site: servers.Site
    cast: Cast
    talk: Talk
    open: list[Ears] = field(default_factory=list)

    def listen(self, person: Person, transport: str = "websocket") -> Ears:
        """Connect as this person's browser does, and wait for the first heads."""
        ears = Ears(self.site.url, transport=transport, headers={"Cookie": self.cookie(person)})
        self.open.append(ears)
        ears.wait_for("head", lambda _heads: True)
        return ears

    def poll(self, person: Person) -> Poll:
        """Connect as this person's browser does where WebSocket is blocked, and let the test say when it asks."""
        return Poll(self.site.url, {"Cookie": self.cookie(person)})

    def cookie(self, person: Person) -> str:
        """What the person's browser sends."""
        cookie = person.client.get_cookie("extranet")
        return f"extranet={cookie.value}" if cookie is not None else ""

    def post(self, person: Person, path: str, **fields: str) -> requests.Response:
        """Send a form to the server."""
        return requests.post(
            self.site.url + path,
            data={"csrf_token": person.csrf_token, **fields},
            headers={"Cookie": self.cookie(person), "Accept": "application/json"},
            allow_redirects=False,
            timeout=PATIENCE,
        )

    def say(self, person: Person, body: str) -> Any:
        """Post a message. Returns it."""
        answer = self.post(person, self.talk.path("/messages"), body=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["message"]

    def remove(self, person: Person) -> None:
        """Let Ada take somebody out; it has been answered when this returns."""
        answer = self.post(self.cast.ada, self.talk.place.path(f"/members/{person.member_id}/remove"))
        assert answer.status_code == 302, answer.text


@pytest.fixture
def live(served: tuple[servers.Site, Extranet]) -> Iterator[Live]:
    """A discussion of one's own on the server, with people of its own."""
    site, cast = served[0], Cast(served[1])
    found = Live(site, cast, Talk(cast))
    yield found
    for ears in found.open:
        ears.client.disconnect()


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_a_message_reaches_who_joined_at_once_and_nobody_else(live: Live, transport: str) -> None:
    grace, mallory = live.listen(live.cast.grace, transport), live.listen(live.cast.mallory, transport)
    said = live.say(live.cast.ada, "Live!")
    change = grace.wait_for("change", lambda change: change["message"]["id"] == said["id"])
    assert change["message"]["body"] == "Live!"
    assert "Live!" in change["html"]
    assert live.talk.unread(live.cast.grace) == 2
    mallory.catch_up()  # whoever was told was told at once
    assert not [name for name, _content in mallory.heard if name != "head"]
    assert all(live.talk.place.slug not in content for _name, content in mallory.heard)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_after_the_answer_to_a_removal_nothing_more_comes(live: Live, transport: str) -> None:
    ada, nina = live.cast.ada, live.cast.member("Nina Newcomer")
    live.talk.place.let_in(nina, by=ada)
    ears, witness = live.listen(nina, transport), live.listen(ada)
    before = live.say(ada, "Before")
    ears.wait_for("change", lambda change: change["seq"] == before["seq"])
    live.remove(nina)
    assert ears.closed_within(1)
    if transport == "websocket":  # who polls hears it only if a question of theirs was waiting, or when they come anew
        ears.wait_for("head", lambda heads: live.talk.place.slug not in heads)
    anew = live.listen(nina, transport)
    after = live.say(ada, "After")
    witness.wait_for("change", lambda change: change["seq"] == after["seq"])
    anew.catch_up()
    assert {name for name, _content in ears.heard} == {"head", "change"}
    assert all(change["seq"] <= before["seq"] for name, change in ears.heard if name == "change")
    assert anew.heard and all(news == ("head", {}) for news in anew.heard)


def test_who_is_removed_between_two_questions_is_refused_and_hears_what_is_theirs_when_they_come_anew(
    live: Live,
) -> None:
    nina = live.cast.member("Nina Newcomer")
    live.talk.place.let_in(nina, by=live.cast.ada)
    poll = live.poll(nina)
    assert list(poll.heads) == [live.talk.place.slug]
    live.say(live.cast.ada, "Before")
    live.remove(nina)
    answer = poll.ask()
    assert answer.status_code == 400
    assert "Before" not in answer.text and live.talk.place.slug not in answer.text
    assert live.poll(nina).heads == {}


def test_signing_out_closes_what_is_open_within_a_second(live: Live) -> None:
    nina = live.cast.member("Nina Newcomer")
    ears, others = live.listen(nina), live.listen(live.cast.grace)
    assert live.post(nina, "/sign-out").status_code == 302
    assert ears.closed_within(1)
    assert others.client.connected
    with pytest.raises(socketio.exceptions.ConnectionError):
        live.listen(nina)


def test_suspension_closes_what_is_open_within_a_second(live: Live) -> None:
    nina = live.cast.member("Nina Newcomer")
    live.talk.place.let_in(nina, by=live.cast.ada)
    ears = live.listen(nina)
    answer = live.post(live.cast.moses, f"/desk/members/{nina.member_id}/suspend", reason="Not their own name")
    assert answer.status_code == 302, answer.text
    assert ears.closed_within(1)


def test_visitors_are_not_connected_and_tokens_are(live: Live) -> None:
    with pytest.raises(socketio.exceptions.ConnectionError):
        Ears(live.site.url, transport="websocket")
    with pytest.raises(socketio.exceptions.ConnectionError):
        Ears(live.site.url, transport="websocket", auth={"token": "ext_unknown"})
    ears = Ears(live.site.url, transport="websocket", auth={"token": live.cast.grace.token})
    live.open.append(ears)
    ears.wait_for("head", lambda heads: live.talk.place.slug in heads)
    live.say(live.cast.ada, "For programs too")
    assert ears.wait_for("change")["message"]["body"] == "For programs too"


def test_everybody_hears_the_same_in_the_same_order_when_many_write_at_once(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Payload, "max_decode_packets", 100)  # of the client, which gives up at 17 in one answer
    ears = [live.listen(live.cast.grace, "websocket"), live.listen(live.cast.ada, "polling")]
    people = [live.cast.ada, live.cast.grace]
    for person in people:
        assert live.cookie(person) and person.csrf_token

    def write(person: Person) -> None:
        for number in range(10):
            live.say(person, f"{person.name} {number}")

    writers = [threading.Thread(target=write, args=[person]) for person in people * 2]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    last = live.talk.row().last_seq
    heard = []
    for one in ears:
        one.wait_for("change", lambda change: change["seq"] == last)
        heard.append([content["seq"] for name, content in one.heard if name == "change"])
    assert heard[0] == heard[1] == list(range(last - 39, last + 1))
