"""What one typed is not lost: by Back, by another language, by a server that is down, by a sign-in that has ended."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect

from tests.browsing import another_page
from tests.journeys.talking import IS_FOLLOWED, House, Screen, eventually
from tests.workspaces.attachments.files import pdf

pytestmark = pytest.mark.browser

IS_SEEN = "words => Object.values(localStorage).some((kept) => kept.includes(words))"
"""Whether what another tab keeps has come to this one."""
IS_APART = """() => Object.keys(localStorage).some((key) => key.startsWith("extranet:draft:") && key.includes("@"))"""
"""Whether a tab keeps a text of its own beside another one's."""
NOTE_TOASTS = """
    window.told = [];
    new MutationObserver(() => told.push(document.getElementById("toasts")?.textContent ?? ""))
        .observe(document, { childList: true, subtree: true });
"""
"""Notes what the next pages say for a moment."""


def test_after_sending_a_new_thread_back_shows_an_empty_form(here: House) -> None:
    page = here.screen(here.cast.grace, here.place.path("/threads/new")).page
    _write_thread(page, "Only one", "Words")
    page.wait_for_function(IS_FOLLOWED, arg="Words")
    with another_page(page):
        page.get_by_role("button", name="Open the discussion").click()
    expect(page.get_by_role("heading", name="Only one")).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Title")).to_have_value("")
    expect(page.get_by_label("Message", exact=True)).to_have_value("")


@pytest.mark.parametrize("arrives", [False, True])
def test_a_new_thread_whose_answer_was_lost_is_there_once(here: House, arrives: bool) -> None:
    page = here.screen(here.cast.grace, here.place.path("/threads/new")).page
    _write_thread(page, "Lost on its way", "Words")
    page.wait_for_function(IS_FOLLOWED, arg="Words")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if arrives:
            route.fetch(max_redirects=0)
        route.abort()
        lost.append(route.request.url)

    page.route("**/threads", lose, times=1)
    page.get_by_role("button", name="Open the discussion").click()
    eventually(lambda: len(lost), 1, page=page)
    page.wait_for_url("chrome-error://**")  # who goes on before the browser has given up is interrupted by its page
    page.goto(here.site.url + here.place.path("/threads/new"))
    if arrives:  # the other pages of the writer have heard that it is said
        expect(page.get_by_label("Title")).to_have_value("")
    else:
        expect(page.get_by_label("Title")).to_have_value("Lost on its way")
        expect(page.get_by_label("Message", exact=True)).to_have_value("Words")
        page.get_by_role("button", name="Open the discussion").click()
        expect(page.get_by_role("heading", name="Lost on its way")).to_be_visible()
    page.goto(here.site.url + here.place.path())
    expect(page.get_by_role("link", name="Lost on its way")).to_have_count(1)


@pytest.mark.parametrize("path", ["/workspaces/new", "/directory/me", "/apply"])
def test_another_language_keeps_what_was_typed(here: House, path: str) -> None:
    page = here.screen(here.cast.grace, path).page if path != "/apply" else _visitor(here, path)
    field = page.locator("main form[method=post] textarea").first
    tick = page.locator("main form[method=post] :is([type=checkbox], [type=radio]):visible:not(:checked)").first
    which = tick.get_attribute("id")
    field.fill("Half a purpose")
    tick.check()
    page.add_init_script(NOTE_TOASTS)
    page.get_by_role("button", name="Svenska").click()
    expect(page.locator("html")).to_have_attribute("lang", "sv")
    expect(field).to_have_value("Half a purpose")
    expect(page.locator(f"#{which}")).to_be_checked()
    eventually(lambda: "Det du hade skrivit" in page.evaluate("told.join()"), True, page=page)
    # Whoever comes by another way finds the form as it is.
    page.goto(here.site.url + "/terms")
    page.goto(here.site.url + path)
    expect(field).to_have_value("")


def test_what_was_saved_is_not_brought_back(here: House) -> None:
    page = here.screen(here.cast.grace, "/directory/me").page
    page.locator("textarea").first.fill("Saved once")
    with another_page(page):
        page.locator("main form[method=post] [type=submit]").first.click()
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('extranet:form'))") == []


