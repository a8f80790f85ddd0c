"""Whoever sends slowly holds up nobody: the database is asked only once all has come, and then asked anew."""

import fcntl
import math
import socket
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import requests

from extranet import credentials
from extranet.members import Member
from tests import apps
from tests.cast import Cast, Person, keeping
from tests.pace import PATIENCE, eventually
from tests.servers import site
from tests.workspaces.discussions.talk import Talk

SECRET = "a secret for two who look at one database"
LARGE = 1_500_000
pytestmark = pytest.mark.once


class Stage(NamedTuple):
    """A server's address, and a discussion on it."""

    url: str
    talk: Talk

    def headers(self, person: Person) -> dict[str, str]:
        """What a page's script sends with everything."""
        cookie = person.client.get_cookie("extranet")
        assert cookie is not None
        return {"Cookie": f"extranet={cookie.value}", "X-CSRFToken": person.csrf_token}


@pytest.mark.parametrize(
    ("path", "kind", "size"),
    [
        ("/api/v1/me", "application/json", 200),
        ("/settings", "application/x-www-form-urlencoded", 200),
        ("/api/v1/workspaces/x/attachments", "multipart/form-data; boundary=x", 200),
        ("/api/v1/workspaces/x/attachments", "multipart/form-data; boundary=x", 5_000_000),
    ],
)
def test_others_write_while_somebody_sends(stage: Stage, path: str, kind: str, size: int) -> None:
    token = {"Authorization": f"Bearer {stage.talk.cast.ada.token}"}
    method = "PATCH" if path.endswith("/me") else "POST"
    with _sending(stage, method, path, {**token, "Content-Type": kind, "Content-Length": str(size)}) as slow:
        slow.sendall(b"--x")
        _write_at_once(stage)


@pytest.mark.parametrize("address", ["/threads", "/threads/{thread}/messages", "/attachments"])
@pytest.mark.parametrize(
    "length", [{"Content-Length": "200"}, {"Transfer-Encoding": "chunked"}, {"Content-Length": str(LARGE)}]
)
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_others_write_while_somebody_who_has_joined_sends_to_where_files_are_taken(
    stage: Stage, address: str, length: dict[str, str], kind: str
) -> None:
    talk = stage.talk
    path = talk.place.path(address.format(thread=talk.thread_id))
    with _sending(stage, "POST", path, {**stage.headers(talk.cast.grace), "Content-Type": kind, **length}) as slow:
        slow.sendall(b'3\r\n{"x\r\n' if "Transfer-Encoding" in length else b'{"x')
        _write_at_once(stage)


@pytest.mark.parametrize(("length", "status"), [("declared", 413), ("chunked", 400)])
def test_only_files_make_a_request_large(stage: Stage, length: str, status: int) -> None:
    """Of what comes without saying how large it is, so much is read as a small request has; it ends in the middle."""
    talk, said = stage.talk, b'{"body": "' + LARGE * b"x" + b'"}'
    headers = {**stage.headers(talk.cast.grace), "Content-Type": "application/json"}
    data = iter([said]) if length == "chunked" else said
    answer = requests.post(stage.url + talk.path("/messages"), data=data, headers=headers, timeout=PATIENCE)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("address", ["/threads/{thread}/messages", "/attachments"])
def test_who_is_suspended_while_it_arrives_writes_nothing(stage: Stage, address: str) -> None:
    talk, person = stage.talk, stage.talk.cast.member("Sanna Suspended")
    talk.place.let_in(person, by=talk.cast.ada)
    before = len(talk.messages())
    answer = _sent_while(stage, person, address, lambda: _suspend(talk, person))
    assert answer.startswith("HTTP/1.1 401"), answer
    assert len(talk.messages()) == before


def test_who_is_signed_out_while_it_arrives_writes_nothing(stage: Stage) -> None:
    talk, person = stage.talk, stage.talk.cast.member("Saara Signedout")
    talk.place.let_in(person, by=talk.cast.ada)
    before = len(talk.messages())
    answer = _sent_while(stage, person, "/threads/{thread}/messages", lambda: _sign_out(talk, person))
    assert answer.startswith("HTTP/1.1 401"), answer
    assert len(talk.messages()) == before


