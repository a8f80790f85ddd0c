"""People talk live in their browsers: news in their place, nothing typed is lost, nobody is kept out."""

import re

import pytest
from playwright.sync_api import Locator, Route, expect

from extranet.members import Member
from tests.browsing import another_page
from tests.cast import keeping
from tests.journeys.talking import LONG, House, Screen, eventually
from tests.workspaces.discussions.talk import Talk

pytestmark = pytest.mark.browser


def test_two_people_talk_live_from_the_sign_in_to_a_tree_of_answers(here: House) -> None:
    ada, grace = Screen(here.browser, here.site, here.cast.ada), Screen(here.browser, here.site, here.cast.grace)
    here.screens += [ada, grace]
    ada.sign_in(here.place.path())
    grace.sign_in(here.place.path())
    grace.when_live()
    with another_page(ada.page):
        ada.page.get_by_role("link", name="Open a discussion").click()
    assert ada.barriers() == []
    ada.page.get_by_label("Title").fill("Who does what?")
    ada.page.get_by_label("Message", exact=True).fill("I begin **today**.")
    ada.page.get_by_role("button", name="Open the discussion").click()
    expect(ada.page.get_by_role("heading", name="Who does what?")).to_be_visible()
    # It stands at the top of Grace's list, unread, without a reload.
    row = grace.page.locator("live-workspace li").first
    expect(row).to_contain_text("Who does what?")
    expect(row.locator(".badge")).to_contain_text("1 new message")
    expect(grace.page).to_have_title(re.compile(r"^\(2\) "))
    assert grace.barriers() == []
    row.get_by_role("link").click()
    expect(grace.page.locator(".new-line")).to_be_visible()
    ada.when_live()
    grace.when_live()
    grace.write("I take the schools.", answers="I begin")
    expect(ada.message("I take the schools.")).to_have_class(re.compile("is-new"))
    ada.write("Thank you!", answers="I take the schools.")
    grace.write("And who takes the health centre?")
    ada.write("I do.", answers="health centre")
    grace.write("One more thing about the schools.", answers="I begin")
    said = [
        "I begin today.", "I take the schools.", "Thank you!", "One more thing about the schools.",
        "And who takes the health centre?", "I do.",
    ]  # fmt: skip
    for screen in (ada, grace):
        eventually(screen.words, said, page=screen.page)
        assert screen.barriers() == []
    # What was read is unread no more; the other thread of the workspace still is.
    grace.message("I do.").scroll_into_view_if_needed()
    expect(grace.page).to_have_title(re.compile(r"^\(1\) "))
    # An edit and a retraction show at once, in place.
    with another_page(ada.page):
        ada.choose("Edit", of="Thank you!")
    assert ada.barriers() == []
    ada.page.get_by_label("Message", exact=True).fill("Thank you all!")
    ada.page.get_by_role("button", name="Save the changes").click()
    expect(grace.message("Thank you all!")).to_contain_text("edited")
    with another_page(grace.page):
        grace.choose("Retract", of="One more thing")
    assert grace.barriers() == []
    grace.page.get_by_role("button", name="Retract").click()
    expect(ada.message("The author has retracted this message.")).to_be_visible()
    assert ada.words()[2] == "Thank you all!"


def test_news_do_not_move_what_one_reads_or_writes(here: House) -> None:
    for number in range(30):
        here.talk.say(here.cast.ada, f"Message {number}\n\nwith a second line")
    here.talk.read(here.cast.grace)
    grace = here.screen(here.cast.grace)
    grace.message("Message 15").scroll_into_view_if_needed()
    before = grace.top_of("Message 15")
    ada = here.screen(here.cast.ada)
    ada.write("An answer far above", answers="Hello")
    expect(grace.message("An answer far above")).to_be_attached()
    eventually(lambda: abs(grace.top_of("Message 15") - before) < 2, True, page=grace.page)
    expect(grace.page.get_by_role("link", name="1 new message")).to_be_visible()
    # While one writes, the editor stays where it is, and keeps the focus.
    box = grace.page.get_by_label("Your message")
    box.fill("Half a sent")
    box.press("End")
    at = _top_of(box)
    ada.write("Just above the editor")
    expect(grace.message("Just above the editor")).to_be_attached()
    eventually(lambda: abs(_top_of(box) - at) < 2, True, page=grace.page)
    grace.page.keyboard.type("ence")
    expect(box).to_have_value("Half a sentence")
    grace.page.get_by_role("link", name=re.compile(r"^\d+ new message")).click()
    expect(grace.message("An answer far above")).to_be_in_viewport()


