"""How news get onto the wire: sessions of Engine.IO that cost next to nothing while they are silent.

Flask-SocketIO speaks the protocols and serves who polls. Its own WebSocket takes four greenlets and a copy of the
request for each client, and encodes the frame for each anew. Here a WebSocket is a watcher of the loop; what many get
is encoded once; what a client has not taken waits for it up to a bound, and who takes nothing is closed and catches
up by `seq` later. Touches python-socketio, python-engineio and gunicorn's socket.

The protocols: RFC 6455; Engine.IO 4 and Socket.IO 5, as <https://socket.io/docs/v4/> describes them.
"""

import _socket
import base64
import errno
import fcntl
import hashlib
import itertools
import logging
import struct
import termios
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from io import BytesIO
from socket import IPPROTO_TCP, SHUT_WR, SO_LINGER, SO_SNDBUF, SOL_SOCKET, TCP_NODELAY
from typing import Any, cast
from urllib.parse import parse_qs

import engineio
import engineio.socket
import socketio
from engineio.exceptions import QueueEmpty, UnknownPacketError
from engineio.packet import CLOSE, MESSAGE, NOOP, OPEN, PING, Packet
from gevent import get_hub, sleep, spawn, spawn_later
from gevent.event import Event as Signal

log = logging.getLogger(__name__)

PING_EVERY = 20
"""Seconds between two questions whether a client is still there."""
PATIENCE = 15
"""Seconds that a client has for the answer, and for taking something of what waits for it."""
LONGEST = 20_000
"""Bytes that a client may say at once."""
MOST_WAITING = 512_000
"""Bytes that wait for a client that does not take them, beyond what the system keeps for it."""
LONGEST_NEWS = 320_000
"""Bytes that one piece of news may have, as no message reaches by its text: longer ones would close all sockets."""
KEPT_BY_THE_SYSTEM = 128_000
"""Bytes that the system is asked to keep for a client at most; it would take megabytes."""
ENOUGH_AT_ONCE = 64_000
"""Bytes that are put together for a client at most before they are sent."""
MOST_UNHEARD = 32
"""Things that a client may say before the first of them has been heard."""

_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_FAREWELL = 0.5
_SIOCOUTQNSD = 0x894B  # linux/sockios.h: bytes that have not been sent
_SAID = ("0", "1", "2", "3")  # of Socket.IO: to come, to go, a word, an answer; not attachments
_GOING_AWAY = struct.pack(">H", 1001)
_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
_ALWAYS = (("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"))
_ABOUT_THE_REQUEST = (
    "REQUEST_METHOD", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL",
    "REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST", "HTTP_COOKIE", "flask.app",
)  # fmt: skip

Environ = dict[str, Any]


class Nonsense(Exception):
    """What came is no WebSocket, or too much at once."""


class News(Packet):  # type: ignore[misc]
    """A packet for many: its frame is made when the first WebSocket gets it."""

    @cached_property
    def frame(self) -> bytes:
        """What goes onto a WebSocket."""
        return frame(_TEXT, self.encode().encode())


def frame(kind: int, content: bytes) -> bytes:
    """A whole message of a server, neither masked nor compressed."""
    size = len(content)
    if size < 126:
        return bytes((0x80 | kind, size)) + content
    if size < 65_536:
        return struct.pack(">BBH", 0x80 | kind, 126, size) + content
    return struct.pack(">BBQ", 0x80 | kind, 127, size) + content


