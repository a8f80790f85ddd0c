"""What happens to a whole thread shows on open pages: its name, its answer, a lock, a decision, and that it is gone."""

import re

import pytest
from playwright.sync_api import expect

from extranet.members import Member
from tests.browsing import another_page
from tests.cast import keeping
from tests.journeys.talking import House
from workspaces import service as workspaces

pytestmark = pytest.mark.browser


def test_a_question_is_asked_answered_and_locked_before_open_eyes(here: House) -> None:
    ada, grace = here.cast.ada, here.cast.grace
    host, reader = here.screen(ada), here.screen(grace)
    with another_page(host.page):
        host.page.get_by_role("link", name="Settings of the discussion").click()
    assert host.barriers() == []
    host.page.get_by_label("Title").fill("Who has the keys?")
    host.page.get_by_label("Question").check()
    with another_page(host.page):
        host.page.get_by_role("button", name="Save").click()
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Who has the keys?")
    expect(reader.page).to_have_title(re.compile("Who has the keys"))
    host.when_live()
    reader.write("I have them.")
    expect(host.page.locator("thread-head")).to_contain_text("Answered")
    host.choose("Accept as the answer", of="I have them.")
    expect(reader.message("I have them.")).to_contain_text("Accepted answer")
    expect(reader.page.get_by_role("link", name="The accepted answer: Grace Hopper")).to_be_visible()
    # What one is writing stays when the lock comes; what is sent then is kept, and can be copied.
    reader.page.locator("#editor textarea").fill("Not yet sent")
    with another_page(host.page):
        host.page.get_by_role("link", name="Settings of the discussion").click()
    with another_page(host.page):
        host.page.get_by_role("button", name="Lock").click()
    expect(host.page.locator("#editor")).to_be_hidden()
    expect(reader.page.locator("thread-head")).to_contain_text("This discussion is locked")
    reader.page.get_by_role("button", name="Send the message").click()
    expect(reader.message("Not yet sent")).to_contain_text("This discussion is locked")
    assert reader.barriers() == []


def test_a_decision_is_written_by_keyboard_and_stands_above_for_everybody(here: House) -> None:
    ada, grace = here.cast.ada, here.cast.grace
    reason = here.talk.say(grace, "Because it is near.")
    ada.post(here.talk.path("/settings"), {"title": "Where to meet", "kind": "decision"})
    host, reader = here.screen(ada), here.screen(grace)
    with another_page(host.page):
        host.page.get_by_role("link", name="Write down the decision").press("Enter")
    host.page.locator(f"#ground-{reason}").press("Space")
    host.page.get_by_role("textbox", name="Decision").fill("We meet in **Turku**.")
    assert host.barriers() == []
    with another_page(host.page):
        host.page.get_by_role("button", name="Save the decision").press("Enter")
    decision = reader.page.locator("#decision")
    expect(decision).to_contain_text("We meet in Turku.")
    expect(decision.get_by_role("listitem")).to_contain_text("Because it is near.")
    expect(decision.get_by_role("link", name="Change the decision")).to_be_hidden()
    expect(host.page.locator("#decision").get_by_role("link", name="Change the decision")).to_be_visible()
    assert reader.barriers() == []


def test_lists_and_pages_follow_a_thread_that_moves_away(here: House) -> None:
    ada, grace = here.cast.ada, here.cast.grace
    with keeping(here.cast.app) as held:
        other = workspaces.open_workspace(
            name="Elsewhere", purpose="Other things", kind="project", by=held.get_one(Member, ada.member_id)
        ).slug
    reader, lister = here.screen(grace), here.screen(grace, here.place.path())
    there = here.screen(ada, f"/workspaces/{other}")
    host = here.screen(ada, here.talk.path("/move"))
    with another_page(host.page):
        host.page.get_by_role("link", name="Elsewhere").click()
    assert host.barriers() == []
    with another_page(host.page):
        host.page.get_by_role("button", name="Move the discussion").click()
    expect(host.page).to_have_url(re.compile(f"/workspaces/{other}/threads/"))
    expect(reader.page.get_by_role("alert")).to_contain_text("This discussion has been moved elsewhere.")
    row = f'li[data-thread="{here.talk.thread_id}"]'
    expect(lister.page.locator(row)).to_have_count(0)
    expect(there.page.locator(row)).to_have_count(1)
