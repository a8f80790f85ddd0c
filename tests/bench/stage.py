"""What is measured against what: the product with a crowd in one workspace, the bare reference, a crowd of clients."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from extranet import credentials
from extranet.accounts import service as accounts
from extranet.members import Member
from tests import apps, servers
from tests.cast import keeping
from workspaces.discussions import service as discussions
from workspaces.memberships.models import Membership
from workspaces.service import open_workspace

HERE = Path(__file__).resolve().parent
SECRET = "a secret that the bench and the server share"
BODY = "Kotoutumissuunnitelmaan kirjattiin myös matalan kynnyksen toimintaa, ja osallistujia on ollut kymmenestä."


@dataclass
class Product:
    """The product in a process of its own, with people who have all joined one workspace; each has a token."""

    port: int
    pid: int
    slug: str
    thread_id: str
    tokens: list[str]

    def author(self) -> "Author":
        """Somebody who writes."""
        return Author(self)


class Author:
    """A member who writes by the API, over one connection that stays."""

    def __init__(self, product: Product, token: str = "") -> None:
        self._connection = HTTPConnection("127.0.0.1", product.port, timeout=60)
        self._used = 0.0
        self._path = f"/api/v1/threads/{product.thread_id}/messages"
        token = token or product.tokens[0]
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def say(self, body: str = BODY) -> float:
        """Post a message; the moment before."""
        if time.monotonic() - self._used > 1:  # the server lets go of a connection after two seconds
            self._connection.close()
            self._connection.connect()
        moment = self._used = time.monotonic()
        self._connection.request("POST", self._path, json.dumps({"body": body}), self._headers)
        answer = self._connection.getresponse()
        answer.read()
        assert answer.status == 201, answer.status
        return moment


class Crowd:
    """Clients in a process of their own (`readers.py`)."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def __call__(self, do: str, **what: Any) -> dict[str, Any]:
        """Have something done, and wait for the answer."""
        self.begin(do, **what)
        return self.end()

    def begin(self, do: str, **what: Any) -> None:
        """Have something begun; `end` gives the answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **what}) + "\n")
        self._process.stdin.flush()

    def end(self) -> dict[str, Any]:
        """The answer to what was begun."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the crowd has gone"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def product(folder: Path, people: int) -> Iterator[Product]:
    """The product, serving from this folder."""
    app = apps.make(folder, SECRET_KEY=SECRET)
    try:
        slug, thread_id, tokens = _fill(app, people)
    finally:
        apps.end(app)
    with servers.site(folder, SECRET_KEY=SECRET, MAIL_URL="", LOG_LEVEL="WARNING") as site:
        port = int(site.url.rpartition(":")[2])
        yield Product(port, _worker(site.process.popen.pid), slug, thread_id, tokens)


@contextmanager
def bare() -> Iterator[tuple[int, int]]:
    """The bare reference, by the same server; its port and its process."""
    port = servers.free_port()
    command = [
        sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", "1", "--worker-connections", "12000", "--log-level",
        "error", "--no-control-socket", "--bind", f"127.0.0.1:{port}", "bare_sockets:app",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=HERE, start_new_session=True)
    try:
        until = time.monotonic() + 20
        while not servers.answers(f"http://127.0.0.1:{port}/"):
            assert process.poll() is None and time.monotonic() < until, "the reference did not start"
            time.sleep(0.05)
        yield port, _worker(process.pid)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(3)
        process.kill()
        process.wait()


@contextmanager
def crowd() -> Iterator[Crowd]:
    """Clients, none open yet."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "readers.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield Crowd(process)
    finally:
        process.kill()
        process.communicate()


def hello(token: str) -> str:
    """What a client of the product says first."""
    return "40" + json.dumps({"token": token})


def resident(pid: int) -> int:
    """Bytes of memory that a process really has."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def processor(pid: int) -> float:
    """Seconds for which a process has worked."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _fill(app: Any, people: int) -> tuple[str, str, list[str]]:
    with keeping(app) as held:
        members = [_member(number) for number in range(people)]
        workspace = open_workspace(name="Mittaus", purpose="Mitataan.", kind="project", by=members[0])
        held.add_all(Membership(workspace_id=workspace.id, member_id=member.id) for member in members[1:])
        first = discussions.open_thread(workspace, title="Puhe", body=BODY, by=members[0])
        tokens = [credentials.issue_token(member, name="bench") for member in members]
        return workspace.slug, first.thread_id, tokens


def _member(number: int) -> Member:
    return accounts.create(email=f"member{number}@example.org", name=f"Member {number}", language="fi")


def _worker(master: int) -> int:
    """The process that serves, which gunicorn's master has started."""
    (child,) = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return int(child)
