"""What ended for a page begins again: the workspace is opened again, or one is let in again. Nothing typed is lost."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.talking import LONG, House, Screen

pytestmark = pytest.mark.browser

ARCHIVED = "This workspace was archived just now"
OPEN_AGAIN = "The workspace is open again."


def test_an_open_page_goes_on_when_the_workspace_is_opened_again(here: House) -> None:
    here.talk.say(here.cast.ada, "Shall we go on?")
    ada, grace = here.screen(here.cast.ada, "/directory"), here.screen(here.cast.grace)
    box = grace.page.get_by_label("Your message")
    box.fill("Not sent yet")
    thank = grace.message("Shall we go on?").locator("[data-action=thank]")
    _do(here, ada, "archive")
    expect(grace.page.get_by_role("alert").filter(has_text=ARCHIVED)).to_be_visible()
    expect(thank).to_be_hidden()
    expect(box).to_be_focused()
    # Who opens the page only now finds no editor on it.
    late = here.screen(here.cast.grace)
    expect(late.page.locator("#editor")).to_have_count(0)
    _do(here, ada, "reopen")
    expect(thank).to_be_visible()
    expect(grace.page.get_by_text(ARCHIVED)).to_have_count(0)
    expect(box).to_be_focused()
    grace.page.keyboard.press("Control+Enter")
    expect(grace.message("Not sent yet").locator("[data-action=more]")).to_be_visible()
    assert here.talk.messages()[-1].body == "Not sent yet"
    expect(late.page.get_by_role("log")).to_contain_text(OPEN_AGAIN)
    notice = late.page.get_by_role("note").filter(has_text=OPEN_AGAIN)
    assert late.barriers() == []
    notice.get_by_role("link", name="Reload the page").press("Enter")
    expect(late.page.get_by_label("Your message")).to_be_visible()


def test_who_is_let_in_again_finds_what_they_had_typed(here: House) -> None:
    ada, grace = here.screen(here.cast.ada, "/directory"), here.screen(here.cast.grace)
    grace.page.get_by_label("Your message").fill("Before I was out")
    _do(here, ada, f"members/{here.cast.grace.member_id}/remove")
    expect(grace.page.get_by_role("alert").filter(has_text="You can no longer see this workspace.")).to_be_visible()
    here.place.let_in(here.cast.grace, by=here.cast.ada)
    notice = grace.page.get_by_role("note").filter(has_text="You can see this workspace again.")
    expect(notice).to_be_visible(timeout=LONG)
    expect(grace.page.get_by_text("You can no longer see this workspace.")).to_have_count(0)
    notice.get_by_role("link", name="Reload the page").click()
    expect(grace.page.locator("#editor").get_by_role("button", name="Send the message")).to_be_enabled()
    expect(grace.page.get_by_label("Your message")).to_have_value("Before I was out")


def _do(here: House, screen: Screen, what: str) -> None:
    """Do something to the workspace from somebody's browser, so that the server tells of it at once."""
    form: dict[str, Any] = {"csrf_token": screen.person.csrf_token}
    answer = screen.page.request.post(here.site.url + here.place.path(f"/{what}"), form=form, max_redirects=0)
    assert answer.status == 302, answer.text()
