"""What was typed is lost nowhere by the way, is there once, and is left to nobody else."""

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browsing import another_page
from tests.journeys.talking import House, eventually
from tests.workspaces.attachments.files import picture

pytestmark = pytest.mark.browser

IS_KEPT = "words => Object.values(localStorage).some((kept) => kept.includes(words))"
"""Whether the browser keeps these words."""


def test_pictures_that_are_brought_along_lose_nothing_by_the_way(here: House) -> None:
    """Neither where the server is busy, nor where the page goes while the second one is on its way."""
    grace = here.screen(here.cast.grace)
    page, rows = grace.page, grace.page.locator("#editor .file-row")
    words = rows.get_by_label("What does the picture show?")
    notice = page.locator("#editor").get_by_text("This discussion was moved after you began to write.")
    page.set_input_files("#editor input[type=file]", [_picture("one.png"), _picture("two.png")])
    expect(words).to_have_count(2)
    for at, name in enumerate(("The first", "The second")):
        words.nth(at).fill(name)
    page.wait_for_function(IS_KEPT, arg="The second")
    page.goto("about:blank")
    here.move_elsewhere()
    page.route("**/attachments/*/one.png", lambda route: route.fulfill(status=503))
    held: list[Route] = []
    page.route("**/attachments", lambda route: held.append(route))
    page.goto(here.site.url + here.talk.path())
    expect(rows.nth(0)).to_contain_text("The file could not be added. Try again in a moment.")
    expect(notice).to_be_visible()  # once: those who see it now are others
    eventually(lambda: len(held), 1, page=page)
    words.nth(0).fill("The first, better")
    assert grace.barriers() == []
    page.unroute("**/attachments/*/one.png")
    page.reload()
    eventually(lambda: len(held), 2, page=page)
    expect(notice).to_have_count(0)
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


def test_a_discussion_of_a_closed_tab_whose_answer_was_lost_is_there_once(here: House) -> None:
    """The tab had a text of its own beside another one's; the next tab takes it over, and sends it again."""
    one = here.screen(here.cast.grace, here.place.path("/threads/new"))
    page, context = one.page, one.context
    context.route("**/api/v1/workspaces/*/drafts/**", lambda route: route.abort())  # this browser alone knows of both
    other = context.new_page()
    other.goto(page.url)
    _write(page, "From the first")
    other.wait_for_function(IS_KEPT, arg="From the first")
    _write(other, "From the second")
    other.route("**/threads", _lose_the_answer, times=1)
    other.get_by_role("button", name="Open the discussion").click()
    other.wait_for_url("chrome-error://**")
    other.close()
    with another_page(page):  # whose script takes the draft away
        page.get_by_role("button", name="Open the discussion").click()
    expect(page.get_by_role("heading", name="From the first")).to_be_visible()
    page.goto(here.site.url + here.place.path("/threads/new"))
    expect(page.get_by_label("Title")).to_have_value("From the second")
    page.get_by_role("button", name="Open the discussion").click()
    expect(page.get_by_role("heading", name="From the second")).to_be_visible()
    page.goto(here.site.url + here.place.path())
    expect(page.get_by_role("link", name="From the second")).to_have_count(1)


def test_who_signs_out_in_one_tab_leaves_nothing_in_the_others(here: House) -> None:
    """Another tab hears only afterwards that what was typed there has come to the server."""
    page = here.screen(here.cast.grace).page
    saves: list[Route] = []
    page.route("**/drafts/thread-*", lambda route: saves.append(route))
    page.get_by_label("Your message").fill("Not for the next one")
    page.get_by_label("Your message").blur()
    eventually(lambda: len(saves), 1, page=page)
    beside = page.context.new_page()
    beside.goto("/directory")
    beside.locator(".menu > summary").click()
    beside.get_by_role("button", name="Sign out").click()
    beside.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    expect(beside.get_by_text("You have signed out.")).to_be_visible()
    saves[0].fulfill(json={"version": 1})
    expect(page.locator("#editor [name=draft]")).to_have_value("1")
    assert "Not for the next one" not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


def test_a_browser_that_is_wrong_about_its_connection_holds_nobody_back(here: House) -> None:
    page = here.screen(here.cast.grace, here.place.path("/threads/new")).page
    _write(page, "From behind an adapter")
    page.evaluate("Object.defineProperty(navigator, 'onLine', { get: () => false })")
    send = page.get_by_role("button", name="Open the discussion")
    send.click()
    expect(page.get_by_text("press again when the connection is back, or to try all the same")).to_be_visible()
    send.click()
    expect(page.get_by_role("heading", name="From behind an adapter")).to_be_visible()


def _lose_the_answer(route: Route) -> None:
    route.fetch(max_redirects=0)
    route.abort()


def _write(page: Page, title: str) -> None:
    page.get_by_label("Title").fill(title)
    page.get_by_label("Message", exact=True).fill("Words")


def _picture(name: str) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": picture("PNG")}