def test_signing_out_asks_about_unsent_text_and_takes_it_away(here: House) -> None:
    page = here.screen(here.cast.grace).page
    page.get_by_label("Your message").fill("Not for the next one")
    _sign_out(page)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("You have unsent text on this device")
    dialog.get_by_role("button", name="Cancel").click()
    expect(page.get_by_label("Your message")).to_have_value("Not for the next one")
    page.keyboard.press("Escape")
    page.reload()
    expect(page.get_by_label("Your message")).to_have_value("Not for the next one")
    _sign_out(page)
    dialog.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You have signed out.")).to_be_visible()
    assert "Not for the next one" not in page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")


def test_signing_out_with_nothing_unsent_asks_nothing(here: House) -> None:
    page = here.screen(here.cast.grace).page
    _sign_out(page)
    expect(page.get_by_text("You have signed out.")).to_be_visible()


def test_what_is_answered_while_one_signs_out_leaves_nothing_behind(here: House) -> None:
    """The draft was on its way to the server: that it has come there is told to a page that shall keep nothing."""
    page = here.screen(here.cast.grace).page
    saves: list[Route] = []
    page.route("**/drafts/thread-*", lambda route: saves.append(route))

    def sign_out_late(route: Route) -> None:
        with page.expect_request_finished(lambda request: "/drafts/" in request.url):
            saves[0].fulfill(json={"version": 1})
        route.continue_()

    page.route("**/sign-out", sign_out_late)
    page.get_by_label("Your message").fill("Not for the next one")
    page.get_by_label("Your message").blur()
    eventually(lambda: len(saves), 1, page=page)
    _sign_out(page)
    page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You have signed out.")).to_be_visible()
    assert "Not for the next one" not in page.evaluate("JSON.stringify({...localStorage})")


def test_a_sign_in_that_ended_elsewhere_is_said_and_nothing_is_sent_by_itself(here: House) -> None:
    grace = here.screen(here.cast.grace)
    _sign_out_beside(grace)
    grace.write("Written too late")
    failed = grace.message("Written too late")
    expect(failed).to_contain_text("your sign-in has ended")
    expect(failed.get_by_role("link", name="Sign in")).to_be_visible()
    # Signed in again in another tab, trying again is enough.
    grace.sign_in_beside()
    assert [message.body for message in here.talk.messages()] == ["Hello"]
    failed.get_by_role("button", name="Try again").click()
    expect(failed).not_to_have_attribute("data-state", re.compile(".*"))
    assert [message.body for message in here.talk.messages()] == ["Hello", "Written too late"]


def test_a_message_that_waits_for_a_sign_in_is_offered_after_it(here: House) -> None:
    grace = here.screen(here.cast.grace)
    _sign_out_beside(grace)
    grace.write("Written too late")
    failed = grace.message("Written too late")
    failed.get_by_role("link", name="Sign in").click()
    grace.sign_in_here()
    grace.when_live()
    expect(failed).to_have_attribute("data-state", "failed")
    expect(failed).to_contain_text("your sign-in had ended")
    expect(failed).to_be_focused()
    assert [message.body for message in here.talk.messages()] == ["Hello"]
    failed.get_by_role("button", name="Try again").click()
    eventually(lambda: [m.body for m in here.talk.messages()], ["Hello", "Written too late"], page=grace.page)


def test_what_was_refused_is_shown_and_not_sent_again_by_itself(here: House) -> None:
    grace = here.screen(here.cast.grace)
    refusal = {"detail": "It cannot be so."}
    grace.page.route("**/messages", lambda route: route.fulfill(status=422, json=refusal), times=1)
    grace.write("Refused")
    expect(grace.message("Refused")).to_contain_text("It cannot be so.")
    grace.page.reload()
    grace.when_live()
    expect(grace.message("Refused")).to_have_attribute("data-state", "failed")
    expect(grace.message("Refused")).to_contain_text("It cannot be so.")
    assert [message.body for message in here.talk.messages()] == ["Hello"]
    assert grace.barriers() == []


@pytest.mark.parametrize("is_offline", [True, False])
def test_two_tabs_lose_nothing_of_each_other(here: House, is_offline: bool) -> None:
    """An untouched tab shows what the other one types; where both have words of their own, both stay."""
    grace = here.screen(here.cast.grace)
    other = grace.context.new_page()
    other.goto(here.talk.path())
    one, two = (page.locator("#editor").get_by_role("textbox") for page in (grace.page, other))
    grace.context.set_offline(is_offline)
    one.fill("From the first")
    expect(two).to_have_value("From the first")
    two.fill("From the second")
    grace.page.wait_for_function(IS_APART)
    expect(one).to_have_value("From the first")
    grace.context.set_offline(False)
    grace.page.reload()
    expect(one).to_have_value("From the first")
    expect(grace.page.locator(".other-draft").first).to_contain_text("From the second")
    expect(two).to_have_value("From the second")


