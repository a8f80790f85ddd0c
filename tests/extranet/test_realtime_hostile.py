"""Clients that speak the protocols themselves and say what no page says; by long polling, to the product."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from extranet.realtime import MOST_OPEN, Realtime, realtime
from extranet.sockets import Session
from tests.cast import Cast, Person

pytestmark = pytest.mark.once

ADDRESS = "/socket.io/?EIO=4&transport=polling"
ENVIRON = {
    "wsgi.url_scheme": "http", "HTTP_HOST": "localhost", "REQUEST_METHOD": "GET", "PATH_INFO": "/", "SCRIPT_NAME": "",
    "SERVER_NAME": "localhost", "SERVER_PORT": "80", "QUERY_STRING": "", "SERVER_PROTOCOL": "HTTP/1.1",
}  # fmt: skip


class Raw:
    """A client that says what it likes, with the cookie of a browser."""

    def __init__(self, person: Person) -> None:
        self._browser = person.client
        self._engine = realtime(person.app)._engine
        opened = self._browser.get(ADDRESS)
        self.sid = json.loads(opened.text[1:])["sid"]
        self.session: Session = self._engine.sockets[self.sid]

    def say(self, said: str) -> TestResponse:
        """Send packets as they are."""
        return self._browser.post(f"{ADDRESS}&sid={self.sid}", data=said)

    def heard(self) -> str:
        """All that has come since the last look."""
        packets = self.session.poll() if self.session._waiting else []
        return "\x1e".join(packet.encode() for packet in packets)


@pytest.fixture
def sockets(app: Flask) -> Realtime:
    found = realtime(app)
    for sid in list(found._sockets):  # of other tests
        found._server.disconnect(sid)
    return found


@pytest.fixture
def come(sockets: Realtime) -> Iterator[Callable[..., Raw]]:
    """What connects a person, who is let in unless `says` is something else."""
    came = []

    def come(person: Person, says: str = "40") -> Raw:
        came.append(Raw(person))
        came[-1].say(says)
        return came[-1]

    yield come
    for one in came:
        one.session.close(abort=True)
    assert not sockets._sockets and not sockets._of, "somebody is remembered who has gone"


def test_the_names_that_the_server_keeps_for_itself_do_nothing(
    cast: Cast, sockets: Realtime, come: Callable[..., Raw]
) -> None:
    grace = come(cast.grace)
    before = dict(sockets._sockets)
    reserved: list[Any] = [["connect", ENVIRON, {"token": cast.ada.token}], ["disconnect"], ["*"]]
    for said in (*reserved, [], [["here"]], {"here": 1}, ""):
        grace.say(f"427{json.dumps(said)}")
        assert sockets._sockets == before
        assert list(sockets._of) == [held.credential for held in before.values()]


def test_as_many_are_let_in_as_may_be_whatever_they_say(
    cast: Cast, sockets: Realtime, come: Callable[..., Raw]
) -> None:
    for number in range(MOST_OPEN + 2):
        come(cast.grace).say('42["disconnect"]')
        assert len(sockets._sockets) == min(number + 1, MOST_OPEN)


def test_signing_out_closes_who_said_that_they_had_gone(cast: Cast, come: Callable[..., Raw]) -> None:
    grace = come(cast.grace)
    grace.say('42["disconnect"]')
    assert cast.grace.post("/sign-out").status_code == 302
    assert grace.session.closed


def test_nothing_waits_any_more_for_who_says_that_they_go(cast: Cast, come: Callable[..., Raw]) -> None:
    grace = come(cast.grace)
    assert grace.session._waiting
    grace.say("41")
    assert grace.session.closed and "head" not in grace.heard()


@pytest.mark.parametrize("said", ["41/elsewhere,", "41\x1e40", "41\x1e41", "40\x1e40", '43["here"]'])
def test_nobody_is_forgotten_by_half(cast: Cast, sockets: Realtime, come: Callable[..., Raw], said: str) -> None:
    come(cast.grace).say(said)
    register: Any = sockets._server.manager
    assert set(sockets._sockets) == set(register._sessions)
    assert not register._coming and not register._going


def test_who_goes_while_they_are_let_in_is_not_remembered(
    cast: Cast, sockets: Realtime, come: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    grace = come(cast.grace, "3")
    gather = sockets._gather

    def meanwhile(members: Any) -> Any:
        grace.session.close(abort=True)
        return gather(members)

    monkeypatch.setattr(sockets, "_gather", meanwhile)
    grace.say("40")
    assert not sockets._sockets and not sockets._of
    assert not sockets._server.manager._sessions


def test_the_heartbeat_goes_on_for_the_others_whatever_is_wrong_with_one(
    app: Flask, cast: Cast, sockets: Realtime, come: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, ended, bystander = come(cast.grace), come(cast.ada), come(cast.moses)
    sid = next(sid for sid, held in sockets._sockets.items() if held.session is ended.session)
    theirs = sockets._of[sockets._sockets[sid].credential]
    theirs.insert(0, "somebody who has gone")
    monkeypatch.setattr(broken.session, "send", _fail)
    bystander.heard()
    assert cast.ada.post("/sign-out").status_code == 302
    assert ended.session.closed
    with app.app_context():
        sockets.beat()
    assert '42["head"' in bystander.heard()
    assert theirs == ["somebody who has gone"]
    sockets._of = {one: held for one, held in sockets._of.items() if held is not theirs}


def test_a_part_of_a_heartbeat_that_fails_leaves_the_other_parts(
    app: Flask, cast: Cast, sockets: Realtime, come: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch
) -> None:
    grace, ada = come(cast.grace), come(cast.ada)
    first = next(iter(sockets._sockets.values())).member
    gather = sockets._gather
    monkeypatch.setattr("extranet.realtime.AT_ONCE", 1)
    monkeypatch.setattr(sockets, "_gather", lambda members: _fail() if first in members else gather(members))
    grace.heard(), ada.heard()
    with app.app_context():
        sockets.beat()
    assert '42["head"' not in grace.heard()
    assert '42["head"' in ada.heard()


@pytest.mark.parametrize(
    "said", ['451-["here",{"_placeholder":true,"num":0}]', "461-7[]", "4\u06651-[]", "bQUJD", '4{"a":1}']
)
def test_nothing_is_kept_of_who_sends_attachments(
    cast: Cast, sockets: Realtime, come: Callable[..., Raw], said: str
) -> None:
    grace = come(cast.grace)
    assert grace.say(f"{said}\x1ebQUJD\x1e40").status_code == 400
    assert grace.session.closed
    assert not sockets._server._binary_packet and not sockets._sockets
    assert not sockets._server.manager._sessions


def test_no_answer_to_a_socket_is_a_script(cast: Cast, sockets: Realtime, come: Callable[..., Raw]) -> None:
    grace = come(cast.grace)
    before = set(sockets._engine.sockets)
    for answer in (cast.grace.client.get(f"{ADDRESS}&j=0"), cast.grace.client.get(f"{ADDRESS}&sid={grace.sid}&j=0")):
        assert answer.status_code == 400
        assert "___eio" not in answer.text
    assert set(sockets._engine.sockets) == before
    for path in (ADDRESS, f"{ADDRESS}&sid={grace.sid}", f"{ADDRESS}&sid=nobody", f"{ADDRESS}&j=0"):
        answer = cast.grace.client.get(path)
        assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]
        if answer.text.startswith("0"):
            sockets._engine.sockets[json.loads(answer.text[1:])["sid"]].close(abort=True)


def _fail(*_what: Any) -> Any:
    raise RuntimeError("broken for the test")
