"""Live, with a real server in a process of its own and real clients, by WebSocket and by long polling."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import socketio

from extranet.app import Extranet
from tests import servers
from tests.cast import Cast, Person
from tests.workspaces.discussions.talk import Talk


class Ears:
    """A client that notes what it hears."""

    def __init__(self, url: str, *, transport: str, **how: Any) -> None:
        self.heard: list[tuple[str, Any]] = []
        self._news = threading.Condition()
        self.client = socketio.Client(reconnection=False, engineio_logger=_silent())
        self.client.on("*", self._hear)
        self.client.connect(url, transports=[transport], **how)

    def _hear(self, name: str, content: Any = None) -> None:
        with self._news:
            self.heard.append((name, content))
            self._news.notify_all()

    def wait_for(self, name: str, matches: Callable[[Any], bool] = bool, *, seconds: float = 10) -> Any:
        """The first piece of news like this; AssertionError if it does not come."""
        found: list[Any] = []

        def is_there() -> bool:
            found[:] = [content for said, content in self.heard if said == name and matches(content)]
            return bool(found)

        with self._news:
            assert self._news.wait_for(is_there, seconds), f"no {name} among {[said for said, _content in self.heard]}"
        return found[0]

    def closed_within(self, seconds: float) -> bool:
        """Whether the server closes it in this time."""
        until = time.monotonic() + seconds
        while self.client.connected and time.monotonic() < until:
            time.sleep(0.01)
        return not self.client.connected


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
            timeout=10,
        )

    def say(self, person: Person, body: str) -> Any:
        """Post a message. Returns it."""
        answer = self.post(person, self.talk.path("/messages"), body=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["message"]


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
    change = grace.wait_for("change", lambda change: change["message"]["id"] == said["id"], seconds=3)
    assert change["message"]["body"] == "Live!"
    assert "Live!" in change["html"]
    assert live.talk.unread(live.cast.grace) == 2
    time.sleep(0.3)
    assert not [name for name, _content in mallory.heard if name != "head"]
    assert all(live.talk.place.slug not in content for _name, content in mallory.heard)


@pytest.mark.parametrize("transport", ["websocket", "polling"])
def test_after_the_answer_to_a_removal_nothing_more_comes(live: Live, transport: str) -> None:
    ada, nina = live.cast.ada, live.cast.member("Nina Newcomer")
    live.talk.place.let_in(nina, by=ada)
    ears = live.listen(nina, transport)
    live.say(ada, "Before")
    ears.wait_for("change")
    removed = live.post(ada, live.talk.place.path(f"/members/{nina.member_id}/remove"))
    assert removed.status_code == 302
    ears.wait_for("head", lambda heads: live.talk.place.slug not in heads, seconds=5)  # who polls may have to come anew
    so_far = len(ears.heard)
    live.say(ada, "After")
    time.sleep(0.5)
    assert not [name for name, _content in ears.heard[so_far:] if name != "head"]


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


def test_everybody_hears_the_same_in_the_same_order_when_many_write_at_once(live: Live) -> None:
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