def test_a_message_stands_at_once_and_is_sent_when_the_network_is_back(here: House) -> None:
    grace = here.screen(here.cast.grace)
    grace.context.set_offline(True)
    grace.write("Written in a tunnel")
    expect(grace.message("Written in a tunnel")).to_have_attribute("data-state", "failed")
    expect(grace.message("Written in a tunnel")).to_contain_text("there is no connection")
    assert grace.barriers() == []
    grace.context.set_offline(False)
    expect(grace.message("Written in a tunnel")).not_to_have_attribute("data-state", re.compile(".*"), timeout=LONG)
    eventually(lambda: [m.body for m in here.talk.messages()], ["Hello", "Written in a tunnel"], page=grace.page)
    assert grace.words() == ["Hello", "Written in a tunnel"]


def test_an_answer_that_got_lost_and_a_reload_do_not_send_twice(here: House) -> None:
    grace = here.screen(here.cast.grace)
    lost: list[str] = []

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()
        lost.append(route.request.url)

    grace.page.route("**/messages", lose, times=1)
    grace.write("Only once")
    expect(grace.message("Only once").first).to_be_visible()
    eventually(lambda: len(lost), 1, page=grace.page)
    eventually(lambda: [m.body for m in here.talk.messages()], ["Hello", "Only once"], page=grace.page)
    grace.page.reload()
    grace.when_live()
    eventually(grace.words, ["Hello", "Only once"], page=grace.page)
    assert [m.body for m in here.talk.messages()] == ["Hello", "Only once"]


def test_what_is_refused_says_why_and_keeps_the_words(here: House) -> None:
    grace = here.screen(here.cast.grace)
    # What is too long is said at the field, and stays there.
    box = grace.page.get_by_label("Your message")
    grace.write("x" * 20_001)
    failed = grace.page.locator(".message[data-state=failed]")
    expect(grace.page.locator("#editor .counter")).to_have_text("Too long by 1 character")
    expect(box).to_have_value("x" * 20_001)
    expect(failed).to_have_count(0)
    assert grace.barriers() == []
    box.fill("Shorter")
    expect(grace.page.locator("#editor .counter")).to_have_text("")
    grace.page.get_by_role("button", name="Send the message").click()
    expect(grace.message("Shorter")).not_to_have_attribute("data-state", re.compile(".*"))
    assert grace.words() == ["Hello", "Shorter"]
    # The workspace is archived by somebody who is not on this server's line: the answer says it.
    here.place.archive(here.cast.ada)
    grace.write("Too late")
    expect(failed).to_contain_text("archived")
    expect(failed).to_contain_text("Too late")


def test_drafts_and_what_one_has_not_sent_survive_a_reload(here: House) -> None:
    grace = here.screen(here.cast.grace)
    grace.page.get_by_label("Your message").fill("A thought")
    grace.message("Hello").locator("[data-action=reply]").click()
    grace.page.get_by_label("Your answer to Ada Lovelace").fill("An answer begun")
    grace.page.keyboard.press("Escape")
    expect(grace.page.locator(".message-reply")).to_have_count(0)
    grace.page.reload()
    expect(grace.page.get_by_label("Your message")).to_have_value("A thought")
    grace.message("Hello").locator("[data-action=reply]").click()
    expect(grace.page.get_by_label("Your answer to Ada Lovelace")).to_have_value("An answer begun")
    grace.page.get_by_role("button", name="Send the answer").click()
    expect(grace.message("An answer begun")).not_to_have_attribute("data-state", re.compile(".*"))
    eventually(lambda: _unfinished(here), [f"thread-{here.talk.thread_id}"], page=grace.page)
    grace.page.reload()
    grace.message("Hello").locator("[data-action=reply]").first.click()
    expect(grace.page.get_by_label("Your answer to Ada Lovelace")).to_have_value("")


