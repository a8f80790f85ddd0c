"""What every test may ask for: a database of each kind, a mail server, Redis, Chromium.

A test that uses `backend` (or what builds on it) runs on SQLite and on PostgreSQL; the markers `browser`, `bench` and
`once` make one round of it. Servers start when the first test asks, once in each worker. A missing program skips the
test with a sentence, but fails it where CI=true.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser

from tests import servers

Started = TypeVar("Started")
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


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """The servers of this worker."""
    started = Servers(tmp_path_factory.mktemp("servers"))
    yield started
    started.close()


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
    """Chromium; open a context of one's own for each person."""
    return running.get("chromium", servers.chromium)
