"""What one has written and not sent is found again: where nothing can be written any more, where one is no longer."""

import re

import pytest
from playwright.sync_api import Locator, expect

from extranet.members import Member
from tests.browsing import noted
from tests.cast import keeping
from tests.journeys.talking import LONG, House, Screen, eventually
from tests.workspaces.places import Place, open_place
from workspaces.discussions import service
from workspaces.discussions.models import Thread
from workspaces.models import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ANY = re.compile(".*")
IS_FOLLOWED = """words => Object.entries(localStorage).some(([key, kept]) =>
    key.startsWith("extranet:followed:") && JSON.parse(kept).value.words?.body === words)"""
"""Whether the browser knows that the server keeps the draft with these words."""


def test_in_a_locked_discussion_what_was_refused_can_be_copied_and_not_lost(here: House) -> None:
    grace = here.screen(here.cast.grace)
    _is_refused(grace, "Came too late")
    here.cast.ada.post(here.talk.path("/lock"))
    grace.page.reload()
    refused = grace.message("Came too late")
    expect(refused.get_by_role("button", name="Copy the text")).to_be_visible()
    expect(grace.page.locator("#editor")).to_be_hidden()
    expect(refused.get_by_role("button", name="Change the text")).to_be_hidden()


def test_in_an_archived_workspace_what_was_not_sent_can_be_read_copied_and_thrown_away(here: House) -> None:
    grace = here.screen(here.cast.grace)
    _is_refused(grace, "Came too late")
    _types(grace, "Begun " + "and gone on with " * 20)
    here.place.archive(here.cast.ada)
    grace.page.reload()
    rows = _unsent(grace)
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="Came too late")).to_be_visible()
    assert grace.barriers() == []
    begun = rows.filter(has_text="Begun and gone on")
    expect(begun.get_by_role("link")).to_have_count(0)
    begun.get_by_role("button", name="Discard").press("Enter")
    grace.page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(rows).to_have_count(1)
    expect(rows.get_by_role("button", name="Copy the text")).to_be_focused()
    grace.page.goto("/news")
    expect(_unsent(grace)).to_have_count(1)
    expect(grace.page.get_by_text("Begun and gone on")).to_have_count(0)


def test_what_the_server_keeps_of_an_archived_workspace_can_be_copied_whole(here: House) -> None:
    words = "Begun " + "and gone on with " * 20 + "to the end."
    grace = here.screen(here.cast.grace)
    _types(grace, words)
    here.place.archive(here.cast.ada)
    other = here.screen(here.cast.grace, "/news")
    row = other.page.locator("li[data-place]")
    expect(row).to_contain_text("to the end.")
    told = noted(other.page.locator("#toasts"))
    row.get_by_role("button", name="Copy the text").click()
    eventually(lambda: "The text was copied." in told(), True, page=other.page)
    assert other.barriers() == []
    grace.page.goto("/news")
    expect(grace.page.get_by_text("to the end.")).to_have_count(1)  # what stands in both is shown once


def test_what_was_begun_in_a_discussion_that_is_locked_now_is_shown(here: House) -> None:
    grace = here.screen(here.cast.grace)
    _types(grace, "Half a message")
    grace.message("Hello").locator("[data-action=reply]").click()
    grace.page.locator(".message-reply").get_by_role("textbox").fill("Half an answer")
    here.cast.ada.post(here.talk.path("/lock"))
    grace.page.reload()
    expect(_unsent(grace)).to_have_count(2)
    expect(_unsent(grace).filter(has_text="Half an answer")).to_contain_text("An answer")
    here.cast.ada.post(here.talk.path("/unlock"))
    expect(_unsent(grace)).to_have_count(0)
    expect(grace.page.get_by_label("Your message")).to_have_value("Half a message")


def test_an_answer_to_what_was_retracted_is_gone_on_with(here: House) -> None:
    said = here.talk.say(here.cast.ada, "Taken back")
    grace = here.screen(here.cast.grace)
    grace.message("Taken back").locator("[data-action=reply]").click()
    grace.page.locator(".message-reply").get_by_role("textbox").fill("Half an answer")
    here.cast.ada.post(here.talk.at(said, "/retract"), {"reason": "Not so"})
    grace.page.reload()
    _unsent(grace).get_by_role("link", name="An answer").click()
    editor = grace.page.locator(".message-reply")
    expect(editor.get_by_role("textbox")).to_have_value("Half an answer")
    editor.get_by_role("button", name="Send the answer").click()
    expect(grace.message("Half an answer")).not_to_have_attribute("data-state", ANY)


@pytest.mark.parametrize("what", ["member is removed", "discussion is moved away"])
def test_whoever_sees_the_discussion_no_more_finds_their_own_words(here: House, what: str) -> None:
    grace = here.screen(here.cast.grace)
    _is_refused(grace, "Came too late", status=404)
    _types(grace, "Begun before")
    if what == "member is removed":
        _remove(here.place, here)
    else:
        target = open_place(here.cast, name="Toinen")
        _remove(target, here)
        assert here.cast.ada.post(here.talk.path("/move"), {"to": target.slug}).status_code == 302
    grace.page.goto("/news")
    expect(_unsent(grace)).to_have_count(2)
    expect(_unsent(grace).filter(has_text="Begun before")).to_be_visible()
    expect(_unsent(grace).get_by_role("link")).to_have_count(0)


