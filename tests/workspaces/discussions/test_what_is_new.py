"""What is new in all workspaces stands on one page; what is muted counts only where it mentions one."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from tests.cast import Person, keeping
from tests.counting import counted
from tests.workspaces.discussions.talk import Talk, open_thread
from workspaces.discussions.mentions.models import Mention
from workspaces.discussions.models import Message
from workspaces.discussions.threads.models import Bell
from workspaces.memberships.models import Membership


def test_it_shows_each_thread_with_something_unread_and_leads_there(talk: Talk) -> None:
    grace, other = talk.cast.grace, Talk(talk.cast)
    talk.say(talk.cast.ada)
    page = grace.get("/news").text
    assert "3 messages that you have not read" in page
    assert f"{talk.path('?at=new')}#new" in page and f"{other.path('?at=new')}#new" in page
    assert page.index(talk.thread_id) < page.index(other.thread_id), "what moved last stands first"
    talk.read(grace)
    page = grace.get("/news").text
    assert talk.thread_id not in page and other.thread_id in page
    other.read(grace)
    assert "You have read everything" in grace.get("/news").text


def test_all_can_be_marked_as_read_but_not_what_came_meanwhile_and_taken_back(talk: Talk) -> None:
    grace, other = talk.cast.grace, Talk(talk.cast)
    shown = _hidden(grace.get("/news").text)
    assert len(shown) == 2
    talk.say(talk.cast.ada, "Meanwhile")
    done = grace.post("/news/read", {"thread": shown})
    assert "2 discussions are marked as read" in done.text
    assert (talk.unread(grace), other.unread(grace)) == (1, 0)
    undo = re.search(r'action="/news/unread">(.*?)</form>', done.text, re.S)
    assert undo is not None
    grace.post("/news/unread", {"thread": _hidden(undo[1])})
    assert (talk.unread(grace), other.unread(grace)) == (2, 1)
    assert talk.mark_of(grace), "the mark itself has not gone backwards"


def test_marking_many_and_taking_it_back_asks_no_more_than_of_few(talk: Talk) -> None:
    grace, numbers = talk.cast.grace, set()
    for there in (2, 6):
        while len(shown := _hidden(grace.get("/news").text)) < there:
            open_thread(talk.place, talk.cast.ada)
        with counted(talk.app) as statements:
            done = grace.post("/news/read", {"thread": shown}).text
            undo = re.search(r'action="/news/unread">(.*?)</form>', done, re.S)
            assert undo is not None
            assert grace.post("/news/unread", {"thread": _hidden(undo[1])}).status_code == 302
        numbers.add(len(statements))
        assert talk.unread(grace) == len(shown) == there
    assert len(numbers) == 1


def test_nothing_of_others_is_marked_by_the_way(talk: Talk) -> None:
    mallory, grace = talk.cast.mallory, talk.cast.grace
    for path in ("/news/read", "/news/unread"):
        mallory.post(path, {"thread": [f"{talk.thread_id}:1", "nowhere:1"]})
    assert talk.mark_of(mallory) is None
    assert mallory.post("/news/read", {"thread": "x"}).status_code == 422
    assert talk.unread(grace) == 1
    assert talk.thread_id not in mallory.get("/news").text


def test_what_is_muted_counts_in_its_own_row_alone(talk: Talk) -> None:
    grace = talk.cast.grace
    _ring(talk, grace, follows=False)
    assert talk.unread(grace) == 0
    assert talk.thread_id not in grace.get("/news").text
    assert "1 new message" in grace.get(talk.place.path()).text
    assert grace.get("/workspaces/unread").json["quiet"]["muted"] == [talk.thread_id]  # type: ignore[index]


def test_a_mention_counts_though_its_thread_is_muted(talk: Talk) -> None:
    grace = talk.cast.grace
    _ring(talk, grace, follows=False)
    said = talk.say(talk.cast.ada, "Grace, look")
    with keeping(talk.app) as held:
        held.add(Mention(message_id=said, member_id=grace.member_id))
        held.execute(sa.update(Message).where(Message.id == said).values(has_beside=True))
    assert talk.unread(grace) == 1
    assert "You are mentioned" in grace.get("/news").text


def test_a_bell_goes_before_the_workspaces_own_habit(talk: Talk) -> None:
    grace = talk.cast.grace
    with keeping(talk.app) as held:
        held.execute(sa.update(Membership).where(Membership.member_id == grace.member_id).values(follows=False))
    assert talk.unread(grace) == 0
    assert grace.get("/workspaces/unread").json["quiet"]["workspaces"] == [talk.place.slug]  # type: ignore[index]
    _ring(talk, grace, follows=True)
    assert talk.unread(grace) == 1
    assert grace.get("/workspaces/unread").json["quiet"]["followed"] == [talk.thread_id]  # type: ignore[index]


def test_an_open_list_is_told_of_each_thread_of_its_workspace_and_of_no_other(talk: Talk) -> None:
    grace, ada = talk.cast.grace, talk.cast.ada
    talk.say(ada)
    gone = talk.say(ada)
    ada.post(talk.at(gone, "/retract"))
    muted, elsewhere = Talk(talk.cast, talk.place), Talk(talk.cast)
    _ring(muted, grace, follows=False)
    here = f"/workspaces/unread?threads_of={talk.place.slug}"
    assert _threads(grace, here)
    with counted(talk.app) as alone:
        assert _threads(grace, "/workspaces/unread") == {}
    with counted(talk.app) as statements:
        assert _threads(grace, here) == {talk.thread_id: 2, muted.thread_id: 1}
    assert len(statements) == len(alone) + 1
    talk.read(grace)
    assert _threads(grace, here) == {muted.thread_id: 1}
    assert _threads(grace, f"/workspaces/unread?threads_of={elsewhere.place.slug}") == {elsewhere.thread_id: 1}
    for outsider in (talk.cast.mallory, talk.cast.moses):
        assert _threads(outsider, here) == _threads(outsider, "/workspaces/unread?threads_of=nowhere") == {}


def test_programs_are_told_the_same(talk: Talk) -> None:
    grace = talk.cast.grace
    said = grace.api("GET", "/unread").json
    assert said and said["workspaces"] == {talk.place.slug: 1}
    assert [(one["thread"], one["unread"], one["mentions"]) for one in said["threads"]] == [(talk.thread_id, 1, 0)]
    marked = grace.api("POST", f"/messages/{talk.first}/unread").json
    assert marked == {"unread_from": talk.message(talk.first).seq}


@pytest.mark.parametrize("path", ["/news", "/", "/workspaces"])
def test_a_page_asks_as_often_for_ten_threads_as_for_one(talk: Talk, path: str) -> None:
    grace = talk.cast.grace
    grace.get(path)
    with counted(talk.app) as before:
        grace.get(path)
    for _number in range(9):
        Talk(talk.cast, talk.place)
    with counted(talk.app) as after:
        grace.get(path)
    assert len(after) == len(before) <= 10
    whole = ("count(messages.id)", "GROUP BY threads_with_unread.workspace_id")
    counting = [one for one in after if all(part in one for part in whole)]
    assert len(counting) == 1, "all counts of a page are one question"


def _threads(person: Person, path: str) -> Any:
    said = person.get(path).json
    assert said is not None
    return said["threads"]


def _ring(talk: Talk, person: Person, *, follows: bool) -> None:
    with keeping(talk.app) as held:
        held.merge(Bell(member_id=person.member_id, thread_id=talk.thread_id, follows=follows))


def _hidden(page: str) -> list[str]:
    return re.findall(r'name="thread" value="([^"]+)"', page)
