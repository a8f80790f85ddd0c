"""Two processes on one database, as two apps: what is recorded in one reaches the people of the other, once."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from extranet import db
from extranet.realtime import realtime, tell
from tests import apps
from tests.cast import Cast, Person
from tests.conftest import Backend
from tests.workspaces.discussions.talk import Talk

AWAY = "redis://127.0.0.1:1/0"
"""Where no Redis is: the processes look by themselves."""


@pytest.fixture
def here(app: Flask, backend: Backend, tmp_path: Any) -> Iterator[Flask]:
    """A process in which things are done, on the same database as `there`."""
    here = apps.build(tmp_path / "here", DATABASE_URL=backend.url, REDIS_URL=AWAY)
    with here.app_context():
        realtime(here).processes.begin()
    yield here
    apps.end(here)


@pytest.fixture
def there(app: Flask, backend: Backend, tmp_path: Any) -> Iterator[Flask]:
    """Another process, which has been running for a while."""
    there = apps.build(tmp_path / "there", DATABASE_URL=backend.url, REDIS_URL=AWAY)
    with there.app_context():
        realtime(there).processes.begin()
    yield there
    apps.end(there)


@pytest.fixture
def talk(here: Flask, there: Flask) -> Talk:
    talk = Talk(Cast(here))
    follow(there)
    return talk


def follow(app: Flask) -> int:
    with app.app_context():
        return realtime(app).processes.follow()


def listening(app: Flask, person: Person) -> Any:
    """The person's browser, connected to this process."""
    browser = app.test_client()
    cookie = person.client.get_cookie("extranet")
    assert cookie is not None
    browser.set_cookie("extranet", cookie.value)
    socket = realtime(app).socketio.test_client(app, flask_test_client=browser)
    assert socket.is_connected()
    socket.get_received()
    return socket


def heard(socket: Any) -> list[Any]:
    return [event["args"][0]["message"]["body"] for event in socket.get_received() if event["name"] == "change"]


def test_a_message_reaches_who_joined_by_the_other_process_once(talk: Talk, there: Flask) -> None:
    grace, mallory = listening(there, talk.cast.grace), listening(there, talk.cast.mallory)
    at_home = listening(talk.app, talk.cast.grace)
    talk.say(talk.cast.ada, "Over there")
    assert heard(grace) == []
    follow(there)
    assert heard(grace) == heard(at_home) == ["Over there"]
    assert follow(there) == 0
    follow(talk.app)
    assert heard(at_home) == heard(grace) == heard(mallory) == []


def test_who_is_removed_here_is_closed_there_and_hears_nothing_that_waits(talk: Talk, there: Flask) -> None:
    grace = listening(there, talk.cast.grace)
    talk.say(talk.cast.ada, "Before, but not yet followed")
    talk.cast.ada.post(talk.place.path(f"/members/{talk.cast.grace.member_id}/remove"))
    follow(there)
    assert not grace.is_connected()
    assert [event["name"] for event in grace.queue] == ["head"]
    assert talk.place.slug not in grace.queue[0]["args"][0]


def test_who_signs_out_here_is_closed_there(talk: Talk, there: Flask) -> None:
    grace, ada = listening(there, talk.cast.grace), listening(there, talk.cast.ada)
    talk.cast.grace.post("/sign-out")
    follow(there)
    assert not grace.is_connected() and grace.queue == []
    assert ada.is_connected()


def test_what_is_not_recorded_is_passed_on_to_who_may_still_hear_it(
    talk: Talk, there: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = talk.cast
    passed: list[dict[str, Any]] = []
    grace, mallory = listening(there, cast.grace), listening(there, cast.mallory)
    ada = listening(talk.app, cast.ada)
    monkeypatch.setattr(realtime(talk.app).processes, "say", passed.append)
    with talk.app.app_context(), db.reading():
        tell([cast.grace.member_id, cast.ada.member_id], "typing", {"member": "Ada"})
    (message,) = passed
    hear(there, message)
    assert [event["args"] for event in grace.get_received()] == [[{"member": "Ada"}]]
    assert mallory.get_received() == []
    assert len(ada.get_received()) == 1
    cast.ada.post(talk.place.path(f"/members/{cast.grace.member_id}/remove"))
    hear(there, message)
    assert not grace.is_connected() and [event["name"] for event in grace.queue] == ["head"]
    again = listening(there, cast.grace)
    hear(there, message)
    assert again.get_received() == []


def hear(app: Flask, message: dict[str, Any]) -> None:
    with app.app_context():
        realtime(app).processes.hear(message)


def test_a_process_that_was_away_for_long_tells_its_people_only_how_far_it_has_gone(
    talk: Talk, there: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extranet.processes.MOST_AT_ONCE", 2)
    grace = listening(there, talk.cast.grace)
    for number in range(4):
        talk.say(talk.cast.ada, f"Message {number}")
    follow(there)
    names = [event["name"] for event in grace.get_received()]
    assert names == ["change", "change", "head"]
    assert follow(there) == 0
