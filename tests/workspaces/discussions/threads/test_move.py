"""A thread that is moved is seen by the people of where it is now, and by nobody else, on any channel."""

import copy
import itertools
import time

import pytest
import sqlalchemy as sa

from extranet.errors import NotHere
from extranet.importing.history import PastFact, insert_all, keep_past
from extranet.members import Member
from extranet.realtime import realtime
from tests.cast import Person, keeping, looking
from tests.counting import counted
from tests.workspaces.discussions.talk import Talk
from tests.workspaces.places import Place, drain, open_place
from workspaces import service as workspaces
from workspaces.discussions import service as discussions
from workspaces.discussions.drafts.models import Draft
from workspaces.discussions.events import MessagePosted
from workspaces.discussions.mentions.models import Mention
from workspaces.discussions.models import STEP, Message, Thread, path_below, step_of
from workspaces.discussions.threads import service
from workspaces.discussions.threads.models import Bell
from workspaces.memberships.models import Membership
from workspaces.models import Workspace


@pytest.fixture
def target(talk: Talk) -> Place:
    """Another workspace of Ada's, with Tess and without Grace."""
    with keeping(talk.app) as held:
        ada = held.get_one(Member, talk.cast.ada.member_id)
        place = Place(talk.app, workspaces.open_workspace(name="Toinen", purpose="Muuta", kind="project", by=ada))
    place.let_in(talk.cast.member("Tess Target"), by=talk.cast.ada)
    return place


def move(talk: Talk, target: Place, by: Person | None = None) -> int:
    return (by or talk.cast.ada).post(talk.path("/move"), {"to": target.slug}).status_code


def tess(talk: Talk, target: Place) -> Person:
    """Somebody who is only in the target."""
    person = talk.cast.member("Tina Target")
    target.let_in(person, by=talk.cast.ada)
    return person


def seqs(talk: Talk, place: Place, person: Person) -> list[int]:
    answer = person.get(place.path("/changes?after=0")).json
    assert answer is not None
    found = [item["seq"] for item in answer["items"]]
    assert found == list(range(1, answer["head"] + 1))
    return found


def test_the_page_before_says_who_loses_it_and_who_gets_it(talk: Talk, target: Place) -> None:
    choice = talk.cast.ada.get(talk.path("/move")).text
    assert "Toinen" in choice
    asks = talk.cast.ada.get(talk.path(f"/move?to={target.slug}")).text
    assert "1 person loses it" in asks and "1 person sees it who has not" in asks and "1 person sees it before" in asks
    assert talk.row().workspace_id == talk.place.id


def test_the_new_people_see_all_of_it_and_the_old_ones_nothing(talk: Talk, target: Place) -> None:
    ada, grace, tina = talk.cast.ada, talk.cast.grace, tess(talk, target)
    answer = talk.say(grace, "Kaurapuuroa", answers=talk.first)
    below = talk.say(ada, "Deeper", answers=answer)
    drain(talk.app)
    assert "Kaurapuuroa" in grace.get("/search?q=kaurapuuro").text
    assert move(talk, target) == 302
    drain(talk.app)
    page = tina.get(target.path(f"/threads/{talk.thread_id}")).text
    assert [page.index(f'id="m-{one}"') for one in (talk.first, answer, below)] == sorted(
        page.index(f'id="m-{one}"') for one in (talk.first, answer, below)
    )
    assert "Kaurapuuroa" in tina.get("/search?q=kaurapuuro").text
    there = target.path(f"/threads/{talk.thread_id}")
    for path in (talk.path(), talk.at(answer), there, f"{there}/settings", talk.at(answer, "/history")):
        assert grace.get(path).status_code == 404, path
    for path in (f"/threads/{talk.thread_id}", f"/threads/{talk.thread_id}/messages", f"/messages/{answer}"):
        assert grace.api("GET", path).status_code == 404
        assert tina.api("GET", path).status_code == 200
    for text in (grace.get(talk.place.path()).text, str(talk.changes(grace)), grace.get("/search?q=kaurapuuro").text):
        assert "Kaurapuuroa" not in text and talk.row().title not in text and target.slug not in text
    assert talk.post(grace).status_code == 404


