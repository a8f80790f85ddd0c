"""Who sends gets the message as everybody sees it who looks later: the same JSON and the same part of the page."""

import uuid
from typing import Any

import pytest

from directory.models import Contact, Organisation
from tests.cast import Cast, Person, keeping
from tests.counting import counted
from tests.workspaces.attachments.files import bring
from tests.workspaces.discussions.talk import JSON, Talk

BODY = "See *this*, @Grace Hopper & <b>all</b>\r\n\nä"


def sent(talk: Talk, by: Person, **said: Any) -> Any:
    """What the API answers to a message."""
    answer = by.api("POST", f"/threads/{talk.thread_id}/messages", {"body": BODY, **said})
    assert answer.status_code == 201, answer.text
    return answer.json


def looked_at(by: Person, message: Any) -> Any:
    """The message as the API gives it later."""
    return by.api("GET", f"/messages/{message['id']}").json


def works_at(person: Person, name: str) -> None:
    with keeping(person.app) as held:
        organisation = Organisation(name=name, type="kunta")
        held.add(organisation)
        held.flush()
        contact = held.get(Contact, person.member_id) or Contact(member_id=person.member_id)
        contact.organisation_id = organisation.id
        held.add(contact)


def test_a_program_gets_what_it_finds_later(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    first = sent(talk, grace)
    assert first == looked_at(grace, first) == looked_at(ada, first)
    assert first["mentions"] and first["author"] == {"id": grace.member_id, "name": "Grace Hopper"}
    answer = sent(talk, ada, body="Plain", answers=first["id"], client_id=str(uuid.uuid4()))
    assert answer == looked_at(grace, answer)
    assert answer["answers"] == first["id"] and answer["depth"] == 1


def test_with_files_too(talk: Talk) -> None:
    file = bring(talk, talk.cast.grace, b"A plan").json
    assert file is not None
    message = sent(talk, talk.cast.grace, attachments=[{"id": file["id"]}])
    assert message == looked_at(talk.cast.ada, message)
    assert [one["name"] for one in message["attachments"]] == ["plan.txt"] and message["mentions"]


def test_a_new_thread_too(talk: Talk) -> None:
    said = {"title": "Other", "body": BODY}
    answer = talk.cast.grace.api("POST", f"/workspaces/{talk.place.slug}/threads", said).json
    assert answer is not None
    assert answer["message"] == looked_at(talk.cast.ada, answer["message"])


@pytest.mark.parametrize("happens", ["edit", "retract", "thanks", "nothing"])
def test_sent_again_it_is_the_message_as_it_is_now(talk: Talk, happens: str) -> None:
    ada, grace, once = talk.cast.ada, talk.cast.grace, str(uuid.uuid4())
    first = sent(talk, grace, body="Plain", answers=talk.first, client_id=once)
    path = f"/messages/{first['id']}"
    done = {
        "edit": lambda: grace.api("PATCH", path, {"body": "Otherwise"}),
        "retract": lambda: ada.api("POST", f"{path}/retract", {"reason": "because"}),
        "thanks": lambda: ada.api("POST", f"{path}/thanks", {"words": "for the list"}),
        "nothing": lambda: ada.api("GET", path),
    }[happens]()
    assert done.status_code < 300, done.text
    again = sent(talk, grace, body="Plain", answers=talk.first, client_id=once)
    assert again == looked_at(ada, first)
    assert (again == first) is (happens == "nothing")


@pytest.mark.parametrize("answers", [True, False])
def test_sent_again_in_answer_to_something_else_it_answers_what_it_did(talk: Talk, answers: bool) -> None:
    other, once = talk.say(talk.cast.ada, "Another"), str(uuid.uuid4())
    first = sent(talk, talk.cast.grace, answers=talk.first, client_id=once)
    again = sent(talk, talk.cast.grace, client_id=once, **({"answers": other} if answers else {}))
    assert again == first and again["answers"] == talk.first


def test_who_sees_nothing_earlier_is_not_told_what_stands_above(cast: Cast) -> None:
    talk = Talk(cast, shows_earlier=False)
    nina = cast.member("Nina Newcomer")
    talk.place.let_in(nina, by=cast.ada)
    above = talk.say(cast.ada, "Seen", answers=talk.first)
    message = sent(talk, nina, body="Answer", answers=above)
    assert message == looked_at(nina, message) != looked_at(cast.ada, message)
    assert message["depth"] == 1


def test_sent_again_by_who_has_come_back_and_sees_nothing_earlier_it_is_not_there(cast: Cast) -> None:
    talk, once = Talk(cast, shows_earlier=False), str(uuid.uuid4())
    nina, other = cast.member("Nina Newcomer"), str(uuid.uuid4())
    talk.place.let_in(nina, by=cast.ada)
    talk.say(cast.ada, "Seen")
    opens = {"title": "Other", "body": BODY, "client_id": other}
    opened = nina.api("POST", f"/workspaces/{talk.place.slug}/threads", opens).json
    message = sent(talk, nina, client_id=once)
    assert opened is not None
    assert cast.ada.post(talk.place.path(f"/members/{nina.member_id}/remove")).status_code == 302
    for one in (message, opened["message"]):
        said = cast.ada.api("POST", f"/messages/{one['id']}/thanks", {"words": "for what she had to leave"})
        assert said.status_code < 300
    talk.place.let_in(nina, by=cast.ada)
    talk.say(cast.ada, "And now")
    cast.ada.api("POST", f"/threads/{opened['thread']['id']}/messages", {"body": "And here"})
    again = [
        nina.api("GET", f"/messages/{message['id']}"),
        nina.api("POST", f"/threads/{talk.thread_id}/messages", {"body": BODY, "client_id": once}),
        nina.api("POST", f"/workspaces/{talk.place.slug}/threads", opens),
        talk.post(nina, BODY, headers=JSON, client_id=once),
    ]
    assert [answer.status_code for answer in again] == [404] * 4
    assert not any("had to leave" in answer.text for answer in again)


@pytest.mark.parametrize("is_answer", [True, False])
def test_a_page_gets_the_part_that_it_shows_later(talk: Talk, is_answer: bool) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    works_at(grace, "Kainuun liitto")
    answer = talk.post(grace, BODY, headers=JSON, answers=talk.first if is_answer else "").json
    assert answer is not None
    later = grace.get(talk.path(), headers=JSON).json
    assert later is not None
    assert later["html"].endswith(answer["html"])
    assert answer["message"] == looked_at(ada, answer["message"])
    assert "Kainuun liitto" in answer["html"] and ("Ada Lovelace" in answer["html"]) is is_answer


def test_sending_and_the_news_of_it_take_few_queries(talk: Talk) -> None:
    said = {"body": "Plain", "answers": talk.first}
    sent(talk, talk.cast.grace, **said)
    with counted(talk.app) as queries:
        sent(talk, talk.cast.grace, **said)
    queries = [statement for statement in queries if "FOR UPDATE" not in statement]
    assert len(queries) <= 12, "\n".join(queries)
