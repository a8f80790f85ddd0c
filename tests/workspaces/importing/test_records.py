"""What is taken from the former system's workspaces and discussions, and what is left out."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extranet.importing.reading import Rejection
from workspaces.importing.records import (
    FormerThread,
    read_memberships,
    read_messages,
    read_workspaces,
)

LEGACY = Path(__file__).parents[2] / "data" / "legacy"
EXPECTED = json.loads((LEGACY / "expected.json").read_text("utf-8"))["accepted"]
GOOD: dict[str, Any] = {
    "id": "V1", "workspace": "T1", "thread": "T1-K1", "title": "Muistio", "parent": None, "author": "M1",
    "created_at": "2023-01-04T00:38:00+02:00", "body": "Hei!",
}  # fmt: skip
ANSWER = GOOD | {"id": "V2", "title": None, "parent": "V1"}


def test_the_real_export_gives_as_many_of_each_as_expected() -> None:
    workspaces, memberships, threads, _rejected = _export()
    assert (len(workspaces), len(memberships)) == (EXPECTED["workspaces"], EXPECTED["memberships"])
    assert (len(threads), sum(len(thread.messages) for thread in threads)) == (
        EXPECTED["threads"],
        EXPECTED["messages"],
    )


def test_every_rejected_message_of_the_real_export_is_named_with_the_line_and_the_reason() -> None:
    _workspaces, _memberships, _threads, rejected = _export()
    assert [(rejection.row, rejection.id, rejection.reason) for rejection in rejected] == [
        (3001, "V900001", "unknown author"),
        (3002, "V900002", "parent in another thread"),
        (3003, "V900003", "author is not a member of the workspace"),
        (3004, "V000006", "duplicate id"),
        (3005, "V900004", "empty message"),
        (3006, "V900005", "not JSON"),
    ]


def test_what_is_accepted_does_not_hang_on_the_order_of_the_file() -> None:
    lines = (LEGACY / "messages.jsonl").read_bytes().splitlines(keepends=True)
    good, _broken = lines[:3000], lines[3000:]
    random.Random(7).shuffle(good)
    threads, rejected = read_messages(b"".join(good), *_surroundings())
    assert (len(threads), sum(len(thread.messages) for thread in threads), rejected) == (299, 3000, [])


def test_no_message_stands_before_the_one_it_answers() -> None:
    for thread in _export()[2]:
        said: set[str | None] = {None}
        for message in thread.messages:
            assert message.answers in said
            said.add(message.id)


def test_the_deepest_reply_is_kept_at_its_depth() -> None:
    depths: dict[str | None, int] = {None: 0}
    for thread in _export()[2]:
        for message in thread.messages:
            depths[message.id] = depths[message.answers] + 1
    assert max(depths.values()) == 10


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": ""}, "missing id"),
        ({"id": 7}, "id is not text"),
        ({"workspace": "T2"}, "unknown workspace"),
        ({"author": "M9"}, "unknown author"),
        ({"author": "M2"}, "author is not a member of the workspace"),
        ({"body": " \n"}, "empty message"),
        ({"body": "a\ud800"}, "unreadable characters"),
        ({"body": "a" * 20_001}, "too long"),
        ({"created_at": "eilen"}, "invalid date"),
        ({"created_at": "0001-01-01T00:00:00+14:00"}, "invalid date"),
        ({"thread": None}, "missing thread"),
        ({"parent": "V9"}, "unknown parent"),
        ({"parent": "V1"}, "unknown parent"),
    ],
)
def test_a_faulty_message_is_left_out_with_the_reason(change: dict[str, Any], reason: str) -> None:
    assert _read(GOOD)[1] == []
    assert [rejection.reason for rejection in _read(GOOD | change)[1]] == [reason]


def test_what_answers_a_rejected_message_is_rejected_too() -> None:
    threads, rejected = _read(GOOD | {"body": ""}, ANSWER, ANSWER | {"id": "V3", "parent": "V2"})
    assert threads == []
    assert [rejection.reason for rejection in rejected] == ["empty message", "unknown parent", "unknown parent"]


def test_messages_that_answer_one_another_in_a_ring_are_rejected() -> None:
    ring = [ANSWER | {"parent": "V3"}, ANSWER | {"id": "V3", "parent": "V2"}]
    threads, rejected = _read(GOOD, *ring)
    assert [message.id for message in threads[0].messages] == ["V1"]
    assert [rejection.id for rejection in rejected] == ["V2", "V3"]


def test_an_answer_may_stand_in_the_file_before_its_question() -> None:
    (thread,), rejected = _read(ANSWER | {"created_at": "2022-01-01"}, GOOD)
    assert rejected == []
    assert [message.id for message in thread.messages] == ["V1", "V2"]
    assert thread.title == "Muistio"


def test_a_thread_cannot_be_in_two_workspaces() -> None:
    _threads, rejected = _read(GOOD, GOOD | {"id": "V2", "workspace": "T3"})
    assert [rejection.reason for rejection in rejected] == ["thread in another workspace"]


def test_a_thread_without_a_title_is_called_by_its_first_words() -> None:
    (thread,), _rejected = _read(GOOD | {"title": None, "body": "Hei kaikki\ntervetuloa"})
    assert thread.title == "Hei kaikki"


def test_a_workspace_whose_founder_is_unknown_takes_its_memberships_along() -> None:
    content = (LEGACY / "workspaces.csv").read_bytes()
    workspaces, rejected = read_workspaces(content, {"M01839"})
    assert {rejection.reason for rejection in rejected} == {"unknown founder"}
    memberships, others = read_memberships(
        (LEGACY / "memberships.csv").read_bytes(), {workspace.id for workspace in workspaces}, {"M01839"}
    )
    assert [(membership.id, membership.is_host) for membership in memberships] == [("T0001/M01839", True)]
    assert {rejection.reason for rejection in others} == {"unknown workspace", "unknown member"}


@given(st.binary())
def test_rubbish_never_crashes(rubbish: bytes) -> None:
    threads, _rejected = read_messages(rubbish, *_small())
    assert threads == []


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "id": st.sampled_from(["V1", "V2", "V3", "V4"]),
                "workspace": st.sampled_from(["T1", "T3"]),
                "thread": st.sampled_from(["K1", "K2"]),
                "title": st.none() | st.text(max_size=3),
                "parent": st.none() | st.sampled_from(["V1", "V2", "V3", "V4", "V5"]),
                "author": st.just("M1"),
                "created_at": st.sampled_from(["2023-01-01T00:00:00Z", "2023-01-02T00:00:00", "x"]),
                "body": st.text(max_size=3) | st.none() | st.integers(),
            }
        ),
        max_size=8,
    )
)
def test_every_line_is_either_accepted_or_named_once(records: list[dict[str, Any]]) -> None:
    threads, rejected = _read(*records)
    assert sum(len(thread.messages) for thread in threads) + len(rejected) == len(records)


def _read(*records: dict[str, Any]) -> tuple[list[FormerThread], list[Rejection]]:
    return read_messages("\n".join(json.dumps(record) for record in records).encode(), *_small())


def _small() -> tuple[set[str], set[str], set[tuple[str, str]]]:
    return {"T1", "T3"}, {"M1", "M2"}, {("T1", "M1"), ("T3", "M1")}


def _export() -> tuple[list[Any], list[Any], list[FormerThread], list[Rejection]]:
    workspaces, memberships, rejected = _before_messages()
    threads, left_out = read_messages((LEGACY / "messages.jsonl").read_bytes(), *_surroundings())
    return workspaces, memberships, threads, rejected + left_out


def _surroundings() -> tuple[set[str], set[str], set[tuple[str, str]]]:
    workspaces, memberships, _rejected = _before_messages()
    pairs = {(membership.workspace, membership.member) for membership in memberships}
    return {workspace.id for workspace in workspaces}, _members(), pairs


def _before_messages() -> tuple[list[Any], list[Any], list[Rejection]]:
    workspaces, faulty = read_workspaces((LEGACY / "workspaces.csv").read_bytes(), _members())
    known = {workspace.id for workspace in workspaces}
    memberships, others = read_memberships((LEGACY / "memberships.csv").read_bytes(), known, _members())
    return workspaces, memberships, faulty + others


def _members() -> set[str]:
    return {f"M{number:05}" for number in range(1, 1851)}
