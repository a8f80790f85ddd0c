"""What one has typed goes with its writer: sent from two devices it is said once."""

import pytest
from playwright.sync_api import expect

from tests.journeys.talking import LONG, House, eventually

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

IS_SAVED = """words => Object.entries(localStorage).some(([key, kept]) =>
    key.startsWith("extranet:followed:") && JSON.parse(kept).value.words?.body === words)"""
"""Whether the browser knows that the server keeps the draft with these words."""
WAITING = "() => Object.keys(localStorage).filter((key) => key.includes(':unsent:')).length"
"""How many messages wait to be sent."""


@pytest.mark.parametrize("goes_on", [False, True])
def test_what_waits_on_the_phone_and_is_sent_at_the_desk_is_said_once(here: House, goes_on: bool) -> None:
    """The same words once; what was changed at the desk stands beside what the phone sends, and nothing is lost."""
    words, ended = "Begun on the bus", "Begun on the bus, ended at the desk"
    phone = here.screen(here.cast.grace)
    phone.page.locator("#editor").get_by_role("textbox").fill(words)
    phone.page.wait_for_function(IS_SAVED, arg=words)
    phone.context.set_offline(True)
    phone.page.locator("#editor").get_by_role("button", name="Send the message").click()
    expect(phone.message(words)).to_have_attribute("data-waits", "")
    desk = here.screen(here.cast.grace)
    offered = desk.page.locator("#editor").get_by_role("textbox")
    expect(offered).to_have_value(words)
    if goes_on:
        offered.fill(ended)
    desk.page.locator("#editor").get_by_role("button", name="Send the message").click()
    expect(desk.message(words)).not_to_have_attribute("data-state", "sending")
    said = [ended, words] if goes_on else [words]
    eventually(lambda: len(here.talk.messages()), 2, page=desk.page)
    phone.context.set_offline(False)
    phone.page.wait_for_function(f"() => ({WAITING})() === 0", timeout=LONG)
    assert [message.body for message in here.talk.messages()] == ["Hello", *said]
    expect(phone.page.locator(".thread > .message .message-body")).to_have_text(["Hello", *said])
    expect(desk.page.locator(".thread > .message .message-body")).to_have_text(["Hello", *said])