def test_who_was_away_catches_up_without_a_reload(here: House) -> None:
    grace = here.screen(here.cast.grace)
    grace.context.set_offline(True)
    first = here.talk.say(here.cast.ada, "Missed one")
    here.talk.say(here.cast.ada, "Missed answer", answers=here.talk.first)
    here.cast.ada.post(here.talk.at(first, "/edit"), {"body": "Missed one, edited"})
    grace.context.set_offline(False)
    wanted = ["Hello", "Missed answer", "Missed one, edited"]
    eventually(grace.words, wanted, page=grace.page)


def test_a_list_of_threads_catches_up_too(here: House) -> None:
    grace = here.screen(here.cast.grace, here.place.path())
    expect(grace.page.locator("live-workspace .badge")).to_contain_text("1 new message")
    grace.context.set_offline(True)
    beside = Talk(here.cast, here.place)
    for number in range(3):
        here.talk.say(here.cast.ada, f"Missed {number}")
    grace.context.set_offline(False)
    badges = grace.page.locator("live-workspace .badge .visually-hidden")
    expect(badges).to_have_text(["4 new messages", "1 new message"])
    expect(grace.page.locator("live-workspace li").nth(1)).to_have_attribute("data-thread", beside.thread_id)
    expect(grace.page).to_have_title(re.compile(r"^\(5\) "), timeout=LONG)


def test_counts_beside_workspaces_and_in_the_navigation_move(here: House) -> None:
    grace, ada = here.screen(here.cast.grace, "/workspaces"), here.screen(here.cast.ada)
    row = grace.page.locator(f'[data-workspace="{here.place.slug}"]')
    expect(row.locator(".badge")).to_contain_text("1 new message")
    ada.write("Do you see the number?")
    expect(row.locator(".badge")).to_contain_text("2 new messages")
    expect(grace.page.locator("[data-count=unread]").first).to_have_text("2")
    expect(grace.page).to_have_title(re.compile(r"^\(2\) "))
    assert grace.barriers() == []
    # What is read in another tab is unread no more in this one.
    beside = grace.context.new_page()
    beside.goto(here.talk.path())
    expect(beside).to_have_title(re.compile("^Plans"))
    expect(row.locator(".badge")).to_have_text("")
    expect(grace.page).to_have_title(re.compile("^Workspaces"))


def test_only_the_author_and_hosts_are_offered_what_they_may_do(here: House) -> None:
    here.talk.say(here.cast.grace, "Of Grace")
    ada, grace = here.screen(here.cast.ada), here.screen(here.cast.grace)
    for screen, words, offered in (
        (ada, "Hello", ["Edit", "Retract"]), (ada, "Of Grace", ["Retract"]), (grace, "Hello", []),
        (grace, "Of Grace", ["Edit", "Retract"]),
    ):  # fmt: skip
        screen.message(words).locator("[data-action=more]").click()
        expect(screen.page.locator(".message-menu")).to_be_visible()
        links = screen.page.locator(".message-menu").get_by_role("link", name=re.compile("^(Edit|Retract)"))
        assert [text.strip() for text in links.all_inner_texts()] == offered
        screen.page.keyboard.press("Escape")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_page_of_discussions_keeps_nobody_out(here: House, language: str) -> None:
    host = here.cast.member("Åsa Öhman", language=language)
    here.place.let_in(host, by=here.cast.ada)
    here.place.appoint(host, by=here.cast.ada)
    own = here.talk.say(host, "Own **words**")
    host.post(here.talk.at(own, "/edit"), {"body": "Other words"})
    gone = here.talk.say(here.cast.ada, "Gone soon", answers=own)
    host.post(here.talk.at(gone, "/retract"), {"reason": "Does not belong here"})
    screen = here.screen(host, here.place.path())
    paths = [
        here.place.path(), here.place.path("/threads/new"), here.talk.path(), here.talk.path(f"?answers={own}#reply"),
        here.talk.at(own), here.talk.at(own, "/edit"), here.talk.at(own, "/retract"), here.talk.at(own, "/history"),
        here.talk.at(here.talk.first, "/retract"), here.talk.at(gone),
    ]  # fmt: skip
    for path in paths:
        screen.page.goto(path)
        assert screen.page.locator("html").get_attribute("lang") == language
        assert screen.barriers() == []
    screen.page.goto(here.place.path("/threads/new"))
    screen.page.locator("#editor [type=submit]").click()
    expect(screen.page.locator(".error-summary")).to_be_focused()
    assert screen.barriers() == []
    here.place.archive(here.cast.ada)
    for path in (here.place.path(), here.talk.path(), here.talk.at(own)):
        screen.page.goto(path)
        assert screen.barriers() == []


