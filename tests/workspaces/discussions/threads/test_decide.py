"""A thread that ends in a written decision, which names the messages that it rests on."""

import pytest
import sqlalchemy as sa

from tests.cast import keeping, looking
from tests.counting import counted
from tests.workspaces.discussions.talk import Talk, open_thread, thread_in
from tests.workspaces.places import drain
from workspaces.discussions.models import Thread
from workspaces.discussions.threads import forms
from workspaces.discussions.threads.models import Decision, DecisionGround
from workspaces.memberships.models import Membership


def matter(talk: Talk) -> list[str]:
    """Make it a matter to decide; returns three messages of Grace's."""
    talk.cast.ada.post(talk.path("/settings"), {"title": "Plans", "kind": "decision"})
    return [talk.say(talk.cast.grace, f"Reason {number} <b>&</b>") for number in range(3)]


def decide(talk: Talk, grounds: list[str], body: str = "We **go** on") -> int:
    said = {"body": body, "grounds": grounds, "in_place_of": version(talk)}
    return talk.cast.ada.post(talk.path("/decision"), said).status_code


def version(talk: Talk, thread_id: str | None = None) -> str:
    """Which decision there is; empty where there is none."""
    found = talk.cast.ada.api("GET", f"/threads/{thread_id or talk.thread_id}/decision")
    return str(found.json["at"]) if found.status_code == 200 and found.json is not None else ""


