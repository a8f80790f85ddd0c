"""Files in the browser: chosen, dropped or pasted, described, kept over a reload, seen by the other one."""

import base64
import re

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browsing import another_page
from tests.journeys.talking import House, eventually
from tests.workspaces.attachments.files import pdf, picture

pytestmark = pytest.mark.browser

_HAND_OVER = """
([kind, name, type, content]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const what = new DataTransfer();
    what.items.add(new File([bytes], name, { type }));
    const how = kind === "paste" ? ["ClipboardEvent", "clipboardData"] : ["DragEvent", "dataTransfer"];
    const event = new window[how[0]](kind, { [how[1]]: what, bubbles: true, cancelable: true });
    document.querySelector("#editor textarea").dispatchEvent(event);
}
"""


def hand_over(page: Page, kind: str, name: str, media_type: str, content: bytes) -> None:
    """Drop a file on the editor, or paste it."""
    page.evaluate(_HAND_OVER, [kind, name, media_type, base64.b64encode(content).decode()])


def chosen(name: str, media_type: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": media_type, "buffer": content}


def test_files_are_added_described_and_seen(here: House) -> None:
    ada, grace = here.screen(here.cast.ada), here.screen(here.cast.grace)
    editor, page = ada.page.locator("#editor"), ada.page
    rows = editor.locator(".file-row")
    page.set_input_files("#editor input[type=file]", [chosen("plan.pdf", "application/pdf", pdf())])
    hand_over(page, "paste", "image.png", "image/png", picture("PNG", (900, 600)))
    hand_over(page, "drop", "virus.svg", "image/svg+xml", b"<svg onload='alert(1)'/>")
    expect(rows).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("Web pages and SVG pictures are not taken")
    expect(rows.nth(1)).to_contain_text("What does the picture show?")
    # Nothing goes without its files, and no picture without words.
    editor.get_by_label("Your message").fill("The plan")
    editor.get_by_role("button", name="Send the message").click()
    expect(editor.get_by_role("button", name="Remove virus.svg")).to_be_focused()
    assert ada.barriers() == []
    page.keyboard.press("Enter")
    expect(rows).to_have_count(2)
    editor.get_by_role("button", name="Send the message").click()
    words = editor.get_by_label("What does the picture show?")
    expect(words).to_be_focused()
    expect(words).to_have_attribute("aria-invalid", "true")
    page.keyboard.type("A red and a blue field")
    # What was added stays with the draft.
    page.reload()
    ada.when_live()
    expect(rows).to_have_count(2)
    expect(words).to_have_value("A red and a blue field")
    editor.get_by_role("button", name="Send the message").click()
    shown = grace.message("The plan").locator("img")
    expect(shown).to_have_attribute("alt", "A red and a blue field")
    expect(grace.message("The plan").get_by_role("link", name=re.compile("plan.pdf"))).to_be_visible()
    shown.scroll_into_view_if_needed()
    expect(shown).to_have_js_property("naturalWidth", 640)
    assert grace.barriers() == []
    expect(rows).to_have_count(0)
    page.reload()
    ada.when_live()
    expect(rows).to_have_count(0)


def test_a_new_discussion_takes_its_files_along_and_keeps_none_back(here: House) -> None:
    new = here.place.path("/threads/new")
    page = here.screen(here.cast.ada, new).page
    page.set_input_files("#editor input[type=file]", [chosen("plan.pdf", "application/pdf", pdf())])
    expect(page.locator("#editor .file-row")).to_have_attribute("data-state", "ready")
    page.get_by_label("Title").fill("Plans")
    page.get_by_label("Message", exact=True).fill("Here is the plan")
    with another_page(page):  # whose script takes the draft away
        page.get_by_role("button", name="Open the discussion").click()
    expect(page.get_by_role("link", name=re.compile("plan.pdf"))).to_be_visible()
    page.goto(new)
    expect(page.locator("file-drop[data-ready]")).to_be_attached()
    expect(page.locator("#editor .file-row")).to_have_count(0)


def test_without_a_connection_a_file_waits(here: House) -> None:
    ada = here.screen(here.cast.ada)
    row = ada.page.locator("#editor .file-row")
    ada.page.route("**/attachments", lambda route: route.abort("internetdisconnected"))
    ada.page.set_input_files("#editor input[type=file]", [chosen("plan.pdf", "application/pdf", pdf())])
    expect(row).to_contain_text("The file is added when the connection is back.")
    ada.page.unroute("**/attachments")
    ada.page.evaluate("dispatchEvent(new Event('online'))")
    expect(row).to_have_attribute("data-state", "ready")


def test_a_file_that_hangs_can_be_taken_away_and_holds_no_other_up(here: House) -> None:
    ada = here.screen(here.cast.ada)
    hanging: list[Route] = []
    ada.page.route("**/attachments", lambda route: hanging.append(route), times=1)
    files = [chosen(f"{name}.pdf", "application/pdf", pdf()) for name in ("hanging", "plan")]
    ada.page.set_input_files("#editor input[type=file]", files)
    rows = ada.page.locator("#editor .file-row")
    expect(rows).to_have_count(2)
    eventually(lambda: len(hanging), 1, page=ada.page)
    ada.page.wait_for_timeout(300)
    expect(rows.nth(1)).to_have_attribute("data-state", "adding")
    ada.page.get_by_role("button", name="Remove hanging.pdf").click()
    expect(rows).to_have_count(1)
    expect(rows).to_have_attribute("data-state", "ready")
    ada.page.get_by_label("Your message").fill("The plan")
    ada.page.get_by_role("button", name="Send the message").click()
    expect(ada.message("The plan").get_by_role("link", name=re.compile("plan.pdf"))).to_be_visible()
