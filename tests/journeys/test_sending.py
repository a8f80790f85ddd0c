"""What one sends: said once while it waits, clearly when it is refused, without ever taking the focus away."""

import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from extranet.members import Member
from tests.browsing import noted
from tests.cast import keeping
from tests.journeys.talking import LONG, House, eventually
from workspaces.discussions import service
from workspaces.discussions.models import Thread
from workspaces.models import Workspace

pytestmark = pytest.mark.browser

ANY = re.compile(".*")
NEVER_SO = ["Change the text", "Copy the text", "Discard"]
NOT_NOW = ["Try again", *NEVER_SO]
REFUSALS = [
    ({"status": 401, "json": {}}, "your sign-in has ended", [*NOT_NOW[:3], "Sign in", "Discard"]),
    ({"status": 403, "json": {"code": "not-allowed", "detail": "No."}}, "no longer have the right to write", NOT_NOW),
    ({"status": 403, "body": "<h1>Proxy</h1>"}, "no longer have the right to write", NOT_NOW),
    ({"status": 403, "json": {"code": "accept-terms-first", "detail": "Accept first."}}, "Accept first.", NOT_NOW),
    ({"status": 404, "json": {"code": "not-here", "detail": "No."}}, "is no longer there for you", NEVER_SO),
    ({"status": 413, "body": "<h1>Proxy</h1>"}, "this is too large", NEVER_SO),
]


def test_what_waits_is_said_once_and_keeps_the_focus(here: House) -> None:
    grace = here.screen(here.cast.grace)
    tried: list[str] = []

    def cut(route: Route) -> None:
        tried.append(route.request.url)
        route.abort()

    grace.page.route("**/messages", cut)
    grace.write("First of two")
    grace.write("Second of two")
    first = grace.message("First of two")
    for message in (first, grace.message("Second of two")):
        expect(message.get_by_role("status")).to_contain_text("there is no connection")
        expect(message.get_by_role("alert")).to_be_empty()
    assert grace.barriers() == []
    told = noted(grace.page.locator("#toasts"))
    copy = first.get_by_role("button", name="Copy the text")
    copy.press("Enter")
    eventually(lambda: "The message was copied as text." in "".join(told()), True, page=grace.page)
    expect(copy).to_be_focused()
    grace.page.evaluate(
        """() => {
            window.heard = [];
            const note = (changes) => heard.push(...changes.map(({target}) => target.textContent));
            for (const message of document.querySelectorAll(".message[data-state]")) {
                new MutationObserver(note).observe(message, {subtree: true, childList: true, characterData: true});
            }
        }"""
    )
    wanted = len(tried) + 3

    def is_tried() -> bool:
        grace.page.evaluate("dispatchEvent(new Event('online'))")
        return len(tried) >= wanted

    eventually(is_tried, True, page=grace.page)
    assert grace.page.evaluate("heard") == []
    expect(copy).to_be_focused()
    # Who asks for it hears what came of it.
    first.get_by_role("button", name="Try again").press("Enter")
    eventually(lambda: "no connection" in "".join(grace.page.evaluate("heard")), True, page=grace.page)
    expect(first.get_by_role("button", name="Try again")).to_be_focused()
    grace.page.unroute("**/messages")
    grace.page.evaluate("dispatchEvent(new Event('online'))")
    expect(first).not_to_have_attribute("data-state", ANY, timeout=LONG)
    expect(first).to_be_focused()


def test_what_is_refused_keeps_the_focus_when_it_is_tried_again_or_thrown_away(here: House) -> None:
    grace = here.screen(here.cast.grace)
    refusal: dict[str, Any] = {"status": 422, "json": {"detail": "It cannot be so."}}
    grace.page.route("**/messages", lambda route: route.fulfill(**refusal))
    grace.write("To be refused")
    refused = grace.message("To be refused")
    expect(refused.get_by_role("alert")).to_have_text("It cannot be so.")
    expect(refused.get_by_role("status")).to_be_empty()
    refused.get_by_role("button", name="Try again").press("Enter")
    expect(refused).to_be_focused()
    expect(refused.get_by_role("alert")).to_have_text("It cannot be so.")
    refused.get_by_role("button", name="Discard").press("Enter")
    grace.page.get_by_role("dialog").get_by_role("button", name="Discard").press("Enter")
    expect(refused).to_have_count(0)
    expect(grace.message("Hello")).to_be_focused()


@pytest.mark.parametrize(("answer", "says", "ways_out"), REFUSALS)
def test_why_something_is_refused_is_said_with_the_ways_out(
    here: House, answer: dict[str, Any], says: str, ways_out: list[str]
) -> None:
    grace = here.screen(here.cast.grace)
    grace.page.route("**/messages", lambda route: route.fulfill(**answer), times=1)
    grace.write("Refused")
    expect(grace.message("Refused").get_by_role("alert")).to_contain_text(says)
    assert grace.message("Refused").locator("[data-part=ways-out] > :visible").all_inner_texts() == ways_out