def test_both_streams_are_gapless_and_each_message_is_a_change_of_the_new_one(talk: Talk, target: Place) -> None:
    ada, grace, tina = talk.cast.ada, talk.cast.grace, tess(talk, target)
    for number in range(4):
        talk.say(grace, f"Message {number}", answers=talk.first)
    before = [(message.id, message.body) for message in talk.messages()]
    head = len(seqs(talk, target, tina))
    move(talk, target)
    seqs(talk, talk.place, grace)
    arrived = tina.get(target.path(f"/changes?after={head}")).json
    assert arrived is not None
    assert [item["kind"] for item in arrived["items"]] == ["message-moved"] * 5 + ["thread-arrived"]
    assert {(item["message"]["id"], item["message"]["body"]) for item in arrived["items"][:-1]} == set(before)
    assert all(item["seq"] == item["message"]["seq"] for item in arrived["items"][:-1])
    assert [(message.id, message.body) for message in talk.messages()] == before
    for message in talk.messages():
        assert message.workspace_id == target.id
        assert message.path[-STEP:] == step_of(message.seq)
    left = talk.changes(grace)["items"]
    assert left[-1]["kind"] == "thread-moved-away"
    assert {item["kind"] for item in left if item.get("thread")} == {"thread-moved-away"}
    seqs(talk, target, ada)


def test_open_connections_of_the_old_people_hear_that_it_is_gone_and_nothing_after_that(
    talk: Talk, target: Place
) -> None:
    grace, tina = talk.cast.grace, tess(talk, target)
    sockets = realtime(talk.app).socketio
    old, new = (sockets.test_client(talk.app, flask_test_client=person.client) for person in (grace, tina))
    for ears in (old, new):
        ears.get_received()
    move(talk, target)
    moved = copy.copy(talk)
    moved.place = target
    moved.say(talk.cast.ada, "Only there")
    talk.cast.ada.post(moved.path("/settings"), {"title": "Another name", "kind": "discussion"})
    heard = [event["args"][0] for event in old.get_received() if event["name"] == "change"]
    assert [(item["kind"], item["thread"]) for item in heard] == [("thread-moved-away", talk.thread_id)]
    assert target.slug not in str(heard)
    arrived = [event["args"][0] for event in new.get_received() if event["name"] == "change"]
    assert [item["kind"] for item in arrived] == ["thread-arrived", "message-posted", "thread-renamed"]
    assert "Another name" in arrived[-1]["head"]


def test_it_can_be_written_into_there_and_moved_back(talk: Talk, target: Place) -> None:
    grace = talk.cast.grace
    talk.say(grace, "Before")
    move(talk, target)
    there = copy.copy(talk)
    there.place = target
    there.say(talk.cast.ada, "There", answers=talk.first)
    assert move(there, talk.place) == 302
    assert "There" in grace.get(talk.path()).text
    paths = [message.path for message in talk.messages()]
    assert paths == sorted(paths) and len(paths) == 3
    seqs(talk, talk.place, grace)
    assert talk.say(grace, "After", answers=talk.first)


def test_what_those_had_who_lose_it_goes_and_who_stays_has_read_as_much(talk: Talk, target: Place) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    for number in range(3):
        talk.say(grace, f"Message {number}")
    third = talk.messages()[2]
    for person in (ada, grace):
        person.post(talk.path("/read"), {"seq": str(third.seq)})
        person.post(talk.path("/bell"), {"follows": "no"})
    with keeping(talk.app) as held:
        for person in (ada, grace):
            held.add(Mention(message_id=third.id, member_id=person.member_id))
            place = f"answer-{third.id}"
            held.add(Draft(member_id=person.member_id, workspace_id=talk.place.id, place=place, body="…"))
    move(talk, target)
    moved = talk.message(third.id)
    assert talk.mark_of(ada) == moved.seq
    assert talk.mark_of(grace) is None
    with looking(talk.app) as held:
        for thing in (Bell, Mention, Draft):
            assert held.scalars(sa.select(thing.member_id)).all() == [ada.member_id], thing
        assert held.scalars(sa.select(Draft.workspace_id)).all() == [target.id]


def test_who_is_in_both_is_led_from_the_old_address_to_the_new(talk: Talk, target: Place) -> None:
    move(talk, target)
    answer = talk.cast.ada.get(talk.path("?at=new"))
    assert (answer.status_code, answer.location) == (302, target.path(f"/threads/{talk.thread_id}?at=new"))
    assert talk.cast.ada.get(talk.at(talk.first)).location == target.path(f"/messages/{talk.first}")


def test_it_is_moved_only_to_an_active_workspace_that_one_has_joined(talk: Talk, target: Place) -> None:
    ada = talk.cast.ada
    strange = open_place(talk.cast)
    ada.post(strange.path("/members/" + talk.cast.grace.member_id + "/appoint"))
    assert ada.post(strange.path("/leave")).status_code == 302
    unknown = ada.post(talk.path("/move"), {"to": "nothing-abcdef"})
    for place in (strange, talk.place):
        answer = ada.post(talk.path("/move"), {"to": place.slug})
        assert (answer.status_code, answer.status_code) == (422, unknown.status_code)
    target.archive(ada)
    assert move(talk, target) == 422
    assert talk.row().workspace_id == talk.place.id


