"""What the journeys share: a discussion on the server of all, with people of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from extranet.app import Extranet
from tests import servers
from tests.cast import Cast
from tests.journeys.talking import House, house


@pytest.fixture
def here(browser: Browser, served: tuple[servers.Site, Extranet]) -> Iterator[House]:
    """A discussion of one's own, with people of its own."""
    site, app = served
    with house(browser, site, Cast(app)) as found:
        yield found
