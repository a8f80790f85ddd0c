"""What every test may ask for: a database of each kind, a mail server, Redis, Chromium.

A test that uses `backend` (or what builds on it) runs on SQLite and on PostgreSQL; the markers `browser`, `bench` and
`once` make one round of it. Servers start when the first test asks, once in each worker. A missing program skips the
test with a sentence, but fails it where CI=true.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

import hypothesis
import pytest
from playwright.sync_api import Browser, expect

from extranet import db
from extranet.app import Extranet
from tests import apps, servers
from tests.browsing import PATIENCE
from tests.cast import Cast
from tests.factories import Say, Scene
from tests.scenes import Furnish, Scenes

Started = TypeVar("Started")
# The same examples each time, however long one takes.
hypothesis.settings.load_profile("ci")
# Who writes in this process waits for others as long as these need; how long it is in earnest, a test of it says.
db.PATIENCE = db._ANSWERS_OR_IS_GONE["connect_timeout"] = 60

BACKENDS = ("sqlite", "postgresql")
ONE_ROUND = ("browser", "bench", "once")


@dataclass(frozen=True)
class Backend:
    """A kind of database and the address of one of its kind that belongs to this worker."""

    name: str
    url: str


class Servers:
    """The servers that this worker has started, each once, until its last test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.apps: dict[str, Extranet] = {}
        self.scenes = Scenes(folder)
        self._open = ExitStack()
        self._started: dict[str, Any] = {}

    def get(self, name: str, start: Callable[[], AbstractContextManager[Started]]) -> Started:
        """What `start` gives, started at the first call. Skips the test if its program is missing; fails it in CI."""
        if name not in self._started:
            try:
                self._started[name] = self._open.enter_context(start())
            except servers.Missing as missing:
                if os.environ.get("CI") == "true":
                    pytest.fail(f"{missing}, and in CI nothing may be missing")
                pytest.skip(str(missing))
        started: Started = self._started[name]
        return started

    def close(self) -> None:
        for app in self.apps.values():
            apps.end(app)
        self._open.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=[*BACKENDS, "both"], default="both", help="which databases to test on")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" not in metafunc.fixturenames:
        return
    chosen = metafunc.config.getoption("database")
    backends = list(BACKENDS) if chosen == "both" else [chosen]
    is_one_round = any(metafunc.definition.get_closest_marker(name) for name in ONE_ROUND)
    metafunc.parametrize("backend", backends[:1] if is_one_round else backends, indirect=True, scope="session")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was left out has failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("\nIn CI nothing may be left out; see the skipped tests below.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def running() -> Iterator[Servers]:
    """The servers of this worker."""
    # In memory where there is such a place: every transaction waits for the disk, as it must in earnest.
    with tempfile.TemporaryDirectory(prefix="extranet-", dir=_quick_folder(), ignore_cleanup_errors=True) as folder:
        started = Servers(Path(folder))
        yield started
        started.close()


def _quick_folder() -> str | None:
    place = "/dev/shm"
    is_roomy = os.access(place, os.W_OK) and shutil.disk_usage(place).free > 1_000_000_000
    return place if is_roomy else None


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest, running: Servers) -> Backend:
    """A database of the kind that this round is about."""
    if request.param == "postgresql":
        return Backend("postgresql", running.get("postgresql", servers.postgresql))
    return Backend("sqlite", f"sqlite:///{running.folder / 'test.sqlite3'}")


@pytest.fixture
def smtp(running: Servers) -> servers.Letterbox:
    """A mail server with an empty letterbox."""
    box = running.get("smtp", servers.mail_server)
    box.empty()
    return box


@pytest.fixture(scope="session")
def redis_url(running: Servers) -> str:
    """The address of a Redis of this worker."""
    return running.get("redis", servers.redis)


@pytest.fixture(scope="session")
def browser(running: Servers) -> Browser:
    """Chromium; open a context of one's own for each person. What a page shall show is waited for with `PATIENCE`."""
    expect.set_options(timeout=PATIENCE)
    return running.get("chromium", servers.chromium)


@pytest.fixture
def app(backend: Backend, running: Servers, smtp: servers.Letterbox) -> Extranet:
    """The product in this process, on an empty database; letters go to `smtp`.

    It comes without an app context: requests within one would share what they know of who asks.
    """
    if backend.name not in running.apps:
        folder = running.folder / backend.name
        running.apps[backend.name] = apps.make(folder, DATABASE_URL=backend.url, MAIL_URL=smtp.url)
    app = running.apps[backend.name]
    apps.empty(app)
    return app


@pytest.fixture
def cast(app: Extranet) -> Cast:
    """Ada, Grace, Mallory, Moses, Irma and a visitor, each with a browser."""
    return Cast(app)


@pytest.fixture
def furnish(app: Extranet, backend: Backend, running: Servers, smtp: servers.Letterbox) -> Furnish:
    """What gives a whole scene, everybody signed in; it was furnished once for each name and is put back as it was.

    With other words than the usual ones it has another name. `is_settled`: its letters are sent, its index is filled.
    """

    def give(say: Say | None = None, *, name: str = "plain", is_settled: bool = False) -> Scene:
        return running.scenes.give(f"{backend.name}-{name}", app, smtp, say, is_settled=is_settled)

    return give


@pytest.fixture
def long_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock by which tries are counted stands still: «per minute» is for as long as the test takes."""
    now = time.time()
    monkeypatch.setattr("limits.storage.memory.time", SimpleNamespace(time=lambda: now))


@pytest.fixture
def limited(backend: Backend, tmp_path: Path, long_minute: None) -> Iterator[Extranet]:
    """The product in this process, at a site that counts how often something is asked for; the minute does not end."""
    app = apps.make(tmp_path / "data", DATABASE_URL=backend.url, RATE_LIMITS="on")
    yield app
    apps.end(app)


@pytest.fixture
def site(running: Servers, tmp_path: Path, smtp: servers.Letterbox) -> Iterator[servers.Site]:
    """The product in a process of its own, on an empty SQLite; letters go to `smtp`."""
    with servers.site(tmp_path / "data", MAIL_URL=smtp.url) as started:
        yield started


@pytest.fixture(scope="session")
def served(running: Servers) -> tuple[servers.Site, Extranet]:
    """A server of this worker with the demo on it, and the same product in this process to prepare what is tried.

    It is never emptied: a test brings people and workspaces of its own, and looks at nothing that all share. It has a
    letterbox of its own; its log says all that a log can say.
    """

    @contextmanager
    def start() -> Iterator[tuple[servers.Site, Extranet]]:
        folder = running.folder / "served"
        app = apps.build(folder, SECRET_KEY=_SECRET)
        apps.command(app, "seed")
        with (
            servers.mail_server() as box,
            servers.site(folder, SECRET_KEY=_SECRET, MAIL_URL=box.url, LOG_LEVEL="DEBUG") as site,
        ):
            yield site, app
        apps.end(app)

    return running.get("served", start)


_SECRET = "a secret that the tests and the server share"
