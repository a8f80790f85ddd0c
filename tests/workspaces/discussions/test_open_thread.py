"""Open a thread with its first message."""

import uuid

import pytest

from extranet.app import Extranet
from tests.cast import Cast
from tests.counting import counted
from tests.workspaces.discussions.talk import Talk, open_thread, thread_in
from tests.workspaces.places import open_place


def test_it_stands_in_the_workspace_with_its_first_message(talk: Talk) -> None:
    page = talk.cast.grace.get(talk.path())
    assert page.status_code == 200
    assert "<h1" in page.text and "Plans" in page.text and "Hello" in page.text
    listed = talk.cast.grace.get(talk.place.path()).text
    assert "Plans" in listed
    assert "1 new message" in listed
    assert talk.place.facts()[-1] == "thread-opened"


def test_the_form_can_be_opened_and_who_is_outside_finds_nothing(talk: Talk) -> None:
    assert talk.cast.grace.get(talk.place.path("/threads/new")).status_code == 200
    assert talk.cast.mallory.get(talk.place.path("/threads/new")).status_code == 404
    assert open_thread(talk.place, talk.cast.mallory).status_code == 404
    assert talk.cast.moses.get(talk.path()).status_code == 404


def test_programs_are_told_whether_they_follow_what_they_open(talk: Talk) -> None:
    grace, here = talk.cast.grace, f"/workspaces/{talk.place.slug}"
    for follows in (False, True):
        assert grace.api("POST", f"{here}/follow", {"follows": follows}).status_code == 200
        opened = grace.api("POST", f"{here}/threads", {"title": "By program", "body": "Hello"})
        assert opened.status_code == 201 and opened.json is not None
        assert opened.json["thread"]["follows"] is follows
        assert opened.json["thread"] == grace.api("GET", f"/threads/{opened.json['thread']['id']}").json


def test_sent_twice_it_is_opened_once(app: Extranet, cast: Cast) -> None:
    place, client_id = open_place(cast), str(uuid.uuid4())
    first = open_thread(place, cast.ada, client_id=client_id)
    again = open_thread(place, cast.ada, client_id=client_id, title="Other words")
    assert thread_in(first) == thread_in(again)
    assert place.facts().count("thread-opened") == 1
    # Another author's same id is another message.
    assert thread_in(open_thread(place, cast.grace, client_id=client_id)) != thread_in(first)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"title": ""}, "Fill in this field"),
        ({"title": "   "}, "Fill in this field"),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"body": ""}, "Fill in this field"),
        ({"body": "x" * 20_001}, "at most 20000 characters"),
        ({"client_id": "no-uuid"}, "damaged"),
    ],
)
def test_bad_input_keeps_what_was_typed_and_opens_nothing(
    app: Extranet, cast: Cast, said: dict[str, str], complaint: str
) -> None:
    place = open_place(cast)
    answer = open_thread(place, cast.grace, **{"title": "A title", "body": "Words that I typed", **said})
    assert answer.status_code == 422
    assert complaint in answer.text.replace("\xa0", " ")
    assert "A title" in answer.text or said.get("title") is not None
    assert "Words that I typed" in answer.text or said.get("body") is not None
    assert "thread-opened" not in place.facts()


def test_names_and_words_of_any_script_look_right(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    title = "O’Brien ja Şirin: مرحبا 👩‍👩‍👧 <b>" + "ä" * 150
    thread = thread_in(open_thread(place, cast.ada, title=title, body="<script>alert(1)</script> **vahva**"))
    page = cast.grace.get(place.path(f"/threads/{thread}")).text
    assert "O’Brien ja Şirin: مرحبا 👩‍👩‍👧 &lt;b&gt;" in page
    assert "<script>alert" not in page
    assert "<strong>vahva</strong>" in page


def test_an_archived_workspace_takes_no_thread(talk: Talk) -> None:
    talk.place.archive(talk.cast.ada)
    assert talk.cast.grace.get(talk.place.path("/threads/new")).status_code == 409
    assert open_thread(talk.place, talk.cast.grace).status_code == 409


def test_the_list_of_threads_takes_few_queries_however_many_there_are(talk: Talk) -> None:
    talk.cast.grace.get(talk.place.path())  # signs in
    with counted(talk.app) as few:
        assert talk.cast.grace.get(talk.place.path()).status_code == 200
    for number in range(12):
        open_thread(talk.place, talk.cast.ada, title=f"Thread {number}")
    with counted(talk.app) as many:
        assert "Thread 11" in talk.cast.grace.get(talk.place.path()).text
    assert len(many) == len(few) <= 5, "\n".join(many)


def test_threads_come_in_pages_the_last_moved_first(talk: Talk) -> None:
    made = [talk.thread_id]
    made += [thread_in(open_thread(talk.place, talk.cast.ada, title=f"T{number}")) for number in range(34)]
    talk.say(talk.cast.grace)  # moves the oldest to the top
    seen: list[str] = []
    cursor = None
    while True:
        query = f"?after={cursor}" if cursor else ""
        answer = talk.cast.grace.api("GET", f"/workspaces/{talk.place.slug}/threads{query}").json
        assert answer is not None
        seen += [item["id"] for item in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert seen == [talk.thread_id, *reversed(made[1:])]
    assert talk.cast.grace.get(talk.place.path("?after=nonsense")).status_code == 400
