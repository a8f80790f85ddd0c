"""What is hard to undo is asked first: who agrees gets it done, by mouse and by keys; who does not loses nothing."""

import pytest
from playwright.sync_api import Locator, Page, expect

from extranet import credentials
from extranet.members import Member
from tests.browsing import another_page
from tests.cast import Person, keeping
from tests.journeys.talking import House

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("by_keys", [False, True], ids=["mouse", "keys"])
def test_a_member_is_removed_once_the_host_has_agreed(here: House, by_keys: bool) -> None:
    page = here.screen(here.cast.ada, here.place.path("/members")).page
    _press(page.locator("summary").filter(has_text="Manage Grace Hopper"), by_keys)
    button = page.get_by_role("button", name="Remove Grace Hopper")
    _decline(page, button, by_keys)
    assert here.place.role(here.cast.grace) == "joined"
    _agree(page, button, "Remove", by_keys)
    expect(button).to_have_count(0)
    assert here.place.role(here.cast.grace) is None


@pytest.mark.parametrize("by_keys", [False, True], ids=["mouse", "keys"])
def test_one_leaves_a_workspace_once_one_has_agreed(here: House, by_keys: bool) -> None:
    page = here.screen(here.cast.grace, here.place.path("/members")).page
    button = page.get_by_role("button", name="Leave", exact=True)
    _decline(page, button, by_keys)
    assert here.place.role(here.cast.grace) == "joined"
    _agree(page, button, "Leave", by_keys)
    expect(button).to_have_count(0)
    assert here.place.role(here.cast.grace) is None


@pytest.mark.parametrize("by_keys", [False, True], ids=["mouse", "keys"])
def test_a_token_is_revoked_once_its_owner_has_agreed(here: House, by_keys: bool) -> None:
    _give_token(here.cast.grace, "The newsletter")
    page = here.screen(here.cast.grace, "/settings/tokens").page
    button = page.get_by_role("button", name="Revoke The newsletter")
    _decline(page, button, by_keys)
    page.reload()
    expect(button).to_be_visible()
    _agree(page, button, "Revoke", by_keys)
    expect(page.get_by_text("You have no tokens")).to_be_visible()


def _decline(page: Page, button: Locator, by_keys: bool) -> None:
    """Press the button, and neither Cancel nor Escape does anything."""
    before = page.url
    for key in ("Escape", "Cancel"):
        _press(button, by_keys)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        if key == "Escape":
            page.keyboard.press(key)
        else:
            _press(dialog.get_by_role("button", name=key), by_keys)
        expect(dialog).to_be_hidden()
        expect(button).to_be_visible()
        assert page.url == before


def _agree(page: Page, button: Locator, name: str, by_keys: bool) -> None:
    _press(button, by_keys)
    with another_page(page):
        _press(page.get_by_role("dialog").get_by_role("button", name=name), by_keys)


def _press(button: Locator, by_keys: bool) -> None:
    if by_keys:
        button.focus()
        button.press("Enter")
    else:
        button.click()


def _give_token(person: Person, name: str) -> None:
    with keeping(person.app) as held:
        credentials.issue_token(held.get_one(Member, person.member_id), name=name)
