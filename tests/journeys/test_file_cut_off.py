"""A file that was still on its way when the page went is not forgotten: its message waits for it, or for a word."""

import re

import pytest
from playwright.sync_api import FilePayload, Route, expect

from tests.journeys.talking import House
from tests.workspaces.attachments.files import pdf

pytestmark = pytest.mark.browser


def test_a_file_that_was_cut_off_is_chosen_again_or_taken_away(here: House) -> None:
    ada = here.screen(here.cast.ada)
    page, editor = ada.page, ada.page.locator("#editor")
    rows = editor.locator(".file-row")
    cut_off: list[Route] = []
    page.route("**/attachments", lambda route: cut_off.append(route))
    page.set_input_files("#editor input[type=file]", [_file("plan.pdf"), _file("list.pdf")])
    expect(rows).to_have_count(2)
    editor.get_by_label("Your message").fill("The plan")
    page.reload()
    ada.when_live()
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("The file plan.pdf was not added: choose it again.")
    assert ada.barriers() == []
    editor.get_by_role("button", name="Send the message").click()
    expect(editor.get_by_role("button", name="Remove plan.pdf")).to_be_focused()
    page.unroute("**/attachments")
    page.set_input_files("#editor input[type=file]", [_file("plan.pdf")])
    editor.get_by_role("button", name="Remove list.pdf").click()
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-state", "ready")
    editor.get_by_role("button", name="Send the message").click()
    expect(ada.message("The plan").get_by_role("link", name=re.compile("plan.pdf"))).to_be_visible()
    expect(rows).to_have_count(0)
    assert len(here.talk.messages()) == 2


def _file(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": pdf()}
