"""What the journeys share: a server, and a discussion on it with people of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from extranet.app import Extranet
from tests import apps, servers
from tests.cast import Cast
from tests.journeys.talking import House, house

SECRET = "a secret that the test and the server share"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[servers.Site, Extranet]]:
    """A server, and the same product in this process to prepare what is on it."""
    folder = tmp_path_factory.mktemp("journey")
    with servers.site(folder, SECRET_KEY=SECRET, MAIL_URL="") as site:
        app = apps.build(folder, SECRET_KEY=SECRET)
        yield site, app
        apps.end(app)


@pytest.fixture
def here(browser: Browser, started: tuple[servers.Site, Extranet]) -> Iterator[House]:
    """A discussion of one's own, with people of its own."""
    site, app = started
    with house(browser, site, Cast(app)) as found:
        yield found