def test_who_is_removed_is_told_and_keeps_what_was_being_written(here: House) -> None:
    ada, grace = here.screen(here.cast.ada, here.place.path("/members")), here.screen(here.cast.grace)
    grace.page.get_by_label("Your message").fill("Not yet sent")
    ada.page.evaluate(
        """async (path) => {
            const content = new FormData();
            content.set("csrf_token", document.querySelector("meta[name=csrf-token]").content);
            await fetch(path, {method: "POST", body: content});
        }""",
        here.place.path(f"/members/{here.cast.grace.member_id}/remove"),
    )
    expect(grace.page.get_by_role("alert")).to_contain_text("You can no longer see this workspace")
    expect(grace.page.get_by_label("Your message")).to_have_value("Not yet sent")
    here.place.let_in(here.cast.grace, by=here.cast.ada)


def test_the_keyboard_alone_is_enough(here: House) -> None:
    grace = here.screen(here.cast.grace)
    keys = grace.page.keyboard
    _tab_to(grace, "[data-action=reply]")
    keys.press("Enter")
    keys.type("By ")
    _tab_to(grace, "[data-mark=bold]", back=True)
    keys.press("ArrowRight")
    expect(grace.page.locator(".message-reply [data-mark=italic]")).to_be_focused()
    keys.press("Home")
    keys.press("Enter")
    keys.type("keyboard")
    expect(grace.page.locator(".message-reply textarea")).to_have_value("By **keyboard**")
    keys.press("Control+z")
    keys.press("Control+y")
    keys.press("Control+Enter")
    expect(grace.message("By keyboard")).to_be_focused()
    expect(grace.message("By keyboard")).not_to_have_attribute("data-state", re.compile(".*"))
    expect(grace.message("By keyboard")).to_be_focused()
    assert [m.body for m in here.talk.messages()] == ["Hello", "By **keyboard**"]


def test_the_toolbar_and_the_preview(here: House) -> None:
    grace = here.screen(here.cast.grace)
    box = grace.page.get_by_label("Your message")
    tools = grace.page.locator("#editor").get_by_role("toolbar")
    box.fill("one\ntwo")
    box.select_text()
    tools.get_by_role("button", name="List").click()
    expect(box).to_have_value("- one\n- two")
    tools.get_by_role("button", name="Preview").click()
    expect(grace.page.locator("#editor .editor-preview li")).to_have_count(2)
    assert grace.barriers() == []
    tools.get_by_role("button", name="Preview").click()
    expect(box).to_be_focused()


def test_it_works_without_websocket(here: House) -> None:
    grace = Screen(here.browser, here.site, here.cast.grace)
    here.screens.append(grace)
    grace.context.add_init_script("delete window.WebSocket")
    grace.sign_in(here.talk.path())
    grace.when_live()
    ada = here.screen(here.cast.ada)
    ada.write("Through an office proxy")
    expect(grace.message("Through an office proxy")).to_be_visible()


