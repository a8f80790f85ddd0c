"""Take a message back: its words are gone, its place stays."""

import sqlalchemy as sa

from tests.cast import looking
from tests.workspaces.discussions.talk import Talk
from workspaces.discussions.drafts.models import Draft
from workspaces.discussions.models import MessageVersion


def test_the_author_takes_it_back_and_a_tombstone_stays_with_the_answers(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    ada.post(talk.at(talk.first, "/edit"), {"body": "Hello there"})
    talk.say(grace, "An answer", answers=talk.first)
    assert ada.get(talk.at(talk.first, "/retract")).status_code == 200
    assert ada.post(talk.at(talk.first, "/retract")).status_code == 302
    page = grace.get(talk.path()).text
    assert "The author has retracted this message." in page
    assert "Hello" not in page and "An answer" in page
    assert talk.place.facts()[-1] == "message-retracted"
    with looking(talk.app) as held:
        assert held.scalar(sa.select(sa.func.count()).select_from(MessageVersion)) == 0
    message = talk.message(talk.first)
    assert (message.body, str(message.html)) == ("", "")


def test_a_host_takes_anothers_back_with_a_reason_that_all_see(talk: Talk) -> None:
    message_id = talk.say(talk.cast.grace, "A customer’s name")
    asked = talk.cast.ada.get(talk.at(message_id, "/retract")).text
    assert 'name="reason"' in asked and "optional" not in asked
    without = talk.cast.ada.post(talk.at(message_id, "/retract"), {"reason": " "})
    assert without.status_code == 422
    assert "optional" not in without.text and 'href="#reason">' in without.text
    by_program = talk.cast.ada.api("POST", f"/messages/{message_id}/retract", {}).json
    assert by_program is not None and by_program["code"] == "reason-needed"
    assert talk.message(message_id).body == "A customer’s name"
    talk.cast.ada.post(talk.at(message_id, "/retract"), {"reason": "Customers do not belong here"})
    page = talk.cast.grace.get(talk.path()).text
    assert "A host of the workspace has retracted this message." in page
    assert "Customers do not belong here" in page
    assert "A customer’s name" not in page


def test_a_reason_that_is_too_long_is_told(talk: Talk) -> None:
    message_id = talk.say(talk.cast.grace)
    answer = talk.cast.ada.post(talk.at(message_id, "/retract"), {"reason": "x" * 501})
    assert answer.status_code == 422
    assert "x" * 501 in answer.text


def test_what_the_author_was_changing_it_to_is_gone_too_and_their_devices_hear_of_it(talk: Talk) -> None:
    grace = talk.cast.grace
    message_id, other = talk.say(grace, "A customer’s name"), talk.say(grace, "Stays")
    drafts = f"/workspaces/{talk.place.slug}/drafts"
    for one in (message_id, other):
        kept = grace.api("PUT", f"{drafts}/edit-{one}", {"body": "A customer’s name, and more", "version": 0})
        assert kept.status_code == 200
    talk.cast.ada.post(talk.at(message_id, "/retract"), {"reason": "Customers do not belong here"})
    with looking(talk.app) as held:
        found = {draft.place: (draft.version, draft.body) for draft in held.scalars(sa.select(Draft))}
    assert found == {f"edit-{message_id}": (2, ""), f"edit-{other}": (1, "A customer’s name, and more")}
    again = {"body": "A customer’s name, typed on a page that is still open", "version": 2}
    assert grace.api("PUT", f"{drafts}/edit-{message_id}", again).status_code == 404


def test_who_neither_wrote_it_nor_hosts_may_not(talk: Talk) -> None:
    for person, status in ((talk.cast.grace, 403), (talk.cast.mallory, 404), (talk.cast.moses, 404)):
        assert person.get(talk.at(talk.first, "/retract")).status_code == status
        assert person.post(talk.at(talk.first, "/retract"), {"reason": "I want"}).status_code == status
    assert talk.message(talk.first).body == "Hello"


def test_retracting_twice_or_in_an_archived_workspace_is_told(talk: Talk) -> None:
    ada = talk.cast.ada
    other = talk.say(ada, "Stays")
    ada.post(talk.at(talk.first, "/retract"))
    assert ada.post(talk.at(talk.first, "/retract")).status_code == 409
    talk.place.archive(ada)
    assert ada.post(talk.at(other, "/retract")).status_code == 409
    assert talk.place.facts().count("message-retracted") == 1
    assert talk.message(other).body == "Stays"
