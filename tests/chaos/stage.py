"""A site that can be broken: its processes, what stands beside them, the proxy before them, and a discussion on it."""

import os
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from extranet.app import Extranet
from extranet.members import Member
from tests import apps, servers
from tests.cast import Cast, Person, looking
from tests.chaos.people import Who
from tests.chaos.proxy import Proxy, proxy
from tests.pace import PATIENCE
from tests.servers import Letterbox, Service
from tests.workspaces.discussions.talk import Talk
from tests.workspaces.places import open_place

SECRET = "a secret that the test and the servers share"
DISK = 48
"""Megabytes of the small disk: enough for a trial, soon full."""


@dataclass
class Server:
    """One process of the site, always on the same port."""

    folder: Path
    port: int
    settings: dict[str, str]
    _running: ExitStack = field(default_factory=ExitStack)
    site: servers.Site | None = None

    def start(self) -> None:
        """Bring it up; it answers when this returns."""
        self.site = self._running.enter_context(servers.site(self.folder, PORT=str(self.port), **self.settings))

    def stop(self) -> None:
        """End it as its keeper does, and wait until it has ended."""
        self._running.close()

    def kill(self) -> None:
        """End it in the middle of what it does, master and worker."""
        self._process.kill()
        self._running.close()

    def kill_worker(self) -> None:
        """End the worker alone; its master starts another."""
        for child in _children(self._process.popen.pid):
            os.kill(child, signal.SIGKILL)

    def wait_until_it_answers(self) -> None:
        """Return when it answers. Raises `servers.DidNotStart`."""
        self._process.wait_for(lambda: servers.answers(f"http://127.0.0.1:{self.port}"))

    def logs(self) -> str:
        """What it and those before it on this port wrote."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("process-*.log")))

    @property
    def _process(self) -> servers.Process:
        assert self.site is not None
        return self.site.process


@dataclass
class Stage:
    """The site, and a discussion that Ada has opened in an open workspace."""

    folder: Path
    app: Extranet
    processes: list[Server]
    proxy: Proxy
    cast: Cast
    talk: Talk
    mail: Letterbox
    postgresql: Service | None = None
    redis: Service | None = None
    disk: Path | None = None
    """A small disk that holds all that the site keeps, where one could be made."""
    clock: "Clock | None" = None
    """The processes' wall clock, where it can be set wrong."""

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.processes[0].folder / "extranet.sqlite3"

    @property
    def slug(self) -> str:
        return self.talk.place.slug

    def joined(self, name: str) -> Person:
        """One more member who has joined."""
        person = self.cast.member(name)
        self.talk.place.let_in(person, by=self.cast.ada)
        return person

    def logs(self) -> str:
        """What all its processes wrote."""
        return "\n".join(process.logs() for process in self.processes)


def who(person: Person) -> Who:
    """How the person is known."""
    cookie = person.client.get_cookie("extranet")
    assert cookie is not None
    return Who(token=person.token, cookie=f"extranet={cookie.value}", csrf_token=person.csrf_token)


def another_browser(person: Person) -> Person:
    """The same member with a sign-in of its own."""
    with looking(person.app) as held:
        return Person(person.app, held.get_one(Member, person.member_id))


@contextmanager
def two_processes(folder: Path) -> Iterator[Stage]:
    """Two processes with PostgreSQL and Redis."""
    with ExitStack() as beside:
        postgresql = beside.enter_context(servers.postgresql_service("synchronous_commit=on"))
        redis = beside.enter_context(servers.redis_service())
        settings = {"DATABASE_URL": postgresql.url, "REDIS_URL": redis.url}
        with _stage(folder, 2, settings) as stage:
            stage.postgresql, stage.redis = postgresql, redis
            yield stage


@contextmanager
def one_process(folder: Path, *, megabytes: int = DISK) -> Iterator[Stage]:
    """One process with SQLite, on a small disk and with a clock that can be set wrong where the machine allows it."""
    with ExitStack() as under:
        disk = None
        with suppress(servers.Missing):
            disk = under.enter_context(small_disk(folder / "disk", megabytes))
        clock = Clock(folder) if shutil.which("cc") else None
        settings = clock.environment if clock is not None else {}
        with _stage(folder, 1, settings, data=disk or folder / "data") as stage:
            stage.disk, stage.clock = disk, clock
            yield stage


class Clock:
    """A wall clock that can be set wrong for those who run with its environment."""

    def __init__(self, folder: Path) -> None:
        library, self._file = folder / "bent_clock.so", folder / "clock"
        source = Path(__file__).parent / "bent_clock.c"
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
        self.set_off(0)
        self.environment = {"LD_PRELOAD": str(library), "BENT_CLOCK": str(self._file)}

    def set_off(self, seconds: int) -> None:
        """Let it be so many seconds ahead, from now on."""
        with self._file.open("r+b" if self._file.exists() else "w+b") as file:
            file.write(struct.pack("=q", seconds))


@contextmanager
def _stage(folder: Path, number: int, settings: dict[str, str], *, data: Path | None = None) -> Iterator[Stage]:
    with ExitStack() as running:
        mail = running.enter_context(servers.mail_server())
        everywhere = {"SECRET_KEY": SECRET, "SITE_URL": "http://localhost", "MAIL_URL": mail.url, **settings}
        data = data or folder / "data"
        # The first makes the tables, the others find them.
        folders = [data, *(folder / f"data-{place}" for place in range(1, number))]
        slots = [Server(each, servers.free_port(), everywhere) for each in folders]
        for slot in slots:
            slot.start()
            running.callback(slot.stop)
        app = apps.build(data, **{name: value for name, value in everywhere.items() if name in _OURS})
        running.callback(apps.end, app)
        cast = Cast(app)
        talk = Talk(cast, open_place(cast, joining="open", name="Pysyy koossa"))
        before = running.enter_context(proxy([slot.port for slot in slots]))
        yield Stage(folder, app, slots, before, cast, talk, mail)


_OURS = ("DATABASE_URL", "SECRET_KEY", "SITE_URL", "MAIL_URL")


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Within the block another process holds the SQLite file for writing."""
    program = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=120);"
        "c.execute('BEGIN IMMEDIATE'); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(database)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        try:
            yield
        finally:
            holder.stdin.close()
            holder.wait(PATIENCE)


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[Path]:
    """A disk of this size at `place`. Raises `servers.Missing` where one may not mount."""
    place.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise servers.Missing(f"a small disk cannot be mounted ({done.stderr.strip()})")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False)


@contextmanager
def full(disk: Path, database: Path) -> Iterator[None]:
    """Within the block nothing fits on the disk any more; what SQLite had taken for later it has given back."""
    stuffing = disk / "stuffing"
    with closing(sqlite3.connect(database, timeout=10)) as held:
        while held.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            pass  # somebody reads the log
    with suppress(OSError), stuffing.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    try:
        yield
    finally:
        stuffing.unlink()


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []
