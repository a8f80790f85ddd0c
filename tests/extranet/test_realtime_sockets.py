"""Sockets as clients see them who read slowly, or not at all, or talk nonsense; without the product around them."""

import _socket
import json
import math
import socket
import struct
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import gevent
import pytest
from engineio.packet import MESSAGE

from extranet import sockets
from extranet.sockets import LONGEST_NEWS, MOST_WAITING, PATIENCE, PING_EVERY, Engine, News, Session
from tests.pace import eventually

pytestmark = pytest.mark.once

KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # RFC 6455, 1.3
MOST_EACH = 8_000
"""Bytes of Python's that a silent socket may take, its client's included; a process may take 80,000 in all."""
BIG = News(MESSAGE, "x" * 50_000)


class Client:
    """The other end of a socket, which reads when it is told to."""

    def __init__(self, engine: Engine, **headers: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.socket = socket.create_connection(listener.getsockname())
            server_end, _address = listener.accept()
        self.socket.setblocking(False)
        before = set(engine.sockets)
        with suppress(StopIteration):
            engine.handle_request(_request(server_end, **headers), lambda *_answer: None)
        server_end.close()
        (sid,) = set(engine.sockets) - before
        self.session: Session = engine.sockets[sid]
        self.got = b""
        self.is_closed = False
        self.hear(b"}")
        head, _, self.got = self.got.partition(b"\r\n\r\n")
        self.head = head.decode()

    def hear(self, last: bytes) -> None:
        """Read until this has come at the end of all."""
        _wait_until(lambda: self._read().endswith(last))

    def hear_the_end(self) -> bytes:
        """All that has come once the connection has ended."""
        _wait_until(lambda: self._read() is not None and self.is_closed)
        return self.got

    def _read(self) -> bytes:
        while not self.is_closed:
            try:
                came = self.socket.recv(1_000_000)
            except BlockingIOError:
                break
            except ConnectionResetError:
                came = b""
            self.got += came
            self.is_closed = not came
        return self.got

    def say(self, content: bytes, *, first: int = 0x81, masked: bool = True) -> None:
        """Send a frame."""
        mask = b"abcd" if masked else b""
        size = struct.pack(">B", len(content) | masked << 7) if len(content) < 126 else (
            struct.pack(">BH", 126 | masked << 7, len(content))
        )
        hidden = bytes(byte ^ mask[at % 4] for at, byte in enumerate(content)) if masked else content
        self.socket.sendall(bytes((first,)) + size + mask + hidden)
        _let_it_work()


def _let_it_work() -> None:
    for _turn in range(5):
        gevent.sleep(0.002)


def _wait_until(is_so: Callable[[], object]) -> None:
    assert eventually(is_so, step=lambda: gevent.sleep(0.001), every=0) < math.inf


def _request(server_end: socket.socket, **headers: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET", "PATH_INFO": "/socket.io/", "QUERY_STRING": "EIO=4&transport=websocket",
        "HTTP_CONNECTION": "Upgrade", "HTTP_UPGRADE": "websocket", "HTTP_SEC_WEBSOCKET_KEY": KEY,
        "HTTP_SEC_WEBSOCKET_VERSION": "13", "gunicorn.socket": server_end, **headers,
    }  # fmt: skip


def _ask(engine: Engine, sid: str = "") -> tuple[str, str]:
    """What somebody who polls is answered: the status, and what it says."""
    query = "EIO=4&transport=polling" + (f"&sid={sid}" if sid else "")
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/socket.io/", "QUERY_STRING": query}
    status: list[str] = []
    said = engine.handle_request(environ, lambda answered, _headers: status.append(answered))
    return status[0], b"".join(said).decode()


def _who_polls(engine: Engine) -> Session:
    """Somebody who has come by long polling."""
    session: Session = engine.sockets[json.loads(_ask(engine)[1][1:])["sid"]]
    return session


@pytest.fixture
def known() -> set[str]:
    """The sessions that have said who they are; by default all are taken for known."""
    return {"*"}


@pytest.fixture
def heard() -> list[Any]:
    """What was heard from clients."""
    return []


@pytest.fixture
def engine(known: set[str], heard: list[Any]) -> Iterator[Engine]:
    engine = Engine(lambda sid: "*" in known or sid in known)
    engine.on("message", lambda _sid, said: heard.append(said))
    engine.on("disconnect", lambda sid, reason: heard.append(("gone", sid, reason)))
    yield engine
    for session in list(engine.sockets.values()):
        session.close(abort=True)


@pytest.fixture
def connect(engine: Engine) -> Iterator[Callable[..., Client]]:
    clients = []

    def connect(**headers: str) -> Client:
        clients.append(Client(engine, **headers))
        return clients[-1]

    yield connect
    for client in clients:
        client.socket.close()


def test_a_websocket_opens_without_compression_also_if_that_is_offered(connect: Callable[..., Client]) -> None:
    client = connect(HTTP_SEC_WEBSOCKET_EXTENSIONS="permessage-deflate; client_max_window_bits")
    assert client.head.startswith("HTTP/1.1 101 ")
    assert "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in client.head
    assert "deflate" not in client.head
    assert b'0{"sid":' in client.got


def test_what_many_get_is_encoded_once(connect: Callable[..., Client], monkeypatch: pytest.MonkeyPatch) -> None:
    clients = [connect() for _client in range(5)]
    made: list[bytes] = []
    plain = sockets.frame

    def noted(kind: int, content: bytes) -> bytes:
        made.append(content)
        return plain(kind, content)

    monkeypatch.setattr(sockets, "frame", noted)
    for size in (10, 1_000, 70_000):
        packet = News(MESSAGE, "ä" * size)
        for client in clients:
            client.session.send(packet)
        for client in clients:
            client.hear(("4" + "ä" * size).encode())
    assert len(made) == 3


def test_what_who_polls_is_told_is_kept_nowhere_on_the_way(engine: Engine) -> None:
    sid = _who_polls(engine).sid
    for query in ("", f"&sid={sid}", "&sid=unknown", "&j=0"):
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": f"EIO=4&transport=polling{query}"}
        engine.sockets[sid].send(News(MESSAGE, "words"))
        answers: list[list[tuple[str, str]]] = []
        engine.handle_request(environ, lambda _status, headers, answers=answers: answers.append(headers))
        assert ("Cache-Control", "no-store") in answers[0]


def test_news_that_are_too_long_close_nobody_s_socket(connect: Callable[..., Client], engine: Engine) -> None:
    client, polling = connect(), _who_polls(engine)
    for packet in (News(MESSAGE, "x" * LONGEST_NEWS), News(MESSAGE, "2[\"head\",{}]")):
        client.session.send(packet)
        polling.send(packet)
    client.hear(b'42["head",{}]')
    assert b"xx" not in client.got
    assert _ask(engine, polling.sid)[1] == '42["head",{}]'


def test_what_is_told_in_one_turn_takes_one_call_of_the_system(
    connect: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connect()
    calls: list[bytes] = []
    plain = sockets.Wire._send

    def noted(wire: sockets.Wire, whole: bytes) -> None:
        calls.append(whole)
        plain(wire, whole)

    monkeypatch.setattr(sockets.Wire, "_send", noted)
    packets = [News(MESSAGE, f"{number}") for number in range(4)]
    for packet in packets[:3]:
        client.session.send(packet)
    client.session.ask()
    client.session.send(packets[3])
    whole = b"".join(packet.frame for packet in packets[:3]) + b"\x81\x012" + packets[3].frame
    client.hear(whole)
    assert calls == [whole]


def test_nothing_that_was_told_in_the_same_turn_reaches_who_is_told_to_go(connect: Callable[..., Client]) -> None:
    client = connect()
    client.session.send(News(MESSAGE, "news"))
    client.session.end(News(MESSAGE, "the last"))
    assert b"news" not in client.hear_the_end()
    assert client.got.endswith(News(MESSAGE, "the last").frame + b"\x88\x02\x03\xe9")


def test_who_does_not_read_is_closed_and_holds_up_nobody(connect: Callable[..., Client], heard: list[Any]) -> None:
    slow, quick = connect(), connect()
    sent = 0
    while not slow.session.closed:
        quick.got = b""
        for client in (slow, quick):
            client.session.send(BIG)
        sent += len(BIG.frame)
        quick.hear(BIG.frame)
        assert sent < 20_000_000, "it is never closed"
    assert heard == [("gone", slow.session.sid, "transport close")]
    assert not quick.session.closed
    assert slow.hear_the_end()


def test_what_was_not_taken_goes_out_in_order_when_the_client_reads_again(connect: Callable[..., Client]) -> None:
    client = connect()
    packets = [News(MESSAGE, str(number % 10) * 40_000) for number in range(8)]
    for packet in packets:
        client.session.send(packet)
    client.hear(b"".join(packet.frame for packet in packets))
    assert not client.session.closed


def test_who_takes_nothing_for_long_is_closed_however_little_waits(
    connect: Callable[..., Client], engine: Engine
) -> None:
    client = connect()
    while not engine.wires.behind:
        client.session.send(BIG)
    for turn in range(3):
        assert client.session.closed is (turn == 2)
        engine.tick(turn * PATIENCE)
        client.session.has_answered = True


def test_nothing_that_waits_reaches_who_is_told_to_go(connect: Callable[..., Client], engine: Engine) -> None:
    client = connect()
    while not engine.wires.behind:
        client.session.send(BIG)
    client.session.end(News(MESSAGE, "the last"))
    assert client.session.closed and not engine.wires.behind
    assert b"the last" not in client.hear_the_end()


def test_a_goodbye_does_not_wait_for_who_is_behind(connect: Callable[..., Client], engine: Engine) -> None:
    client = connect()
    while not engine.wires.behind:
        client.session.send(BIG)
    client.session.close()
    assert not engine.wires.behind
    assert client.hear_the_end()


def test_who_reads_hears_the_last_word_and_then_the_end(connect: Callable[..., Client]) -> None:
    client = connect()
    client.session.end(News(MESSAGE, "the last"))
    client.session.send(News(MESSAGE, "more"))
    assert client.hear_the_end().endswith(News(MESSAGE, "the last").frame + b"\x88\x02\x03\xe9")


def test_who_polls_and_has_asked_hears_the_last_word_and_then_the_end(engine: Engine) -> None:
    session = _who_polls(engine)
    asked = gevent.spawn(_ask, engine, session.sid)
    _let_it_work()
    session.send(News(MESSAGE, "before"))
    session.end(News(MESSAGE, "the last"))
    session.send(News(MESSAGE, "more"))
    assert asked.get(timeout=60) == ("200 OK", "4the last\x1e1")
    assert _ask(engine, session.sid)[0].startswith("400 ")


def test_nothing_waits_for_who_is_told_to_go_between_two_questions(engine: Engine) -> None:
    """Not even the last word, which another ending could not take back; they come anew and hear what is so then."""
    session = _who_polls(engine)
    session.send(News(MESSAGE, "before"))
    session.end(News(MESSAGE, "the last"))
    status, said = _ask(engine, session.sid)
    assert status.startswith("400 ") and "before" not in said and "the last" not in said
    assert not engine.sockets


def test_who_does_not_answer_is_closed(connect: Callable[..., Client], engine: Engine) -> None:
    there, gone = connect(), connect()
    for second in range(PING_EVERY + PATIENCE):
        engine.tick(second)
        if not there.session.has_answered:
            there.hear(b"\x81\x012")
            there.say(b"3")
            _wait_until(lambda: there.session.has_answered)
    assert gone.session.closed and not there.session.closed


def test_who_never_says_who_they_are_is_closed(
    connect: Callable[..., Client], engine: Engine, known: set[str]
) -> None:
    known.clear()
    client = connect()
    for second in range(PING_EVERY):
        engine.tick(second)
        client.session.has_answered = True
    assert not client.session.closed
    for second in range(PING_EVERY):
        engine.tick(second)
    assert client.session.closed


def test_the_last_word_of_who_goes_is_heard(connect: Callable[..., Client], heard: list[Any]) -> None:
    client = connect()
    frames = ((0x81, b"42last"), (0x88, struct.pack(">H", 1001)))
    masked = [bytes((first, 0x80 | len(said))) + b"\0\0\0\0" + said for first, said in frames]
    client.socket.sendall(b"".join(masked))
    client.hear_the_end()
    assert heard[0] == "2last"


def test_messages_in_pieces_are_understood(connect: Callable[..., Client], heard: list[Any]) -> None:
    client = connect()
    client.say(b"42on", first=0x01)
    client.say(b"between", first=0x89)
    client.say(b"e", first=0x80)
    for byte in b"\x81\x86abcd" + bytes(one ^ two for one, two in zip("42två".encode(), b"abcdab", strict=True)):
        client.socket.sendall(bytes((byte,)))
        gevent.sleep(0.001)
    client.say(b"42" + b"z" * 300)
    _wait_until(lambda: len(heard) == 3)
    assert heard == ["2one", "2två", "2" + "z" * 300]
    client.hear(b"\x8a\x07between")


@pytest.mark.parametrize(
    ("what", "how"),
    [
        (b"4unmasked", {"masked": False}),
        (b"4compressed", {"first": 0xC1}),
        (b"the middle of nothing", {"first": 0x80}),
        (b"\xff\xfe", {}),
        (b"4bytes", {"first": 0x82}),
        (b"451-[]", {}),
        (b"461-[]", {}),
        ("4\u06651-[]".encode(), {}),
        (b"bQUJD", {}),
        (b"x", {}),
        (b"", {}),
        (b"4" + b"z" * sockets.LONGEST, {}),
    ],
)
def test_who_talks_nonsense_is_closed(connect: Callable[..., Client], what: bytes, how: dict[str, Any]) -> None:
    client = connect()
    client.say(what, **how)
    client.hear_the_end()
    assert client.session.closed


def test_who_says_more_than_can_be_heard_is_closed(connect: Callable[..., Client]) -> None:
    client = connect()
    client.socket.sendall(b"\x81\x82\0\0\0\x004x" * 200)
    _wait_until(lambda: client.session.closed)


def test_what_waits_for_who_polls_is_bounded_too(engine: Engine) -> None:
    session = Session(engine, "polls")
    engine.sockets["polls"] = session
    sent = 0
    while not session.closed:
        session.send(BIG)
        sent += len(BIG.frame)
        assert sent <= MOST_WAITING + 2 * len(BIG.frame)
    assert "polls" not in engine.sockets


def test_a_silent_socket_takes_little_memory(connect: Callable[..., Client], engine: Engine) -> None:
    connect()
    clients = []
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        clients += [connect() for _client in range(200)]
        for second in range(PING_EVERY):
            engine.tick(second)
            for client in clients:
                client.session.has_answered = True
        each = (tracemalloc.get_traced_memory()[0] - before) / len(clients)
    finally:
        tracemalloc.stop()
    assert each <= MOST_EACH, f"{each:.0f} bytes"
    assert not any(client.session.closed for client in clients)


def test_a_wire_takes_a_plain_connection_only() -> None:
    assert sockets._shake_hands({"HTTP_SEC_WEBSOCKET_KEY": KEY, "HTTP_SEC_WEBSOCKET_VERSION": "13"}) is None
    assert not hasattr(_socket.socket, "unwrap")
