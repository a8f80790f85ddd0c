"""A form that was begun earlier: what it was begun from, what was chosen in it, and what it says without a network."""

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.talking import House

pytestmark = pytest.mark.browser


def test_a_form_that_is_reloaded_still_changes_only_what_its_writer_has_changed(here: House) -> None:
    ada = here.cast.ada
    page = here.screen(ada, here.talk.path("/settings")).page
    page.get_by_label("Question").check()
    ada.post(here.talk.path("/settings"), {"title": "Better plans", "kind": "discussion"})
    page.reload()
    expect(page.get_by_label("Question")).to_be_checked()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Better plans")).to_be_visible()
    assert here.talk.row().kind == "question"


def test_a_question_stays_one_when_its_page_is_reloaded(here: House) -> None:
    page = here.screen(here.cast.grace, here.place.path("/threads/new")).page
    page.get_by_label("Title").fill("Where do we meet?")
    page.get_by_label("Question").check()
    page.reload()
    expect(page.get_by_label("Title")).to_have_value("Where do we meet?")
    expect(page.get_by_label("Question")).to_be_checked()


def test_one_message_after_another_is_added_to_a_decision_and_none_is_lost(here: House) -> None:
    talk, ada = here.talk, here.cast.ada
    ada.post(talk.path("/settings"), {"title": "Plans", "kind": "decision"})
    reasons = [talk.say(here.cast.grace, f"Reason {number}") for number in range(3)]
    page = here.screen(ada).page
    for reason in reasons:
        page.goto(here.site.url + talk.path(f"/decision?ground={reason}"))
    page.get_by_label("Reason 1").uncheck()
    page.reload()
    for number, is_chosen in enumerate((True, False, True)):
        expect(page.get_by_label(f"Reason {number}")).to_be_checked(checked=is_chosen)
    ada.post(talk.at(reasons[2], "/retract"), {"reason": "Not so"})
    page.reload()
    expect(page.get_by_label("Reason 0")).to_be_checked()
    page.get_by_label("Decision", exact=True).fill("We go on")
    page.get_by_role("button", name="Save the decision").click()
    expect(page.locator("#decision .decision-grounds li")).to_have_text(re.compile("Reason 0"))
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.endsWith('/decision:'))") == []


def test_a_decision_that_was_begun_before_anothers_takes_its_place_only_when_that_was_seen(here: House) -> None:
    talk, ada = here.talk, here.cast.ada
    ada.post(talk.path("/settings"), {"title": "Plans", "kind": "decision"})
    screen = here.screen(ada, talk.path("/decision"))
    page = screen.page
    page.get_by_label("Decision", exact=True).fill("Begun first")
    ada.post(talk.path("/decision"), {"body": "Saved first"})
    page.reload()
    save = page.get_by_role("button", name="Save the decision")
    save.click()
    expect(page.get_by_role("region", name="The decision that is there now")).to_contain_text("Saved first")
    expect(page.get_by_label("Decision", exact=True)).to_have_value("Begun first")
    assert screen.barriers() == []
    save.click()
    expect(page.locator("#decision")).to_contain_text("Begun first")


def test_without_a_connection_a_new_discussion_stays_where_it_is_and_says_so(here: House) -> None:
    screen = here.screen(here.cast.grace, here.place.path("/threads/new"))
    page, away = screen.page, screen.page.get_by_text("There seems to be no connection. What you wrote is kept here")
    page.get_by_label("Title").fill("From the train")
    page.get_by_label("Message", exact=True).fill("Words")
    send = page.get_by_role("button", name="Open the discussion")
    screen.context.set_offline(True)
    send.click()
    expect(away).to_be_visible()
    expect(send).to_be_focused()
    screen.context.set_offline(False)
    expect(away).to_have_count(0)
    send.click()
    expect(page.get_by_role("heading", name="From the train")).to_be_visible()
