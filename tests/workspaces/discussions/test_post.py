"""Say something in a thread, and answer what was said."""

import threading
import uuid
from typing import Any

import pytest

from extranet.app import Extranet
from tests.cast import Cast, Person
from tests.counting import counted
from tests.workspaces.discussions.talk import JSON, Talk, order


def test_a_browser_without_a_script_is_led_to_the_message(talk: Talk) -> None:
    answer = talk.post(talk.cast.grace, "I agree")
    assert answer.status_code == 302
    message = talk.messages()[-1]
    assert answer.location.endswith(f"#m-{message.id}")
    page = talk.cast.grace.get(answer.location)
    assert order(page.text) == [talk.first, message.id]
    assert "I agree" in page.text


def test_a_script_gets_the_message_and_its_fragment(talk: Talk) -> None:
    answer = talk.post(talk.cast.grace, "I *agree*", headers=JSON)
    assert answer.status_code == 201 and answer.json is not None
    message, html = answer.json["message"], answer.json["html"]
    assert message["author"] == {"id": talk.cast.grace.member_id, "name": "Grace Hopper"}
    assert message["depth"] == 0
    assert f'id="m-{message["id"]}"' in html and "<em>agree</em>" in html


def test_answers_stand_below_what_they_answer_in_the_order_of_time(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    other = talk.say(ada, "Another beginning")
    under_first = talk.say(grace, "Under the first", answers=talk.first)
    deeper = talk.say(ada, "Deeper", answers=under_first)
    later = talk.say(grace, "Also under the first", answers=talk.first)
    assert [message.id for message in talk.messages()] == [talk.first, under_first, deeper, later, other]
    assert order(grace.get(talk.path()).text) == [talk.first, under_first, deeper, later, other]
    assert [message.depth for message in talk.messages()] == [0, 1, 2, 1, 0]


def test_a_tree_of_any_depth_is_taken_and_shown_flat_from_the_ninth_level(talk: Talk) -> None:
    above = talk.first
    for level in range(45):
        above = talk.say(talk.cast.ada, f"Level {level}", answers=above)
    page = talk.cast.grace.get(talk.path()).text
    assert 'data-depth="8"' in page and 'data-depth="9"' not in page
    assert "Level 44" in page


def test_the_answering_form_stands_under_what_it_answers_without_a_script(talk: Talk) -> None:
    page = talk.cast.grace.get(talk.path(f"?answers={talk.first}")).text
    assert f'<input type="hidden" name="answers" value="{talk.first}">' in page
    assert "Your answer to Ada Lovelace" in page


def test_the_same_client_id_answers_with_the_same_message(talk: Talk) -> None:
    client_id = str(uuid.uuid4())
    assert talk.say(talk.cast.grace, "Once", client_id=client_id) == talk.say(
        talk.cast.grace, "Once", client_id=client_id
    )
    assert [message.body for message in talk.messages()] == ["Hello", "Once"]
    assert talk.row().message_count == 2


def test_two_at_once_with_one_client_id_make_one_message(app: Extranet, talk: Talk) -> None:
    client_id, answers = str(uuid.uuid4()), list[Any]()
    token = talk.cast.grace.csrf_token
    browsers = [_copy(talk.cast.grace) for _ in range(8)]

    def send(browser: Any) -> None:
        said = {"csrf_token": token, "body": "Once", "answers": "", "client_id": client_id}
        answers.append(browser.post(talk.path("/messages"), data=said, headers=JSON))

    senders = [threading.Thread(target=send, args=[browser]) for browser in browsers]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["message"]["id"] for answer in answers}) == 1
    assert [message.body for message in talk.messages()] == ["Hello", "Once"]


