"""The connection breaks, the sign-in ends, the server is in trouble: the page says so, and goes on by itself."""

import re

import pytest
from playwright.sync_api import Locator, Route, expect

from extranet.realtime import MOST_OPEN
from tests.browsing import PATIENCE, noted
from tests.journeys.talking import LONG, House, Screen, eventually
from tests.servers import ROOT

pytestmark = pytest.mark.browser

LONGEST = 8 * PATIENCE
"""Milliseconds for a page that was refused again and again: it comes every two minutes at last."""
OUT = "You have been signed out."
BROKEN = "The connection broke."
AGAIN = "You are connected again."
UNDER_ONES_EYES = "document.dispatchEvent(new Event('visibilitychange'))"
OPEN_SOCKETS = """number => {
    window.others = Array.from({ length: number }, () => {
        const socket = new WebSocket(`ws://${location.host}/socket.io/?EIO=4&transport=websocket`);
        socket.addEventListener("message", ({ data }) => {
            if (data.startsWith("0")) socket.send("40");
            if (data.startsWith("40")) socket.isIn = true;
            if (data === "2") socket.send("3");
        });
        return socket;
    });
}"""


def test_after_the_next_sign_in_everything_works_on(here: House) -> None:
    here.cast.ada.post(here.talk.path("/settings"), {"title": "Who has the keys?", "kind": "question"})
    answer = here.talk.say(here.cast.grace, "I have them.")
    ada = here.screen(here.cast.ada)
    bar = _sign_out(ada)
    ada.context.set_offline(True)
    expect(bar).to_contain_text("You are offline.")
    ada.context.set_offline(False)
    expect(bar).to_contain_text(OUT)
    ada.message("Hello").locator("[data-action=reply]").click()
    reply = ada.page.locator(".message-reply")
    reply.get_by_role("textbox").fill("A **word**")
    ada.sign_in_beside()
    # What is done before the page itself has come back works with the token of the new sign-in.
    reply.get_by_role("button", name="Preview").click()
    expect(reply.locator(".editor-preview strong")).to_have_text("word")
    expect(bar).to_contain_text(OUT)
    said = noted(bar)
    ada.page.evaluate(UNDER_ONES_EYES)
    ada.when_live()
    assert AGAIN in said()
    ada.choose("Accept as the answer", of="I have them.")
    expect(ada.message("I have them.")).to_contain_text("Accepted answer")
    assert here.talk.message(answer).accepted_at is not None


@pytest.mark.parametrize("what", ["thanks", "reaction", "unread", "accept"])
def test_what_is_done_right_after_the_next_sign_in_is_done(here: House, what: str) -> None:
    here.cast.ada.post(here.talk.path("/settings"), {"title": "Who has the keys?", "kind": "question"})
    answer = here.talk.say(here.cast.grace, "I have them.")
    ada = here.screen(here.cast.ada)
    _sign_out(ada)
    ada.sign_in_beside()
    message = ada.message("I have them.")
    if what == "thanks":
        message.locator("[data-action=thank]").press("Enter")
        ada.page.get_by_label("What do you thank for?").fill("the keys")
        ada.page.keyboard.press("Enter")
        expect(message.locator(".thanks")).to_contain_text("the keys")
    elif what == "reaction":
        message.get_by_role("button", name="React quietly").click()
        ada.page.get_by_role("button", name="I wonder").click()
        expect(message.locator(".reaction")).to_have_attribute("aria-pressed", "true")
    elif what == "unread":
        told = noted(ada.page.locator("#toasts"))
        ada.choose("Mark as unread from here", of="I have them.")
        eventually(lambda: "Marked as unread." in "".join(told()), True, page=ada.page)
    else:
        ada.choose("Accept as the answer", of="I have them.")
        eventually(lambda: here.talk.message(answer).accepted_at is not None, True, page=ada.page)


