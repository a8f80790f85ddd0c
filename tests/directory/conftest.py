"""People with cards."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from directory import service
from directory.service import Details
from extranet import outbox
from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, Person, keeping

Fill = Callable[..., Person]


@pytest.fixture
def fill(app: Extranet, cast: Cast) -> Fill:
    """Makes a member, by name, with a card that says these things; or fills the card of one who is there."""

    def fill(who: str | Person, **details: Any) -> Person:
        person = cast.member(who) if isinstance(who, str) else who
        with keeping(app) as held:
            service.edit_card(Details(**details), by=held.get_one(Member, person.member_id))
        return person

    return fill


@pytest.fixture
def reader(fill: Fill) -> Person:
    """Somebody who looks, and whose own card is in nobody's way."""
    return fill("Rita Reader", is_hidden=True)


@pytest.fixture
def indexed(app: Extranet) -> Callable[[], None]:
    """Waits until the search index knows what has happened."""

    def wait() -> None:
        with app.app_context():
            outbox.drain()

    return wait


def names_in(page: TestResponse, names: list[str]) -> list[str]:
    """Which of these names a page shows, in the order in which it does."""
    places = {name: page.text.find(f">{name}</a>") for name in names}
    return sorted((name for name in names if places[name] >= 0), key=lambda name: places[name])