def test_it_works_without_a_script(here: House) -> None:
    grace = here.screen(here.cast.grace, java_script_enabled=False)
    grace.page.get_by_label("Your message").fill("Plain and simple")
    grace.page.get_by_role("button", name="Send the message").click()
    grace.message("Plain and simple").get_by_role("link", name=re.compile("^Reply")).click()
    grace.page.get_by_label("Your answer to Grace Hopper").fill("An answer to myself")
    grace.page.get_by_role("button", name="Send the answer").click()
    grace.message("An answer to myself").get_by_role("link", name=re.compile("^More")).click()
    grace.page.get_by_role("link", name="Edit").click()
    grace.page.get_by_label("Message", exact=True).fill("Better words")
    grace.page.get_by_role("button", name="Save the changes").click()
    bodies = grace.page.locator(".thread > .message .message-body")
    expect(bodies).to_have_text(["Hello", "Plain and simple", "Better words"])
    grace.page.goto(here.place.path("/threads/new"))
    grace.page.get_by_role("button", name="Open the discussion").click()
    expect(grace.page.get_by_role("alert")).to_contain_text("Fill in this field")


def test_a_message_alone_offers_each_thing_once(here: House) -> None:
    ada = here.screen(here.cast.ada, here.talk.at(here.talk.first))
    assert ada.page.get_by_role("link", name=re.compile("^(Reply$|More)")).all_inner_texts() == ["Reply"]
    with another_page(ada.page):
        ada.page.get_by_role("link", name="Retract").click()
    assert ada.page.locator("main").get_by_role("link", name=re.compile("^(Reply|More|Edit|Retract)")).count() == 0
    assert ada.barriers() == []


def test_nothing_connects_before_the_terms_are_accepted(here: House) -> None:
    with keeping(here.cast.app) as held:
        held.get_one(Member, here.cast.grace.member_id).terms_version = "long ago"
    asked: list[str] = []
    grace = Screen(here.browser, here.site, here.cast.grace)
    here.screens.append(grace)
    grace.page.on("request", lambda request: asked.append(request.url))
    grace.page.goto("/sign-in")
    grace.sign_in_here()
    expect(grace.page).to_have_url(re.compile("/accept-terms"))
    grace.page.wait_for_load_state("networkidle")
    assert [url for url in asked if "socket.io" in url] == []
    grace.page.get_by_role("checkbox").first.check()
    grace.page.locator("main [type=submit]").first.click()
    grace.when_live()


def test_a_deep_tree_stays_readable_on_a_narrow_phone(here: House) -> None:
    above = here.talk.first
    words = [
        "Maahanmuuttajataustaistentyöllistymisedellytystenkartoituskokouspöytäkirja " * 2,
        "x" * 200,
        "مرحبا بالعالم، هذا نص طويل بما يكفي ليظهر في عدة أسطر على الهاتف",
        "https://example.org/" + "y" * 150,
        "`code " + "z" * 120 + "`",
        "```\n" + "w" * 150 + "\n```",
        "> quoted\n\n1. one\n   - two",
        "Eighth",
        "Ninth",
    ]
    for level, said in enumerate(words):
        above = here.talk.say([here.cast.ada, here.cast.grace][level % 2], said, answers=above)
    here.talk.read(here.cast.grace)  # the way to what is new lies over other things until one scrolls
    for width in (360, 320):
        grace = here.screen(here.cast.grace, viewport={"width": width, "height": 740})
        assert grace.barriers() == []
        narrowest = grace.page.evaluate(
            "Math.min(...[...document.querySelectorAll('.message-body')].map(body => body.clientWidth))"
        )
        assert narrowest > 0.7 * width
        grace.message("Ninth").locator("[data-action=reply]").click()
        assert grace.barriers() == []


def _tab_to(screen: Screen, selector: str, *, back: bool = False) -> None:
    for _ in range(80):
        screen.page.keyboard.press("Shift+Tab" if back else "Tab")
        if screen.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"the keyboard does not come to {selector}")


def _top_of(box: Locator) -> float:
    there = box.bounding_box()
    assert there is not None
    return there["y"]


def _unfinished(here: House) -> list[str]:
    """Where Grace has a draft with words, as the server keeps them for her other devices."""
    answer = here.cast.grace.api("GET", f"/workspaces/{here.place.slug}/drafts").json
    assert answer is not None
    return [one["place"] for one in answer["items"] if not one["is_empty"]]
