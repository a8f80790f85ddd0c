"""Real servers for the tests: PostgreSQL, Redis, a mail server, the product itself and Chromium.

Each is a context manager, listens on loopback on a port of its own, keeps its files in a folder of its own and ends
with the block, and with the tests should these be killed. What is not installed raises `Missing`.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import Browser, sync_playwright

from tests.pace import PATIENCE

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_OPTIONS = [
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Missing(Exception):
    """A program that the test needs is not installed; says which."""


class DidNotStart(Exception):
    """A server ended or kept silent; says what it wrote."""


def free_port() -> int:
    """A port of loopback for a server, now or later: the system gives it to nobody else until the tests end.

    It is held by a socket that never listens. Servers share it, as they do with connections of their former lives:
    they say SO_REUSEADDR.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    _HELD.append(held)
    port: int = held.getsockname()[1]
    return port


_HELD: list[socket.socket] = []


@dataclass
class Service:
    """A server beside the product, which a test may take away and bring back on the same address."""

    url: str
    _run: Callable[[], AbstractContextManager["Process"]]
    _running: ExitStack = field(default_factory=ExitStack)
    _process: "Process | None" = None

    def start(self) -> None:
        """Bring it up; it answers when this returns."""
        self._process = self._running.enter_context(self._run())

    def stop(self, with_signal: int | None = None) -> None:
        """End it as its keeper does, or with a signal: SIGKILL is a crash."""
        if with_signal is not None and self._process is not None:
            self._process.stop(with_signal)
        self._running.close()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Within the block it holds its connections and does nothing."""
        assert self._process is not None
        group = os.getpgid(self._process.popen.pid)
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGCONT)


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL of one's own, without any durability; gives the address of an empty database."""
    with postgresql_service("synchronous_commit=off") as service:
        yield service.url


@contextmanager
def postgresql_service(*options: str) -> Iterator[Service]:
    """A PostgreSQL that can be restarted: it outlives its own end, but not a power cut of the machine."""
    programs = _postgresql_programs()
    with _folder("postgresql") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data, port = folder / "data", free_port()
        initialise = [programs / "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"]
        subprocess.run(_as_postgres([*initialise, "-D", data]), check=True, capture_output=True, cwd=folder)
        settings = ["listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off", *options]
        command = [programs / "postgres", "-D", data, "-k", folder, "-p", port]
        command += [part for setting in settings for part in ("-c", setting)]

        @contextmanager
        def run() -> Iterator[Process]:
            with _process(_as_postgres(command), folder, signal.SIGINT) as server:
                server.wait_for(lambda: _ready(programs, port))
                yield server

        with _service(f"postgresql://postgres@127.0.0.1:{port}/postgres", run) as service:
            yield service


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """A Redis that keeps nothing, on this port or on a free one; gives its address."""
    with redis_service(port) as service:
        yield service.url


@contextmanager
def redis_service(port: int | None = None) -> Iterator[Service]:
    """A Redis that keeps nothing and can be taken away and brought back."""
    program = shutil.which("redis-server")
    if program is None:
        raise Missing("redis-server is not installed")
    port = port or free_port()
    with _folder("redis") as folder:
        command = [program, "--port", port, "--bind", "127.0.0.1", "--save", "", "--dir", folder]

        @contextmanager
        def run() -> Iterator[Process]:
            with _process(_dying_with_us(command, "TERM"), folder, signal.SIGTERM) as server:
                server.wait_for(lambda: _listens(port))
                yield server

        with _service(f"redis://127.0.0.1:{port}/0", run) as service:
            yield service


@contextmanager
def _service(url: str, run: Callable[[], AbstractContextManager["Process"]]) -> Iterator[Service]:
    service = Service(url, run)
    service.start()
    try:
        yield service
    finally:
        service.stop()


