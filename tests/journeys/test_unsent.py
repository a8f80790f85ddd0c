"""What one has written and not sent is found again: where nothing can be written any more, where one is no longer."""

import re

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from extranet.members import Member
from tests.browsing import noted
from tests.cast import keeping
from tests.journeys.talking import IS_FOLLOWED, LONG, House, Screen, eventually
from tests.workspaces.discussions.talk import Talk, open_thread, thread_in
from tests.workspaces.places import Place, open_place
from workspaces.discussions import service
from workspaces.discussions.models import Thread
from workspaces.models import Workspace

pytestmark = pytest.mark.browser

NOTES: FilePayload = {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"Notes"}
ANY = re.compile(".*")


def test_in_a_locked_discussion_what_one_has_written_is_listed_until_one_can_go_on(here: House) -> None:
    said = here.talk.say(here.cast.ada, "Taken back")
    grace = here.screen(here.cast.grace)
    editor, answer = grace.page.locator("#editor"), grace.page.locator(".message-reply")
    _is_refused(grace, "Came too late")
    grace.page.set_input_files("#editor input[type=file]", [NOTES])
    expect(editor.locator(".file-row[data-state=ready]")).to_have_count(1)
    _types(grace, "Half a message")
    grace.message("Taken back").locator("[data-action=reply]").click()
    answer.get_by_role("textbox").fill("Half an answer")
    here.cast.ada.post(here.talk.path("/lock"))
    grace.page.reload()
    refused = grace.message("Came too late")
    expect(refused.get_by_role("button", name="Copy the text")).to_be_visible()
    expect(editor).to_be_hidden()
    expect(refused.get_by_role("button", name="Change the text")).to_be_hidden()
    expect(_unsent(grace)).to_have_count(2)
    for words, kind in (("Half a message", "A message"), ("Half an answer", "An answer")):
        expect(_unsent(grace).filter(has_text=words).get_by_role("heading")).to_have_text(kind)
    expect(grace.page.locator("unsent-words")).not_to_contain_text("only in this browser")
    _discard(grace, _unsent(grace).filter(has_text="Half a message"))
    expect(_unsent(grace)).to_have_count(1)
    here.cast.ada.post(here.talk.path("/unlock"))
    expect(_unsent(grace)).to_have_count(0)
    expect(grace.page.get_by_label("Your message")).to_have_value("")
    expect(editor.locator(".file-row")).to_have_count(0)
    here.cast.ada.post(here.talk.at(said, "/retract"), {"reason": "Not so"})
    grace.page.reload()
    _unsent(grace).get_by_role("link", name="An answer").click()
    expect(answer.get_by_role("textbox")).to_have_value("Half an answer")
    grace.page.unroute("**/messages")
    answer.get_by_role("button", name="Send the answer").click()
    expect(grace.message("Half an answer")).not_to_have_attribute("data-state", ANY)


def test_in_an_archived_workspace_what_was_not_sent_can_be_read_copied_and_thrown_away(here: House) -> None:
    words = "Begun " + "and gone on with " * 20 + "to the end."
    matter = thread_in(open_thread(here.place, here.cast.grace, title="A matter", kind="decision"))
    grace = here.screen(here.cast.grace, here.place.path(f"/threads/{matter}/decision"))
    grace.page.get_by_label("Decision", exact=True).fill("Agreed")
    grace.page.goto(here.talk.path())
    _is_refused(grace, "Came too late")
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
    expect(_unsent(grace).filter(has_text="Agreed")).to_contain_text("A decision")
    expect(grace.page.get_by_text("to the end.")).to_have_count(1)  # what stands in both is shown once
    grace.page.goto(here.talk.path())
    rows = _unsent(grace)
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="Came too late")).to_be_visible()
    assert grace.barriers() == []
    begun = rows.filter(has_text="Begun and gone on")
    expect(begun.get_by_role("link")).to_have_count(0)
    _discard(grace, begun)
    expect(rows).to_have_count(1)
    expect(rows.get_by_role("button", name="Copy the text")).to_be_focused()
    grace.page.goto("/news")
    expect(_unsent(grace)).to_have_count(2)
    expect(grace.page.get_by_text("Begun and gone on")).to_have_count(0)


def test_whoever_sees_the_discussion_no_more_finds_their_own_words(here: House) -> None:
    target, second = open_place(here.cast, name="Toinen"), Talk(here.cast, here.place)
    _remove(target, here)
    grace = here.screen(here.cast.grace)
    _is_refused(grace, "Came too late", status=404)
    _types(grace, "Begun before")
    assert here.cast.ada.post(here.talk.path("/move"), {"to": target.slug}).status_code == 302
    grace.page.goto("/news")
    expect(_unsent(grace)).to_have_count(2)
    expect(_unsent(grace).filter(has_text="Begun before")).to_be_visible()
    expect(_unsent(grace).get_by_role("link")).to_have_count(0)
    grace.page.goto(second.path())
    grace.when_live()
    _is_refused(grace, "Better not")
    _types(grace, "Begun there")
    _remove(here.place, here)
    expect(grace.page.locator("live-thread").get_by_role("alert").last).to_contain_text("You can no longer see")
    _discard(grace, grace.message("Better not"))
    expect(grace.message("Better not")).to_have_count(0)
    grace.page.goto("/news")
    expect(_unsent(grace)).to_have_count(3)
    expect(_unsent(grace).filter(has_text="Begun there")).to_be_visible()
    expect(_unsent(grace).get_by_role("link")).to_have_count(0)


