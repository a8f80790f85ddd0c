"""A scan that finds nothing must mean that there is nothing to find."""

import pytest
from playwright.sync_api import Browser

from tests.browsing import barriers

pytestmark = pytest.mark.browser


def test_a_picture_without_words_and_pale_text_are_found(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<html lang=fi><title>Koe</title><main><h1>Koe</h1><img src=x><p style='color:#ccc;background:#fff'>haalea</p>"
    )
    found = "\n".join(barriers(page))
    page.close()
    assert "image-alt" in found
    assert "color-contrast" in found


def test_a_sound_page_has_no_barriers(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<html lang=fi><title>Koe</title><main><h1>Koe</h1><p>Selvä.</p></main>")
    assert barriers(page) == []
    page.close()
