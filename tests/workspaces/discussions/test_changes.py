"""What an open page has missed: every change once, in order, as it is now; and nothing for who is outside."""

import pytest

from tests.counting import counted
from tests.workspaces.discussions.talk import Talk


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


def test_it_takes_two_queries_beside_the_door_however_long_one_was_away(talk: Talk) -> None:
    talk.changes(talk.cast.grace)
    above = talk.first
    for number in range(30):
        above = talk.say([talk.cast.ada, talk.cast.grace][number % 2], f"Message {number}", answers=above)
    with counted(talk.app) as statements:
        assert len(talk.changes(talk.cast.grace)["items"]) > 30
    assert len(statements) == 2 + 2, "\n".join(statements)  # who asks, and the workspace that they have joined
