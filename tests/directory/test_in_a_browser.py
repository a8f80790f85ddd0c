"""The directory in a browser: no barriers, nothing that goes off the edge, and all of it without scripts."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from extranet.accounts.seeds import PASSWORD
from extranet.app import Extranet
from tests.browsing import COLOURS, another_page, barriers
from tests.servers import Site

pytestmark = pytest.mark.browser

PAGES = (
    "/directory",
    "/directory?q=kotoutuminen&theme=employment&region=06",
    "/directory?q=qwertyuiop&region=21",
    "/directory/me",
    "/directory/organisations",
    "/directory/organisations?q=qwertyuiop",
)
NIGHTLY = ("/directory", "/directory/me")


@contextmanager
def visiting(browser: Browser, site: Site, email: str, **how: object) -> Iterator[Page]:
    """Somebody of the demo, signed in."""
    with browser.new_context(base_url=site.url, reduced_motion="reduce", **how) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto("/sign-in")
        page.locator("input[name=email]").fill(email)
        page.locator("input[name=password]").fill(PASSWORD)
        with another_page(page):
            page.locator("main form button[type=submit]").last.click()
        expect(page.locator("body")).to_have_attribute("data-live", "yes")
        yield page


@pytest.fixture
def demo(served: tuple[Site, Extranet]) -> Site:
    """The server with the demo's people."""
    return served[0]


def test_every_page_is_open_to_everybody_at_every_width_by_day_and_night(browser: Browser, demo: Site) -> None:
    with visiting(browser, demo, "leila.haddad@naistenverkosto.example", locale="fi-FI") as page:
        page.goto("/directory")
        person = page.locator(".rows a").first.get_attribute("href") or ""
        page.goto("/directory/organisations")
        organisation = page.locator(".rows a").first.get_attribute("href") or ""
        page.goto("/directory/me")
        own = f"/directory/people/{page.locator('body').get_attribute('data-member')}"
        for address in (*PAGES, person, own, organisation):
            page.emulate_media(color_scheme="light")
            page.goto(address)
            assert barriers(page) == [], address
            if address in NIGHTLY:
                page.emulate_media(color_scheme="dark")
                assert barriers(page, rules=COLOURS) == [], f"{address} by night"
            for width in (320, 360, 768, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                expect(page.locator("html")).to_have_js_property("clientWidth", width)
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, (address, width, wide)


def test_people_are_found_and_a_card_is_edited_without_scripts(browser: Browser, demo: Site) -> None:
    how = {"java_script_enabled": False, "locale": "en-GB", "viewport": {"width": 360, "height": 800}}
    with visiting(browser, demo, "peter.oconnor@opisto.example", **how) as page:
        page.goto("/directory")
        page.locator("summary", has_text="Filters").click()
        page.locator("summary", has_text="Theme").click()
        page.get_by_label("women").check()
        with another_page(page):
            page.get_by_role("button", name="Show these people").click()
        expect(page.locator("#results")).to_contain_text("3 people")
        expect(page.locator(".rows")).to_contain_text("Leila Haddad")

        page.goto("/directory/me")
        page.get_by_label("Title or task").fill("rector")
        page.get_by_label("Hide my title").check()
        page.locator("li", has=page.locator("#region-18")).locator("summary").click()
        page.get_by_label("Kajaani").check()
        page.get_by_label("Phone", exact=True).fill("no number")
        with another_page(page):
            page.get_by_role("button", name="Save my card").click()
        expect(page.get_by_role("alert")).to_contain_text("Write a phone number")
        expect(page.get_by_label("Title or task")).to_have_value("rector")
        expect(page.get_by_label("Kajaani")).to_be_checked()
        page.get_by_label("Phone", exact=True).fill("+358 40 123 4567")
        with another_page(page):
            page.get_by_role("button", name="Save my card").click()
        expect(page.locator("h1")).to_have_text("Peter O’Connor")
        expect(page.locator("main")).to_contain_text("Kainuu")
        expect(page.locator("main")).to_contain_text("Only you see this")
