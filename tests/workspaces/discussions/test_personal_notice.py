"""Without a script the server points out, once, what looks like personal data; what was typed is kept."""

import uuid

import pytest

from tests.cast import Cast
from tests.workspaces.discussions.talk import JSON, Talk

BODY = "Asiakas 131052-308T tulee huomenna."


def test_a_message_with_an_identity_code_comes_back_once(cast: Cast) -> None:
    talk = Talk(cast)
    fields = {"body": BODY, "answers": "", "client_id": str(uuid.uuid4())}
    answer = cast.grace.post(talk.path("/messages"), fields)
    assert answer.status_code == 422
    assert "131052-308T" in answer.text
    assert "looks like a personal identity code" in answer.text
    assert 'name="is_checked"' in answer.text
    assert len(talk.messages()) == 1
    assert cast.grace.post(talk.path("/messages"), {**fields, "is_checked": "yes"}).status_code == 302
    assert [message.body for message in talk.messages()][1:] == [BODY]


def test_so_do_a_new_thread_and_an_edit(cast: Cast) -> None:
    talk = Talk(cast)
    thread = cast.grace.post(talk.place.path("/threads"), {"title": "A case", "body": BODY})
    edited = cast.ada.post(talk.at(talk.first, "/edit"), {"body": BODY})
    for answer in (thread, edited):
        assert answer.status_code == 422
        assert "looks like a personal identity code" in answer.text
        assert BODY in answer.text
    assert cast.ada.post(talk.at(talk.first, "/edit"), {"body": BODY, "is_checked": "yes"}).status_code == 302


@pytest.mark.parametrize("to", ["a title", "thanks", "a new name", "a decision"])
def test_so_does_all_else_that_others_read(cast: Cast, to: str) -> None:
    talk = Talk(cast)
    cast.ada.post(talk.path("/settings"), {"title": "Hello", "kind": "decision"})
    by, path, fields = {
        "a title": (cast.ada, talk.place.path("/threads"), {"title": BODY, "body": "A case"}),
        "thanks": (cast.grace, talk.at(talk.first, "/thanks"), {"words": BODY}),
        "a new name": (cast.ada, talk.path("/settings"), {"title": BODY, "kind": "discussion"}),
        "a decision": (cast.ada, talk.path("/decision"), {"body": BODY}),
    }[to]
    answer = by.post(path, fields)
    assert answer.status_code == 422
    assert "131052-308T</q> – looks like a personal identity code" in answer.text
    assert answer.text.count('name="is_checked"') == 1
    assert BODY in answer.text
    assert by.post(path, {**fields, "is_checked": "yes"}).status_code == 302


def test_a_script_has_asked_already(cast: Cast) -> None:
    talk = Talk(cast)
    assert talk.post(cast.grace, BODY, headers=JSON).status_code == 201
    assert talk.post(cast.grace, "The meeting is at nine").status_code == 302, "other words are not held up"
