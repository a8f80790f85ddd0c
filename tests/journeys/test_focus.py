"""Whoever works by key, or slowly, keeps the focus and the press, whatever the page exchanges meanwhile."""

import re

import pytest
from playwright.sync_api import expect

from tests.browsing import noted
from tests.journeys.talking import House, eventually

pytestmark = pytest.mark.browser

AT_ONCE = "Math.random = () => 0"
WITHOUT_HAS = """() => {
    const prune = (rules) => {
        for (let at = rules.cssRules.length - 1; at >= 0; at -= 1) {
            const rule = rules.cssRules[at];
            if (rule.selectorText?.includes(":has(")) rules.deleteRule(at);
            else if (rule.cssRules && !rule.selectorText) prune(rule);
        }
    };
    for (const sheet of document.styleSheets) prune(sheet);
}"""


@pytest.mark.parametrize("entry", ["Copy link", "Copy as text", "Mark as unread from here"])
def test_a_choice_from_the_menu_gives_the_focus_back(here: House, entry: str) -> None:
    grace = here.screen(here.cast.grace)
    told = noted(grace.page.locator("#toasts"))
    more = grace.message("Hello").locator("[data-action=more]")
    more.press("Enter")
    grace.page.locator(".message-menu").get_by_role("button", name=entry).press("Enter")
    eventually(lambda: len(told()), 1, page=grace.page)
    expect(grace.page.locator(".message-menu")).to_have_count(0)
    expect(more).to_be_focused()


def test_the_menu_goes_when_an_answer_is_accepted_and_offers_what_fits_then(here: House) -> None:
    here.cast.ada.post(here.talk.path("/settings"), {"title": "Who has the keys?", "kind": "question"})
    here.talk.say(here.cast.grace, "I have them.")
    ada, irma = here.screen(here.cast.ada), here.screen(here.cast.ada)
    answer, menu = ada.message("I have them."), ada.page.locator(".message-menu")
    answer.locator("[data-action=more]").press("Enter")
    # The same menu stands open on another device.
    theirs = irma.page.locator(".message-menu")
    irma.message("I have them.").locator("[data-action=more]").press("Enter")
    theirs.get_by_role("button", name="Copy link").focus()
    menu.get_by_role("button", name="Accept as the answer").press("Enter")
    expect(answer).to_contain_text("Accepted answer")
    expect(menu).to_have_count(0)
    expect(answer.locator("[data-action=more]")).to_be_focused()
    expect(theirs.get_by_role("button", name="Not the answer after all")).to_be_visible()
    expect(theirs.get_by_role("button", name="Accept as the answer")).to_be_hidden()
    expect(theirs.get_by_role("button", name="Copy link")).to_be_focused()
    ada.page.keyboard.press("Enter")
    menu.get_by_role("button", name="Not the answer after all").press("Enter")
    expect(answer).not_to_contain_text("Accepted answer")
    assert ada.barriers() == []


def test_the_list_of_what_is_new_keeps_the_focus_and_the_press(here: House) -> None:
    here.talk.say(here.cast.ada, "One")
    ada, grace = here.screen(here.cast.ada), here.screen(here.cast.grace, "/news")
    grace.page.evaluate(AT_ONCE)
    button = grace.page.get_by_role("button", name="Mark all as read")
    fresh = grace.page.locator("what-is-new form")
    expect(fresh).to_contain_text("2 messages")
    button.focus()
    ada.write("Two")
    expect(fresh).to_contain_text("3 messages")
    expect(button).to_be_focused()
    button.hover()
    grace.page.mouse.down()
    with grace.page.expect_response("**/news"):
        ada.write("Three")
    grace.page.wait_for_timeout(200)
    grace.page.mouse.up()
    expect(grace.page.get_by_text("discussion is marked as read.")).to_be_visible()


def test_the_list_of_what_is_new_is_asked_for_by_who_looks_at_it(here: House) -> None:
    ada, grace = here.screen(here.cast.ada), here.screen(here.cast.grace, "/news")
    grace.page.evaluate(AT_ONCE)
    asked: list[str] = []
    grace.page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/news") else None)
    grace.page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    ada.write("In the background")
    expect(grace.page).to_have_title(re.compile(r"\(2\)"))
    grace.page.wait_for_timeout(2_000)
    assert asked == []
    grace.page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(grace.page.locator("what-is-new")).to_contain_text("2 messages")
    assert len(asked) == 1


def test_what_is_sent_by_key_takes_the_list_of_names_along(here: House) -> None:
    ada = here.screen(here.cast.ada)
    field = ada.page.locator("#editor textarea")
    options = ada.page.locator("#editor [role=option]")
    field.press_sequentially("Look, @hop")
    expect(options.first).to_be_visible()
    field.press("Control+Enter")
    expect(ada.message("Look, @hop")).to_be_visible()
    expect(options.first).to_be_hidden()
    expect(field).not_to_have_attribute("aria-activedescendant", re.compile(".*"))


def test_a_link_that_cannot_be_copied_says_so(here: House) -> None:
    grace = here.screen(here.cast.grace, here.talk.at(here.talk.first))
    grace.page.evaluate(
        """() => {
            const refuse = () => Promise.reject(new DOMException("No", "NotAllowedError"));
            Object.defineProperty(navigator, "clipboard", { value: { write: refuse, writeText: refuse } });
            document.execCommand = () => window.mayCopy;
        }"""
    )
    told = noted(grace.page.locator("#toasts"))
    link = grace.page.locator("copy-link a")
    link.press("Enter")
    eventually(lambda: "Copying did not work here." in "\n".join(told()), True, page=grace.page)
    expect(link).to_be_focused()
    grace.page.evaluate("window.mayCopy = true")
    link.press("Enter")
    eventually(lambda: "Copied" in "\n".join(told()), True, page=grace.page)


def test_answering_by_key_and_the_files_focus_work_in_older_browsers(here: House) -> None:
    grace = here.screen(here.cast.grace)
    grace.page.evaluate("delete Element.prototype.checkVisibility")
    grace.message("Hello").focus()
    grace.page.keyboard.press("r")
    expect(grace.page.get_by_label("Your answer to Ada Lovelace")).to_be_focused()
    grace.page.evaluate(WITHOUT_HAS)
    grace.page.locator("#editor input[type=file]").focus()
    expect(grace.page.locator("#editor .file-add")).to_have_css("outline-style", "solid")
    # What is said aloud stands in the page before its words come.
    for region in ("connection-status", "#editor .audience-changed"):
        expect(grace.page.locator(region)).to_be_empty()
        expect(grace.page.locator(region)).to_have_css("display", re.compile("flex|block"))
        expect(grace.page.locator(region)).to_have_js_property("offsetHeight", 0)