def test_it_stands_at_the_head_with_each_contribution_and_locks_the_thread(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    reasons = matter(talk)
    form = ada.get(talk.path(f"/decision?ground={reasons[0]}"))
    assert form.status_code == 200 and form.text.count('name="grounds"') == 4
    assert f'id="ground-{reasons[0]}" value="{reasons[0]}" checked' in form.text
    several = talk.path(f"/decision?ground={reasons[0]}&ground={reasons[2]}&ground=nothing")
    assert ada.get(several).text.count(" checked>") == 2
    assert decide(talk, [reasons[2], reasons[0]]) == 302
    page = grace.get(talk.path()).text
    head = page[page.index('id="decision"'):page.index("</section>")]
    assert "<strong>go</strong>" in head and "Written by Ada Lovelace" in head
    assert head.index("Reason 0") < head.index("Reason 2") and "Reason 1" not in head
    assert talk.place.facts()[-1] == "decision-written"
    assert talk.post(grace).status_code == 409
    assert ada.post(talk.path("/unlock")).status_code == 409
    found = grace.api("GET", f"/threads/{talk.thread_id}/decision").json
    assert found is not None and [ground["author"] for ground in found["grounds"]] == ["Grace Hopper"] * 2
    assert "decision" in talk.changes(grace)["items"][-1]["head"]


def test_a_ground_that_is_retracted_is_shown_as_such_and_its_words_are_gone(talk: Talk) -> None:
    reasons = matter(talk)
    decide(talk, reasons)
    talk.cast.grace.post(talk.at(reasons[1], "/retract"))
    page = talk.cast.ada.get(talk.path()).text
    assert "This message has been retracted." in page
    assert "Reason 1" not in page and "Reason 0" in page
    assert "Reason 1" not in str(talk.changes(talk.cast.ada))


def test_withdrawing_it_takes_its_words_away_and_reopens_the_thread(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    reasons = matter(talk)
    decide(talk, reasons, "Kaurapuuroa kaikille")
    drain(talk.app)
    assert "#decision" in grace.get("/search?q=kaurapuuro").text
    assert "Kaurapuuroa" not in talk.cast.mallory.get("/search?q=kaurapuuro").text
    assert ada.post(talk.path("/decision/withdraw")).status_code == 302
    drain(talk.app)
    assert "Kaurapuuroa" not in grace.get("/search?q=kaurapuuro").text
    with looking(talk.app) as held:
        assert held.scalar(sa.select(sa.func.count()).select_from(DecisionGround)) == 0
        assert held.get(Decision, talk.thread_id) is None
    assert talk.say(grace, "Then again")
    assert ada.post(talk.path("/decision/withdraw")).status_code == 409
    assert grace.api("GET", f"/threads/{talk.thread_id}/decision").status_code == 404


def test_it_is_written_anew_in_place_of_the_first(talk: Talk) -> None:
    reasons = matter(talk)
    decide(talk, reasons[:1], "First")
    assert "First" in talk.cast.ada.get(talk.path("/decision")).text
    assert decide(talk, reasons[1:], "Second") == 302
    page = talk.cast.grace.get(talk.path()).text
    head = page[page.index('id="decision"'):page.index("</section>")]
    assert "Second" in head and "First" not in head and "Reason 0" not in head and "Reason 2" in head


def test_who_has_not_seen_a_decision_does_not_take_it_away(talk: Talk) -> None:
    ada, olga = talk.cast.ada, talk.cast.member("Olga Ordinary")
    talk.place.let_in(olga, by=ada)
    talk.place.appoint(olga, by=ada)
    reasons = matter(talk)
    assert decide(talk, reasons[:1], "Ada's **words**") == 302
    hers = {"body": "Words of Olga", "grounds": reasons[1:], "in_place_of": ""}
    refused = olga.post(talk.path("/decision"), hers)
    assert refused.status_code == 409
    assert "Words of Olga" in refused.text and refused.text.count(" checked>") == 2
    field = refused.text[refused.text.index('<div id="body-error">'):]
    assert "Somebody else has written" in field[:field.index("</div>")]
    present = refused.text[refused.text.index('aria-labelledby="present-title"'):]
    present = present[:present.index("</section>")]
    assert "<strong>words</strong>" in present and "Written by Ada Lovelace" in present and "Reason 0" in present
    assert talk.place.facts().count("decision-written") == 1
    assert f'name="in_place_of" value="{version(talk)}"' in refused.text
    again = olga.post(talk.path("/decision"), {**hers, "in_place_of": version(talk)})
    assert again.status_code == 302
    assert "Words of Olga" in ada.get(talk.path()).text


def test_what_rests_on_a_decision_that_is_withdrawn_is_not_written_in_its_place(talk: Talk) -> None:
    reasons = matter(talk)
    assert decide(talk, reasons) == 302
    before = version(talk)
    talk.cast.ada.post(talk.path("/decision/withdraw"))
    said = {"body": "Written anew", "in_place_of": before}
    refused = talk.cast.ada.post(talk.path("/decision"), said)
    assert refused.status_code == 409 and "Written anew" in refused.text
    assert version(talk) == "" and not talk.row().is_locked
    assert talk.cast.ada.post(talk.path("/decision"), {**said, "in_place_of": ""}).status_code == 302


def test_the_same_sent_twice_is_one_decision(talk: Talk) -> None:
    reasons = matter(talk)
    said = {"body": "We go on", "grounds": reasons, "in_place_of": ""}
    for _time in range(2):
        assert talk.cast.ada.post(talk.path("/decision"), said).status_code == 302
    assert talk.place.facts().count("decision-written") == 1


def test_what_was_typed_and_ticked_stays_when_other_messages_are_shown_or_something_is_wrong(talk: Talk) -> None:
    reasons = matter(talk)
    for said, status in (({"show": ""}, 200), ({"body": " "}, 422)):
        answer = talk.cast.ada.post(
            talk.path("/decision"), {"body": "We go on", "grounds": reasons[1:2], **said}
        )
        assert answer.status_code == status
        assert f'value="{reasons[1]}" checked' in answer.text
        assert ("We go on" in answer.text) == (status == 200)
    assert "decision-written" not in talk.place.facts()


def test_one_that_was_retracted_meanwhile_is_told_and_the_other_ticks_and_a_short_text_stay(talk: Talk) -> None:
    reasons = matter(talk)
    talk.cast.grace.post(talk.at(reasons[1], "/retract"))
    answer = talk.cast.ada.post(talk.path("/decision"), {"body": "We stop", "grounds": reasons})
    assert answer.status_code == 422
    assert "We stop" in answer.text and answer.text.count(" checked>") == 2
    _is_told(answer.text, "is not there any longer")
    assert talk.row().locked_at is None


def test_too_many_are_told_beside_them_and_in_the_summary(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MOST_GROUNDS", 2)
    reasons = matter(talk)
    answer = talk.cast.ada.post(talk.path("/decision"), {"body": "We go on", "grounds": reasons})
    assert answer.status_code == 422
    assert "We go on" in answer.text and answer.text.count(" checked>") == 3
    _is_told(answer.text, "You have chosen 3 messages")
    assert decide(talk, reasons[1:]) == 302


def _is_told(page: str, sentence: str) -> None:
    summary = page[page.index('class="error-summary"'):page.index("</ul>", page.index('class="error-summary"'))]
    assert 'href="#grounds"' in summary and sentence in summary
    fieldset = page[page.index('id="grounds"'):]
    assert 'aria-describedby="grounds-hint grounds-error"' in fieldset[:fieldset.index(">")]
    error = fieldset[fieldset.index('id="grounds-error"'):]
    assert sentence in error[:error.index("</p>")]


def test_it_rests_only_on_messages_of_the_thread_that_are_there(talk: Talk) -> None:
    reasons = matter(talk)
    elsewhere = Talk(talk.cast, talk.place)
    talk.cast.grace.post(talk.at(reasons[0], "/retract"))
    for ground in (elsewhere.first, reasons[0], "nothing"):
        assert decide(talk, [ground]) == 422
    assert talk.row().locked_at is None


def test_who_opened_it_and_hosts_decide_and_nobody_else(talk: Talk) -> None:
    matter(talk)
    for person, status in ((talk.cast.grace, 403), (talk.cast.mallory, 404), (talk.cast.moses, 404)):
        assert person.get(talk.path("/decision")).status_code == status
        assert person.post(talk.path("/decision"), {"body": "Mine"}).status_code == status
        assert person.post(talk.path("/decision/withdraw")).status_code == status
    talk.place.archive(talk.cast.ada)
    assert talk.cast.ada.get(talk.path("/decision")).status_code == 409
    assert decide(talk, []) == 409


def test_its_editor_offers_no_names_since_nobody_would_be_told(talk: Talk) -> None:
    matter(talk)
    offers = "data-mentionable"
    assert offers in talk.cast.ada.get(talk.path()).text
    assert offers not in talk.cast.ada.get(talk.path("/decision")).text


def test_a_discussion_ends_in_no_decision(talk: Talk) -> None:
    assert talk.cast.ada.get(talk.path("/decision")).status_code == 409
    assert decide(talk, []) == 409


def test_a_hosts_lock_is_not_undone_by_who_opened_the_thread(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    hers = thread_in(open_thread(talk.place, grace, kind="decision"))
    page = talk.place.path(f"/threads/{hers}")
    assert f"{page}/decision" in grace.get(f"{page}/settings").text
    assert ada.post(f"{page}/lock").status_code == 302
    assert f"{page}/decision" not in grace.get(f"{page}/settings").text
    assert grace.get(f"{page}/decision").status_code == 409
    assert grace.post(f"{page}/decision", {"body": "Written all the same"}).status_code == 409
    by_program = grace.api("POST", f"/threads/{hers}/decision", {"body": "Written all the same"})
    assert by_program.status_code == 409 and by_program.json is not None and by_program.json["code"] == "locked"
    assert grace.post(f"{page}/decision/withdraw").status_code == 409
    with looking(talk.app) as held:
        assert held.get(Decision, hers) is None and held.get_one(Thread, hers).is_locked
    assert ada.post(f"{page}/unlock").status_code == 302
    for body in ("First", "Written anew while its own lock stands"):
        said = {"body": body, "in_place_of": version(talk, hers)}
        assert grace.post(f"{page}/decision", said).status_code == 302
    assert grace.get(f"{page}/decision").status_code == 200


def test_newcomers_who_see_nothing_earlier_see_no_ground_from_then(talk: Talk) -> None:
    ada, nina = talk.cast.ada, talk.cast.member("Nina Newcomer")
    reasons = matter(talk)
    talk.place.let_in(nina, by=ada)
    seq = talk.message(reasons[2]).seq
    with keeping(talk.app) as held:
        found = held.scalars(sa.select(Membership).where(Membership.member_id == nina.member_id)).one()
        found.sees_from = seq
    decide(talk, reasons)
    page = nina.get(talk.path()).text
    head = page[page.index('id="decision"'):page.index("</section>")]
    assert "Reason 2" in head and "Reason 0" not in head and "Reason 1" not in head
    found_by_program = nina.api("GET", f"/threads/{talk.thread_id}/decision").json
    assert found_by_program is not None and len(found_by_program["grounds"]) == 1
    assert "Reason 0" not in str(talk.changes(nina)) and "Reason 2" in str(talk.changes(nina))


def test_a_host_who_does_not_see_a_ground_keeps_it_when_writing_anew(talk: Talk) -> None:
    ada, nina = talk.cast.ada, talk.cast.member("Nina Newcomer")
    reasons = matter(talk)
    talk.place.let_in(nina, by=ada)
    talk.place.appoint(nina, by=ada)
    decide(talk, reasons)
    seq = talk.message(reasons[1]).seq
    with keeping(talk.app) as held:
        held.scalars(sa.select(Membership).where(Membership.member_id == nina.member_id)).one().sees_from = seq
    said = {"body": "We stop", "grounds": reasons[2:], "in_place_of": version(talk)}
    assert nina.post(talk.path("/decision"), said).status_code == 302
    found = ada.api("GET", f"/threads/{talk.thread_id}/decision").json
    assert found is not None and [ground["id"] for ground in found["grounds"]] == [reasons[0], reasons[2]]
    again = {**said, "grounds": reasons[:1], "in_place_of": version(talk)}
    assert nina.post(talk.path("/decision"), again).status_code == 422


def test_many_grounds_ask_no_more_than_few(talk: Talk) -> None:
    reasons, numbers = [*matter(talk), *(talk.say(talk.cast.grace, f"Another {number}") for number in range(5))], []
    for grounds in (reasons[:1], reasons[:2], reasons):
        with counted(talk.app) as statements:
            assert decide(talk, grounds) == 302
        numbers.append(len(statements))
    with looking(talk.app) as held:
        assert held.scalar(sa.select(sa.func.count()).select_from(DecisionGround)) == len(reasons) == 8
    assert numbers[1] == numbers[2]


def test_programs_write_it_too(talk: Talk) -> None:
    reasons = matter(talk)
    ada = talk.cast.ada
    written = ada.api("POST", f"/threads/{talk.thread_id}/decision", {"body": "Yes", "grounds": reasons}).json
    assert written is not None and (written["body"], len(written["grounds"])) == ("Yes", 3)
    other = {"body": "No", "grounds": reasons}
    refused = ada.api("POST", f"/threads/{talk.thread_id}/decision", other)
    assert refused.status_code == 409 and refused.json is not None and refused.json["code"] == "decided-meanwhile"
    anew = ada.api("POST", f"/threads/{talk.thread_id}/decision", {**other, "in_place_of": written["at"]}).json
    assert anew is not None and anew["body"] == "No" and anew["at"] != written["at"]
    back = ada.api("POST", f"/threads/{talk.thread_id}/decision/withdraw").json
    assert back is not None and (back["locked_at"], back["is_decided"]) == (None, False)
