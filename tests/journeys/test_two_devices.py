"""One member on two devices: what is read, marked as unread, typed and sent on one is so on the other."""

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from extranet import clock
from extranet.credentials import Credential
from tests.cast import Person, keeping
from tests.journeys.talking import LONG, House

pytestmark = pytest.mark.browser


def test_marks_agree(here: House) -> None:
    """What is read on one is read on the other; what is marked as unread stays so on both until one comes back."""
    grace = here.cast.grace
    here.talk.say(here.cast.ada, "Second")
    desk = here.screen(grace, here.place.path())
    badge = desk.page.locator(f'li[data-thread="{here.talk.thread_id}"] .badge')
    expect(badge).to_contain_text("2 new messages")
    phone = here.screen(grace)
    expect(badge).to_have_text("")
    expect(desk.page).not_to_have_title(re.compile(r"^\("))
    second = phone.message("Second")
    second.locator("[data-action=menu], [data-action=more]").first.click()
    second.get_by_role("button", name="Mark as unread from here").click()
    expect(badge).to_contain_text("1 new message")
    expect(desk.page).to_have_title(re.compile(r"^\(1\) "))
    expect(phone.page.locator(".new-line + .message")).to_contain_text("Second")
    # The open page reads on, and it stays unread.
    here.screen(here.cast.ada).write("Third")
    expect(phone.message("Third")).to_be_visible()
    expect(badge).to_contain_text("2 new messages")
    desk.page.goto("/news")
    desk.page.get_by_role("link", name="Plans").click()
    expect(desk.page.locator(".new-line + .message")).to_contain_text("Second")
    expect(desk.page).not_to_have_title(re.compile(r"^\("))
    expect(phone.page).not_to_have_title(re.compile(r"^\("))


def test_a_draft_follows_and_goes_when_it_is_sent(here: House) -> None:
    """What is typed on the phone stands at the desk; sent there, it is gone from the phone."""
    phone, desk = here.screen(here.cast.grace), here.screen(here.cast.grace)
    typed, followed = (screen.page.locator("#editor").get_by_role("textbox") for screen in (phone, desk))
    typed.fill("Begun on the bus")
    expect(followed).to_have_value("Begun on the bus")
    followed.fill("Begun on the bus, ended at the desk")
    expect(typed).to_have_value("Begun on the bus, ended at the desk")
    desk.page.locator("#editor").get_by_role("button", name="Send the message").click()
    expect(typed).to_have_value("")
    phone.page.reload()
    expect(phone.message("ended at the desk")).to_be_visible()
    expect(typed).to_have_value("")


def test_where_both_went_on_both_texts_are_kept(here: House) -> None:
    """A device that was away keeps what was typed there, and offers what was typed elsewhere."""
    phone, desk = here.screen(here.cast.grace), here.screen(here.cast.grace)
    on_phone, at_desk = (screen.page.locator("#editor").get_by_role("textbox") for screen in (phone, desk))
    phone.context.set_offline(True)
    on_phone.fill("From the tunnel")
    at_desk.fill("From the desk")
    at_desk.blur()
    phone.context.set_offline(False)
    notice = phone.page.locator(".other-draft")
    expect(notice).to_contain_text("From the desk", timeout=LONG)
    expect(on_phone).to_have_value("From the tunnel")
    assert phone.barriers() == []
    notice.get_by_role("button", name="Add it after this one").click()
    expect(on_phone).to_have_value("From the tunnel\n\nFrom the desk")
    expect(at_desk).to_have_value("From the tunnel\n\nFrom the desk")


def test_after_a_week_one_finds_what_one_had_begun(here: House) -> None:
    """An answer and a new discussion that were begun elsewhere stand in the list, and in their editors."""
    grace, slug = here.cast.grace, here.place.slug
    begun = {f"answer-{here.talk.first}": {"body": "An answer begun"}, "new": {"title": "A plan", "body": "To"}}
    for place, words in begun.items():
        assert grace.api("PUT", f"/workspaces/{slug}/drafts/{place}", words).status_code == 200
    screen = here.screen(grace, "/news")
    assert screen.barriers() == []
    screen.page.get_by_role("link", name="Plans").last.click()
    expect(screen.page.get_by_label("Your answer to Ada Lovelace")).to_have_value("An answer begun")
    screen.page.goto("/news")
    screen.page.get_by_role("link", name="A new discussion").click()
    expect(screen.page.get_by_label("Title")).to_have_value("A plan")


@pytest.mark.parametrize("is_open", [False, True])
def test_an_answer_that_was_sent_on_another_device_is_no_longer_offered(here: House, is_open: bool) -> None:
    """Neither in an editor that opens later nor in one that stands open; its message is marked no more."""
    phone, desk = here.screen(here.cast.grace), here.screen(here.cast.grace)
    tag = desk.message("Hello").locator("[data-action=reply] .tag")
    typed, offered = (screen.page.get_by_label("Your answer to Ada Lovelace") for screen in (phone, desk))
    phone.message("Hello").locator("[data-action=reply]").click()
    typed.fill("Begun on the bus")
    typed.blur()
    expect(tag).to_have_text("unfinished")
    if is_open:
        desk.message("Hello").locator("[data-action=reply]").click()
        expect(offered).to_have_value("Begun on the bus")
    phone.page.get_by_role("button", name="Send the answer").click()
    expect(desk.message("Begun on the bus")).to_be_visible()
    expect(tag).to_have_count(0)
    if not is_open:
        desk.message("Hello").locator("[data-action=reply]").click()
    expect(offered).to_have_value("")


def test_an_answer_that_is_sent_here_is_unfinished_no_more(here: House) -> None:
    begun = f"/workspaces/{here.place.slug}/drafts/answer-{here.talk.first}"
    assert here.cast.grace.api("PUT", begun, {"body": "Begun elsewhere"}).status_code == 200
    desk = here.screen(here.cast.grace)
    tag = desk.message("Hello").locator("[data-action=reply] .tag")
    expect(tag).to_have_text("unfinished")
    desk.message("Hello").locator("[data-action=reply]").click()
    expect(desk.page.get_by_label("Your answer to Ada Lovelace")).to_have_value("Begun elsewhere")
    desk.page.get_by_role("button", name="Send the answer").click()
    expect(desk.message("Begun elsewhere")).to_be_visible()
    expect(tag).to_have_count(0)


def test_after_a_sign_in_that_timed_out_only_its_writer_finds_the_text_again(here: House) -> None:
    """The next one who signs in at the same device sees nothing of it."""
    grace, ada = here.cast.grace, here.cast.ada
    screen = here.screen(grace)
    text = screen.page.locator("#editor").get_by_role("textbox")
    _time_out(here, grace)
    text.fill("Half a sentence, then lunch")
    text.blur()
    screen.person = ada
    screen.sign_in(here.talk.path())
    screen.when_live()
    expect(text).to_have_value("")
    _time_out(here, ada)
    screen.person = grace
    screen.sign_in(here.talk.path())
    expect(text).to_have_value("Half a sentence, then lunch")


def _time_out(here: House, person: Person) -> None:
    with keeping(here.talk.app) as held:
        of_person = Credential.member_id == person.member_id
        held.execute(sa.update(Credential).where(of_person).values(expires_at=clock.now()))
