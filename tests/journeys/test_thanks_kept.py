"""What one was about to thank for is found again below its message, until it is sent or emptied."""

import pytest
from playwright.sync_api import expect

from tests.journeys.talking import House, Screen

pytestmark = pytest.mark.browser


def test_thanks_that_are_not_sent_yet_stay_with_their_message(here: House) -> None:
    here.talk.say(here.cast.ada, "Another one")
    grace = here.screen(here.cast.grace)
    words = grace.page.get_by_label("What do you thank for?")
    _thank(grace, "Hello")
    words.fill("the clear list")
    words.press("Escape")
    expect(words).to_have_count(0)
    _thank(grace, "Hello")
    expect(words).to_have_value("the clear list")
    _thank(grace, "Another one")
    expect(words).to_have_value("")
    # It is among what one has not sent.
    grace.page.goto("/news")
    row = grace.page.locator("unsent-words li").filter(has_text="the clear list")
    expect(row.get_by_role("link", name="Your thanks")).to_have_attribute("href", here.talk.at(here.talk.first))
    grace.page.goto(here.talk.path())
    grace.when_live()
    _thank(grace, "Hello")
    expect(words).to_have_value("the clear list")
    # What was sent is kept no longer: what is emptied leaves what one has said.
    words.press("Enter")
    expect(grace.message("Hello").locator(".thanks")).to_contain_text("the clear list")
    _thank(grace, "Hello")
    words.fill("the long list")
    words.fill("")
    words.press("Escape")
    _thank(grace, "Hello")
    expect(words).to_have_value("the clear list")


def _thank(screen: Screen, words: str) -> None:
    screen.message(words).locator("[data-action=thank]").press("Enter")
