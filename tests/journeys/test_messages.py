"""What one does with a message in the browser: thank, react, mention, quote, copy, all by keyboard too."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browsing import noted
from tests.journeys.talking import House, Screen, eventually

pytestmark = pytest.mark.browser


def edit(screen: Screen, path: str, body: str) -> None:
    """Say a message otherwise, from another page of the same browser."""
    screen.page.evaluate(
        """([path, body]) => fetch(path, {method: "POST", body: new URLSearchParams({
          body, csrf_token: document.querySelector("meta[name=csrf-token]").content,
        })})""",
        [path, body],
    )


def test_thanks_say_what_for_and_are_told_kindly(here: House) -> None:
    grace, ada = here.screen(here.cast.grace), here.screen(here.cast.ada)
    told = noted(ada.page.locator("#toasts"))
    expect(ada.message("Hello").locator("[data-action=thank]")).to_be_hidden()
    grace.message("Hello").locator("[data-action=thank]").press("Enter")
    words = grace.page.get_by_label("What do you thank for?")
    expect(words).to_be_focused()
    words.fill("the clear list")
    # The message is exchanged for a newer one meanwhile: what was typed stays.
    edit(ada, here.talk.at(here.talk.first, "/edit"), "Hello again")
    expect(grace.message("Hello again")).to_be_visible()
    expect(words).to_have_value("the clear list")
    assert grace.barriers() == []
    words.press("Enter")
    expect(grace.message("Hello again").locator(".thanks")).to_contain_text("Grace Hopper – the clear list")
    expect(grace.message("Hello again").locator("[data-action=thank]")).to_be_focused()
    eventually(lambda: "Grace Hopper thanks you: the clear list" in "\n".join(told()), True, page=ada.page)
    expect(ada.message("Hello again").locator(".thanks")).to_contain_text("the clear list")
    grace.message("Hello again").locator("[data-action=thank]").press("Enter")
    expect(words).to_have_value("the clear list")
    grace.page.get_by_role("button", name="Take my thanks back").click()
    expect(ada.message("Hello again").locator(".thanks")).to_have_count(0)


def test_a_quiet_reaction_shows_at_once_and_whose_it_is(here: House) -> None:
    grace, ada = here.screen(here.cast.grace), here.screen(here.cast.ada)
    told = noted(ada.page.locator("#toasts"))
    grace.message("Hello").get_by_role("button", name="React quietly").click()
    assert grace.barriers() == []
    grace.page.get_by_role("button", name="I wonder").click()
    chip = grace.message("Hello").locator(".reaction")
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(chip).to_have_text(re.compile("^1"))
    theirs = ada.message("Hello").get_by_role("button", name="I wonder: Grace Hopper")
    expect(theirs).to_have_attribute("aria-pressed", "false")
    assert told() == []
    theirs.press("Enter")
    expect(theirs).to_have_attribute("aria-pressed", "true")
    expect(grace.message("Hello").locator(".reaction")).to_have_text(re.compile("^2"))
    chip.click()
    expect(chip).to_have_attribute("aria-pressed", "false")
    assert grace.barriers() == [] and ada.barriers() == []
    # A menu that is open stays open, and keeps the focus, when its message is exchanged for a newer one.
    grace.message("Hello").locator("[data-action=more]").press("Enter")
    copy = grace.page.get_by_role("button", name="Copy as text")
    copy.focus()
    edit(ada, here.talk.at(here.talk.first, "/edit"), "Hello again")
    expect(grace.message("Hello again")).to_be_visible()
    expect(copy).to_be_focused()


def test_members_are_offered_behind_the_sign_and_nothing_is_asked_before(here: House) -> None:
    here.cast.mallory  # noqa: B018 – exists, and has not joined
    ada, grace = here.screen(here.cast.ada), here.screen(here.cast.grace)
    asked: list[str] = []
    ada.page.on("request", lambda request: asked.append(request.url) if "mentionable" in request.url else None)
    field = ada.page.locator("#editor textarea")
    options = ada.page.locator("#editor [role=option]")
    field.press_sequentially("Look, @")
    ada.page.wait_for_timeout(300)
    assert asked == []
    nobody = ada.page.locator("#editor [role=status]").filter(has_text="No such name")
    field.press_sequentially("mal")
    expect(nobody).to_have_count(1)
    field.press_sequentially("lory")  # it stays said, however slowly one types
    expect(nobody).to_have_count(1)
    expect(options).to_have_count(0)
    field.fill("Look, @")
    field.press_sequentially("hop")
    expect(options).to_have_count(1)
    expect(field).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    assert ada.barriers() == []
    field.press("Escape")
    expect(options.first).to_be_hidden()
    field.press_sequentially("pe")
    ada.page.wait_for_timeout(300)
    expect(options.first).to_be_hidden()
    field.fill("Look, ")
    field.press_sequentially("@grace h")
    expect(options.first).to_be_visible()
    field.press("Tab")
    expect(field).to_have_value("Look, @Grace Hopper ")
    expect(field).to_be_focused()
    field.press("Control+Enter")
    mine = grace.message("Look, @Grace Hopper")
    expect(mine.locator("mention-mark")).to_be_visible()
    expect(mine.get_by_role("link", name="@Grace Hopper")).to_be_visible()
    expect(ada.message("Look, @Grace Hopper").locator("mention-mark")).to_be_hidden()


def test_on_a_slow_line_who_is_typed_last_is_offered(here: House) -> None:
    ada = here.screen(here.cast.ada)
    asked: dict[str, Route] = {}
    ada.page.route("**/mentionable?*", lambda route: asked.update({route.request.url.partition("?q=")[2]: route}))
    field = ada.page.locator("#editor textarea")
    field.press_sequentially("Look, @h")
    eventually(lambda: "h" in asked, True, page=ada.page)
    field.press_sequentially("op")
    eventually(lambda: "hop" in asked, True, page=ada.page)
    asked["hop"].continue_()
    expect(ada.page.locator("#editor [role=option]")).to_have_count(1)


def test_a_part_is_quoted_by_selecting_it_and_the_whole_from_the_menu(here: House) -> None:
    here.talk.say(here.cast.ada, "First the list.\n\n> an old quote\n\nThen the **schools**.")
    grace = here.screen(here.cast.grace)
    grace.message("Then the").get_by_text("Then the").click(click_count=3)  # ends where the next part begins
    quote = grace.page.locator(".quote-selection")
    expect(quote).to_be_visible()
    # It goes with the selection, and comes to where the next one ends: nobody can press it on its way.
    grace.page.evaluate("getSelection().removeAllRanges()")
    expect(quote).to_have_count(0)
    grace.message("Then the").get_by_text("First the list.").select_text()
    quote.click()
    field = grace.page.locator(".message-reply textarea")
    expect(field).to_have_value("> First the list.\n\n")
    expect(field).to_be_focused()
    field.press_sequentially("Yes.")
    more = grace.message("Then the").locator("[data-action=more]")
    more.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    grace.page.keyboard.press("Escape")
    expect(more).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "false")
    expect(grace.page.locator(".message-reply")).to_be_visible()
    more.press("Space")
    assert grace.barriers() == []
    grace.page.locator(".message-menu").get_by_role("button", name="Quote").press("Enter")
    expect(field).to_have_value("> First the list.\n\nYes.\n\n> First the list.\n>\n> Then the schools.\n\n")


def test_a_link_and_the_words_as_typed_are_copied(here: House) -> None:
    message_id = here.talk.say(here.cast.ada, "Then the **schools**.")
    grace = Screen(here.browser, here.site, here.cast.grace)
    here.screens.append(grace)
    grace.context.grant_permissions(["clipboard-read", "clipboard-write"])
    grace.sign_in(here.talk.path())
    told = noted(grace.page.locator("#toasts"))

    def copied(by: str, said: str) -> str:
        grace.page.evaluate("navigator.clipboard.writeText('')")
        grace.message("Then the").locator("[data-action=more]").click()
        grace.page.get_by_role("button", name=by).click()
        eventually(lambda: said in "\n".join(told()), True, page=grace.page)
        return str(grace.page.evaluate("navigator.clipboard.readText()"))

    assert copied("Copy link", "The link was copied.") == here.site.url + here.talk.at(message_id)
    text = copied("Copy as text", "The message was copied as text.")
    assert text.startswith("Ada Lovelace wrote ") and text.endswith("\n\nThen the **schools**.\n")
    # A page that may not write to the clipboard finds another way.
    grace.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    grace.message("Then the").locator("[data-action=more]").click()
    grace.page.evaluate("document.execCommand = (name) => { window.did = name; return true }")
    grace.page.get_by_role("button", name="Copy as text").click()
    eventually(lambda: grace.page.evaluate("window.did"), "copy", page=grace.page)
