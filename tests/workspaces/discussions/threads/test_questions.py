"""A question: when it is answered, which answer is accepted, and that everyone is shown that it waits."""

from datetime import UTC, date, datetime, timedelta

import pytest

from extranet import clock
from tests.cast import Person, keeping
from tests.workspaces.discussions.talk import JSON, Talk
from workspaces.discussions.models import Thread
from workspaces.discussions.threads import workdays


@pytest.fixture
def question(talk: Talk) -> Talk:
    """Ada asks."""
    talk.cast.ada.post(talk.path("/settings"), {"title": "Who knows?", "kind": "question"})
    assert talk.row().kind == "question"
    return talk


def asked(talk: Talk, ago: timedelta) -> None:
    """Let it have been asked earlier."""
    with keeping(talk.app) as held:
        held.get_one(Thread, talk.thread_id).opened_at = clock.now() - ago


def accept(talk: Talk, message_id: str, by: Person, verb: str = "accept") -> int:
    return by.post(talk.at(message_id, f"/{verb}"), headers=JSON).status_code


def test_who_asked_does_not_answer_it_by_saying_more(question: Talk) -> None:
    question.say(question.cast.ada, "I mean…")
    assert question.row().answered_at is None
    first = question.message(question.say(question.cast.grace, "I know"))
    question.say(question.cast.grace, "And more")
    assert question.row().answered_at == first.posted_at


def test_an_answer_that_is_retracted_is_none(question: Talk) -> None:
    grace = question.cast.grace
    only = question.say(grace, "I know")
    assert question.row().answered_at is not None
    grace.post(question.at(only, "/retract"))
    assert question.row().answered_at is None


def test_the_accepted_answer_is_marked_and_led_to(question: Talk) -> None:
    ada, grace = question.cast.ada, question.cast.grace
    one, other = question.say(grace, "Perhaps"), question.say(grace, "Surely")
    assert accept(question, one, ada) == 200
    assert accept(question, other, ada) == 200
    assert [question.message(one).accepted_at, question.message(other).accepted_at is None] == [None, False]
    assert question.place.facts()[-3:] == ["answer-accepted", "answer-unaccepted", "answer-accepted"]
    page = grace.get(question.path()).text
    assert page.count("message-accepted") == 1
    assert "The accepted answer: Grace Hopper" in page
    item = question.changes(grace)["items"][-1]
    assert "message-accepted" in item["html"] and "The accepted answer" in item["head"]
    assert accept(question, other, ada, "unaccept") == 200
    assert "message-accepted" not in grace.get(question.path()).text
    assert question.row().answered_at is not None


def test_retracting_it_unaccepts_it(question: Talk) -> None:
    ada, grace = question.cast.ada, question.cast.grace
    answer = question.say(grace, "Surely")
    accept(question, answer, ada)
    grace.post(question.at(answer, "/retract"))
    assert question.message(answer).accepted_at is None
    assert question.row().answered_at is None
    assert "The accepted answer" not in grace.get(question.path()).text
    assert accept(question, answer, ada) == 409


def test_only_who_asked_and_hosts_accept(question: Talk) -> None:
    answer = question.say(question.cast.grace, "I know")
    for person, status in ((question.cast.grace, 403), (question.cast.mallory, 404), (question.cast.moses, 404)):
        assert accept(question, answer, person) == accept(question, answer, person, "unaccept") == status
    question.place.archive(question.cast.ada)
    assert accept(question, answer, question.cast.ada) == 409


def test_there_is_no_accepted_answer_where_nothing_was_asked(talk: Talk) -> None:
    assert accept(talk, talk.say(talk.cast.grace), talk.cast.ada) == 409


def test_the_kind_stays_while_an_answer_is_accepted(question: Talk) -> None:
    ada = question.cast.ada
    answer = question.say(question.cast.grace, "I know")
    accept(question, answer, ada)
    said = {"title": "Who knows?", "kind": "discussion"}
    assert ada.post(question.path("/settings"), said).status_code == 409
    accept(question, answer, ada, "unaccept")
    assert ada.post(question.path("/settings"), said).status_code == 302
    assert (question.row().kind, question.row().answered_at) == ("discussion", None)


def test_a_discussion_that_was_answered_already_becomes_an_answered_question(talk: Talk) -> None:
    answer = talk.message(talk.say(talk.cast.grace, "By the way"))
    talk.cast.ada.post(talk.path("/settings"), {"title": "Plans", "kind": "question"})
    assert talk.row().answered_at == answer.posted_at


def test_everyone_is_shown_what_waits_until_it_is_answered(question: Talk) -> None:
    ada, grace = question.cast.ada, question.cast.grace
    assert "Waiting for an answer" not in grace.get(question.place.path()).text
    asked(question, timedelta(days=14))
    for page in (grace.get(question.place.path()).text, ada.get(question.place.path()).text):
        assert "Waiting for an answer" in page
        assert "Unanswered for" in page
    assert "Unanswered for" in grace.get(question.path()).text
    asked_at, before = question.row().opened_at, clock.today()
    days = grace.api("GET", f"/threads/{question.thread_id}").json
    wanted = [workdays.working_days_since(asked_at, today) for today in (before, clock.today())]  # a day may end here
    assert days is not None and days["waiting_days"] in wanted and min(wanted) >= workdays.ANSWER_WITHIN
    question.say(grace, "I know")
    assert "Unanswered" not in grace.get(question.place.path()).text
    assert "row" in question.changes(grace)["items"][-1]


@pytest.mark.parametrize(
    ("moment", "days"),
    [
        (datetime(2026, 11, 20, 10, tzinfo=UTC), 3),  # Friday to Wednesday
        (datetime(2026, 11, 21, 10, tzinfo=UTC), 3),  # asked on a Saturday
        (datetime(2026, 11, 22, 23, tzinfo=UTC), 2),  # it is Monday in Finland already
        (datetime(2026, 11, 25, 10, tzinfo=UTC), 0),
    ],
)
def test_working_days_are_finlands(moment: datetime, days: int) -> None:
    wednesday = date(2026, 11, 25)
    assert workdays.working_days_since(moment, wednesday) == days
    assert (moment < workdays.asked_before(wednesday)) == (days >= 3)


def test_holidays_and_the_eves_are_no_working_days() -> None:
    christmas = datetime(2026, 12, 23, 10, tzinfo=UTC)
    assert workdays.working_days_since(christmas, date(2026, 12, 28)) == 1
    assert not workdays.is_working_day(date(2026, 6, 19))
    assert workdays.is_working_day(date(2026, 6, 22))
