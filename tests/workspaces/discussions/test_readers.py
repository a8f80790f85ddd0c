"""Who has read a message is seen by those who are in, where a host had it shown, and of what was said since then."""

import copy
import re

from tests.cast import Person
from tests.workspaces.discussions.talk import JSON, Talk
from tests.workspaces.places import FIELDS, open_place


def test_only_what_was_said_since_then_is_told_of(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    before = talk.say(ada, "Nobody knew of this")
    talk.read(grace)
    assert _readers(talk, ada, before) is None
    _have_shown(talk, ada)
    assert _readers(talk, ada, before) is None
    since = talk.say(ada, "Everybody is told")
    assert _readers(talk, ada, since) == []
    talk.read(grace)
    assert _readers(talk, ada, since) == ["Grace Hopper"]
    assert _readers(talk, grace, since) == ["Grace Hopper"]
    assert "Grace Hopper" in ada.get(talk.at(since, "/readers")).text
    assert "sees who has read a message" in grace.get(talk.path()).text


def test_a_thread_that_came_from_elsewhere_does_not_tell_who_read_what_came_along(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    there = open_place(talk.cast)
    before = talk.say(ada, "Read where nobody was to know")
    talk.read(grace)
    moved = copy.copy(talk)
    moved.place = there
    _have_shown(moved, ada)
    assert ada.post(talk.path("/move"), {"to": there.slug}).status_code == 302
    assert moved.mark_of(grace) == moved.message(before).seq >= (there.row().readers_shown_from or 0)
    assert _readers(moved, ada, before) is None
    offered = re.compile(r'data-part="readers" data-from="(\d+)"')
    assert int(offered.findall(ada.get(moved.path()).text)[0]) > moved.message(before).seq
    assert "/readers" not in ada.get(moved.at(before)).text
    since = moved.say(ada, "Said where everybody is told")
    moved.read(grace)
    assert _readers(moved, ada, since) == ["Grace Hopper"]
    assert [int(seq) for seq in offered.findall(ada.get(moved.path()).text)] == [moved.message(since).seq]
    assert "/readers" in ada.get(moved.at(since)).text


def test_off_again_it_is_as_if_it_had_never_been(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    _have_shown(talk, ada)
    said = talk.say(ada, "Read soon")
    talk.read(grace)
    assert _readers(talk, ada, said) == ["Grace Hopper"]
    _have_shown(talk, ada, "")
    assert _readers(talk, ada, said) is None
    assert "sees who has read a message" not in grace.get(talk.path()).text
    _have_shown(talk, ada)
    assert _readers(talk, ada, said) is None


def test_who_joined_later_or_has_left_is_not_among_them(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    _have_shown(talk, ada)
    said = talk.say(ada, "Before Nina came")
    nina = talk.cast.member("Nina Newcomer")
    talk.place.let_in(nina, by=ada)
    talk.say(ada, "After Nina came")
    for person in (nina, grace):
        talk.read(person)
    assert _readers(talk, ada, said) == ["Grace Hopper"]
    grace.post(talk.place.path("/leave"))
    assert _readers(talk, ada, said) == []


def test_marking_as_unread_does_not_hide_that_one_has_read(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    _have_shown(talk, ada)
    said = talk.say(ada, "Read and put back")
    talk.read(grace)
    assert grace.post(talk.at(said, "/unread"), headers=JSON).status_code == 200
    assert _readers(talk, ada, said) == ["Grace Hopper"]


def test_only_a_host_has_it_shown(talk: Talk) -> None:
    moses, grace = talk.cast.moses, talk.cast.grace
    assert moses.api("PATCH", f"/workspaces/{talk.place.slug}", {"shows_readers": True}).status_code == 403
    assert "shows_readers" not in moses.get(talk.place.path("/settings")).text
    assert grace.post(talk.place.path("/settings"), {**FIELDS, "shows_readers": "y"}).status_code == 403
    assert not talk.place.row().shows_readers
    _have_shown(talk, talk.cast.ada)
    # Who may change the rest and does not see this changes nothing of it.
    assert moses.post(talk.place.path("/settings"), {**FIELDS, "name": "Toinen nimi"}).status_code == 302
    assert talk.place.row().shows_readers


def _have_shown(talk: Talk, host: Person, value: str = "y") -> None:
    answer = host.post(talk.place.path("/settings"), {**FIELDS, "shows_readers": value})
    assert answer.status_code == 302, re.findall("field-error.*", answer.text)


def _readers(talk: Talk, person: Person, message_id: str) -> list[str] | None:
    answer = person.api("GET", f"/messages/{message_id}/readers")
    if answer.status_code == 404:
        return None
    assert answer.json is not None
    return [one["name"] for one in answer.json["items"]]
