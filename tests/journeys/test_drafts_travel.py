"""What one has typed goes with its writer: from two devices it is said once, and where a thread moves it moves too."""

import pytest
from playwright.sync_api import FilePayload, expect

from tests.journeys.talking import IS_FOLLOWED, LONG, House, eventually
from tests.workspaces.attachments.files import picture

pytestmark = pytest.mark.browser

WAITING = "() => Object.keys(localStorage).filter((key) => key.includes(':unsent:')).length"
"""How many messages wait to be sent."""


@pytest.mark.parametrize("goes_on", [False, True])
def test_what_waits_on_the_phone_and_is_sent_at_the_desk_is_said_once(here: House, goes_on: bool) -> None:
    """The same words once; what was changed at the desk stands beside what the phone sends, and nothing is lost."""
    words, ended = "Begun on the bus", "Begun on the bus, ended at the desk"
    phone = here.screen(here.cast.grace)
    phone.page.locator("#editor").get_by_role("textbox").fill(words)
    phone.page.wait_for_function(IS_FOLLOWED, arg=words)
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


def test_what_was_typed_and_added_is_there_where_the_discussion_has_moved(here: House) -> None:
    """The words that only this browser has, the files with what was said of them, and an answer."""
    grace = here.screen(here.cast.grace)
    editor, page = grace.page.locator("#editor"), grace.page
    file = FilePayload(name="plan.png", mimeType="image/png", buffer=picture("PNG"))
    page.set_input_files("#editor input[type=file]", [file])
    editor.get_by_label("What does the picture show?").fill("The plan")
    editor.get_by_label("Your message").fill("Begun here")
    page.wait_for_function(IS_FOLLOWED, arg="Begun here")
    page.context.set_offline(True)
    editor.get_by_label("Your message").fill("Begun here, ended in the tunnel")
    grace.message("Hello").locator("[data-action=reply]").click()
    page.get_by_label("Your answer to Ada Lovelace").fill("Half an answer")
    here.move_elsewhere()
    page.context.set_offline(False)
    page.goto(here.site.url + here.talk.path())
    grace.when_live()
    expect(editor.get_by_label("Your message")).to_have_value("Begun here, ended in the tunnel")
    expect(editor.locator(".file-row")).to_have_attribute("data-state", "ready")
    expect(editor.get_by_label("What does the picture show?")).to_have_value("The plan")
    expect(page.locator(".other-draft")).to_have_count(0)
    page.wait_for_function(IS_FOLLOWED, arg="Begun here, ended in the tunnel")
    editor.get_by_role("button", name="Send the message").click()
    shown = grace.message("ended in the tunnel").locator("img")
    expect(shown).to_have_attribute("alt", "The plan")
    grace.message("Hello").locator("[data-action=reply]").click()
    expect(page.get_by_label("Your answer to Ada Lovelace")).to_have_value("Half an answer")
