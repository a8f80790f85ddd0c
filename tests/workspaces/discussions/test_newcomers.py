"""Who does not see earlier messages does not learn of them either: how many there are, who wrote them, or when."""

from typing import Any

import pytest

from extranet.realtime import realtime
from tests.cast import Cast, Person
from tests.counting import counted
from tests.workspaces.discussions.talk import Talk

WRITER = "Grace Hopper"


class Later(Talk):
    """A talk with something said before Nina came."""

    earlier: str
    nina: Person


@pytest.fixture
def later(cast: Cast) -> Later:
    """A thread in which Grace has said two things before Nina came, who sees none of them."""
    talk = Later(cast, shows_earlier=False)
    talk.nina = cast.member("Nina Newcomer")
    talk.earlier = talk.say(cast.grace, "Before Nina")
    talk.say(cast.grace, "Before Nina too")
    talk.place.let_in(talk.nina, by=cast.ada)
    return talk


def answer_to_the_hidden(talk: Later) -> str:
    return talk.say(talk.cast.ada, "After Nina came", answers=talk.earlier)


def listening(person: Person) -> Any:
    socket = realtime(person.app).socketio.test_client(person.app, flask_test_client=person.client)
    socket.get_received()
    return socket


def heard(ears: Any) -> list[Any]:
    return [event["args"][0] for event in ears.get_received() if event["name"] == "change"]


def test_pages_count_only_what_they_see_and_name_nobody_earlier(later: Later) -> None:
    talk, nina = later, later.nina
    answer = answer_to_the_hidden(talk)
    assert "4 messages" in talk.cast.ada.get(talk.place.path()).text
    assert WRITER in talk.cast.ada.get(talk.at(answer)).text
    for path in (talk.place.path(), talk.path(), talk.at(answer)):
        page = nina.get(path)
        assert page.status_code == 200
        assert WRITER not in page.text and talk.earlier not in page.text
    assert "1 message<" in nina.get(talk.place.path()).text


def test_programs_too(later: Later) -> None:
    talk, nina = later, later.nina
    answer = answer_to_the_hidden(talk)
    for person, count, known in ((talk.cast.ada, 4, talk.earlier), (nina, 1, None)):
        assert person.api("GET", f"/threads/{talk.thread_id}").json["message_count"] == count  # type: ignore[index]
        (row,) = person.api("GET", f"/workspaces/{talk.place.slug}/threads").json["items"]  # type: ignore[index]
        assert row["message_count"] == count
        messages = person.api("GET", f"/threads/{talk.thread_id}/messages").json["items"]  # type: ignore[index]
        assert [one["answers"] for one in messages if one["id"] == answer] == [known]
        assert person.api("GET", f"/messages/{answer}").json["answers"] == known  # type: ignore[index]


def test_what_they_missed_has_nothing_of_it_but_numbers(later: Later) -> None:
    talk, nina = later, later.nina
    answer_to_the_hidden(talk)
    everything = talk.changes(talk.cast.grace)
    assert WRITER in str(everything)
    found = talk.changes(nina)
    assert [item["seq"] for item in found["items"]] == list(range(1, found["head"] + 1))
    assert WRITER not in str(found) and talk.earlier not in str(found)
    for item in found["items"]:
        if item["kind"] == "not-shown":
            assert {name for name, value in item.items() if value is not None} == {"workspace", "seq", "kind"}
    assert "1 message<" in found["items"][-1]["row"]
    by_api = nina.api("GET", f"/workspaces/{talk.place.slug}/changes").json
    assert by_api is not None and WRITER not in str(by_api) and by_api["items"][-1]["message"]["html"]


def test_live_news_too(later: Later) -> None:
    talk, nina = later, later.nina
    theirs, hers = listening(talk.cast.grace), listening(nina)
    seen = answer_to_the_hidden(talk)
    (for_grace,), (for_nina,) = heard(theirs), heard(hers)
    assert WRITER in for_grace["html"] and "4 messages" in for_grace["row"]
    assert seen in for_nina["html"] and for_nina["message"]["answers"] is None
    assert WRITER not in str(for_nina) and "messages" not in for_nina["row"].replace('"messages"', "")
    talk.say(talk.cast.ada, "To what Nina sees", answers=seen)
    (for_grace,), (for_nina,) = heard(theirs), heard(hers)
    assert for_nina["message"]["answers"] == for_grace["message"]["answers"] == seen
    assert "data-number" not in for_nina["row"]


def test_of_a_thread_that_began_after_they_came_they_hear_all(later: Later) -> None:
    talk, nina = later, later.nina
    other = Talk(talk.cast, talk.place)
    hers = listening(nina)
    other.say(talk.cast.ada, "All of it", answers=other.first)
    (news,) = heard(hers)
    assert "2 messages" in news["row"] and news["message"]["answers"] == other.first


@pytest.mark.parametrize("what", ["threads", "messages"])
def test_what_is_elsewhere_takes_as_many_queries_as_what_is_nowhere(talk: Talk, what: str) -> None:
    mallory = talk.cast.mallory
    there = talk.thread_id if what == "threads" else talk.first
    numbers = set()
    for id_ in (there, "a" * len(there)):
        mallory.api("GET", f"/{what}/{id_}")
        with counted(talk.app) as statements:
            assert mallory.api("GET", f"/{what}/{id_}").status_code == 404
        numbers.add(len(statements))
    assert len(numbers) == 1