def test_who_is_elsewhere_when_a_message_is_refused_is_told_until_none_is(here: House) -> None:
    grace = here.screen(here.cast.grace)
    grace.context.route("**/messages", lambda route: route.abort())
    grace.write("Into the tunnel")
    expect(grace.message("Into the tunnel").get_by_role("status")).to_contain_text("there is no connection")
    beside = grace.context.new_page()
    for page in (beside, grace.page):
        page.goto("/directory")
    here.cast.ada.post(here.talk.path("/lock"))
    grace.context.unroute("**/messages")
    beside.evaluate("dispatchEvent(new Event('online'))")
    told = grace.page.locator("#toasts")
    for toasts in (told, beside.locator("#toasts")):
        expect(toasts).to_contain_text("A message of yours was not sent.", timeout=LONG)
    assert grace.barriers() == []
    told.get_by_role("link").click()
    row = _unsent(grace)
    expect(row).to_contain_text("Into the tunnel")
    expect(row).to_contain_text("This discussion is locked")
    row.get_by_role("link", name="A message").click()
    expect(grace.message("Into the tunnel")).to_be_visible()
    _discard(grace, grace.message("Into the tunnel"))
    expect(beside.locator("#toasts")).to_be_empty()


def test_what_is_discarded_is_so_on_all_devices(here: House) -> None:
    grace = here.screen(here.cast.grace)
    _types(grace, "Better not")
    other = here.screen(here.cast.grace)
    expect(other.page.get_by_label("Your message")).to_have_value("Better not")
    _is_refused(grace, "Better not")
    _discard(grace, grace.message("Better not"))
    expect(grace.message("Better not")).to_have_count(0)
    expect(other.page.get_by_label("Your message")).to_have_value("")
    grace.page.goto("/news")
    expect(grace.page.get_by_role("heading", name="What is new")).to_be_visible()
    expect(grace.page.get_by_text("Better not")).to_have_count(0)


def test_what_was_not_sent_keeps_what_it_answers_far_from_there_and_goes_where_the_discussion_has_gone(
    here: House,
) -> None:
    _say(here, 59)
    grace = here.screen(here.cast.grace, here.talk.path("?at=first"))
    page, editor = grace.page, grace.page.locator(".message-reply")
    page.route("**/messages", lambda route: route.fulfill(status=409, json={"detail": "No."}))
    grace.write("Far from here", answers="Number 3.")
    far = grace.message("Far from here")
    expect(far.get_by_role("alert")).to_have_text("No.")
    page.goto(here.talk.path("?at=last"))
    expect(grace.message("Number 3.")).to_have_count(0)
    grace.context.set_offline(True)
    far.get_by_role("button", name="Change the text").click()
    expect(page.locator("#toasts")).to_contain_text("There is no connection.")
    grace.context.set_offline(False)
    page.route("**/threads/*?answers=*", lambda route: route.abort())  # the page that is wanted does not open
    with page.expect_event("requestfailed", lambda request: "?answers=" in request.url):
        far.get_by_role("button", name="Change the text").click()
    page.unroute("**/threads/*?answers=*")
    page.goto(here.talk.path("?at=last"))
    grace.when_live()
    far.get_by_role("button", name="Change the text").click()
    expect(editor.get_by_role("textbox")).to_have_value("Far from here")
    expect(editor.get_by_role("textbox")).to_be_focused()
    page.unroute("**/messages")
    page.reload()  # it is kept there
    expect(editor.get_by_role("textbox")).to_have_value("Far from here")
    editor.get_by_role("button", name="Send the answer").click()
    expect(far).not_to_have_attribute("data-state", ANY)
    expect(page.locator(".message:has-text('Number 3.') + .message")).to_contain_text("Far from here")
    target = open_place(here.cast, name="Toinen")
    page.route("**/messages", lambda route: route.abort())
    grace.write("Into the tunnel")
    waiting = grace.message("Into the tunnel")
    expect(waiting.get_by_role("status")).to_contain_text("there is no connection")
    here.cast.ada.post(here.talk.path("/move"), {"to": target.slug})
    page.unroute("**/messages")
    page.goto(target.path(f"/threads/{here.talk.thread_id}?at=last"))
    expect(waiting.get_by_role("alert")).to_contain_text("was moved here meanwhile")
    waiting.get_by_role("button", name="Try again").click()
    expect(waiting).not_to_have_attribute("data-state", ANY)
    assert [message.body for message in here.talk.messages()].count("Into the tunnel") == 1


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


def _discard(screen: Screen, where: Locator) -> None:
    """The person throws away what stands there, and means it."""
    where.get_by_role("button", name="Discard").press("Enter")
    screen.page.get_by_role("dialog").get_by_role("button", name="Discard").click()


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