def test_many_at_once_are_all_kept_counted_and_numbered_without_a_gap(app: Extranet, talk: Talk) -> None:
    answers = list[Any]()
    people = [talk.cast.ada, talk.cast.grace] * 4
    tokens = [person.csrf_token for person in people]
    browsers = [_copy(person) for person in people]

    def send(browser: Any, token: str) -> None:
        for _ in range(3):
            said = {"csrf_token": token, "body": "At once", "answers": talk.first, "client_id": str(uuid.uuid4())}
            answers.append(browser.post(talk.path("/messages"), data=said, headers=JSON).status_code)

    senders = [threading.Thread(target=send, args=pair) for pair in zip(browsers, tokens, strict=True)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert answers == [201] * 24
    assert talk.row().message_count == 25
    seqs = [item["seq"] for item in talk.changes(talk.cast.ada)["items"]]
    assert seqs == list(range(1, seqs[-1] + 1))
    assert talk.row().last_seq == seqs[-1]


def test_a_program_pages_forwards_and_back(talk: Talk) -> None:
    for number in range(60):
        talk.say(talk.cast.ada, f"Message {number}")

    def page(query: str) -> Any:
        answer = talk.cast.grace.api("GET", f"/threads/{talk.thread_id}/messages{query}")
        assert answer.status_code == 200, answer.text
        return answer.json

    first = page("")
    second = page(f"?after={first['next']}")
    assert len(second["items"]) == 11 and first["previous"] is None
    assert page(f"?before={second['previous']}")["items"] == first["items"]


def test_a_client_id_used_in_another_thread_is_refused(talk: Talk) -> None:
    other, client_id = Talk(talk.cast, talk.place), str(uuid.uuid4())
    talk.say(talk.cast.grace, client_id=client_id)
    assert other.post(talk.cast.grace, client_id=client_id, headers=JSON).status_code == 409


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"body": ""}, 422),
        ({"body": " \n "}, 422),
        ({"body": "x" * 20_001}, 422),
        ({"body": "x" * 1_100_000}, 413),
        ({"client_id": "17"}, 422),
        ({"answers": "unknown"}, 422),
        ({"csrf_token": "stolen"}, 400),
    ],
)
def test_bad_input_is_told_and_changes_nothing(talk: Talk, said: dict[str, str], status: int) -> None:
    for headers in ({}, JSON):
        answer = talk.post(talk.cast.grace, **{"body": "Kept words", **said}, headers=headers)
        assert answer.status_code == status
        if headers:
            assert answer.json is not None and answer.json["detail"]
        elif status == 422 and "body" not in said and "answers" not in said:
            assert "Kept words" in answer.text
    assert [message.body for message in talk.messages()] == ["Hello"]


def test_a_message_of_another_thread_or_workspace_cannot_be_answered(talk: Talk) -> None:
    beside, elsewhere = Talk(talk.cast, talk.place), Talk(talk.cast)
    for message_id in (beside.first, elsewhere.first):
        answer = talk.post(talk.cast.grace, answers=message_id, headers=JSON)
        assert answer.status_code == 422
        assert answer.json is not None and "answers" in answer.json["errors"]


def test_who_is_outside_or_has_left_finds_nothing(talk: Talk) -> None:
    assert talk.post(talk.cast.grace).status_code == 302
    talk.cast.grace.post(talk.place.path("/leave"))
    assert talk.place.role(talk.cast.grace) is None
    for person in (talk.cast.mallory, talk.cast.grace, talk.cast.moses):
        assert talk.post(person).status_code == 404
        assert talk.post(person, headers=JSON).status_code == 404
    assert talk.post(talk.cast.visitor).status_code == 302
    assert talk.post(talk.cast.visitor, headers=JSON).status_code == 401
    assert len(talk.messages()) == 2


def test_an_archived_workspace_takes_no_message(talk: Talk) -> None:
    talk.place.archive(talk.cast.ada)
    assert talk.post(talk.cast.grace, headers=JSON).status_code == 409
    page = talk.cast.grace.get(talk.path()).text
    assert "Hello" in page and "<textarea" not in page


def test_newcomers_may_be_let_in_to_what_comes_from_now_on(app: Extranet, cast: Cast) -> None:
    talk = Talk(cast, shows_earlier=False)
    old = talk.say(cast.ada, "Before Nina came")
    nina = cast.member("Nina Newcomer")
    talk.place.let_in(nina, by=cast.ada)
    assert nina.get(talk.path()).status_code == 404
    new = talk.say(cast.ada, "Since Nina came", answers=old)
    assert order(nina.get(talk.path()).text) == [new]
    assert nina.get(talk.at(old)).status_code == 404
    assert talk.post(nina, answers=old, headers=JSON).status_code == 422
    shown = talk.changes(nina)
    assert "Before Nina came" not in str(shown)
    assert [item["kind"] for item in shown["items"] if item["kind"] == "not-shown"]
    assert shown["items"][-1]["message"]["id"] == new


def test_a_page_of_a_thread_takes_few_queries_however_long_it_is(talk: Talk) -> None:
    def queries(person: Person) -> list[str]:
        person.get(talk.path())  # marks it read
        with counted(talk.app) as statements:
            assert person.get(talk.path()).status_code == 200
        return statements

    few = queries(talk.cast.grace)
    above = talk.first
    for number in range(20):
        above = talk.say([talk.cast.ada, talk.cast.grace][number % 2], f"Message {number}", answers=above)
    many = queries(talk.cast.grace)
    assert len(many) == len(few) <= 7, "\n".join(many)


def _copy(person: Person) -> Any:
    browser = person.app.test_client()
    cookie = person.client.get_cookie("extranet")
    assert cookie is not None
    browser.set_cookie("extranet", cookie.value)
    return browser
