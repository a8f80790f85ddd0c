"""A form that was begun earlier: what it was begun from, what was chosen in it, and what it says without a connection."""

import pytest
from playwright.sync_api import expect

from tests.journeys.talking import House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


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
