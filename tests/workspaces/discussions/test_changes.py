"""What an open page has missed: every change once, in order, as it is now; and nothing for who is outside."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from extranet.realtime import realtime
from extranet.sockets import LONGEST_NEWS
from tests.counting import counted
from tests.extranet.test_hostile import DEEP
from tests.workspaces.discussions.talk import Talk
from workspaces.discussions import queries
from workspaces.discussions.queries import ShownMessage


def test_it_completes_a_page_with_fragments(talk: Talk) -> None:
    after = talk.changes(talk.cast.grace)["head"]
    message_id = talk.say(talk.cast.ada, "Missed", answers=talk.first)
    found = talk.changes(talk.cast.grace, after)
    assert (found["head"], found["more"]) == (after + 1, False)
    (item,) = found["items"]
    assert (item["seq"], item["kind"], item["workspace"]) == (after + 1, "message-posted", talk.place.slug)
    assert item["actor"] == {"id": talk.cast.ada.member_id, "name": "Ada Lovelace"}
    assert item["thread"] == talk.thread_id
    assert item["message"]["id"] == message_id and item["message"]["answers"] == talk.first
    assert f'id="m-{message_id}"' in item["html"]
    assert "2 messages" in item["row"]


def test_items_show_a_message_as_it_is_now(talk: Talk) -> None:
    ada = talk.cast.ada
    kept, gone = talk.say(ada, "Old words"), talk.say(ada, "Secret words")
    ada.post(talk.at(kept, "/edit"), {"body": "New words"})
    ada.post(talk.at(gone, "/retract"))
    found = talk.changes(talk.cast.grace)
    assert "Old words" not in str(found) and "Secret words" not in str(found)
    kinds = [(item["kind"], item["message"]["id"]) for item in found["items"] if item.get("message")]
    assert kinds[-4:] == [
        ("message-posted", kept), ("message-posted", gone), ("message-edited", kept), ("message-retracted", gone),
    ]  # fmt: skip
    assert all(item["message"]["retracted_at"] for item in found["items"][-1:])


def test_it_comes_in_pieces_however_much_there_is(talk: Talk) -> None:
    for number in range(7):
        talk.say(talk.cast.ada, f"Message {number}")
    head = talk.changes(talk.cast.grace)["head"]
    seqs: list[int] = []
    after, more = 0, True
    while more:
        answer = talk.cast.grace.api("GET", f"/workspaces/{talk.place.slug}/changes?after={after}&limit=3").json
        assert answer is not None and answer["head"] == head
        seqs += [item["seq"] for item in answer["items"]]
        after, more = seqs[-1], answer["more"]
    assert seqs == list(range(1, head + 1))


@pytest.mark.parametrize("is_said_at_once", [True, False])
def test_an_answer_brings_as_much_as_it_bears_and_the_next_ones_the_rest(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, is_said_at_once: bool
) -> None:
    monkeypatch.setattr(queries, "MOST_CONTENT", 100_000)
    ada, grace = talk.cast.ada, talk.cast.grace
    if is_said_at_once:
        for number in range(20):
            talk.say(ada, f"{number}" + " sana" * 2_000)
    else:
        message_id = talk.say(ada, "Sana " * 2_000)
        for number in range(20):
            ada.post(talk.at(message_id, "/edit"), {"body": f"{number}" + " sana" * 2_000})
    head, after, sizes, seqs = talk.changes(grace)["head"], 0, [], []
    while after < head:
        found = talk.changes(grace, after)
        assert found["more"] == (found["items"][-1]["seq"] < head)
        after = found["items"][-1]["seq"]
        sizes.append(len(json.dumps(found)))
        seqs += [item["seq"] for item in found["items"]]
    assert seqs == list(range(1, head + 1))
    assert 4 <= len(sizes) <= 8 and max(sizes) < 150_000


def test_one_message_comes_however_long_it_is(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_CONTENT", 1)
    head = talk.changes(talk.cast.grace)["head"]
    for number in range(queries.FEW + 1):
        talk.say(talk.cast.ada, f"Message {number}")
    found = talk.changes(talk.cast.grace, head)
    assert ([item["seq"] for item in found["items"]], found["more"]) == ([head + 1], True)


def test_what_is_long_is_not_read_before_it_is_known_how_long(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(queries.FEW + 4):
        talk.say(talk.cast.ada, f"{number}" + " sana" * 1_000)
    monkeypatch.setattr(queries, "MOST_CONTENT", 50_000)
    read: list[int] = []
    plain = queries._shown

    def noted(rows: Sequence[Any]) -> list[ShownMessage]:
        read.append(len(rows))
        return plain(rows)

    monkeypatch.setattr(queries, "_shown", noted)
    assert talk.changes(talk.cast.grace)["more"]
    assert 1 <= sum(read) <= 6


def test_no_message_is_too_long_to_be_told_live(talk: Talk) -> None:
    lives = realtime(talk.app).socketio.test_client(talk.app, flask_test_client=talk.cast.grace.client)
    for body in DEEP:
        talk.say(talk.cast.ada, body)
        (news,) = [one["args"][0] for one in lives.get_received() if one["name"] == "change"]
        assert len(json.dumps(news, ensure_ascii=False).encode()) < LONGEST_NEWS
    lives.disconnect()


def test_nothing_new_is_an_empty_list(talk: Talk) -> None:
    head = talk.changes(talk.cast.grace)["head"]
    for after in (head, head + 100):
        assert talk.changes(talk.cast.grace, after) == {"items": [], "head": head, "more": False}


@pytest.mark.parametrize("after", ["", "-1", "x", "1.0", "9" * 16, "٣"])
def test_nonsense_is_told(talk: Talk, after: str) -> None:
    assert talk.cast.grace.get(talk.place.path(f"/changes?after={after}")).status_code == 422


def test_who_is_outside_finds_nothing_and_who_was_removed_nothing_more(talk: Talk) -> None:
    for person in (talk.cast.mallory, talk.cast.moses):
        assert person.get(talk.place.path("/changes?after=0")).status_code == 404
    assert talk.changes(talk.cast.grace)["items"]
    talk.cast.ada.post(talk.place.path(f"/members/{talk.cast.grace.member_id}/remove"))
    assert talk.place.role(talk.cast.grace) is None
    assert talk.cast.grace.get(talk.place.path("/changes?after=0")).status_code == 404


def test_it_takes_three_queries_beside_the_door_however_long_one_was_away(talk: Talk) -> None:
    talk.changes(talk.cast.grace)
    above = talk.first
    for number in range(30):
        above = talk.say([talk.cast.ada, talk.cast.grace][number % 2], f"Message {number}", answers=above)
    with counted(talk.app) as statements:
        assert len(talk.changes(talk.cast.grace)["items"]) > 30
    assert len(statements) == 2 + 3, "\n".join(statements)  # who asks, and the workspace that they have joined
    with counted(talk.app) as statements:
        talk.changes(talk.cast.grace, 25)
    assert len(statements) == 2 + 2, "\n".join(statements)
