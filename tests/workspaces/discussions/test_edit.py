"""Say a message otherwise; what it said before stays its author's."""

import pytest

from tests.workspaces.discussions.talk import JSON, Talk


def test_the_author_says_it_otherwise_and_everybody_sees_that(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    assert "Hello" in ada.get(talk.at(talk.first, "/edit")).text
    answer = ada.post(talk.at(talk.first, "/edit"), {"body": "Hello **again**"})
    assert answer.status_code == 302
    page = grace.get(answer.location).text
    assert "<strong>again</strong>" in page and "edited" in page
    assert talk.place.facts()[-1] == "message-edited"


def test_a_script_gets_the_fragment(talk: Talk) -> None:
    answer = talk.cast.ada.post(talk.at(talk.first, "/edit"), {"body": "Otherwise"}, headers=JSON)
    assert answer.json is not None
    assert answer.json["message"]["body"] == "Otherwise"
    assert "Otherwise" in answer.json["html"]


def test_what_it_said_before_is_its_authors_alone(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    for words in ("Second", "Third"):
        ada.post(talk.at(talk.first, "/edit"), {"body": words})
    page = ada.get(talk.at(talk.first, "/history")).text
    assert page.index("Third") < page.rindex("Second") < page.rindex("Hello")
    assert "Earlier versions" in ada.get(talk.at(talk.first)).text
    assert grace.get(talk.at(talk.first, "/history")).status_code == 403
    assert "Earlier versions" not in grace.get(talk.at(talk.first)).text
    assert talk.cast.mallory.get(talk.at(talk.first, "/history")).status_code == 404


def test_saying_the_same_again_is_no_change(talk: Talk) -> None:
    talk.cast.ada.post(talk.at(talk.first, "/edit"), {"body": "Hello"})
    assert "message-edited" not in talk.place.facts()
    assert talk.message(talk.first).edited_at is None


def test_nobody_else_edits_it_not_even_a_host(talk: Talk) -> None:
    graces = talk.say(talk.cast.grace, "Mine")
    for message_id, person, status in (
        (graces, talk.cast.ada, 403), (talk.first, talk.cast.grace, 403), (talk.first, talk.cast.mallory, 404),
        (talk.first, talk.cast.moses, 404), ("unknown", talk.cast.ada, 404),
    ):  # fmt: skip
        assert person.get(talk.at(message_id, "/edit")).status_code == status
        assert person.post(talk.at(message_id, "/edit"), {"body": "Taken"}).status_code == status
    assert [message.body for message in talk.messages()] == ["Hello", "Mine"]


@pytest.mark.parametrize("body", ["", "   ", "x" * 20_001])
def test_bad_input_keeps_what_was_typed(talk: Talk, body: str) -> None:
    answer = talk.cast.ada.post(talk.at(talk.first, "/edit"), {"body": body})
    assert answer.status_code == 422
    assert body.strip() in answer.text
    assert talk.message(talk.first).body == "Hello"


def test_a_retracted_message_and_one_of_an_archived_workspace_stay_as_they_are(talk: Talk) -> None:
    ada = talk.cast.ada
    gone = talk.say(ada, "Soon gone")
    ada.post(talk.at(gone, "/retract"))
    assert ada.get(talk.at(gone, "/edit")).status_code == 302
    assert ada.post(talk.at(gone, "/edit"), {"body": "Back"}).status_code == 409
    talk.place.archive(ada)
    assert ada.get(talk.at(talk.first, "/edit")).status_code == 409
    assert ada.post(talk.at(talk.first, "/edit"), {"body": "Late"}).status_code == 409
    assert [message.body for message in talk.messages()] == ["Hello", ""]