@pytest.mark.parametrize("chosen", [None, "Add it after this one"])
def test_a_tab_with_its_own_text_saves_nothing_over_the_one_of_another_tab(here: House, chosen: str | None) -> None:
    """Also when it is opened anew. The other text is offered once, though the server has it too."""
    grace = here.screen(here.cast.grace)
    other = grace.context.new_page()
    other.goto(here.talk.path())
    one, two = (page.locator("#editor").get_by_role("textbox") for page in (grace.page, other))
    grace.page.route("**/drafts/thread-*", lambda route: route.abort())  # the second one is the first to be saved
    one.fill("From the first")
    expect(two).to_have_value("From the first")
    two.fill("From the second")
    eventually(lambda: _draft(here), "From the second", page=other)
    grace.page.wait_for_function(IS_APART)
    grace.page.unroute("**/drafts/thread-*")
    with grace.page.expect_response(lambda said: said.request.method == "GET" and "/drafts/thread-" in said.url):
        grace.page.reload()
    offered = grace.page.locator(".other-draft")
    expect(offered).to_have_count(1)
    expect(offered).to_contain_text("From the second")
    if chosen:
        offered.get_by_role("button", name=chosen).click()
        eventually(lambda: _draft(here), "From the first\n\nFrom the second", page=grace.page)
        return
    one.fill("From the first, and on")
    one.blur()
    two.fill("From the second, and on")
    two.blur()
    eventually(lambda: _draft(here), "From the second, and on", page=other)
    expect(one).to_have_value("From the first, and on")
    expect(two).to_have_value("From the second, and on")


def test_two_tabs_begin_two_discussions(here: House) -> None:
    first = here.screen(here.cast.grace, here.place.path("/threads/new")).page
    second = first.context.new_page()
    second.goto(first.url)
    first.context.set_offline(True)  # an empty form takes what the server has, after a moment: here two begin at once
    _write_thread(first, "From the first", "Words")
    second.wait_for_function(IS_SEEN, arg="Words")
    _write_thread(second, "From the second", "Other words")
    second.context.set_offline(False)
    file = FilePayload(name="plan.pdf", mimeType="application/pdf", buffer=pdf())
    second.set_input_files("#editor input[type=file]", [file])
    expect(second.locator(".file-row")).to_have_attribute("data-state", "ready")
    first.reload()
    expect(first.get_by_label("Title")).to_have_value("From the first")
    second.close()
    with another_page(first):
        first.get_by_role("button", name="Open the discussion").click()
    expect(first.get_by_role("heading", name="From the first")).to_be_visible()
    # What was begun in the tab that is closed goes on in the next one, as another discussion.
    first.goto(here.site.url + here.place.path("/threads/new"))
    expect(first.get_by_label("Title")).to_have_value("From the second")
    expect(first.locator(".file-row")).to_have_attribute("data-state", "ready")
    first.get_by_role("button", name="Open the discussion").click()
    expect(first.get_by_role("heading", name="From the second")).to_be_visible()


def _write_thread(page: Page, title: str, body: str) -> None:
    page.get_by_label("Title").fill(title)
    page.get_by_label("Message", exact=True).fill(body)


def _visitor(here: House, path: str) -> Page:
    screen = Screen(here.browser, here.site, here.cast.visitor)
    here.screens.append(screen)
    screen.page.goto(path)
    return screen.page


def _sign_out_beside(screen: Screen) -> None:
    page = screen.context.new_page()
    page.goto("/directory")
    _sign_out(page)
    expect(page.get_by_text("You have signed out.")).to_be_visible()


def _sign_out(page: Page) -> None:
    page.locator(".menu > summary").click()
    page.get_by_role("button", name="Sign out").click()


def _draft(here: House) -> str:
    """What the server keeps of what Grace writes in the thread."""
    answer = here.cast.grace.api("GET", f"/workspaces/{here.place.slug}/drafts/thread-{here.talk.thread_id}").json
    assert answer is not None
    return str(answer["body"])
