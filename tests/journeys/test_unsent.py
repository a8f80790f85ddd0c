"""What one has written and not sent is found again: where nothing can be written any more, and where one is no longer."""

import pytest
from playwright.sync_api import expect

from tests.journeys.talking import LONG, House, Screen

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_in_a_locked_discussion_what_was_refused_can_be_copied_and_not_lost(here: House) -> None:
    grace = here.screen(here.cast.grace)
    _is_refused(grace, "Came too late")
    here.cast.ada.post(here.talk.path("/lock"))
    grace.page.reload()
    refused = grace.message("Came too late")
    expect(refused.get_by_role("button", name="Copy the text")).to_be_visible()
    expect(grace.page.locator("#editor")).to_be_hidden()
    expect(refused.get_by_role("button", name="Change the text")).to_be_hidden()


def _is_refused(screen: Screen, words: str, *, status: int = 409) -> None:
    """The person sends something that is not taken."""
    screen.page.route("**/messages", lambda route: route.fulfill(status=status, json={"detail": "No."}))
    screen.write(words)
    expect(screen.message(words).get_by_role("button", name="Discard")).to_be_visible(timeout=LONG)
