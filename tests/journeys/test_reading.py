"""A thread is read: it opens where one was, scrolls both ways, is moved in by key, heard, and says what is wrong."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from extranet.members import Member
from tests.browsing import noted
from tests.cast import keeping
from tests.journeys.talking import House, Screen, eventually
from workspaces.discussions import service
from workspaces.discussions.models import Thread
from workspaces.models import Workspace

pytestmark = pytest.mark.browser

MESSAGE = ".thread > .message"
IS_NOTED = """() => {
    const { at, top } = history.state?.reading ?? {};
    const message = at ? document.getElementById(`m-${at}`) : null;
    return message !== null && Math.round(message.getBoundingClientRect().top) === top;
}"""
"""Whether the history says where the page stands now."""


def test_a_long_thread_opens_at_the_first_unread_and_scrolls_both_ways(here: House) -> None:
    _say(here, 35)
    here.talk.read(here.cast.grace)  # she has read so far
    _say(here, 60, start=35)
    grace = here.screen(here.cast.grace)
    expect(grace.page.locator(".new-line")).to_be_in_viewport()
    expect(grace.message("Number 35.")).to_be_in_viewport()
    assert grace.page.locator(MESSAGE).count() < 60
    # Upwards, what one reads stays where it is while earlier ones come in above it.
    grace.page.evaluate("scrollTo(0, 0)")
    expect(grace.message("Number 0.")).to_be_attached()
    first = grace.page.locator(MESSAGE).first
    expect(first).to_contain_text("Hello")
    # Downwards, to the end.
    for number in (70, 94):
        grace.page.evaluate("document.querySelector('[data-part=later]').scrollIntoView({block: 'end'})")
        expect(grace.message(f"Number {number}.")).to_be_attached()
    assert grace.words() == ["Hello", *(f"Number {number}." for number in range(95))]
    assert grace.barriers() == []


def test_on_a_phone_the_mark_stops_where_the_screen_ends(here: House) -> None:
    _say(here, 70)
    grace = here.screen(here.cast.grace, here.talk.path("?at=new#new"), viewport={"width": 360, "height": 740})
    pill = grace.page.locator("[data-part=news]")
    expect(pill).to_have_attribute("data-to", "down")
    on_screen = grace.page.evaluate(
        f"[...document.querySelectorAll('{MESSAGE}')].filter(m => m.getBoundingClientRect().top < innerHeight)"
        ".map(m => Number(m.dataset.seq))"
    )
    eventually(lambda: (here.talk.mark_of(here.cast.grace) or 0) >= on_screen[-2], True, page=grace.page)
    grace.page.wait_for_timeout(400)
    mark = here.talk.mark_of(here.cast.grace)
    assert mark is not None
    assert mark in on_screen[-2:], "what shows less than its head is not read"
    expect(pill).to_contain_text(f"{here.talk.unread(here.cast.grace)} new messages")
    # What one scrolls past is read, and so the mark goes on.
    grace.page.mouse.move(180, 300)
    for _screen in range(3):
        _turn_the_wheel(grace.page)
    eventually(lambda: (here.talk.mark_of(here.cast.grace) or 0) > mark + 2, True, page=grace.page)


def test_reload_and_back_lead_to_the_same_message(here: House) -> None:
    _say(here, 70)
    grace = here.screen(here.cast.grace, here.talk.path("?at=last"))
    expect(grace.message("Number 69.")).to_be_in_viewport()
    grace.page.evaluate("scrollBy({ top: -1500, behavior: 'instant' })")
    eventually(lambda: grace.page.evaluate(IS_NOTED), True, page=grace.page)
    expect(grace.page).not_to_have_url(re.compile("at=last"))
    words = _words_on_top(grace)
    grace.page.reload()
    grace.when_live()
    eventually(lambda: _words_on_top(grace), words, page=grace.page)
    grace.page.goto(here.site.url + "/terms")
    grace.page.go_back()
    grace.when_live()
    eventually(lambda: _words_on_top(grace), words, page=grace.page)


def test_one_moves_by_key_from_message_to_message_and_level_to_level(here: House) -> None:
    second = here.talk.say(here.cast.ada, "Second", answers=here.talk.first)
    here.talk.say(here.cast.ada, "Third", answers=second)
    here.talk.say(here.cast.ada, "Last")
    grace = here.screen(here.cast.grace)
    keys = grace.page.keyboard
    grace.page.locator(".skip-link[data-part=to-new]").press("Enter")
    expect(grace.message("Hello")).to_be_focused()
    for key, words in (
        ("j", "Second"), ("l", "Third"), ("h", "Second"), ("ArrowDown", "Third"), ("End", "Last"), ("k", "Third"),
        ("Home", "Hello"),
    ):  # fmt: skip
        keys.press(key)
        expect(grace.message(words)).to_be_focused()
    expect(grace.message("Third")).to_have_accessible_name(re.compile("^Ada Lovelace answers Ada Lovelace, level 3"))
    expect(grace.message("Third").get_by_role("heading")).to_have_attribute("aria-level", "4")
    keys.press("?")
    sheet = grace.page.get_by_role("dialog", name="Keyboard help")
    expect(sheet.get_by_label("Single letters work as keys")).to_be_checked()
    assert grace.barriers() == []
    sheet.get_by_label("Single letters work as keys").uncheck()
    keys.press("Escape")
    expect(grace.message("Hello")).to_be_focused()
    keys.press("j")
    expect(grace.message("Hello")).to_be_focused()
    keys.press("ArrowDown")
    expect(grace.message("Second")).to_be_focused()
    # In an editor letters are letters.
    grace.page.get_by_label("Your message").fill("")
    grace.page.get_by_label("Your message").press_sequentially("jk?")
    expect(grace.page.get_by_label("Your message")).to_have_value("jk?")


def test_news_are_said_aloud_in_words_and_take_no_focus(here: House) -> None:
    grace, ada = here.screen(here.cast.grace), here.screen(here.cast.ada)
    box = grace.page.get_by_label("Your message")
    box.focus()
    ada.write("Do you hear me?", answers="Hello")
    aloud = grace.page.get_by_role("log")
    expect(aloud).to_have_text(re.compile("Ada Lovelace answers Ada Lovelace, level 2 +Do you hear me[?]"))
    expect(box).to_be_focused()
    # One's own is not told to oneself.
    expect(ada.page.get_by_role("log")).to_have_text("")


def test_messages_typed_quickly_go_out_in_order_and_a_double_press_counts_once(here: House) -> None:
    grace = here.screen(here.cast.grace)
    box = grace.page.get_by_label("Your message")

    def slowly(route: Route) -> None:
        grace.page.wait_for_timeout(150)
        route.continue_()

    grace.page.route("**/messages", slowly)
    said = [f"Quickly {number}" for number in range(4)]
    for words in said:
        box.fill(words)
        box.press("Control+Enter")
        box.press("Control+Enter")
    eventually(lambda: [message.body for message in here.talk.messages()], ["Hello", *said], page=grace.page)
    eventually(grace.words, ["Hello", *said], page=grace.page)
    expect(grace.page.locator(".message[data-state]")).to_have_count(0)


def test_what_waits_survives_a_reload_and_a_new_tab(here: House) -> None:
    grace = here.screen(here.cast.grace)
    grace.page.route("**/messages", lambda route: route.abort())
    grace.write("First of two")
    grace.write("Second of two")
    expect(grace.message("First of two")).to_have_attribute("data-state", "failed")
    beside = grace.context.new_page()
    grace.page.close()
    # Any page sends it, not that of the thread alone.
    beside.goto(here.site.url + "/directory")
    wanted = ["Hello", "First of two", "Second of two"]
    eventually(lambda: [message.body for message in here.talk.messages()], wanted, page=beside)


@pytest.mark.parametrize(("status", "says"), [(507, "run out of space"), (503, "busy just now")])
def test_a_bar_says_that_nothing_can_be_saved_and_goes_when_it_can(here: House, status: int, says: str) -> None:
    grace = here.screen(here.cast.grace)
    refusal = {"status": status, "headers": {"Retry-After": "1"}, "json": {"detail": "No."}}
    grace.page.route("**/messages", lambda route: route.fulfill(**refusal))
    bar = grace.page.locator("connection-status")
    said = noted(bar)
    grace.write("Patience")
    expect(bar).to_contain_text(says)
    assert grace.barriers() == []
    grace.page.unroute("**/messages")
    # The longer it was refused, the longer it waits: half a minute at most.
    expect(grace.message("Patience")).not_to_have_attribute("data-state", re.compile(".*"), timeout=60_000)
    eventually(lambda: said()[-1], "The service saves again.", page=grace.page)
    expect(bar).to_have_text("")


def test_who_missed_very_much_catches_up_in_one_go(here: House) -> None:
    grace = here.screen(here.cast.grace)
    grace.context.set_offline(True)
    _say(here, 120)
    grace.context.set_offline(False)
    expect(grace.page.locator(MESSAGE)).to_have_count(121)
    eventually(lambda: grace.words()[-1], "Number 119.", page=grace.page)
    expect(grace.page.locator("[data-part=news]")).to_contain_text(re.compile(r"^\s*1[01]\d new messages"))


def _say(here: House, number: int, *, start: int = 0) -> None:
    """Ada says something, so many times; a few at once, so that the server need not wait long for its turn."""
    for first in range(start, start + number, 5):
        with keeping(here.cast.app) as held:
            ada = held.get_one(Member, here.cast.ada.member_id)
            thread = held.get_one(Thread, here.talk.thread_id)
            workspace = held.get_one(Workspace, thread.workspace_id)
            for one in range(first, min(first + 5, start + number)):
                service.post(thread, workspace, f"Number {one}.", by=ada)


def _turn_the_wheel(page: Page) -> None:
    """Scroll down by less than a screen, and wait until the page has: nothing is jumped over."""
    before = page.evaluate("scrollY")
    page.mouse.wheel(0, 400)
    eventually(lambda: page.evaluate("scrollY") > before + 300, True, page=page)


def _words_on_top(screen: Screen) -> str:
    screen.page.wait_for_timeout(200)
    return str(
        screen.page.evaluate(
            f"[...document.querySelectorAll('{MESSAGE}')].find(m => m.getBoundingClientRect().bottom > 0)"
            ".querySelector('.message-body').textContent.trim()"
        )
    )
