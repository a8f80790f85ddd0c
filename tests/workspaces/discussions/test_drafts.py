"""What one types follows one to one's other devices, is never written over there, and is seen by nobody else."""

import threading
import uuid
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from extranet import clock
from extranet.errors import Refusal
from extranet.members import Member
from tests.cast import Person, keeping, looking
from tests.workspaces.discussions.talk import JSON, Talk, open_thread
from workspaces.discussions.drafts import queries, service
from workspaces.discussions.drafts.models import Draft
from workspaces.models import Workspace


def test_what_is_kept_on_one_device_is_there_on_another(talk: Talk) -> None:
    grace = talk.cast.grace
    assert _at(talk, grace).json == {
        "place": _place(talk), "title": None, "body": "", "client_id": None, "version": 0, "saved_at": None
    }  # fmt: skip
    kept = _keep(talk, grace, "Half a sen ")
    assert kept.json and kept.json["version"] == 1
    assert _at(talk, grace).json == kept.json
    assert kept.json["body"] == "Half a sen "  # as typed, to the last space
    on = _keep(talk, grace, "Half a sentence.", version=1)
    assert on.json and (on.json["version"], on.json["body"]) == (2, "Half a sentence.")


def test_a_device_that_was_away_never_writes_over_another_one(talk: Talk) -> None:
    grace = talk.cast.grace
    _keep(talk, grace, "On the phone")
    answer = _keep(talk, grace, "At the desk")
    assert answer.status_code == 409 and answer.json and answer.json["code"] == "draft-moved-on"
    assert _body(talk, grace) == "On the phone"
    assert _keep(talk, grace, "At the desk", version=1).status_code == 200
    assert _keep(talk, grace, "On the phone, more", version=1).status_code == 409
    assert _body(talk, grace) == "At the desk"


def test_the_same_words_twice_are_kept_once(talk: Talk) -> None:
    grace = talk.cast.grace
    _keep(talk, grace, "Sent twice")
    again = _keep(talk, grace, "Sent twice")
    assert again.json and again.json["version"] == 1


def test_what_is_sent_is_a_draft_no_longer(talk: Talk) -> None:
    grace = talk.cast.grace
    _keep(talk, grace, "Almost")
    talk.say(grace, "Almost done", draft="1")
    assert _at(talk, grace).json and _body(talk, grace) == ""
    items = grace.api("GET", _drafts(talk)).json
    assert items and [(one["place"], one["version"], one["is_empty"]) for one in items["items"]] == [
        (_place(talk), 2, True)
    ]


def test_the_same_words_are_said_once_from_two_devices_and_other_words_beside_them(talk: Talk) -> None:
    """Each words have an id of their own: what is sent with a known one says nothing that does not stand already."""
    grace, (first, other) = talk.cast.grace, (str(uuid.uuid4()), str(uuid.uuid4()))
    kept = _keep(talk, grace, "From the bus", client_id=first)
    assert kept.json and kept.json["client_id"] == first
    assert _at(talk, grace).json == kept.json
    again = _keep(talk, grace, "From the bus", version=1, client_id=other)
    assert again.json and again.json["client_id"] == first
    said = talk.say(grace, "From the bus", draft="1", client_id=first)
    emptied = _at(talk, grace).json
    assert emptied and (emptied["body"], emptied["client_id"]) == ("", None)
    assert talk.say(grace, "From the bus", draft="1", client_id=first) == said
    on = _keep(talk, grace, "From the bus, more", version=2, client_id=other)
    assert on.json and on.json["client_id"] == other
    talk.say(grace, "From the bus, more", draft="3", client_id=other)
    assert [message.body for message in talk.messages()] == ["Hello", "From the bus", "From the bus, more"]


def test_what_another_device_went_on_with_survives_the_sending(talk: Talk) -> None:
    grace = talk.cast.grace
    _keep(talk, grace, "One")
    _keep(talk, grace, "One and two", version=1)
    talk.say(grace, "One", draft="1")
    assert _body(talk, grace) == "One and two"