@pytest.mark.parametrize("first", ["answer", "news"])
def test_what_belongs_further_on_in_a_long_discussion_says_so(here: House, first: str) -> None:
    """Whether the answer or the news comes first: it says where it stands, and counts as no part of what is here."""
    _say(here, 59)
    grace = here.screen(here.cast.grace, here.talk.path("?at=first"))
    ada = here.screen(here.cast.ada, here.talk.path("?at=last"))
    expect(grace.page.locator(".thread > .message")).to_have_count(50)
    grace.page.evaluate(
        """(isHeld) => {
            const hold = (event) => event.stopImmediatePropagation();
            if (isHeld) document.addEventListener("extranet:change", hold, {capture: true});
            document.addEventListener("extranet:applied", ({detail}) => (window.applied = detail.html));
        }""",
        first == "answer",
    )

    def answer_late(route: Route) -> None:
        answer = route.fetch()
        eventually(lambda: "From the beginning" in (grace.page.evaluate("window.applied") or ""), True, page=grace.page)
        route.fulfill(response=answer)

    if first == "news":
        grace.page.route("**/messages", answer_late)
    box = grace.page.get_by_label("Your message")
    box.fill("From the beginning")
    box.press("Control+Enter")
    own = grace.message("From the beginning")
    elsewhere = own.get_by_role("link", name="It stands further on")
    expect(elsewhere).to_be_visible()
    eventually(lambda: grace.page.evaluate(_UNSENT), 0, page=grace.page)
    ada.write("Not on this page", answers="Number 58.")
    expect(ada.message("Not on this page")).not_to_have_attribute("data-state", ANY)
    grace.page.evaluate("dispatchEvent(new Event('online'))")
    eventually(lambda: "Not on this page" in (grace.page.evaluate("window.applied") or ""), True, page=grace.page)
    expect(elsewhere).to_be_visible()
    assert grace.words()[-2:] == ["Number 48.", "From the beginning"]
    grace.page.get_by_role("link", name="Later messages").click()
    expect(grace.message("Not on this page")).to_be_attached()
    assert grace.words()[-3:] == ["Number 58.", "Not on this page", "From the beginning"]
    expect(elsewhere).to_have_count(0)


def test_who_sees_an_answer_is_asked_on_a_page_that_has_stood_open(here: House) -> None:
    grace = here.screen(here.cast.grace)
    grace.page.evaluate("() => { const now = Date.now; Date.now = () => now() + 120_000; }")
    with grace.page.expect_request("**/audience"):
        grace.message("Hello").locator("[data-action=reply]").click()


def test_the_notice_in_an_answer_s_editor_has_its_name(here: House) -> None:
    grace = here.screen(here.cast.grace)
    grace.message("Hello").locator("[data-action=reply]").click()
    editor = grace.page.locator(".message-reply")
    editor.get_by_role("textbox").fill("Asiakas 131052-308T tulee huomenna.")
    editor.get_by_role("button", name="Send the answer").click()
    expect(editor.get_by_role("group", name="Is there personal data in what you wrote?")).to_be_focused()


def test_thanks_that_fail_leave_the_focus_where_one_writes(here: House) -> None:
    grace = here.screen(here.cast.grace)
    box = grace.page.get_by_label("Your message")

    def refuse_late(route: Route) -> None:
        box.focus()
        route.fulfill(status=422, json={"detail": "Say it in fewer words."})

    grace.page.route("**/thanks", refuse_late)
    grace.message("Hello").locator("[data-action=thank]").press("Enter")
    words = grace.page.get_by_label("What do you thank for?")
    words.fill("the list")
    words.press("Enter")
    expect(grace.page.get_by_role("alert").filter(has_text="Say it in fewer words.")).to_be_visible()
    expect(box).to_be_focused()
    grace.page.unroute("**/thanks")
    grace.page.route("**/thanks", lambda route: route.fulfill(status=422, json={"detail": "Say it otherwise."}))
    words.press("Enter")
    expect(grace.page.get_by_role("alert").filter(has_text="Say it otherwise.")).to_be_visible()
    expect(words).to_be_focused()


_UNSENT = "Object.keys(localStorage).filter((key) => key.includes(':unsent:')).length"


def _say(here: House, number: int) -> None:
    """Ada says something, so many times; a few at once, so that the server need not wait long for its turn."""
    for first in range(0, number, 5):
        with keeping(here.cast.app) as held:
            ada = held.get_one(Member, here.cast.ada.member_id)
            thread = held.get_one(Thread, here.talk.thread_id)
            workspace = held.get_one(Workspace, thread.workspace_id)
            for one in range(first, min(first + 5, number)):
                service.post(thread, workspace, f"Number {one}.", by=ada)