def test_another_members_sign_in_does_not_bring_the_page_back(here: House) -> None:
    grace = here.screen(here.cast.grace)
    bar = _sign_out(grace)
    other = Screen(here.browser, here.site, here.cast.ada)
    here.screens.append(other)
    other.sign_in("/directory")
    grace.context.clear_cookies()
    theirs = [{"name": one["name"], "value": one["value"], "url": here.site.url} for one in other.context.cookies()]
    grace.context.add_cookies(theirs)  # type: ignore[arg-type]
    with grace.page.expect_response("**/terms"):
        grace.page.evaluate(UNDER_ONES_EYES)
    grace.page.wait_for_timeout(500)
    expect(bar).to_contain_text(OUT)
    expect(grace.page.locator("html")).to_have_attribute("data-connection", "signedOut")


def test_a_tab_too_many_is_not_told_that_one_is_signed_out(here: House) -> None:
    """It comes in when another one is closed."""
    first = here.screen(here.cast.grace)
    first.page.evaluate(OPEN_SOCKETS, MOST_OPEN - 1)
    eventually(lambda: first.page.evaluate("others.every(({ isIn }) => isIn)"), True, page=first.page)
    last = first.context.new_page()
    last.goto(here.talk.path())
    bar = last.locator("connection-status")
    expect(bar).to_contain_text(BROKEN)
    said = noted(bar)
    first.page.evaluate("others[0].close()")
    expect(last.locator("html")).to_have_attribute("data-connection", "online", timeout=LONGEST)
    assert AGAIN in said()


def test_a_library_that_did_not_come_is_asked_for_again(here: House) -> None:
    chunks = (ROOT / "static" / "build").glob("chunk-*.js")
    [chunk] = [path.name for path in chunks if "reconnectionDelay" in path.read_text(encoding="utf-8")]
    grace = here.screen(here.cast.grace, "/directory")
    cut: list[str] = []

    def lose(route: Route) -> None:
        cut.append(route.request.url)
        route.abort()

    address = re.compile(re.escape(chunk))
    grace.page.route(address, lose)
    grace.page.goto(here.talk.path())
    expect(grace.page.locator("connection-status")).to_contain_text(BROKEN)
    assert cut
    grace.page.unroute(address)
    grace.when_live()


def test_how_far_one_has_read_is_marked_when_the_trouble_is_over(here: House) -> None:
    ada, grace = here.screen(here.cast.ada), here.screen(here.cast.grace)
    eventually(lambda: here.talk.unread(here.cast.grace), 0, page=grace.page)
    refused: list[str] = []

    def refuse(route: Route) -> None:
        refused.append(route.request.url)
        route.fulfill(status=503, json={"detail": "No."})

    grace.page.route("**/read", refuse, times=1)
    grace.page.clock.install()
    with grace.page.expect_request_finished(lambda request: bool(refused) and request.url.endswith("/read")):
        ada.write("In a moment of trouble")
        expect(grace.message("In a moment of trouble")).to_be_in_viewport()
    assert len(refused) == 1
    assert here.talk.unread(here.cast.grace) == 1
    grace.page.clock.fast_forward(60_000)
    eventually(lambda: here.talk.unread(here.cast.grace), 0, page=grace.page)


def test_earlier_messages_that_do_not_come_say_so(here: House) -> None:
    for number in range(60):
        here.talk.say(here.cast.ada, f"Number {number}.")
    grace = here.screen(here.cast.grace, here.talk.path("?at=last"))
    told = noted(grace.page.locator("#toasts"))
    # Pressed by a script, or the page would move to it, and would fetch them by itself meanwhile.
    earlier = grace.page.locator("[data-part=earlier] [data-action=load]")
    grace.context.set_offline(True)
    earlier.dispatch_event("click")
    eventually(lambda: "That did not get through." in "".join(told()), True, page=grace.page)
    grace.context.set_offline(False)
    earlier.dispatch_event("click")
    expect(grace.message("Hello")).to_be_attached()


def _sign_out(screen: Screen) -> Locator:
    beside = screen.context.new_page()
    beside.goto("/directory")
    beside.locator(".menu > summary").click()
    beside.get_by_role("button", name="Sign out").click()
    bar = screen.page.locator("connection-status")
    expect(bar).to_contain_text(OUT, timeout=LONG)
    return bar
