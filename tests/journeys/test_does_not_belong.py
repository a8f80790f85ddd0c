"""What looks like personal data is pointed out wherever others read it, not in messages alone."""

import pytest
from playwright.sync_api import Locator, expect

from tests.browsing import another_page
from tests.journeys.talking import House

pytestmark = pytest.mark.browser

CASE = "Asiakas 131052-308T"


def _notice_in(form: Locator) -> Locator:
    return form.get_by_role("group", name="Is there personal data in what you wrote?")


def test_a_title_is_looked_at_and_said_aloud_once(here: House) -> None:
    ada = here.screen(here.cast.ada, here.place.path("/threads/new"))
    form = ada.page.locator("#editor")
    form.get_by_label("Title").fill(CASE)
    form.get_by_label("Message", exact=True).fill("A case")
    expect(_notice_in(form)).to_contain_text("131052-308T – looks like a personal identity code")
    aloud = form.locator("personal-notice").get_by_role("status")
    expect(aloud).to_contain_text("131052-308T – looks like a personal identity code")
    form.get_by_label("Title").fill(f"{CASE} puh. 040 123 4567")
    expect(_notice_in(form)).to_contain_text("040 123 4567 – looks like a phone number")
    expect(aloud).not_to_contain_text("phone number")
    form.get_by_role("button", name="Open the discussion").click()
    expect(_notice_in(form)).to_be_focused()
    form.get_by_role("button", name="Change the text").click()
    expect(form.get_by_label("Title")).to_be_focused()
    form.get_by_role("button", name="Open the discussion").click()
    with another_page(ada.page):
        form.get_by_role("button", name="Send anyway").click()
    expect(ada.page.get_by_role("heading", level=1)).to_contain_text(CASE)
    # So is the name that it gets later.
    ada.page.get_by_role("link", name="Settings of the discussion").click()
    form = ada.page.locator("form.form")
    form.get_by_label("Title").fill(f"{CASE} again")
    expect(_notice_in(form)).to_be_visible()
    form.get_by_label("Title").fill("A case")
    expect(_notice_in(form)).to_be_hidden()
    expect(form.locator("personal-notice").get_by_role("status")).to_be_empty()
    # The one that it has is not asked about again.
    form.get_by_label("Title").fill(f"{CASE} puh. 040 123 4567")
    form.get_by_label("Question").check()
    with another_page(ada.page):
        form.get_by_role("button", name="Save").click()
    expect(ada.page.get_by_role("heading", level=1)).to_contain_text(CASE)


def test_thanks_are_looked_at(here: House) -> None:
    grace = here.screen(here.cast.grace)
    grace.message("Hello").locator("[data-action=thank]").press("Enter")
    form = grace.page.locator("form.thank")
    form.get_by_role("textbox").fill(CASE)
    form.get_by_role("textbox").press("Enter")
    expect(_notice_in(form)).to_be_focused()
    expect(grace.message("Hello").locator(".thanks")).to_have_count(0)
    assert grace.barriers() == []
    form.get_by_role("button", name="Send anyway").click()
    expect(grace.message("Hello").locator(".thanks")).to_contain_text(CASE)
    expect(grace.message("Hello").locator("[data-action=thank]")).to_be_focused()