def test_who_is_elsewhere_when_a_message_is_refused_is_told(here: House) -> None:
    grace = here.screen(here.cast.grace)
    grace.page.route("**/messages", lambda route: route.abort())
    grace.write("Into the tunnel")
    expect(grace.message("Into the tunnel").get_by_role("status")).to_contain_text("there is no connection")
    here.cast.ada.post(here.talk.path("/lock"))
    grace.page.unroute("**/messages")
    grace.page.goto("/directory")
    told = grace.page.locator("#toasts")
    expect(told).to_contain_text("A message of yours was not sent.")
    assert grace.barriers() == []
    told.get_by_role("link").click()
    row = _unsent(grace)
    expect(row).to_contain_text("Into the tunnel")
    expect(row).to_contain_text("This discussion is locked")
    row.get_by_role("link", name="A message").click()
    expect(grace.message("Into the tunnel")).to_be_visible()


def test_what_is_discarded_is_so_on_all_devices(here: House) -> None:
    grace = here.screen(here.cast.grace)
    _types(grace, "Better not")
    other = here.screen(here.cast.grace)
    expect(other.page.get_by_label("Your message")).to_have_value("Better not")
    _is_refused(grace, "Better not")
    grace.message("Better not").get_by_role("button", name="Discard").click()
    grace.page.get_by_role("dialog").get_by_role("button", name="Discard").click()
    expect(grace.message("Better not")).to_have_count(0)
    expect(other.page.get_by_label("Your message")).to_have_value("")
    grace.page.goto("/news")
    expect(grace.page.get_by_role("heading", name="What is new")).to_be_visible()
    expect(grace.page.get_by_text("Better not")).to_have_count(0)


def test_what_was_written_before_a_move_is_sent_to_where_the_discussion_stands_now(here: House) -> None:
    grace = here.screen(here.cast.grace)
    target = open_place(here.cast, name="Toinen")
    grace.page.route("**/messages", lambda route: route.abort())
    grace.write("Into the tunnel")
    expect(grace.message("Into the tunnel").get_by_role("status")).to_contain_text("there is no connection")
    here.cast.ada.post(here.talk.path("/move"), {"to": target.slug})
    grace.page.unroute("**/messages")
    grace.page.goto(target.path(f"/threads/{here.talk.thread_id}"))
    waiting = grace.message("Into the tunnel")
    expect(waiting.get_by_role("alert")).to_contain_text("was moved here meanwhile")
    waiting.get_by_role("button", name="Try again").click()
    expect(waiting).not_to_have_attribute("data-state", ANY)
    grace.page.reload()
    expect(grace.message("Into the tunnel")).to_have_count(1)


def test_an_answer_keeps_what_it_answers_when_it_is_taken_back_far_from_there(here: House) -> None:
    _say(here, 59)
    first = here.screen(here.cast.grace, here.talk.path("?at=first"))
    first.page.route("**/messages", lambda route: route.fulfill(status=409, json={"detail": "No."}))
    first.write("Far from here", answers="Number 3.")
    expect(first.message("Far from here").get_by_role("alert")).to_have_text("No.")
    first.page.goto(here.talk.path("?at=last"))
    expect(first.message("Number 3.")).to_have_count(0)
    first.message("Far from here").get_by_role("button", name="Change the text").click()
    editor = first.page.locator(".message-reply")
    expect(editor.get_by_role("textbox")).to_have_value("Far from here")
    expect(editor.get_by_role("textbox")).to_be_focused()
    first.page.unroute("**/messages")
    first.page.reload()  # it is kept there
    expect(editor.get_by_role("textbox")).to_have_value("Far from here")
    editor.get_by_role("button", name="Send the answer").click()
    expect(first.message("Far from here")).not_to_have_attribute("data-state", ANY)
    expect(first.page.locator(".message:has-text('Number 3.') + .message")).to_contain_text("Far from here")


def _is_refused(screen: Screen, words: str, *, status: int = 409) -> None:
    """The person sends something that is not taken."""
    screen.page.route("**/messages", lambda route: route.fulfill(status=status, json={"detail": "No."}))
    screen.write(words)
    expect(screen.message(words).get_by_role("button", name="Discard")).to_be_visible(timeout=LONG)


def _types(screen: Screen, words: str) -> None:
    """The person writes without sending, until the server has it too."""
    screen.page.get_by_label("Your message").fill(words)
    screen.page.get_by_label("Your message").blur()
    screen.page.wait_for_function(IS_FOLLOWED, arg=words)


def _unsent(screen: Screen) -> Locator:
    """What the page lists as not sent."""
    return screen.page.locator("unsent-words [data-part=list] > li")


def _remove(place: Place, here: House) -> None:
    """Ada removes Grace from a workspace."""
    here.cast.ada.post(place.path(f"/members/{here.cast.grace.member_id}/remove"))
    assert place.membership(here.cast.grace) is None


def _say(here: House, number: int) -> None:
    """Ada says something, so many times."""
    with keeping(here.cast.app) as held:
        ada = held.get_one(Member, here.cast.ada.member_id)
        thread = held.get_one(Thread, here.talk.thread_id)
        workspace = held.get_one(Workspace, thread.workspace_id)
        for one in range(number):
            service.post(thread, workspace, f"Number {one}.", by=ada)
