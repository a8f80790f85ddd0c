"""What one has read: as the page says that saw it on the screen, or who pressed a button; it never goes backwards."""

import random
import re
import threading

import pytest

from extranet.members import Member
from tests.cast import Person, keeping
from tests.workspaces.discussions.talk import JSON, Talk
from workspaces.discussions.models import Thread
from workspaces.discussions.reading import service


def test_a_page_that_was_fetched_marks_nothing(talk: Talk) -> None:
    grace = talk.cast.grace
    for rest in ("", "?at=new", "?at=first"):
        assert 'id="new"' in grace.get(talk.path(rest)).text
        assert grace.get(talk.path(rest), headers=JSON).status_code == 200
    assert talk.unread(grace) == 1
    assert talk.mark_of(grace) is None


def test_without_a_script_a_button_marks_what_the_page_showed(talk: Talk) -> None:
    grace = talk.cast.grace
    assert talk.unread(grace) == 1
    assert 'id="new"' in talk.read(grace)
    assert talk.unread(grace) == 0
    page = grace.get(talk.path()).text
    assert "is marked as read" in page and "thread-read" not in page
    assert 'id="new"' not in grace.get(talk.path()).text


def test_ones_own_and_retracted_messages_are_not_unread(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    assert talk.unread(ada) == 0
    gone = talk.say(ada, "Gone soon")
    assert talk.unread(grace) == 2
    ada.post(talk.at(gone, "/retract"))
    assert talk.unread(grace) == 1
    talk.say(grace)
    assert (talk.unread(ada), talk.unread(grace)) == (1, 1)


def test_counts_stand_on_threads_workspaces_and_in_the_navigation(talk: Talk) -> None:
    grace = talk.cast.grace
    talk.say(talk.cast.ada)
    assert "2 new messages" in grace.get(talk.place.path()).text
    assert "2 new messages" in grace.get("/workspaces").text
    assert '<span class="badge" data-count="unread">2</span>' in grace.get("/settings").text


def test_the_button_goes_on_to_the_next_page(talk: Talk) -> None:
    grace = talk.cast.grace
    for number in range(60):
        talk.say(talk.cast.ada, f"Message {number}")
    cursor = re.search(r'name="after" value="([^"]+)"', grace.get(talk.path("?at=first")).text)
    assert cursor is not None
    answer = grace.post(talk.path("/read"), {"seq": "5", "after": cursor[1]})
    assert answer.status_code == 302
    assert "Message 59" in grace.get(answer.location).text


def test_a_mark_never_goes_backwards_nor_past_the_end(talk: Talk) -> None:
    grace = talk.cast.grace
    talk.say(talk.cast.ada)
    last = talk.row().last_seq
    assert _mark(talk, grace, last).status_code == 200
    assert _mark(talk, grace, 1).status_code == 200
    assert talk.mark_of(grace) == last
    assert _mark(talk, grace, last + 1000).status_code == 200
    assert talk.mark_of(grace) == last
    talk.say(talk.cast.ada)
    assert talk.unread(grace) == 1


def test_the_answer_says_what_is_still_unread(talk: Talk) -> None:
    other = Talk(talk.cast)
    answer = _mark(talk, talk.cast.grace, talk.row().last_seq)
    assert answer.json == {"workspaces": {other.place.slug: 1}}


@pytest.mark.parametrize("seq", ["", "-1", "abc", "1.5", "9" * 16, "²"])
def test_nonsense_is_told(talk: Talk, seq: str) -> None:
    assert _mark(talk, talk.cast.grace, seq).status_code == 422
    assert talk.mark_of(talk.cast.grace) is None


def test_a_page_marks_only_up_to_what_it_did_not_show(talk: Talk) -> None:
    grace = talk.cast.grace
    talk.read(grace)
    for number in range(60):
        talk.say(talk.cast.ada, f"Message {number}")
    late = talk.say(talk.cast.ada, "An answer on the first page", answers=talk.first)
    first = talk.read(grace)
    assert f"m-{late}" in first
    # 49 of the 60 stood on the first page; the answer came after those that did not.
    assert talk.unread(grace) == 61 - 48
    rest = talk.read(grace, "?at=new")
    assert 'id="new"' in rest and "Message 59" in rest
    assert talk.unread(grace) == 1


def test_a_list_leads_to_the_oldest_that_is_unread(talk: Talk) -> None:
    grace = talk.cast.grace
    for number in range(70):
        talk.say(talk.cast.ada, f"Message {number}")
    _mark(talk, grace, talk.row().last_seq)
    new = talk.say(talk.cast.ada, "The newest")
    assert talk.path("?at=new#new") in grace.get(talk.place.path()).text
    page = grace.get(talk.path("?at=new")).text
    assert page.index('id="new"') < page.index(f'id="m-{new}"')


def test_who_joins_later_has_nothing_unread_but_what_came_since(talk: Talk) -> None:
    nina = talk.cast.member("Nina Newcomer")
    talk.place.let_in(nina, by=talk.cast.ada)
    assert talk.unread(nina) == 0
    talk.say(talk.cast.ada)
    assert talk.unread(nina) == 1


def test_who_comes_back_has_nothing_unread_but_what_came_since_in_whatever_thread(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    talk.read(grace)
    grace.post(talk.place.path("/leave"))
    away = talk.message(talk.say(ada, "While Grace was away")).seq
    other = Talk(talk.cast, talk.place)
    talk.place.let_in(grace, by=ada)
    assert (talk.mark_of(grace) or 0) < away
    for thread in (talk, other):
        assert talk.unread(grace) == 0
        assert 'id="new"' not in grace.get(thread.path()).text
        found = grace.api("GET", f"/threads/{thread.thread_id}").json
        assert found is not None and found["unread"] == 0
        answer = grace.api("POST", f"/threads/{thread.thread_id}/read", {"seq": 0})
        assert answer.status_code == 200
    assert "is-unread" not in grace.get(talk.place.path()).text
    assert talk.unread(grace) == 0
    since = talk.say(ada, "Grace is back")
    assert talk.unread(grace) == 1
    said = grace.post(talk.at(since, "/unread"), headers=JSON).json
    assert said is not None and said["seq"] > away and said["unread"] == 1


def test_nothing_is_counted_of_what_is_not_ones_own(talk: Talk) -> None:
    assert talk.unread(talk.cast.grace) == 1
    for person in (talk.cast.mallory, talk.cast.moses):
        assert talk.unread(person) == 0
        assert _mark(talk, person, 3).status_code == 404
    talk.cast.grace.post(talk.place.path("/leave"))
    assert talk.unread(talk.cast.grace) == 0


def _mark(talk: Talk, person: Person, seq: object):  # type: ignore[no-untyped-def]
    return person.post(talk.path("/read"), {"seq": seq}, headers=JSON)


def test_of_many_devices_at_the_same_moment_the_furthest_one_counts(talk: Talk) -> None:
    grace = talk.cast.grace
    for _number in range(12):
        talk.say(talk.cast.ada)
    last = talk.row().last_seq
    moved: list[int] = []

    def read(seq: int) -> None:
        with keeping(talk.app) as held:
            thread, member = held.get_one(Thread, talk.thread_id), held.get_one(Member, grace.member_id)
            if service.mark_read(thread, seq, by=member):
                moved.append(seq)

    places = list(range(last - 9, last + 1))
    random.Random(7).shuffle(places)
    devices = [threading.Thread(target=read, args=[seq]) for seq in places]
    for device in devices:
        device.start()
    for device in devices:
        device.join()
    assert talk.mark_of(grace) == last
    assert moved == sorted(moved) and moved[-1] == last  # each that counted went further than the one before
    with keeping(talk.app) as held:
        thread, member = held.get_one(Thread, talk.thread_id), held.get_one(Member, grace.member_id)
        assert not service.mark_read(thread, last, by=member), "nothing is told twice"
