"""The search page in a real browser: what was just written is found, and nothing on the page keeps anybody out."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from extranet.app import Extranet
from tests.browsing import another_page, barriers
from tests.cast import Cast
from tests.servers import Site
from tests.workspaces.places import drain


@pytest.fixture
def page(served: tuple[Site, Extranet], browser: Browser) -> Iterator[Page]:
    """Eeva's browser, on a server with the demo."""
    site, app = served
    eeva = Cast(app).member("Eeva Etsijä", role="administrator")
    drain(app)
    context = browser.new_context(base_url=site.url, locale="en-GB", reduced_motion="reduce")
    cookie = eeva.client.get_cookie("extranet")
    assert cookie is not None
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site.url}])
    page = context.new_page()
    page.goto("/search?q=x")
    yield page
    context.close()


@pytest.mark.browser
def test_the_box_finds_people_by_any_form_and_keeps_nobody_out(page: Page) -> None:
    for width, colors in ((1280, "light"), (320, "dark")):
        page.set_viewport_size({"width": width, "height": 640})
        page.emulate_media(color_scheme="dark" if colors == "dark" else "light")
        page.goto("/search")
        assert problems(page) == []
        page.get_by_role("searchbox").fill("etsijän")
        with another_page(page):
            page.get_by_role("searchbox").press("Enter")
        expect(page.get_by_role("link", name="Eeva Etsijä")).to_be_visible()
        expect(page.locator("mark").first).to_be_visible()
        assert problems(page) == []
        with another_page(page):
            page.get_by_role("navigation", name="What to show").get_by_role("link", name="Contacts").click()
        expect(page).to_have_url(re.compile("kind=contact"))
        expect(page.get_by_role("link", name="Eeva Etsijä")).to_be_visible()
        assert problems(page) == []
        for words, said in (("olematon", "Nothing was found."), ("!!!", "Write at least one word")):
            page.get_by_role("searchbox").fill(words)
            with another_page(page):
                page.get_by_role("searchbox").press("Enter")
            expect(page.get_by_text(said)).to_be_visible()
            expect(page.get_by_role("searchbox")).to_have_value(words)
            assert problems(page) == []


def problems(page: Page) -> list[str]:
    """What keeps somebody out, and whether one must scroll sideways."""
    is_too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return barriers(page) + ["It scrolls sideways."] * is_too_wide