def test_who_may_still_do_so_writes(stage: Stage) -> None:
    talk = stage.talk
    before = len(talk.messages())
    answer = _sent_while(stage, talk.cast.grace, "/threads/{thread}/messages", lambda: None)
    assert answer.startswith("HTTP/1.1 201"), answer
    assert len(talk.messages()) == before + 1


def test_files_may_come_without_saying_how_large_they_are(stage: Stage) -> None:
    talk = stage.talk
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    headers = {**stage.headers(talk.cast.grace), "Content-Type": "multipart/form-data; boundary=x"}
    parts = iter([form, LARGE * b"a", b"\r\n--x--\r\n"])
    answer = requests.post(stage.url + talk.place.path("/attachments"), data=parts, headers=headers, timeout=PATIENCE)
    assert answer.status_code == 201, answer.text
    assert answer.json()["size"] == LARGE


def _sent_while(stage: Stage, person: Person, address: str, happens: Any) -> str:
    """Send a large form to where files are taken; something happens when half of it has been read. The answer."""
    talk = stage.talk
    form = b'--x\r\nContent-Disposition: form-data; name="body"\r\n\r\nSent before, arrived after\r\n'
    form += b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    form += LARGE * b"a" + b"\r\n--x--\r\n"
    headers = {
        **stage.headers(person), "Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(len(form)),
        "Accept": "application/json", "Connection": "close",
    }  # fmt: skip
    path = talk.place.path(address.format(thread=talk.thread_id))
    with _sending(stage, "POST", path, headers) as slow:
        slow.sendall(form[: LARGE // 2])
        assert eventually(lambda: _has_been_taken(slow)) < math.inf
        happens()
        slow.sendall(form[LARGE // 2 :])
        answer = b"".join(iter(lambda: slow.recv(65_536), b""))
    return answer.decode()


def _has_been_taken(slow: socket.socket) -> bool:
    """Whether nothing of what was sent is still here: the system over there takes so much only while it is read."""
    return fcntl.ioctl(slow.fileno(), termios.TIOCOUTQ, b"\0\0\0\0") == b"\0\0\0\0"


def _suspend(talk: Talk, person: Person) -> None:
    with keeping(talk.app) as held:
        by = held.get_one(Member, talk.cast.moses.member_id)
        held.get_one(Member, person.member_id).suspend(by=by, reason="because")


def _sign_out(talk: Talk, person: Person) -> None:
    with keeping(talk.app) as held:
        credentials.end_all(held.get_one(Member, person.member_id))


@contextmanager
def _sending(stage: Stage, method: str, path: str, headers: dict[str, str]) -> Iterator[socket.socket]:
    """A connection on which the head of a request has been sent, and what follows is awaited."""
    address = urlsplit(stage.url)
    with socket.create_connection((address.hostname, address.port), timeout=PATIENCE) as slow:
        head = {"Host": address.netloc, **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        slow.sendall(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode())
        yield slow


def _write_at_once(stage: Stage) -> None:
    """Write beside who sends slowly: who held the database would do so for longer than anybody waits for it."""
    time.sleep(0.2)
    headers = {"Authorization": f"Bearer {stage.talk.cast.ada.token}"}
    answer = requests.patch(f"{stage.url}/api/v1/me", json={"language": "fi"}, headers=headers, timeout=PATIENCE)
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server, and a discussion on it, prepared beside it."""
    folder = tmp_path_factory.mktemp("slow")
    with site(folder, SECRET_KEY=SECRET) as running:
        app = apps.build(folder, SECRET_KEY=SECRET)
        talk = Talk(Cast(app))
        for person in (talk.cast.ada, talk.cast.grace, talk.cast.moses):
            person.get("/")
        yield Stage(running.url, talk)
        apps.end(app)
