"""Two processes on one database, as two apps: what is recorded in one reaches the people of the other, once."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gevent
import pytest
import sqlalchemy as sa
from flask import Flask

from extranet import db, events
from extranet.events import EventRow, Recorded
from extranet.processes import _REMEMBERED, Processes
from extranet.realtime import realtime, tell
from tests import apps
from tests.cast import Cast, Person, keeping
from tests.conftest import Backend
from tests.workspaces.discussions.talk import Talk

AWAY = "redis://127.0.0.1:1/0"
"""Where no Redis is: the processes look by themselves."""


@pytest.fixture
def here(app: Flask, backend: Backend, tmp_path: Path) -> Iterator[Flask]:
    """A process in which things are done, on the same database as `there`."""
    with process(tmp_path / "here", backend) as here:
        yield here


@pytest.fixture
def there(app: Flask, backend: Backend, tmp_path: Path) -> Iterator[Flask]:
    """Another process, which has been running for a while."""
    with process(tmp_path / "there", backend) as there:
        yield there


@pytest.fixture
def talk(here: Flask, there: Flask) -> Talk:
    talk = Talk(Cast(here))
    follow(there)
    return talk


@contextmanager
def process(folder: Path, backend: Backend) -> Iterator[Flask]:
    app = apps.build(folder, DATABASE_URL=backend.url, REDIS_URL=AWAY)
    with app.app_context():
        realtime(app).processes.begin()
    yield app
    apps.end(app)


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


def test_what_is_not_recorded_is_passed_on_to_who_may_still_hear_it(talk: Talk, there: Flask) -> None:
    cast = talk.cast
    grace, mallory = listening(there, cast.grace), listening(there, cast.mallory)
    ada = listening(talk.app, cast.ada)
    message = typing(talk)
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


def typing(talk: Talk, *, later: float = 0) -> dict[str, Any]:
    """What one process says to the others when Ada types, by a clock that is so many seconds fast."""
    processes = realtime(talk.app).processes
    processes._to_say.clear()
    with talk.app.app_context(), db.reading():
        tell([talk.cast.grace.member_id, talk.cast.ada.member_id], "typing", {"member": "Ada"})
    (message,) = map(json.loads, processes._to_say)
    return {**message, "at": message["at"] + later}


@pytest.mark.parametrize("apart", [-3_600, -6, 6, 3_600])
def test_it_does_not_matter_what_the_clocks_of_two_machines_say(talk: Talk, there: Flask, apart: float) -> None:
    grace = listening(there, talk.cast.grace)
    for _time in range(2):
        hear(there, typing(talk, later=apart))
        assert len(grace.get_received()) == 1


def test_what_comes_late_is_not_told_any_more_and_a_clock_that_stood_still_is_noticed(
    talk: Talk, there: Flask
) -> None:
    grace = listening(there, talk.cast.grace)
    hear(there, typing(talk))
    assert len(grace.get_received()) == 1
    hear(there, typing(talk, later=-6))
    assert grace.get_received() == []
    for _time in range(2):
        let_be_forgotten(there)
        hear(there, typing(talk, later=-6))
    assert len(grace.get_received()) > 0


def test_what_has_lain_about_while_a_process_stood_still_is_late_from_the_first_word_on(
    talk: Talk, there: Flask
) -> None:
    grace = listening(there, talk.cast.grace)
    hear(there, typing(talk))
    assert len(grace.get_received()) == 1
    let_be_forgotten(there)
    for age in (9, 8, 7):
        hear(there, typing(talk, later=-age))
    assert grace.get_received() == []


def let_be_forgotten(app: Flask) -> None:
    """So long has passed that it is remembered anew how quickly something came from each process."""
    for distance in realtime(app).processes._distances.values():
        distance.since -= _REMEMBERED + 1


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


def test_a_look_that_fails_is_looked_again(talk: Talk, there: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    grace = listening(there, talk.cast.grace)
    talk.say(talk.cast.ada, "Not lost")
    with monkeypatch.context() as patched:
        patched.setattr(Processes, "_revived", fail)
        with pytest.raises(OSError):
            follow(there)
    assert heard(grace) == []
    follow(there)
    assert heard(grace) == ["Not lost"]


def fail(*_given: Any) -> None:
    raise OSError("The database has gone")


def test_one_fact_of_another_version_is_left_out_and_the_others_are_followed(talk: Talk, there: Flask) -> None:
    grace = listening(there, talk.cast.grace)
    for body in ("One", "Two", "Three"):
        talk.say(talk.cast.ada, body)
    with keeping(talk.app) as held:
        posted = sa.select(EventRow.id).where(EventRow.kind == "message-posted").order_by(EventRow.id.desc())
        second = held.scalars(posted.offset(1).limit(1)).one()
        held.execute(sa.update(EventRow).where(EventRow.id == second).values(data={"unheard": "of"}))
    assert follow(there) > 0
    assert heard(grace) == ["One", "Three"]


def test_who_waits_until_all_has_been_followed_waits_for_the_look_that_is_under_way(talk: Talk, there: Flask) -> None:
    """Two greenlets look: the second one has nothing to follow, but may go on only when the first one has done it."""
    grace = listening(there, talk.cast.grace)
    talk.cast.ada.post(talk.place.path(f"/members/{talk.cast.grace.member_id}/remove"))
    known: Any = events.reactions(there)
    seen: list[bool] = []
    run = known.run_everywhere

    def slowly(fact: Recorded) -> None:
        gevent.sleep(0.05)
        run(fact)

    def look() -> None:
        with there.app_context():
            realtime(there).processes.follow()
            seen.append(grace.is_connected())

    known.run_everywhere = slowly
    gevent.joinall([gevent.spawn(look), gevent.spawn(look)], raise_error=True)
    assert seen == [False, False]
