"""What stands beside the editor is live: who sees this, who is here, and what looks like personal data."""

import pytest
import requests
from playwright.sync_api import expect

from tests.cast import keeping
from tests.journeys.talking import House
from workspaces.models import Workspace

pytestmark = pytest.mark.browser


def test_who_writes_sees_who_reads_who_is_here_and_what_does_not_belong(here: House) -> None:
    cast = here.cast
    ada = here.screen(cast.ada)
    grace = here.screen(cast.grace)
    expect(ada.page.locator("people-here")).to_have_text("Here now: Grace Hopper")
    expect(grace.page.locator("people-here")).to_have_text("Here now: Ada Lovelace")
    editor = ada.page.locator("#editor")
    expect(editor.locator("audience-line summary")).to_contain_text("2 members see this")
    # The audience changes while Ada writes.
    editor.get_by_role("textbox").fill("Asiakas 131052-308T tulee huomenna, soita 040 123 4567.")
    notice = editor.locator("personal-notice")
    expect(notice).to_contain_text("131052-308T – looks like a personal identity code")
    expect(notice).to_contain_text("040 123 4567 – looks like a phone number")
    with keeping(here.talk.app) as held:
        held.get_one(Workspace, here.place.id).joining = "open"
    cookie = cast.mallory.client.get_cookie("extranet")
    assert cookie is not None
    joined = requests.post(
        here.site.url + here.place.path("/join"), data={"csrf_token": cast.mallory.csrf_token},
        headers={"Cookie": f"extranet={cookie.value}"}, allow_redirects=False, timeout=60,
    )  # fmt: skip
    assert joined.status_code == 302
    expect(editor.locator("audience-line summary")).to_contain_text("3 members see this")
    expect(editor.get_by_role("status").filter(has_text="it was 2, now it is 3")).to_be_visible()
    # Sending waits for a second thought, takes the text back, or goes on.
    editor.get_by_role("button", name="Send the message").click()
    expect(notice.get_by_role("group")).to_be_focused()
    assert ada.barriers() == []
    assert len(here.talk.messages()) == 1
    notice.get_by_role("button", name="Change the text").click()
    expect(editor.get_by_role("textbox")).to_be_focused()
    editor.get_by_role("button", name="Send the message").click()
    notice.get_by_role("button", name="Send anyway").click()
    expect(grace.message("131052-308T")).to_be_visible()
    expect(notice.get_by_role("group")).to_be_hidden()
    expect(editor.get_by_role("textbox")).to_have_value("")
    # Who goes is here no more.
    grace.page.goto("/directory")
    expect(ada.page.locator("people-here")).to_be_hidden()
