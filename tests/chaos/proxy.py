"""A plain reverse proxy that can be told to fail: it cuts, delays, slows and swallows what goes through it.

Each client comes through a gate of its own, a port, so that one is hurt and the others are not; a gate can add headers,
such as a cookie. Long polling stays with the process that knows its `sid`. A process that is not there is passed over,
and if none is there the proxy itself answers 503, which its own header tells from the product's.
"""

import asyncio
import re
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from tests.pace import PATIENCE
from tests.servers import free_port

Given = TypeVar("Given")
FROM_THE_PROXY = "X-From-The-Proxy"
_SID = re.compile(rb'"sid":"([\w-]+)"')
_CHUNK = 65_536


@dataclass
class Gate:
    """One client's way in: its address, and what becomes of what passes."""

    port: int
    headers: Mapping[str, str]
    loop: asyncio.AbstractEventLoop
    bytes_a_second: float | None = None
    """How fast it lets anything through; None: as it comes."""
    refuses: str = ""
    """With which status it answers everything that is sent by POST, such as «503 Service Unavailable»."""
    _passes: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_in_use(self) -> bool:
        """Whether a connection of the client's is open."""
        return bool(self._open)

    def cut(self) -> None:
        """End all that is open, without a farewell."""
        self.loop.call_soon_threadsafe(self._cut)

    def swallow(self) -> None:
        """Let nothing through, and nobody notice: connections stay as they are."""
        self.loop.call_soon_threadsafe(self._passes.clear)

    def lose(self) -> None:
        """What is open stays so and never carries anything again; what is opened from now on does."""
        self.loop.call_soon_threadsafe(self._lose)

    def pass_on(self, *, what_was_open: bool = True) -> None:
        """Let everything through again. What was open meanwhile goes on where it stood, or is cut."""
        if not what_was_open:
            self.cut()
        self.loop.call_soon_threadsafe(self._passes.set)

    def _lose(self) -> None:
        self._passes.clear()
        self._passes = asyncio.Event()
        self._passes.set()

    def _cut(self) -> None:
        for writer in self._open:
            writer.transport.abort()


class Proxy:
    """The proxy before some processes, named by their ports; runs in a thread of its own."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._turns = count()
        self._at: dict[str, int] = {}
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._gates: list[Gate] = []
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()

    def gate(self, *, headers: Mapping[str, str] | None = None) -> Gate:
        """A way in for one client."""
        gate = Gate(free_port(), dict(headers or {}), self._loop)
        self._do(self._open(gate))
        return gate

    def close(self) -> None:
        """End everything."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Given]) -> Given:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _open(self, gate: Gate) -> None:
        gate._passes.set()
        self._gates.append(gate)

        async def welcome(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            gate._open.add(writer)
            try:
                await self._serve(gate, reader, writer)
            except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
                pass  # the client is gone, or the proxy ends
            finally:
                gate._open.discard(writer)
                writer.close()

        server = await asyncio.start_server(welcome, "127.0.0.1", gate.port, limit=_CHUNK, backlog=1024)
        self._servers.append(server)

    async def _end(self) -> None:
        for server in self._servers:
            server.close()
        for gate in self._gates:
            gate._cut()  # what a client has not taken would keep its connection open
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # connections end in the next turn of the loop

    async def _serve(self, gate: Gate, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        passes = gate._passes
        head = await reader.readuntil(b"\r\n\r\n")
        await passes.wait()
        if gate.refuses and head.startswith(b"POST") and b"/socket.io/" not in head.partition(b"\r\n")[0]:
            await self._answer(writer, gate.refuses)
            return
        found = await self._reach(head)
        if found is None:
            await self._answer(writer, "503 Service Unavailable")
            return
        place, upstream_reader, upstream = found
        gate._open.add(upstream)
        try:
            upstream.write(_rewritten(head, gate.headers))
            await upstream.drain()
            onward = asyncio.create_task(_pump(gate, passes, reader, upstream))
            try:
                if not await self._return(gate, passes, place, head, upstream_reader, writer):
                    await self._answer(writer, "502 Bad Gateway")
            finally:
                onward.cancel()
                await asyncio.gather(onward, return_exceptions=True)
        finally:
            gate._open.discard(upstream)
            upstream.close()

    async def _reach(self, head: bytes) -> tuple[int, asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = self._place(head)
        for place in [(first + step) % len(self._ports) for step in range(len(self._ports))]:
            with suppress(OSError):
                return place, *await asyncio.open_connection("127.0.0.1", self._ports[place], limit=_CHUNK)
        return None

    def _place(self, head: bytes) -> int:
        asked = re.search(rb"[?&]sid=([\w-]+)", head.partition(b"\r\n")[0])
        known = self._at.get(asked.group(1).decode()) if asked else None
        return known if known is not None else next(self._turns) % len(self._ports)

    async def _return(
        self, gate: Gate, passes: asyncio.Event, place: int, head: bytes, reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Pass on what comes back; whether anything came."""
        is_handshake = b"/socket.io/" in head.partition(b"\r\n")[0] and b"sid=" not in head.partition(b"\r\n")[0]
        has_come = False
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK):
                if is_handshake and (found := _SID.search(chunk)):
                    self._at[found.group(1).decode()] = place
                has_come = True
                await _pass(gate, passes, chunk, writer)
        return has_come

    async def _answer(self, writer: asyncio.StreamWriter, status: str) -> None:
        answer = f"HTTP/1.1 {status}\r\n{FROM_THE_PROXY}: yes\r\nRetry-After: 1\r\n"
        writer.write(f"{answer}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())
        with suppress(OSError):
            await writer.drain()


@contextmanager
def proxy(ports: Sequence[int]) -> Iterator[Proxy]:
    """A proxy before the processes that listen, or will listen, on these ports."""
    running = Proxy(ports)
    try:
        yield running
    finally:
        running.close()


def _rewritten(head: bytes, headers: Mapping[str, str]) -> bytes:
    """A request as it goes on: with the gate's headers, and one on a connection unless it becomes a WebSocket."""
    first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    taken = {name.lower().encode() for name in headers}
    if b"upgrade: websocket" not in head.lower():
        taken.add(b"connection")
    kept = [line for line in lines if line.partition(b":")[0].lower() not in taken]
    if b"connection" in taken:
        kept.append(b"Connection: close")
    kept += [f"{name}: {value}".encode() for name, value in headers.items()]
    return b"\r\n".join([first, *kept, b"", b""])


async def _pump(
    gate: Gate, passes: asyncio.Event, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            await _pass(gate, passes, chunk, writer)
    writer.transport.abort()  # the client is gone: the process need not wait for it


async def _pass(gate: Gate, passes: asyncio.Event, chunk: bytes, writer: asyncio.StreamWriter) -> None:
    await passes.wait()
    for start in range(0, len(chunk), size := _CHUNK if gate.bytes_a_second is None else 256):
        if gate.bytes_a_second is not None:
            await asyncio.sleep(size / gate.bytes_a_second)
        writer.write(chunk[start : start + size])
        await writer.drain()
