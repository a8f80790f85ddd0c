"""Clients for measuring, in a process of its own: as many raw WebSockets as wanted, read by one loop.

It does as little as can be done with what comes, so that it is not what is measured: the frames are told apart, and of
each the moment is noted. Runs alone, by its path, with nothing of the product: told by lines of JSON on standard input,
it answers each with a line on standard output.
"""

import base64
import json
import os
import select
import socket
import struct
import sys
import time
from array import array
from typing import Any

NEWS = b'42["change"'


class Reader:
    """One socket, and how many news it has got."""

    def __init__(self, port: int, hello: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        self.news = 0
        self.last = b""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        assert b" 101 " in head, head
        self.say(hello)
        while not self._is_let_in():
            self._more()
        self.socket.setblocking(False)

    def say(self, text: str) -> None:
        """Send a message, masked with nothing, which is a mask too."""
        content = text.encode()
        size = struct.pack(">B", 0x80 | len(content)) if len(content) < 126 else struct.pack(">BH", 0xFE, len(content))
        self.socket.sendall(b"\x81" + size + b"\0\0\0\0" + content)

    def speak(self, text: str) -> None:
        """Send a message, waiting until the system has taken it."""
        self.socket.setblocking(True)
        self.say(text)

    def frames(self) -> list[bytes]:
        """What has come whole since the last time."""
        found, rest, at = [], self.rest, 0
        while len(rest) - at >= 2:
            size, begin = rest[at + 1], at + 2
            if size > 125:
                begin = at + (4 if size == 126 else 10)
                size = int.from_bytes(rest[at + 2 : begin])
            if len(rest) < begin + size:
                break
            found.append(rest[begin : begin + size])
            at = begin + size
        self.rest = rest[at:]
        return found

    def _is_let_in(self) -> bool:
        texts = self.frames()
        if b"2" in texts:  # a busy server may have asked already
            self.say("3")
        return any(text.startswith(b"40") for text in texts)

    def _more(self) -> None:
        came = self.socket.recv(65_536)
        assert came, "closed while opening"
        self.rest += came


class Crowd:
    """All the sockets, the moments at which their news came, and the commands."""

    def __init__(self) -> None:
        self.readers: dict[int, Reader] = {}
        self.poll = select.epoll()
        self.poll.register(0, select.EPOLLIN)
        self.forget()

    def forget(self, **_said: Any) -> dict[str, Any]:
        """Begin to count anew."""
        self.which, self.when = array("i"), array("d")
        self.closed, self.worked, self.began = 0, time.process_time(), time.monotonic()
        for reader in self.readers.values():
            reader.news = 0
        return {}

    def open(self, port: int, hellos: list[str]) -> dict[str, Any]:
        """Open a socket for each hello, answering meanwhile to those that are open."""
        for hello in hellos:
            self.read(0)
            reader = Reader(port, hello)
            self.readers[reader.socket.fileno()] = reader
            self.poll.register(reader.socket.fileno(), select.EPOLLIN)
        return {"open": len(self.readers)}

    def wait(self, each: int, seconds: float) -> dict[str, Any]:
        """Until each socket has got that many news; the moment of the last, and how busy this process was."""
        until, wanted = time.monotonic() + seconds, each * len(self.readers)
        while len(self.when) < wanted and (left := until - time.monotonic()) > 0:
            self.read(left)
        busy = (time.process_time() - self.worked) / max(time.monotonic() - self.began, 0.001)
        return {"news": len(self.when), "last": self.when[-1] if self.when else 0, "busy": busy, "closed": self.closed}

    def latencies(self, sent: list[float]) -> dict[str, Any]:
        """How long news took, in milliseconds, the n-th of each socket having been sent at the n-th moment."""
        took = sorted((when - sent[which]) * 1000 for which, when in zip(self.which, self.when, strict=True))
        return {"took": took}

    def sample(self) -> dict[str, Any]:
        """The last piece of news."""
        return {"sample": next(iter(self.readers.values())).last.decode()}

    def read(self, seconds: float) -> list[str]:
        """Take what comes; the lines on standard input, if any came."""
        for number, _what in self.poll.poll(seconds):
            if number == 0:
                return [sys.stdin.readline()]
            reader = self.readers[number]
            try:
                came = reader.socket.recv(262_144)
            except OSError:
                came = b""
            now = time.monotonic()
            if not came:
                self.poll.unregister(number)
                self.closed += 1
                continue
            reader.rest += came
            for text in reader.frames():
                if text.startswith(NEWS):
                    self.which.append(reader.news)
                    self.when.append(now)
                    reader.news += 1
                    reader.last = text
                elif text == b"2":
                    reader.say("3")
        return []


def main() -> None:
    """Obey until the input ends."""
    crowd = Crowd()
    while True:
        for line in crowd.read(3600):
            if not line:
                return
            said = json.loads(line)
            print(json.dumps(getattr(crowd, said.pop("do"))(**said)), flush=True)


if __name__ == "__main__":
    main()