def test_a_message_that_is_refused_leaves_the_draft(talk: Talk) -> None:
    grace = talk.cast.grace
    _keep(talk, grace, "Not lost")
    talk.place.archive(talk.cast.ada)
    assert talk.post(grace, "Not lost", headers=JSON, draft="1").status_code == 409
    assert _body(talk, grace) == "Not lost"
    assert _keep(talk, grace, "Typed on", version=1).status_code == 200


def test_answers_edits_and_new_threads_have_drafts_of_their_own(talk: Talk) -> None:
    grace, ada = talk.cast.grace, talk.cast.ada
    mine = talk.say(grace, "Mine")
    for place in (f"answer-{talk.first}", f"edit-{mine}", "new"):
        kept = _keep(talk, grace, f"In {place}", place=place, title="A title" if place == "new" else None)
        assert kept.status_code == 200, kept.text
    talk.say(grace, "An answer", answers=talk.first, draft="1")
    assert _body(talk, grace, f"answer-{talk.first}") == ""
    grace.post(talk.at(mine, "/edit"), {"body": "Mine, edited", "draft": "1"})
    assert _body(talk, grace, f"edit-{mine}") == ""
    open_thread(talk.place, grace, draft="1")
    assert _body(talk, grace, "new") == ""
    assert _keep(talk, ada, "Not hers", place=f"edit-{mine}").status_code == 404


@pytest.mark.parametrize("place", ["", "old", "new-", "thread-", "thread-nowhere", "answer-nowhere", "edit-", "x" * 60])
def test_there_are_no_drafts_of_what_is_not_there(talk: Talk, place: str) -> None:
    assert _keep(talk, talk.cast.grace, "Words", place=place).status_code in (404, 405)


def test_nobody_else_ever_sees_one(talk: Talk) -> None:
    grace, place = talk.cast.grace, talk.place
    _keep(talk, grace, "Kaikki salaisuuteni")
    for person in (talk.cast.ada, talk.cast.mallory, talk.cast.moses, talk.cast.irma):
        assert "salaisuuteni" not in person.api("GET", f"{_drafts(talk)}/{_place(talk)}").text
        assert "salaisuuteni" not in person.get("/news").text
    assert "salaisuuteni" in grace.get("/news").text
    grace.post(place.path("/leave"))
    assert _at(talk, grace).status_code == 404
    assert "salaisuuteni" not in grace.get("/news").text
    assert grace.api("GET", "/drafts").json == {"items": []}
    place.let_in(grace, by=talk.cast.ada)
    assert _body(talk, grace) == "Kaikki salaisuuteni"


def test_the_list_of_ones_own_leads_back_and_takes_away(talk: Talk) -> None:
    grace = talk.cast.grace
    _keep(talk, grace, "After a week's holiday", place=f"answer-{talk.first}")
    page = grace.get("/news").text
    assert "After a week" in page and f"answers={talk.first}#reply" in page
    answer = grace.post(talk.place.path(f"/drafts/answer-{talk.first}/discard"))
    assert "After a week" not in grace.get(answer.location).text
    gone = _keep(talk, grace, "Typed on elsewhere", place=f"answer-{talk.first}", version=1)
    assert gone.status_code == 409  # that device learns of it first