def take_frame(arrived: bytearray) -> tuple[int, bool, bytes] | None:
    """Take a client's frame from what has arrived: its kind, whether it ends a message, and what it says.

    None if it has not arrived whole. Raises `Nonsense` if it is none, or is longer than `LONGEST`.
    """
    if len(arrived) < 2:
        return None
    first, second = arrived[0], arrived[1]
    if first & 0x70 or not second & 0x80:
        raise Nonsense("a client's frames are masked and use no extension")
    size, begin = second & 0x7F, 2
    if size > 125:
        begin = 4 if size == 126 else 10
        size = int.from_bytes(arrived[2:begin])
        if len(arrived) < begin:
            return None
    if size > LONGEST:
        raise Nonsense("too long")
    end = begin + 4 + size
    if len(arrived) < end:
        return None
    mask = bytes(arrived[begin : begin + 4]) * (size // 4 + 1)
    said = int.from_bytes(arrived[begin + 4 : end]) ^ int.from_bytes(mask[:size])
    del arrived[:end]
    return first & 0x0F, bool(first & 0x80), said.to_bytes(size)


class Wires:
    """Which wires have something to send: in this turn of the loop, or since their clients do not take it."""

    def __init__(self) -> None:
        self.behind: set[Wire] = set()
        self._loaded: list[Wire] = []

    def load(self, wire: "Wire") -> None:
        """Send what has been put onto a wire when the greenlet that runs now waits for something."""
        if not self._loaded:
            get_hub().loop.run_callback(self._send)
        self._loaded.append(wire)

    def _send(self) -> None:
        loaded, self._loaded = self._loaded, []
        for wire in loaded:
            try:
                wire.flush()
            except Exception:
                log.exception("A socket took no news; the others get theirs")


class Wire:
    """One WebSocket: reads when something comes, writes at once what the system takes, and keeps the rest.

    News are put together: those of one turn of the loop, of which a busy site has many, take one call of the system.
    """

    __slots__ = (
        "_arrived", "_gone", "_hear", "_is_leaving", "_parts", "_reads", "_size", "_socket", "_waiting", "_wires",
        "_writes", "has_moved", "is_open",
    )  # fmt: skip

    def __init__(
        self, taken: _socket.socket, hear: Callable[[str], None], gone: Callable[[], None], wires: Wires
    ) -> None:
        self._socket = taken
        self._hear = hear
        self._gone = gone
        self._wires = wires
        self._waiting: deque[bytes] | None = None
        self._size = 0
        self._arrived: bytearray | None = None
        self._parts: bytearray | None = None  # of a message that comes in several frames
        self._writes: Any = None
        self._is_leaving = False
        self.has_moved = True
        self.is_open = True
        self._reads: Any = get_hub().loop.io(taken.fileno(), 1)
        self._reads.start(self._read)

    def write(self, whole: bytes) -> None:
        """Send a frame, or keep it until the client takes it; close the wire if it takes too little."""
        if not self.is_open or self._is_leaving:
            return
        if self._waiting is not None:
            self._keep(whole)
        else:
            self._send(whole)

    def put(self, whole: bytes) -> None:
        """Send a frame with what else is put in this turn of the loop."""
        if self._waiting is None and self.is_open and not self._is_leaving:
            self._waiting = deque()
            self._wires.load(self)
        self.write(whole)
        if self._size > ENOUGH_AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Send what has been put."""
        if self._waiting is None or self._writes is not None:
            return
        whole, self._waiting, self._size = b"".join(self._waiting), None, 0
        self._send(whole)

    def take_back(self) -> None:
        """Forget what has been put and not been sent."""
        if self._writes is None:
            self._waiting, self._size = None, 0

    def has_unsent(self) -> bool:
        """Whether something that was written is still here, as the client takes it too slowly."""
        return self._waiting is not None or self._asked(_SIOCOUTQNSD)

    def leave(self) -> None:
        """Say goodbye; the wire is closed when the client has said so too, or soon; at once if it is behind."""
        self.flush()
        if self._waiting is not None:
            self.drop()
            return
        self.write(frame(_CLOSE, _GOING_AWAY))
        if self.is_open and not self._is_leaving:
            self._is_leaving = True
            spawn_later(_FAREWELL, self.drop)
            if self._waiting is None:
                self._say_no_more()

    def drop(self) -> None:
        """Close at once; what the client has not taken is lost, also what the system keeps for it."""
        if not self.is_open:
            return
        self.is_open = False
        if self._waiting is not None or self._asked(termios.TIOCOUTQ):
            self._socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        self._reads.stop()
        self._reads.close()
        self._stop_writing()
        self._wires.behind.discard(self)
        self._socket.close()
        self._gone()

    def _asked(self, what: int) -> bool:
        """Whether the system counts any bytes: not yet sent, or not yet confirmed."""
        try:
            return fcntl.ioctl(self._socket.fileno(), what, b"\0\0\0\0") != b"\0\0\0\0"
        except OSError:
            return False

    def _send(self, whole: bytes) -> None:
        try:
            sent = self._socket.send(whole)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.drop()
            return
        if sent < len(whole):
            self._waiting = deque()
            self._writes = get_hub().loop.io(self._socket.fileno(), 2)
            self._writes.start(self._write_on)
            self.has_moved = True
            self._wires.behind.add(self)
            self._keep(whole[sent:])

    def _keep(self, rest: bytes) -> None:
        cast(deque[bytes], self._waiting).append(rest)
        self._size += len(rest)
        if self._size > MOST_WAITING:
            self.drop()

    def _write_on(self) -> None:
        waiting = cast(deque[bytes], self._waiting)
        try:
            while waiting:
                sent = self._socket.send(waiting[0])
                self.has_moved = True
                self._size -= sent
                if sent < len(waiting[0]):
                    waiting[0] = waiting[0][sent:]
                    return
                waiting.popleft()
        except BlockingIOError:
            return
        except OSError:
            self.drop()
            return
        self._stop_writing()
        self._wires.behind.discard(self)
        if self._is_leaving:
            self._say_no_more()

    def _say_no_more(self) -> None:
        try:
            self._socket.shutdown(SHUT_WR)
        except OSError:
            self.drop()

    def _stop_writing(self) -> None:
        self._waiting, self._size = None, 0
        if self._writes is not None:
            self._writes.stop()
            self._writes.close()
            self._writes = None

    def _read(self) -> None:
        try:
            came = self._socket.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            came = b""
        if not came:
            self.drop()
        elif not self._is_leaving:
            try:
                self._take(came)
            except (Nonsense, UnicodeDecodeError) as error:
                log.debug("A WebSocket is closed: %s", error)
                self.drop()

    def _take(self, came: bytes) -> None:
        arrived = self._arrived if self._arrived is not None else bytearray()
        arrived += came
        while self.is_open and not self._is_leaving and (taken := take_frame(arrived)) is not None:
            self._take_in(*taken)
        self._arrived = arrived or None

    def _take_in(self, kind: int, is_last: bool, said: bytes) -> None:
        if kind == _CLOSE:
            self.write(frame(_CLOSE, said[:2]))
            self._is_leaving = True
            spawn(self.drop)  # after what was said before it has been heard
        elif kind == _PING:
            self.write(frame(_PONG, said))
        elif kind in (0, _TEXT) and (kind == 0) == (self._parts is not None):
            if is_last and kind == _TEXT:
                self._hear(said.decode())
                return
            self._parts = (self._parts or bytearray()) + said
            if len(self._parts) > LONGEST:
                raise Nonsense("too long")
            if is_last:
                whole, self._parts = self._parts, None
                self._hear(whole.decode())
        elif kind != _PONG:
            raise Nonsense(f"frame of kind {kind}")


class Session(engineio.socket.Socket):  # type: ignore[misc]
    """What Engine.IO knows of one client, who polls or has a wire. Its base serves the requests of who polls."""

    def __init__(self, server: "Engine", sid: str) -> None:
        # Not the base's: there is no queue here.
        self.server = server
        self.sid = sid
        self.session: dict[str, Any] = {}
        self.connected = self.upgrading = self.upgraded = self.closing = self.closed = False
        self.has_answered = True
        self._was_asked = False
        self._wire: Wire | None = None
        self._waiting: list[Packet] = []
        self._size = 0
        self._signal: Signal | None = None  # for a request that waits for something to come
        self._said: deque[str] | None = None

    def send(self, packet: Packet) -> None:
        """Send it now, or with the next answer to who polls.

        News that are too long are not sent: what comes next, or a heartbeat, tells the client to ask for what it lacks.
        """
        if isinstance(packet, News) and len(packet.frame) > LONGEST_NEWS:
            return
        if self.upgraded and self._wire is not None:
            if isinstance(packet, News):
                self._wire.put(packet.frame)
            else:
                self._wire.write(frame(_TEXT, packet.encode().encode()))
        elif not self.closed:
            self._keep(packet)

    def end(self, *last: Packet) -> None:
        """Close, and let nothing arrive any more but these last packets.

        Not even they if something is under way, or if who polls has no question waiting: that client is refused at the
        next one and comes anew. What waited for it could not be taken back by whatever else ends meanwhile.
        """
        self._waiting, self._size = [], 0
        if self._wire is not None:
            self._wire.take_back()
        if self._wire is not None and (not self.upgraded or self._wire.has_unsent()):
            self.close(abort=True)
            return
        for packet in last:
            self.send(packet)
        self.close()

    def ask(self) -> None:
        """Ask the client whether it is still there; close who has been asked before and not said who they are."""
        if self._was_asked and not self.server.is_known(self.sid):
            self.end()
        elif not self.closed:
            self._was_asked, self.has_answered = True, False
            self.send(Packet(PING))

    def look(self) -> None:
        """Close who has not answered in time."""
        if not self.has_answered and not self.closed:
            self.close(abort=True, reason=self.server.reason.PING_TIMEOUT)

    def poll(self) -> list[Packet]:
        """What is there for who polls, waiting for it. Raises `QueueEmpty` if nothing comes for long, or ever."""
        while not self._waiting:
            if self.closed:
                raise QueueEmpty
            self._signal = self._signal or Signal()
            self._signal.clear()
            if not self._signal.wait(PING_EVERY + PATIENCE):
                raise QueueEmpty
        packets, self._waiting, self._size = self._waiting, [], 0
        return packets

    def receive(self, packet: Packet) -> None:
        """Hear what a client says. Raises `UnknownPacketError`, having closed, at what no client of ours says.

        Of attachments python-socketio keeps as many as a client announces, however long they are: none are taken.
        """
        if self.closed or packet.binary or (packet.packet_type == MESSAGE and str(packet.data)[:1] not in _SAID):
            self.close(abort=True)
            raise UnknownPacketError
        super().receive(packet)

    def schedule_ping(self) -> None:
        """What the base does when a client has answered: `Engine` asks again when it is time."""
        self.has_answered = True

    def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """End the session; with a goodbye unless `abort`."""
        if self.closing:
            return
        self.closing = True
        gone = reason or self.server.reason.SERVER_DISCONNECT
        self.server._trigger_event("disconnect", self.sid, gone, run_async=False)
        if self._wire is None:
            if not abort:
                self._keep(Packet(CLOSE))
        elif abort:
            self._wire.drop()
        else:
            self._wire.leave()
        self.closed = True
        self.server.forget(self)
        self._wake()

    def _keep(self, packet: Packet) -> None:
        self._waiting.append(packet)
        self._size += len(packet.encode())
        if self._size > MOST_WAITING:
            self.close(abort=True)
        else:
            self._wake()

    def _wake(self) -> None:
        if self._signal is not None:
            self._signal.set()

    def _upgrade_websocket(self, environ: Environ, _start_response: Any) -> Any:
        taken = _shake_hands(environ) if self._wire is None else None
        if taken is None:
            return self.server._bad_request()
        self._wire = Wire(taken, self._hear, self._lose, self.server.wires)
        if not self.connected:
            self.connected = True
            self._go_over()
        # gunicorn leaves a connection alone when the application raises this.
        raise StopIteration

    def _go_over(self) -> None:
        self.upgraded, self.upgrading = True, False
        packets, self._waiting, self._size, self._signal = self._waiting, [], 0, None
        for packet in packets:
            self.send(packet)

    def _lose(self) -> None:
        if self.upgraded:
            self.close(abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
        else:
            self._wire, self.upgrading = None, False

    def _hear(self, said: str) -> None:
        """Called by the loop, which must not wait: what takes longer is done beside it, in order."""
        if self.upgraded:
            self._listen(said)
        elif said == "2probe":
            self.upgrading = True
            cast(Wire, self._wire).write(frame(_TEXT, b"3probe"))
            self._keep(Packet(NOOP))  # ends the request that waits
        elif said == "5" and self.upgrading:
            self._go_over()
        else:
            cast(Wire, self._wire).drop()

    def _listen(self, said: str) -> None:
        if said == "3":
            self.has_answered = True
        elif self._said is None:
            self._said = deque((said,))
            spawn(self._work)
        elif len(self._said) < MOST_UNHEARD:
            self._said.append(said)
        else:
            cast(Wire, self._wire).drop()

    def _work(self) -> None:
        said = cast(deque[str], self._said)
        while said and not self.closed:
            try:
                self.receive(Packet(encoded_packet=said.popleft()))
            except Exception as error:
                log.debug("A client is not understood: %s", error)
                self.close()
        self._said = None


class Engine(engineio.Server):  # type: ignore[misc]
    """Engine.IO's server with sessions of this kind, all looked after by one greenlet."""

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        super().__init__(
            async_mode="gevent", ping_interval=PING_EVERY, ping_timeout=PATIENCE, max_http_buffer_size=LONGEST,
            async_handlers=False, monitor_clients=False,
        )
        self.is_known = is_known
        self.wires = Wires()
        self._turns: tuple[set[Session], ...] = tuple(set() for _second in range(PING_EVERY))
        self._next_turn = itertools.count()
        self._turn_of: dict[str, set[Session]] = {}

    def look_after(self) -> None:
        """Ask a part of the clients each second, so that all have been asked when the time comes; never returns."""
        for second in itertools.count():
            sleep(1)
            try:
                self.tick(second)
            except Exception:
                log.exception("The sockets could not be looked after; it is tried again in a second")

    def tick(self, second: int) -> None:
        """What is due in this second: whose turn it is, who has not answered, who takes nothing."""
        for session in tuple(self._turns[second % PING_EVERY]):
            session.ask()
        for session in tuple(self._turns[(second - PATIENCE) % PING_EVERY]):
            session.look()
        if second % PATIENCE == 0:
            for wire in tuple(self.wires.behind):
                if not wire.has_moved:
                    wire.drop()
                wire.has_moved = False

    def handle_request(self, environ: Environ, start_response: Any) -> Any:
        """Answer a request; never with a script, which pages of other sites could run with a visitor's cookie.

        What who polls is told is kept nowhere on the way.
        """

        def start(status: str, headers: list[tuple[str, str]]) -> Any:
            return start_response(status, [*headers, *_ALWAYS])

        if "j" in parse_qs(environ.get("QUERY_STRING", "")):
            refusal = self._bad_request("Scripts are not answered")
            start(refusal["status"], refusal["headers"])
            return [refusal["response"]]
        return super().handle_request(environ, start)

    def forget(self, session: Session) -> None:
        """A session has ended."""
        self.sockets.pop(session.sid, None)
        self._turn_of.pop(session.sid, set()).discard(session)

    def _handle_connect(
        self, environ: Environ, start_response: Any, transport: str, jsonp_index: int | None = None
    ) -> Any:
        session = Session(self, self.generate_id())
        self.sockets[session.sid] = session
        turn = self._turn_of[session.sid] = self._turns[next(self._next_turn) % PING_EVERY]
        turn.add(session)
        session.send(Packet(OPEN, {
            "sid": session.sid, "upgrades": self._upgrades(session.sid, transport),
            "pingTimeout": PATIENCE * 1000, "pingInterval": PING_EVERY * 1000, "maxPayload": LONGEST,
        }))  # fmt: skip
        self._trigger_event("connect", session.sid, _what_is_needed(environ), run_async=False)
        if transport == "websocket":
            refusal = session.handle_get_request(environ, start_response)
            session.close(abort=True)
            return refusal
        session.connected = True
        return self._ok(session.poll(), jsonp_index=jsonp_index)


class Register(socketio.Manager):  # type: ignore[misc]
    """Which session each Socket.IO id has; there are no rooms, and every step is short, however many there are."""

    def __init__(self) -> None:
        super().__init__()
        self.rooms: dict[str, Any] = {"/": {}}
        self._sessions: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._coming: set[str] = set()
        self._going: set[str] = set()

    def is_known(self, eio_sid: str) -> bool:
        """Whether somebody has come by this session."""
        return eio_sid in self._ids

    def get_namespaces(self) -> tuple[str]:
        return ("/",)

    def get_participants(self, namespace: str, room: str | Iterable[str] | None) -> Iterator[tuple[str, str]]:
        """Those with these ids, of sockets: who is told is decided elsewhere."""
        for sid in (room,) if isinstance(room, str) else room or ():
            if sid in self._sessions:
                yield sid, self._sessions[sid]

    def pre_connect(self, eio_sid: str, namespace: str) -> str | None:
        if namespace != "/" or eio_sid in self._ids or eio_sid not in self.server.environ:
            return None  # who went comes again by a session of its own
        sid = cast(str, self.server.eio.generate_id())
        self._sessions[sid], self._ids[eio_sid] = eio_sid, sid
        self._coming.add(sid)
        return sid

    def connect(self, sid: str, namespace: str) -> str:
        self._coming.discard(sid)
        return sid

    def is_pre_connected(self, sid: str, namespace: str) -> bool:
        return sid in self._coming

    def is_connected(self, sid: str, namespace: str) -> bool:
        return namespace == "/" and sid in self._sessions and sid not in self._coming and sid not in self._going

    def sid_from_eio_sid(self, eio_sid: str, namespace: str) -> str | None:
        return self._ids.get(eio_sid)

    def eio_sid_from_sid(self, sid: str, namespace: str) -> str | None:
        return self._sessions.get(sid)

    def pre_disconnect(self, sid: str, namespace: str) -> str | None:
        self._going.add(sid)
        return self._sessions.get(sid)

    def basic_disconnect(self, sid: str, namespace: str, **_more: Any) -> None:
        self._ids.pop(self._sessions.pop(sid, ""), None)
        self._coming.discard(sid)
        self._going.discard(sid)
        self.callbacks.pop(sid, None)


def lighten(server: Any, register: Register) -> Engine:
    """Let a Socket.IO server, made with this register, keep its clients in sessions of this kind."""
    engine = Engine(register.is_known)
    for event, handler in server.eio.handlers.items():
        engine.on(event, handler)
    server.eio = engine
    return engine


def news(event: str, content: str) -> News:
    """A Socket.IO event as a packet for many; `content` is JSON already."""
    return News(MESSAGE, f'2["{event}",{content}]')


def _what_is_needed(environ: Mapping[str, Any]) -> Environ:
    """What is asked of the request later by who lets the client in, without all that hangs on it."""
    needed = {name: environ[name] for name in _ABOUT_THE_REQUEST if name in environ}
    return needed | {"wsgi.input": BytesIO(), "wsgi.errors": environ.get("wsgi.errors")}


def _shake_hands(environ: Environ) -> _socket.socket | None:
    """Take the connection out of gunicorn's hands and answer that it is a WebSocket now; None if that cannot be."""
    key, version = environ.get("HTTP_SEC_WEBSOCKET_KEY", ""), environ.get("HTTP_SEC_WEBSOCKET_VERSION")
    of_request = environ.get("gunicorn.socket")
    if version != "13" or not key or of_request is None or hasattr(of_request, "unwrap"):  # TLS is the proxy's
        return None
    accepted = base64.b64encode(hashlib.sha1(key.encode() + _MAGIC, usedforsecurity=False).digest()).decode()
    taken = _socket.socket(fileno=of_request.detach())
    taken.setblocking(False)
    try:
        taken.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        taken.setsockopt(SOL_SOCKET, SO_SNDBUF, KEPT_BY_THE_SYSTEM)
        taken.send(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accepted}\r\n\r\n".encode()
        )
    except OSError as error:
        taken.close()
        raise OSError(errno.EPIPE, "The client has gone") from error
    return taken