@dataclass
class Letterbox:
    """A mail server that keeps what it gets. `refusing` makes it answer with that line instead.

    `closed` are the addresses to which it takes nothing, each with the line that it says instead. `refused` counts the
    letters that were refused.
    """

    url: str = ""
    letters: list[EmailMessage] = field(default_factory=list)
    refusing: str | None = None
    refused: int = 0
    closed: dict[str, str] = field(default_factory=dict)
    _arrived: threading.Condition = field(default_factory=threading.Condition)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        """What aiosmtpd calls with each address that a letter is for."""
        if address in self.closed:
            return self.closed[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """What aiosmtpd calls with each letter."""
        if self.refusing:
            self.refused += 1
            return self.refusing
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        letter: EmailMessage = BytesParser(_class=EmailMessage, policy=modern).parsebytes(content)
        letter["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        with self._arrived:
            self.letters.append(letter)
            self._arrived.notify_all()
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        """Letters that were delivered to this address, oldest first."""
        return [letter for letter in self.letters if address.casefold() in letter["X-Envelope-To"].casefold()]

    def wait_for(self, address: str, number: int = 1, *, seconds: float = PATIENCE) -> EmailMessage:
        """The `number`-th letter to this address, waiting that long for it; AssertionError if it does not come."""
        with self._arrived:
            came = self._arrived.wait_for(lambda: len(self.to(address)) >= number, seconds)
            assert came, f"no letter number {number} to {address}; there are {[str(x['To']) for x in self.letters]}"
            return self.to(address)[number - 1]

    def empty(self) -> None:
        """Forget all letters and refuse nothing."""
        self.letters.clear()
        self.closed.clear()
        self.refusing = None


@contextmanager
def mail_server() -> Iterator[Letterbox]:
    """A real mail server on loopback that keeps the letters it gets."""
    box = Letterbox()
    port = free_port()
    # Without a name to say it would ask the network for one, at each connection.
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=PATIENCE, server_hostname="localhost")
    controller.start()
    box.url = f"smtp://127.0.0.1:{port}"
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Site:
    """The product in a process of its own."""

    url: str
    data_dir: Path
    environment: dict[str, str]
    process: "Process"

    def flask(self, *arguments: str, stdin: str = "") -> str:
        """Run a command of the product on the same site; its standard output. Raises CalledProcessError."""
        return flask(*arguments, environment=self.environment, stdin=stdin)

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return self.process.output()


@contextmanager
def site(data_dir: Path, **settings: str) -> Iterator[Site]:
    """`flask serve` with these settings, on a free port if none is among them; it answers when the block begins."""
    port = settings.get("PORT") or str(free_port())
    environment = _plain_environment() | {
        "DATA_DIR": str(data_dir),
        "HOST": "127.0.0.1",
        "PORT": port,
        "RATE_LIMITS": "off",
        "PYTHONWARNINGS": "",
        **settings,
    }
    data_dir.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    with _process(_dying_with_us(command, "TERM"), data_dir, signal.SIGTERM, environment, ROOT) as server:
        url = f"http://127.0.0.1:{port}"
        server.wait_for(lambda: answers(url))
        yield Site(url, data_dir, environment, server)


def flask(*arguments: str, environment: dict[str, str], stdin: str = "") -> str:
    """Run a command of the product; its standard output. Raises CalledProcessError with both outputs noted."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *arguments]
    environment = _plain_environment() | environment
    done = subprocess.run(command, env=environment, cwd=ROOT, input=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        error = subprocess.CalledProcessError(done.returncode, command, done.stdout, done.stderr)
        error.add_note(done.stdout + done.stderr)
        raise error
    return done.stdout


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window, driven by Playwright."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        raise Missing("chromium is not installed")
    options = [*CHROMIUM_OPTIONS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=options, timeout=PATIENCE * 1000)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Process:
    """A server that was started here: its process and the file it writes to."""

    popen: subprocess.Popen[bytes]
    log: Path

    def output(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for(self, is_ready: Callable[[], bool], *, seconds: float = PATIENCE) -> None:
        """Return when it is ready. Raises DidNotStart if it ends or the time is over."""
        until = time.monotonic() + seconds
        while not is_ready():
            if self.popen.poll() is not None or time.monotonic() > until:
                raise DidNotStart(f"{self.popen.args!r} did not start:\n{self.output()}")
            time.sleep(0.02)

    def stop(self, with_signal: int = signal.SIGTERM, *, seconds: float = 30) -> int:
        """End it and everything it started; its exit code."""
        if self.popen.poll() is None:
            self.popen.send_signal(with_signal)
            with suppress(subprocess.TimeoutExpired):
                return self.popen.wait(seconds)
            self.kill()
        return self.popen.wait(PATIENCE)

    def kill(self) -> None:
        """End it at once, as a power cut does, with everything it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(PATIENCE)


@contextmanager
def _process(
    command: list[str], folder: Path, end: int, environment: dict[str, str] | None = None, cwd: Path | None = None
) -> Iterator[Process]:
    log = folder / f"process-{time.monotonic_ns()}.log"
    with log.open("wb") as output:
        popen = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=cwd or folder,
            start_new_session=True,
        )
    process = Process(popen, log)
    try:
        yield process
    finally:
        process.stop(end)


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    # Not below pytest's own folder: another account must be able to enter, and a socket's path must be short.
    with tempfile.TemporaryDirectory(prefix=f"{name}-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _postgresql_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    program = found[-1] if found else shutil.which("initdb")
    if program is None:
        raise Missing("postgresql is not installed")
    return Path(program).resolve().parent


def _as_postgres(command: list[object]) -> list[str]:
    if os.geteuid() != 0:
        return _dying_with_us(command, "INT")
    account = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--pdeathsig", "INT"]
    return [*account, *map(str, command)]


def _dying_with_us(command: list[object] | list[str], name: str) -> list[str]:
    """The command, to be signalled by the system when the tests die without a farewell (where that is possible)."""
    guard = ["setpriv", "--pdeathsig", name] if shutil.which("setpriv") else []
    return [*guard, *map(str, command)]


def _ready(programs: Path, port: int) -> bool:
    command = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    return subprocess.run(command, check=False).returncode == 0


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def answers(url: str) -> bool:
    """Whether a web server answers there, whatever it says."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return False


def _plain_environment() -> dict[str, str]:
    """This process's environment less the settings of a site that somebody may have given it."""
    from extranet.config import OPTIONS

    return {name: value for name, value in os.environ.items() if name not in {option.name for option in OPTIONS}}
