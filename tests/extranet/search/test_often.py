"""Searching costs more than reading, so nobody does it without end."""

from collections.abc import Iterator

import pytest

from tests import apps
from tests.cast import Cast, Person

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("long_minute")]


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Person]:
    """Ada, at a site that counts."""
    app = apps.make(tmp_path_factory.mktemp("often"), RATE_LIMITS="on")
    yield Cast(app).ada
    apps.end(app)


@pytest.mark.parametrize("address", ["/search", "/directory", "/workspaces"])
def test_a_page_that_searches_is_not_asked_for_again_and_again(ada: Person, address: str) -> None:
    found = [ada.get(f"{address}?q=qwz").status_code for _number in range(61)]
    assert found == [*[200] * 60, 429]


@pytest.mark.parametrize("address", ["/search", "/contacts", "/workspaces"])
def test_nor_does_a_program(ada: Person, address: str) -> None:
    found = [ada.api("GET", f"{address}?q=qwz").status_code for _number in range(61)]
    assert found == [*[200] * 60, 429]