def test_only_hosts_move_and_nothing_moves_out_of_an_archived_workspace(talk: Talk, target: Place) -> None:
    target.let_in(talk.cast.grace, by=talk.cast.ada)
    for person, status in ((talk.cast.grace, 403), (talk.cast.mallory, 404), (talk.cast.moses, 404)):
        assert move(talk, target, person) == status
        assert person.get(talk.path("/move")).status_code == status
    talk.place.archive(talk.cast.ada)
    assert move(talk, target) == 409


def test_a_host_who_does_not_see_earlier_messages_does_not_move_them_to_where_they_would(
    talk: Talk, target: Place
) -> None:
    grace, first = talk.cast.grace, talk.messages()[0]
    talk.say(talk.cast.ada, "Later")
    talk.place.appoint(grace, by=talk.cast.ada)
    target.let_in(grace, by=talk.cast.ada)
    settings, form, said = talk.path("/settings"), talk.path("/move"), {"to": target.slug}
    for sees_from, status in ((first.seq + 1, 403), (first.seq, 200)):
        with keeping(talk.app) as held:
            mine = sa.select(Membership).where(Membership.workspace_id == talk.place.id)
            held.scalars(mine.where(Membership.member_id == grace.member_id)).one().sees_from = sees_from
        assert (form in grace.get(settings).text) is (status == 200)
        assert grace.get(form).status_code == status
        if status == 403:
            assert move(talk, target, grace) == 403
            assert grace.api("POST", f"/threads/{talk.thread_id}/move", said).status_code == 403
            assert talk.row().workspace_id == talk.place.id
    assert move(talk, target, grace) == 302


def test_newcomers_of_the_new_workspace_see_what_comes_to_it(talk: Talk, target: Place) -> None:
    nina = talk.cast.member("Nina Newcomer")
    target.let_in(nina, by=talk.cast.ada)
    with keeping(talk.app) as held:
        found = held.scalars(sa.select(Membership).where(Membership.member_id == nina.member_id)).one()
        found.sees_from = 4
    move(talk, target)
    assert "Hello" in nina.get(target.path(f"/threads/{talk.thread_id}")).text


def test_thousands_of_messages_move_within_seconds(talk: Talk, target: Place) -> None:
    _fill(talk, 2_000)
    with counted(talk.app) as statements:
        began = time.thread_time()
        assert move(talk, target) == 302
        worked = time.thread_time() - began
    assert worked < 5 and len(statements) < 60, "so much of a second's work, and as many statements as for a few"
    with looking(talk.app) as held:
        rows = held.execute(sa.select(Message.seq, Message.path).where(Message.thread_id == talk.thread_id)).all()
        assert len({row.path for row in rows}) == len(rows) == 2_001
        found = sorted(row.seq for row in rows)
        assert all(later == earlier + 1 for earlier, later in itertools.pairwise(found))


def test_what_was_written_while_it_was_moved_is_refused(talk: Talk, target: Place) -> None:
    with keeping(talk.app) as held:
        thread, here = held.get_one(Thread, talk.thread_id), held.get_one(Workspace, talk.place.id)
        there, ada = held.get_one(Workspace, target.id), held.get_one(Member, talk.cast.ada.member_id)
        service.move(thread, here, there, by=ada)
        with pytest.raises(NotHere):
            discussions.post(thread, here, "Too late", by=ada)


def _fill(talk: Talk, number: int) -> None:
    """Let so many more messages be in the thread, some below the first."""
    with keeping(talk.app) as held:
        thread, above = held.get_one(Thread, talk.thread_id), held.get_one(Message, talk.first)
        ids = [f"m{index:011}" for index in range(number)]
        facts = [PastFact(MessagePosted(talk.place.id, thread.id, one), thread.opened_at, None) for one in ids]
        seqs = range(keep_past(talk.place.id, facts), thread.last_seq + number + 1)
        whole = {"workspace_id": talk.place.id, "thread_id": thread.id, "body": "x", "html": "x"}
        rows = [
            {**whole, "id": one, "seq": seq, "path": path_below(above if seq % 2 else None, seq)}
            for one, seq in zip(ids, seqs, strict=True)
        ]
        insert_all(Message, rows)
        thread.last_seq = seqs[-1]
