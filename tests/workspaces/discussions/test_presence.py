"""Who is here: known for a minute, told to who is here too, and only of those who let it be seen."""

import re
import time
from types import SimpleNamespace
from typing import Any

import pytest
from flask_socketio.test_client import SocketIOTestClient

from extranet.app import Extranet
from extranet.members import Member
from extranet.realtime import realtime
from tests.cast import Cast, Person, keeping
from tests.workspaces.discussions.talk import Talk
from workspaces.discussions.presence.book import LASTS, Memory, Shared


class Page:
    """Somebody's open page of a workspace."""

    def __init__(self, app: Extranet, person: Person, slug: str) -> None:
        self.slug = slug
        self.socket: SocketIOTestClient = realtime(app).socketio.test_client(app, flask_test_client=person.client)

    def here(self) -> list[str]:
        """Say that it is open; the names of the others who are here."""
        answer: Any = self.socket.emit("here", {"slug": self.slug}, callback=True)
        return [one["name"] for one in answer["here"]]

    def heard(self, name: str) -> list[Any]:
        """What it was told since it was asked last."""
        return [packet["args"][0] for packet in self.socket.get_received() if packet["name"] == name]


@pytest.fixture
def talk(cast: Cast) -> Talk:
    """A thread of Ada's and Grace's."""
    return Talk(cast)


@pytest.fixture
def pages(app: Extranet, cast: Cast, talk: Talk) -> tuple[Page, Page]:
    """Ada's page and Grace's."""
    return Page(app, cast.ada, talk.place.slug), Page(app, cast.grace, talk.place.slug)


def test_who_comes_hears_who_is_here_and_the_others_hear_who_came(cast: Cast, pages: tuple[Page, Page]) -> None:
    ada, grace = pages
    assert ada.here() == []
    assert grace.here() == ["Ada Lovelace"]
    came = ada.heard("here")
    assert [(news["member"]["id"], news["is_here"]) for news in came] == [(cast.grace.member_id, True)]
    assert grace.here() == ["Ada Lovelace"]
    assert ada.heard("here") == [], "who is still here is no news"
    grace.socket.emit("away", {"slug": grace.slug})
    assert [news["is_here"] for news in ada.heard("here")] == [False]
    assert ada.here() == []


def test_who_does_not_let_it_be_seen_is_shown_to_nobody(app: Extranet, cast: Cast, talk: Talk) -> None:
    with keeping(app) as held:
        held.get_one(Member, cast.grace.member_id).shows_presence = False
    ada, grace = Page(app, cast.ada, talk.place.slug), Page(app, cast.grace, talk.place.slug)
    ada.here()
    assert grace.here() == ["Ada Lovelace"]
    grace.socket.emit("typing", {"slug": talk.place.slug, "thread_id": talk.thread_id})
    grace.socket.emit("away", {"slug": grace.slug})
    assert {packet["name"] for packet in ada.socket.get_received()} == {"head"}
    assert ada.here() == []


def test_typing_is_told_to_who_is_here(cast: Cast, talk: Talk, pages: tuple[Page, Page]) -> None:
    ada, grace = pages
    grace.here()
    ada.socket.emit("typing", {"slug": talk.place.slug, "thread_id": talk.thread_id})
    assert [news["member"]["id"] for news in grace.heard("typing")] == [cast.ada.member_id]


def test_who_was_removed_is_not_shown_and_hears_nothing(
    app: Extranet, cast: Cast, talk: Talk, pages: tuple[Page, Page]
) -> None:
    ada, grace = pages
    grace.here()
    assert ada.here() == ["Grace Hopper"]
    removal = talk.place.path(f"/members/{cast.grace.member_id}/remove")
    assert cast.ada.post(removal).status_code == 302
    assert ada.here() == []
    again = Page(app, cast.grace, talk.place.slug)
    assert again.socket.emit("here", {"slug": again.slug}, callback=True) == {"status": 404}
    again.socket.get_received()
    ada.socket.emit("away", {"slug": ada.slug})
    assert again.socket.get_received() == []


def test_settings_turn_it_off_and_on(app: Extranet, cast: Cast) -> None:
    assert re.search(r'<input[^>]*checked[^>]*name="shows_presence"', cast.ada.get("/settings").text)
    cast.ada.post("/settings", {"language": "en", "theme": "auto"})
    with keeping(app) as held:
        assert not held.get_one(Member, cast.ada.member_id).shows_presence
    cast.ada.post("/settings", {"language": "en", "theme": "auto", "shows_presence": "y"})
    with keeping(app) as held:
        assert held.get_one(Member, cast.ada.member_id).shows_presence


def test_who_is_here_sees_at_once_that_it_is_turned_off_and_on(
    app: Extranet, cast: Cast, talk: Talk, pages: tuple[Page, Page]
) -> None:
    ada, grace = pages
    mallory = Page(app, cast.mallory, talk.place.slug)
    ada.here(), grace.here()
    ada.heard("here")
    for chosen, is_here in (({}, False), ({}, None), ({"shows_presence": "y"}, True)):
        cast.grace.post("/settings", {"language": "en", "theme": "auto", **chosen})
        told = [(news["workspace"], news["member"]["id"], news["is_here"]) for news in ada.heard("here")]
        assert told == ([(talk.place.slug, cast.grace.member_id, is_here)] if is_here is not None else [])
    assert mallory.heard("here") == []


@pytest.mark.once
def test_a_word_is_forgotten_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    book = Memory()
    assert book.note("w", "ada")
    stand_still(monkeypatch, time.monotonic() + LASTS + 1)
    assert list(book.read("w")) == []
    assert book.note("w", "ada"), "and then it is news again"


@pytest.mark.once
def test_processes_share_what_they_know(redis_url: str) -> None:
    one, other = Shared(redis_url), Shared(redis_url)
    for book in (one, other):  # a Redis that is slow here is not away
        book._redis.connection_pool.connection_kwargs.update(socket_timeout=60, socket_connect_timeout=60)
    assert one.note("shared", "ada")
    assert not other.note("shared", "ada")
    assert other.note("shared", "grace")
    assert list(one.read("shared")) == ["grace", "ada"]
    assert other.strike("shared", "ada")
    assert list(one.read("shared")) == ["grace"]


@pytest.mark.once
def test_without_the_broker_a_process_knows_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    alone, asked = Shared("redis://127.0.0.1:1/0"), list[str]()
    pipeline = alone._redis.pipeline

    def noted() -> Any:
        asked.append("in vain")
        return pipeline()

    monkeypatch.setattr(alone._redis, "pipeline", noted)
    stand_still(monkeypatch, time.monotonic())
    assert alone.note("w", "ada")
    assert [list(alone.read("w")) for _again in range(50)] == [["ada"]] * 50
    assert asked == ["in vain"], "it is left alone for some seconds"


def stand_still(monkeypatch: pytest.MonkeyPatch, at: float) -> None:
    """Let the book's clock show this from now on."""
    clock = SimpleNamespace(monotonic=lambda: at, time=time.time)
    monkeypatch.setattr("workspaces.discussions.presence.book.time", clock)
