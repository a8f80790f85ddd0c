"""What waits to be sent stays on its way: files where a thread was moved."""

import pytest
from playwright.sync_api import FilePayload, Route, expect

from extranet.members import Member
from tests.cast import keeping
from tests.journeys.talking import House, eventually
from tests.workspaces.attachments.files import picture
from tests.workspaces.places import Place
from workspaces import service as workspaces

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

IS_KEPT = "words => Object.values(localStorage).some((kept) => kept.includes(words))"
"""Whether the browser keeps these words."""


def test_pictures_that_are_brought_along_lose_nothing_by_the_way(here: House) -> None:
    """Neither where the server is busy, nor where the page goes while the second one is on its way."""
    grace = here.screen(here.cast.grace)
    page, rows = grace.page, grace.page.locator("#editor .file-row")
    words = rows.get_by_label("What does the picture show?")
    page.set_input_files("#editor input[type=file]", [_picture("one.png"), _picture("two.png")])
    expect(words).to_have_count(2)
    for at, name in enumerate(("The first", "The second")):
        words.nth(at).fill(name)
    page.wait_for_function(IS_KEPT, arg="The second")
    page.goto("about:blank")
    _move_elsewhere(here)
    page.route("**/attachments/*/one.png", lambda route: route.fulfill(status=503))
    held: list[Route] = []
    page.route("**/attachments", lambda route: held.append(route))
    page.goto(here.site.url + here.talk.path())
    expect(rows.nth(0)).to_contain_text("The file could not be added. Try again in a moment.")
    eventually(lambda: len(held), 1, page=page)
    words.nth(0).fill("The first, better")
    assert grace.barriers() == []
    page.unroute("**/attachments/*/one.png")
    page.reload()
    eventually(lambda: len(held), 2, page=page)
    expect(words.nth(0)).to_have_value("The first, better")
    expect(words.nth(1)).to_have_value("The second")
    page.unroute("**/attachments")
    page.reload()
    for at in (0, 1):
        expect(rows.nth(at)).to_have_attribute("data-state", "ready")
    expect(words.nth(0)).to_have_value("The first, better")
    page.locator("#editor").get_by_label("Your message").fill("Two pictures")
    page.locator("#editor").get_by_role("button", name="Send the message").click()
    shown = grace.message("Two pictures").locator("img")
    expect(shown).to_have_count(2)
    expect(shown.nth(1)).to_have_attribute("alt", "The second")


def _picture(name: str) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": picture("PNG")}


def _move_elsewhere(here: House) -> None:
    """Ada moves the discussion to another workspace of hers and Grace's."""
    ada, grace = here.cast.ada, here.cast.grace
    with keeping(here.talk.app) as held:
        host = held.get_one(Member, ada.member_id)
        opened = workspaces.open_workspace(name="Elsewhere", purpose="Other things", kind="project", by=host)
        there = Place(here.talk.app, opened)
    there.let_in(grace, by=ada)
    assert ada.post(here.talk.path("/move"), {"to": there.slug}).status_code == 302