def test_too_long_or_too_many_are_refused(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    grace = talk.cast.grace
    assert _keep(talk, grace, "x" * 20_001).status_code == 422
    monkeypatch.setattr(service, "MOST", 1)
    assert _keep(talk, grace, "One").status_code == 200
    answer = _keep(talk, grace, "Two", place="new")
    assert answer.status_code == 409 and answer.json and answer.json["code"] == "too-many-drafts"


def test_one_with_a_title_alone_counts_too(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    grace = talk.cast.grace
    monkeypatch.setattr(service, "MOST", 1)
    assert _keep(talk, grace, "", place="new", title="Only a title").status_code == 200
    assert _keep(talk, grace, "Two").status_code == 409


def test_old_ones_are_forgotten(talk: Talk) -> None:
    grace = talk.cast.grace
    _keep(talk, grace, "Old")
    _keep(talk, grace, "Young", place="new")
    with keeping(talk.app) as held:
        long_ago = clock.now() - queries.KEPT - timedelta(hours=1)
        held.execute(sa.update(Draft).where(Draft.place == _place(talk)).values(saved_at=long_ago))
        service.forget_old()
    assert (_body(talk, grace), _body(talk, grace, "new")) == ("", "Young")


def test_what_says_only_that_something_was_sent_is_kept_for_as_long_as_a_device_may_bring_it_back(talk: Talk) -> None:
    grace = talk.cast.grace
    _keep(talk, grace, "Sent")
    talk.say(grace, "Sent", draft="1")
    _keep(talk, grace, "", place="new", title="Only a title")
    for age, is_there in ((queries.KEPT_WITHOUT_WORDS - timedelta(hours=1), True), (queries.KEPT_WITHOUT_WORDS, False)):
        with keeping(talk.app) as held:
            held.execute(sa.update(Draft).values(saved_at=clock.now() - age))
        assert (_place(talk) in _listed(talk, grace)) is is_there
        assert _listed(talk, grace)["new"] is False
        with keeping(talk.app) as held:
            service.forget_old()
            assert held.scalar(sa.select(sa.func.count(Draft.id))) == 1 + is_there


def test_a_list_that_is_long_has_what_has_words_first(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    grace = talk.cast.grace
    _keep(talk, grace, "Long ago", place="new")
    places = [f"answer-{talk.say(talk.cast.ada, 'Hello')}" for _number in range(3)]
    for place in places:
        _keep(talk, grace, "Words", place=place)
        _keep(talk, grace, "", place=place, version=1)
    monkeypatch.setattr(queries, "MOST_LISTED", 2)
    assert list(_listed(talk, grace).items()) == [("new", False), (places[-1], True)]


def test_of_two_devices_at_the_same_moment_one_is_kept_and_the_other_is_told(talk: Talk) -> None:
    grace = talk.cast.grace
    outcomes: list[str] = []

    def save(words: str) -> None:
        try:
            with keeping(talk.app) as held:
                service.keep(
                    held.get_one(Workspace, talk.place.id), _place(talk), body=words, version=0,
                    by=held.get_one(Member, grace.member_id),
                )
            outcomes.append(words)
        except Refusal as refusal:
            outcomes.append(refusal.code)

    _at_once([lambda words=f"From {number}": save(words) for number in range(6)])
    assert sorted(outcomes).count("draft-moved-on") == 5
    (kept,) = (words for words in outcomes if words != "draft-moved-on")
    assert _body(talk, grace) == kept
    with looking(talk.app) as held:
        assert held.scalar(sa.select(sa.func.count(Draft.id))) == 1


def _at_once(work: list[Any]) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _place(talk: Talk) -> str:
    return f"thread-{talk.thread_id}"


def _drafts(talk: Talk) -> str:
    return f"/workspaces/{talk.place.slug}/drafts"


def _listed(talk: Talk, person: Person) -> dict[str, bool]:
    """Which drafts a page of the workspace hears of, and whether each is without words."""
    answer = person.api("GET", _drafts(talk)).json
    assert answer is not None
    return {one["place"]: one["is_empty"] for one in answer["items"]}


def _at(talk: Talk, person: Person, place: str | None = None) -> TestResponse:
    return person.api("GET", f"{_drafts(talk)}/{place or _place(talk)}")


def _body(talk: Talk, person: Person, place: str | None = None) -> str:
    said = _at(talk, person, place).json
    assert said is not None
    return str(said["body"])


def _keep(
    talk: Talk, person: Person, body: str, *, place: str | None = None, version: int = 0, title: str | None = None,
    client_id: str | None = None,
) -> TestResponse:
    said = {"body": body, "version": version, "title": title, "client_id": client_id}
    return person.api("PUT", f"{_drafts(talk)}/{_place(talk) if place is None else place}", said)
