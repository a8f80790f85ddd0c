"""Somebody types a message, and something happens to the page, the server or the sign-in: the text is found again."""

import random
import time
from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from extranet import credentials
from extranet.members import Member
from tests.cast import PASSWORD, Person, keeping
from tests.chaos.proxy import Gate
from tests.chaos.stage import Stage, another_browser

FOUND_WITHIN = 60.0
"""Seconds in which the text is there again, with a machine that does other things too."""
_IS_THERE = """text => [...document.querySelectorAll("textarea")].some(field => field.value.includes(text))
    || [...document.querySelectorAll("live-thread .message")].some(message => message.textContent.includes(text))"""


class Typist:
    """Grace at her browser, and what happens to her."""

    def __init__(self, browser: Browser, stage: Stage) -> None:
        self.browser, self.stage = browser, stage
        self.grace: Person = stage.cast.grace
        self.mishaps: dict[str, Callable[[Page], None]] = {
            "the page is reloaded": lambda page: _quietly(page.reload),
            "the page crashes": self._crash,
            "the tab is closed": lambda page: page.close(),
            "the server is killed": self._kill_server,
            "the sign-in ends": self._end_sign_in,
            "the proxy answers 413": lambda page: self._refuse(page, "413 Content Too Large"),
            "the proxy answers 503": lambda page: self._refuse(page, "503 Service Unavailable"),
            "there is no network": self._offline,
        }

    def lose(self, mishap: str, *, text: str, sends: bool) -> str:
        """Type a text, let this happen before or while it is sent, and look for it. What is wrong, or nothing."""
        gate = self.stage.proxy.gate()
        context = self._context(gate)
        try:
            page = context.new_page()
            page.goto(self._thread(gate))
            page.locator("#editor").get_by_role("textbox").type(text, delay=1)
            self._gate = gate
            if sends and mishap not in _BEFORE_SENDING:
                _quietly(page.locator("#editor").get_by_role("button", name="Send the").click)
            time.sleep(0.3)  # what a person needs to do anything else
            self.mishaps[mishap](page)
            self._heal(context)
            return "" if self._is_found(context, text) else f"{mishap}{', sent' * sends}: «{text}» is lost"
        finally:
            context.close()

    def _context(self, gate: Gate) -> BrowserContext:
        context = self.browser.new_context(base_url=gate.url, locale="en-GB", reduced_motion="reduce")
        cookie = another_browser(self.grace).client.get_cookie("extranet")
        assert cookie is not None
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": gate.url}])
        return context

    def _thread(self, gate: Gate) -> str:
        return gate.url + self.stage.talk.path("?at=new")

    def _is_found(self, context: BrowserContext, text: str) -> bool:
        """As somebody looks for it who comes back: in another tab, signing in where asked."""
        page = context.new_page()
        until = time.monotonic() + FOUND_WITHIN
        while time.monotonic() < until:
            with suppress(Error, AssertionError):
                page.goto(self._thread(self._gate))
                if page.get_by_label("E-mail").count():
                    self._sign_in(page)
                page.wait_for_function(_IS_THERE, arg=text, timeout=3_000)
                return True
            time.sleep(0.2)
        return False

    def _sign_in(self, page: Page) -> None:
        page.get_by_label("E-mail").fill(self.grace.email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.locator("main").get_by_role("button", name="Sign in").click()
        expect(page.locator("body")).to_have_attribute("data-member", self.grace.member_id)

    def _heal(self, context: BrowserContext) -> None:
        self._gate.refuses = ""
        context.set_offline(False)

    def _crash(self, page: Page) -> None:
        _quietly(lambda: page.goto("chrome://crash", timeout=2_000))

    def _kill_server(self, page: Page) -> None:
        server = self.stage.processes[0]
        server.kill()
        _quietly(lambda: page.reload(timeout=2_000))
        server.start()

    def _end_sign_in(self, page: Page) -> None:
        with keeping(self.stage.app) as held:
            credentials.end_all(held.get_one(Member, self.grace.member_id))
        self._send(page)

    def _refuse(self, page: Page, status: str) -> None:
        self._gate.refuses = status
        self._send(page)

    def _offline(self, page: Page) -> None:
        page.context.set_offline(True)
        self._send(page)
        page.close()

    def _send(self, page: Page) -> None:
        _quietly(page.locator("#editor").get_by_role("button", name="Send the").click)
        time.sleep(0.4)


_BEFORE_SENDING = ("the sign-in ends", "the proxy answers 413", "the proxy answers 503", "there is no network")
"""These happen to what is sent, so it is not sent before."""


def some_mishaps(typist: Typist, number: int, seed: int) -> list[tuple[str, bool]]:
    """So many mishaps, each kind as often as the others, in an order that the seed decides; and whether it is sent."""
    chance = random.Random(seed)
    kinds = list(typist.mishaps)
    drawn = [kinds[place % len(kinds)] for place in range(number)]
    chance.shuffle(drawn)
    return [(kind, chance.random() < 0.5) for kind in drawn]


def _quietly(work: Callable[..., object]) -> None:
    """Do what may fail because the page has gone."""
    with suppress(Error):
        work()
