"""A thread in the browser, as its readers and writers see it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests import servers
from tests.browsing import COLOURS, PATIENCE, barriers
from tests.cast import PASSWORD, Cast, Person
from tests.workspaces.discussions.talk import Talk
from tests.workspaces.places import Place, open_place

LONG = 3 * PATIENCE
"""Milliseconds for what comes by itself after a pause, of a connection or of something that did not get through."""
IS_FOLLOWED = """words => Object.entries(localStorage).some(([key, kept]) =>
    key.startsWith("extranet:followed:") && JSON.parse(kept).value.words?.body === words)"""
"""Whether the browser knows that the server keeps the draft with these words."""


class Screen:
    """Somebody's browser. Notes what goes wrong in its scripts."""

    def __init__(self, browser: Browser, site: servers.Site, person: Person, **how: Any) -> None:
        self.context = browser.new_context(base_url=site.url, locale="en-GB", reduced_motion="reduce", **how)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.person = person

    def sign_in(self, path: str) -> None:
        """Go to a page behind the sign-in, and sign in as people do."""
        self.page.goto(path)
        self.sign_in_here()
        self.page.goto(path)

    def sign_in_here(self, page: Page | None = None) -> None:
        """Fill in the sign-in page that stands here, or in another tab."""
        page = page or self.page
        page.get_by_label("E-mail").fill(self.person.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Sign in").click()
        expect(page.locator("body")).to_have_attribute("data-member", self.person.member_id)

    def sign_in_beside(self) -> None:
        """Sign in in another tab."""
        page = self.context.new_page()
        page.goto("/sign-in")
        self.sign_in_here(page)

    def barriers(self) -> list[str]:
        """What keeps somebody out of the page as it is, by day and by night; what is wider than the page is one too."""
        self.page.emulate_media(color_scheme="light")
        found = barriers(self.page)
        self.page.emulate_media(color_scheme="dark")
        found += barriers(self.page, rules=COLOURS)
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{self.page.url}: sideways scrolling")
        return found

    def when_live(self) -> None:
        """Wait until the page hears news."""
        expect(self.page.locator("html")).to_have_attribute("data-connection", "online", timeout=LONG)

    def message(self, words: str) -> Locator:
        """The message with these words."""
        return self.page.locator(".thread > .message").filter(has_text=words)

    def words(self) -> list[str]:
        """What the messages say, from top to bottom."""
        return [text.strip() for text in self.page.locator(".thread > .message .message-body").all_inner_texts()]

    def write(self, words: str, *, answers: str | None = None) -> None:
        """Write and send a message, or an answer to the one with these words."""
        editor = self.page.locator("#editor")
        if answers is not None:
            self.message(answers).locator("[data-action=reply]").click()
            editor = self.page.locator(".message-reply")
        editor.get_by_role("textbox").fill(words)
        editor.get_by_role("button", name="Send the").click()

    def choose(self, entry: str, *, of: str) -> None:
        """Choose from the menu of the message with these words."""
        message = self.message(of)
        message.locator("[data-action=more]").click()
        message.locator(".message-menu").get_by_text(entry, exact=True).click()

    def top_of(self, words: str) -> float:
        """Where on the screen the message with these words begins."""
        box = self.message(words).bounding_box()
        assert box is not None
        return box["y"]


class House:
    """The server, a discussion on it, and the screens that are open."""

    def __init__(self, browser: Browser, site: servers.Site, cast: Cast) -> None:
        self.browser, self.site, self.cast = browser, site, cast
        self.talk = Talk(cast)
        self.began = len(site.log)
        self.screens: list[Screen] = []

    @property
    def place(self) -> Place:
        return self.talk.place

    def move_elsewhere(self) -> None:
        """Ada moves the discussion to another workspace of hers and Grace's."""
        there = open_place(self.cast, name="Elsewhere")
        assert self.cast.ada.post(self.talk.path("/move"), {"to": there.slug}).status_code == 302

    def screen(self, person: Person, path: str | None = None, **how: Any) -> Screen:
        """A browser in which the person is signed in and has a page open, the thread's unless another is named."""
        screen = Screen(self.browser, self.site, person, **how)
        self.screens.append(screen)
        if cookie := person.client.get_cookie("extranet"):
            screen.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": self.site.url}])
        screen.page.goto(path or self.talk.path())
        if how.get("java_script_enabled", True):
            screen.when_live()
        return screen

    def close(self) -> None:
        """Close the screens. AssertionError if a script failed in one."""
        for screen in self.screens:
            screen.context.close()
        log = self.site.log[self.began :]
        assert "Traceback" not in log, log
        errors = [error for screen in self.screens for error in screen.errors]
        assert not errors, errors


@contextmanager
def house(browser: Browser, site: servers.Site, cast: Cast) -> Iterator[House]:
    """A discussion on a server."""
    found = House(browser, site, cast)
    yield found
    found.close()


def eventually(says: Callable[[], Any], wanted: Any, *, page: Page) -> None:
    """Wait until it says what is wanted."""
    until = time.monotonic() + LONG / 1_000
    while says() != wanted:
        if time.monotonic() > until:
            assert says() == wanted
        page.wait_for_timeout(50)
