"""Open pages say how much is new as the server counts it: also when something is retracted, or has just been moved."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from extranet.members import Member
from tests.cast import keeping
from tests.journeys.talking import House, Screen
from tests.workspaces.places import open_place
from workspaces.discussions import service
from workspaces.discussions.models import Thread
from workspaces.models import Workspace

pytestmark = pytest.mark.browser

ONE_NEW = re.compile(r"^\(1\) ")
NOTHING_NEW = re.compile(r"^[^(]")


def test_what_is_retracted_counts_no_more_on_any_page(here: House) -> None:
    grace = here.cast.grace
    _say_much(here)
    here.talk.read(grace)
    ada = here.screen(here.cast.ada, "/directory")
    reader = here.screen(grace, here.talk.path("?at=first"))
    lister, over_all = here.screen(grace, here.place.path()), here.screen(grace, "/workspaces")
    pill = reader.page.locator("[data-part=news]")
    row = lister.page.locator(f'li[data-thread="{here.talk.thread_id}"] .badge')
    space = over_all.page.locator(f'[data-workspace="{here.place.slug}"] .badge')
    _send(here, ada, here.talk.path("/messages"), body="Not so", answers="", client_id="")
    for screen in (reader, lister, over_all):
        expect(screen.page).to_have_title(ONE_NEW)
    for badge in (pill, row, space):
        expect(badge).to_contain_text("1 new message")
    said = next(message.id for message in here.talk.messages() if message.body == "Not so")
    _send(here, ada, here.talk.at(said, "/retract"), reason="")
    for screen in (reader, lister, over_all):
        expect(screen.page).to_have_title(NOTHING_NEW)
    expect(pill).to_be_hidden()
    for badge in (row, space):
        expect(badge).to_have_text("")


def test_of_a_thread_that_comes_only_what_is_unread_counts(here: House) -> None:
    ada, grace = here.cast.ada, here.cast.grace
    for words in ("One", "Two"):
        here.talk.say(grace, words)
    here.talk.read(ada)
    other = open_place(here.cast)
    has_read, has_not = here.screen(ada, other.path()), here.screen(grace, other.path())
    _send(here, has_read, here.talk.path("/move"), to=other.slug)
    badge = f'li[data-thread="{here.talk.thread_id}"] .badge'
    expect(has_not.page.locator(badge)).to_contain_text("1 new message")
    expect(has_read.page.locator(badge)).to_have_text("")


def _send(here: House, screen: Screen, path: str, **fields: Any) -> None:
    """Send a form from somebody's browser, so that the server tells of it at once."""
    said = {"csrf_token": screen.person.csrf_token, **fields}
    answer = screen.page.request.post(here.site.url + path, form=said, max_redirects=0)
    assert answer.status == 302, answer.text()


def _say_much(here: House) -> None:
    """Grace says more than a page of the thread shows."""
    with keeping(here.cast.app) as held:
        grace = held.get_one(Member, here.cast.grace.member_id)
        thread = held.get_one(Thread, here.talk.thread_id)
        workspace = held.get_one(Workspace, thread.workspace_id)
        for number in range(60):
            service.post(thread, workspace, f"Number {number}.", by=grace)
