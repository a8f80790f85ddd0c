"""Files on their way stand on the disk: nobody has many requests of them under way, or any to where they may not."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from werkzeug.test import TestResponse

from extranet import uploads
from tests.cast import Person
from tests.workspaces.discussions.talk import JSON, Talk
from workspaces.attachments import intake, service

LARGE = b"A line of words.\n" * 200


@pytest.fixture(autouse=True)
def _little_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "_REST", 2_000)


def test_only_so_many_of_one_member_are_under_way(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    with _under_way(talk, ada, uploads.MOST_AT_ONCE - 1):
        assert _bring(talk, ada).status_code == 201
    with _under_way(talk, ada, uploads.MOST_AT_ONCE):
        refused = _bring(talk, ada)
        assert (refused.status_code, refused.json["code"]) == (429, "too-many-at-once")  # type: ignore[index]
        assert int(refused.headers["Retry-After"]) > 0
        assert _bring(talk, grace).status_code == 201, "others go on"
    assert _bring(talk, ada).status_code == 201


@pytest.mark.parametrize("rest", ["/attachments", "/threads/{}/messages"])
def test_small_ones_count_too_as_they_may_be_large_pictures(talk: Talk, rest: str) -> None:
    ada = talk.cast.ada

    def bring(**fields: object) -> TestResponse:
        return ada.post(talk.place.path(rest.format(talk.thread_id)), {"body": "Hello", **fields}, headers=JSON)

    with _under_way(talk, ada, uploads.MOST_AT_ONCE):
        refused = bring(file=(io.BytesIO(b"A line"), "plan.txt"))
        assert (refused.status_code, refused.json["code"]) == (429, "too-many-at-once")  # type: ignore[index]
        assert talk.post(ada, headers=JSON).status_code == 201, "what brings no file is not counted"
    assert bring(file=(io.BytesIO(b"A line"), "plan.txt")).status_code == 201
    assert not talk.app.extensions["uploads"]


def test_what_there_is_no_room_for_is_not_even_looked_at(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_UNSENT", 1)
    assert _bring(talk, talk.cast.ada).status_code == 201
    looked_at: list[str] = []
    monkeypatch.setattr(intake, "kind_of", lambda _file, name: looked_at.append(name))
    refused = _bring(talk, talk.cast.ada)
    assert (refused.status_code, refused.json["code"]) == (409, "too-many-unsent")  # type: ignore[index]
    assert looked_at == []


def test_a_program_brings_large_ones_too(talk: Talk) -> None:
    """Who it is for is asked again once all has come, by the token that it came with."""
    path, data = f"/api/v1/workspaces/{talk.place.slug}/attachments", {"file": (io.BytesIO(LARGE), "plan.txt")}
    headers = {"Authorization": f"Bearer {talk.cast.grace.token}"}
    answer = talk.app.test_client().post(path, data=data, headers=headers)
    assert answer.status_code == 201, answer.text


def test_what_is_refused_or_fails_is_under_way_no_longer(talk: Talk) -> None:
    for _time in range(uploads.MOST_AT_ONCE + 1):
        assert _bring(talk, talk.cast.ada, "plan.exe").status_code == 422
        assert _bring(talk, talk.cast.mallory).status_code == 404


def test_what_goes_to_where_they_may_not_is_put_nowhere(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    put: list[bytes] = []
    write = uploads.Incoming.write

    def noted(self: uploads.Incoming, data: bytes) -> int:
        put.append(data)
        return write(self, data)

    monkeypatch.setattr(uploads.Incoming, "write", noted)
    assert _bring(talk, talk.cast.mallory).status_code == 404
    assert put == []
    assert _bring(talk, talk.cast.ada).status_code == 201
    assert put


def _bring(talk: Talk, by: Person, name: str = "plan.txt") -> TestResponse:
    return by.post(talk.place.path("/attachments"), {"file": (io.BytesIO(LARGE), name)}, headers=JSON)


@contextmanager
def _under_way(talk: Talk, by: Person, number: int) -> Iterator[None]:
    """So many other requests of theirs are being read meanwhile."""
    others = talk.app.extensions["uploads"]
    others[by.member_id] += number
    yield
    others[by.member_id] -= number
