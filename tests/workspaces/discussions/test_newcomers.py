"""Who does not see earlier messages does not learn of them either: how many there are, who wrote them, or when."""

import re
from datetime import timedelta
from typing import Any

import pytest

from extranet import clock
from extranet.members import Member
from extranet.paging import Page, read_cursor
from extranet.realtime import realtime
from tests.cast import Cast, Person, keeping, looking
from tests.counting import counted
from tests.workspaces.discussions.talk import Talk, open_thread, thread_in
from workspaces.discussions import queries
from workspaces.discussions.models import STEP, Thread, step_of
from workspaces.discussions.queries import ShownMessage
from workspaces.discussions.threads import queries as thread_queries
from workspaces.models import Workspace

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


def test_who_began_a_thread_and_when_is_not_told(cast: Cast) -> None:
    talk, nina, olga = Later(cast, shows_earlier=False), cast.member("Nina Newcomer"), cast.member("Olga Opener")
    talk.place.let_in(olga, by=cast.ada)
    talk.thread_id = thread_in(open_thread(talk.place, olga, kind="question"))
    with keeping(talk.app) as held:
        held.get_one(Thread, talk.thread_id).opened_at = clock.now() - timedelta(days=30)
    talk.place.let_in(nina, by=cast.ada)
    talk.say(olga, "One more thing")
    for person, is_told in ((cast.grace, True), (nina, False)):
        ears = listening(person)
        assert cast.ada.post(talk.path("/pin" if is_told else "/unpin")).status_code == 302
        (live,), missed = heard(ears), talk.changes(person)["items"][-1]
        (listed, *_others) = person.api("GET", f"/workspaces/{talk.place.slug}/threads").json["items"]  # type: ignore[index]
        for row in (listed, person.api("GET", f"/threads/{talk.thread_id}").json):
            assert row is not None
            assert (row["opened_by"], bool(row["opened_at"]), bool(row["waiting_days"])) == (
                "Olga Opener" if is_told else None, is_told, is_told
            )
        page = person.get(talk.place.path()).text
        assert ("Waiting for an answer" in page) is is_told
        for row in (page, live["row"], missed["row"]):
            assert ("Olga Opener" in row) is is_told and "former" not in row
        for head in (person.get(talk.path()).text, live["head"], missed["head"]):
            (top,) = re.findall(r'<div data-part="head"[^>]*>', head)
            assert (f'data-author="{olga.member_id}"' in top) is is_told and 'data-kind="question"' in top


def test_nor_when_it_was_pinned_locked_or_answered_before_they_came(cast: Cast) -> None:
    talk, nina = Later(cast, shows_earlier=False), cast.member("Nina Newcomer")
    talk.thread_id = thread_in(open_thread(talk.place, cast.ada, kind="question"))
    answer = talk.say(cast.grace, "Before Nina")
    assert cast.ada.api("POST", f"/messages/{answer}/accept").status_code == 200
    assert cast.ada.api("POST", f"/threads/{talk.thread_id}/pin").status_code == 200
    talk.place.let_in(nina, by=cast.ada)
    came = clock.now().isoformat()
    talk.say(cast.ada, "After Nina came")
    told = ("pinned_at", "answered_at")
    for person, is_told in ((cast.grace, True), (nina, False)):
        (listed, *_others) = person.api("GET", f"/workspaces/{talk.place.slug}/threads").json["items"]  # type: ignore[index]
        for row in (listed, person.api("GET", f"/threads/{talk.thread_id}").json):
            assert row is not None and all(row[name] for name in told), "that it is, is told"
            assert all((row[name] < came) is is_told for name in told)
    assert cast.ada.api("POST", f"/threads/{talk.thread_id}/lock").status_code == 200
    exact, shown = (person.api("GET", f"/threads/{talk.thread_id}").json for person in (cast.grace, nina))
    assert exact is not None and shown is not None and exact["locked_at"] == shown["locked_at"], "what came later is"


def test_nor_by_its_place_that_a_message_answers_one_from_then(later: Later) -> None:
    talk, nina = later, later.nina
    ears = listening(nina)
    answer = answer_to_the_hidden(talk)
    below = talk.say(talk.cast.ada, "Below it", answers=answer)
    live = {news["message"]["id"]: news for news in heard(ears)}
    missed = {item["message"]["id"]: item for item in talk.changes(nina)["items"] if item.get("message")}
    listed = nina.api("GET", f"/threads/{talk.thread_id}/messages").json["items"]  # type: ignore[index]
    for one, depth in ((answer, 0), (below, 1)):
        path = talk.message(one).path[-STEP * (depth + 1) :]
        told = [
            live[one]["message"], missed[one]["message"], nina.api("GET", f"/messages/{one}").json,
            *(item for item in listed if item["id"] == one),
        ]
        assert [(item["path"], item["depth"]) for item in told if item] == [(path, depth)] * 4
        for page in (live[one]["html"], missed[one]["html"], nina.get(talk.path()).text, nina.get(talk.at(one)).text):
            article = re.search(rf'<article[^>]*id="m-{one}".*?</article>', page, re.S)
            assert article is not None and f'data-depth="{depth}"' in article[0]
            assert f'data-path="{path}"' in article[0] and re.search(rf"level {depth + 1}\s*<", article[0])


def test_pages_of_a_thread_stand_in_the_order_of_what_they_know(later: Later) -> None:
    talk = later
    for number in range(3):
        talk.say(talk.cast.ada, f"Beside {number}")
        talk.say(talk.cast.grace, "Below it", answers=answer_to_the_hidden(talk))
    with looking(talk.app) as held:
        nina = held.get_one(Member, talk.nina.member_id)
        place = queries.find_thread_by_id(nina, talk.thread_id)
        assert place is not None
        whole = [message.path for message in queries.messages(place).items]
        assert whole == sorted(whole) and len(whole) == 9
        assert min(whole) >= step_of(place.standing.sees_from)
        pages: list[Page[ShownMessage]] = []
        after = None
        while after or not pages:
            page = queries.messages(place, after=after, size=2)
            assert all(read_cursor(cursor, str)[0] in whole for cursor in (page.next, page.previous) if cursor)
            pages.append(page)
            after = page.next
        assert [message.path for page in pages for message in page.items] == whole
        assert queries.messages(place, before=pages[2].previous, size=2).items == pages[1].items
        seqs = [message.seq for message in queries.messages(place).items]
        around = queries.messages(place, at=seqs[4], size=3)
        assert [message.seq for message in around.items] == seqs[3:6] and around.previous and around.next
        offered = [said.seq for said in thread_queries.offered(place).items]
        ids = [message.id for message in queries.messages(place).items]
        assert offered == [said.seq for said in thread_queries.chosen(place, ids)] == seqs


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


def test_from_where_readers_are_shown_tells_nothing_of_what_came_before(cast: Cast) -> None:
    talk, nina = Talk(cast, shows_earlier=False), cast.member("Nina Newcomer")
    with keeping(cast.app) as held:
        held.get_one(Workspace, talk.place.id).readers_shown_from = 1
    talk.say(cast.grace, "Before Nina")
    talk.place.let_in(nina, by=cast.ada)
    since = talk.say(cast.ada, "After Nina came")
    offered = re.findall(r'data-part="readers" data-from="(\d+)"', nina.get(talk.path()).text)
    assert [int(seq) for seq in offered] == [talk.message(since).seq]
