"""The JSON API from end to end: a program opens a workspace, people talk in it, and it is ended, as on the pages."""

import uuid
from typing import Any

import pytest

from extranet.app import Extranet
from tests.cast import Cast, Person


def _ok(person: Person, method: str, path: str, json: Any = None, status: int = 200) -> Any:
    answer = person.api(method, path, json)
    assert answer.status_code == status, answer.text
    return answer.json


def _refused(person: Person, method: str, path: str, json: Any = None) -> tuple[int, str]:
    answer = person.api(method, path, json)
    assert answer.content_type == "application/problem+json"
    problem = answer.json
    assert problem is not None
    assert problem["status"] == answer.status_code
    assert problem["detail"]
    return answer.status_code, problem["code"]


@pytest.fixture
def slug(cast: Cast) -> str:
    """An open, listed workspace that Ada hosts."""
    new = {"name": "Kielikahvilat", "purpose": "Puhutaan suomea.", "kind": "project", "joining": "open"}
    opened: str = _ok(cast.ada, "POST", "/workspaces", new, 201)["slug"]
    return opened


@pytest.fixture
def thread(cast: Cast, slug: str) -> str:
    """A thread of Ada's in it."""
    opened: str = _ok(cast.ada, "POST", f"/workspaces/{slug}/threads", {"title": "Tilat", "body": "Missä?"}, 201)[
        "thread"
    ]["id"]
    return opened


def test_who_asks(cast: Cast) -> None:
    me = _ok(cast.ada, "GET", "/me")
    assert (me["name"], me["role"], me["language"]) == ("Ada Lovelace", "member", "en")
    assert _ok(cast.ada, "PATCH", "/me", {"language": "sv"})["language"] == "sv"
    assert _ok(cast.ada, "GET", "/me")["language"] == "sv"


def test_a_workspace_comes_back_as_it_was_opened(cast: Cast) -> None:
    new = {
        "name": "Syysseminaari", "purpose": "Yksi päivä.", "kind": "event", "visibility": "unlisted",
        "joining": "invitation", "starts_on": "2026-11-01", "ends_on": "2026-11-02",
    }  # fmt: skip
    opened = _ok(cast.ada, "POST", "/workspaces", new, 201)
    shown = _ok(cast.ada, "GET", f"/workspaces/{opened['slug']}")
    assert {name: shown[name] for name in new} == new
    assert shown["is_host"]
    assert shown["head"] == 1
    assert [host["name"] for host in shown["hosts"]] == ["Ada Lovelace"]


def test_joining_and_leaving(cast: Cast, slug: str) -> None:
    assert _refused(cast.grace, "GET", f"/workspaces/{slug}/members")[0] == 404
    assert _ok(cast.grace, "POST", f"/workspaces/{slug}/join")["is_joined"]
    names = [member["name"] for member in _ok(cast.grace, "GET", f"/workspaces/{slug}/members")["items"]]
    assert names == ["Ada Lovelace", "Grace Hopper"]
    assert [row["slug"] for row in _ok(cast.grace, "GET", "/workspaces")["items"]] == [slug]
    _ok(cast.grace, "POST", f"/workspaces/{slug}/leave")
    assert _refused(cast.grace, "GET", f"/workspaces/{slug}/members")[0] == 404
    assert _refused(cast.ada, "POST", f"/workspaces/{slug}/leave") == (409, "last-host")


def test_the_same_client_id_answers_with_the_same_message(cast: Cast, slug: str, thread: str) -> None:
    new = {"body": "Kirjastossa.", "client_id": str(uuid.uuid4())}
    first = _ok(cast.ada, "POST", f"/threads/{thread}/messages", new, 201)
    again = _ok(cast.ada, "POST", f"/threads/{thread}/messages", new, 201)
    assert again["id"] == first["id"]
    assert len(_ok(cast.ada, "GET", f"/threads/{thread}/messages")["items"]) == 2


def test_an_answer_stands_below_what_it_answers(cast: Cast, slug: str, thread: str) -> None:
    first = _ok(cast.ada, "GET", f"/threads/{thread}/messages")["items"][0]
    later = _ok(cast.ada, "POST", f"/threads/{thread}/messages", {"body": "Toinen."}, 201)
    answer = _ok(cast.ada, "POST", f"/threads/{thread}/messages", {"body": "Vastaus.", "answers": first["id"]}, 201)
    assert (answer["depth"], answer["answers"]) == (1, first["id"])
    in_order = [message["id"] for message in _ok(cast.ada, "GET", f"/threads/{thread}/messages")["items"]]
    assert in_order == [first["id"], answer["id"], later["id"]]


def test_what_was_missed_is_fetched_by_number(cast: Cast, slug: str, thread: str) -> None:
    _ok(cast.grace, "POST", f"/workspaces/{slug}/join")
    before = _ok(cast.grace, "GET", f"/workspaces/{slug}")["head"]
    message = _ok(cast.ada, "POST", f"/threads/{thread}/messages", {"body": "Ensin näin."}, 201)
    _ok(cast.ada, "PATCH", f"/messages/{message['id']}", {"body": "Sitten **näin**."})
    changes = _ok(cast.grace, "GET", f"/workspaces/{slug}/changes?after={before}")
    assert [item["seq"] for item in changes["items"]] == [before + 1, before + 2]
    assert [item["kind"] for item in changes["items"]] == ["message-posted", "message-edited"]
    assert all("<strong>näin</strong>" in item["message"]["html"] for item in changes["items"])
    assert (changes["head"], changes["more"]) == (before + 2, False)
    part = _ok(cast.grace, "GET", f"/workspaces/{slug}/changes?after=0&limit=2")
    assert ([item["seq"] for item in part["items"]], part["more"]) == ([1, 2], True)


def test_unread_counts_move(cast: Cast, slug: str, thread: str) -> None:
    _ok(cast.grace, "POST", f"/workspaces/{slug}/join")
    assert _ok(cast.grace, "GET", f"/workspaces/{slug}")["unread"] == 0
    message = _ok(cast.ada, "POST", f"/threads/{thread}/messages", {"body": "Uutta."}, 201)
    assert _ok(cast.grace, "GET", f"/threads/{thread}")["unread"] == 1
    _ok(cast.grace, "POST", f"/threads/{thread}/read", {"seq": message["seq"]})
    assert _ok(cast.grace, "GET", f"/threads/{thread}")["unread"] == 0
    _ok(cast.grace, "POST", f"/threads/{thread}/read", {"seq": 1})
    assert _ok(cast.grace, "GET", f"/threads/{thread}")["unread"] == 0


def test_a_retracted_message_has_no_words_left(cast: Cast, slug: str, thread: str) -> None:
    message = _ok(cast.ada, "POST", f"/threads/{thread}/messages", {"body": "Väärin meni."}, 201)
    gone = _ok(cast.ada, "POST", f"/messages/{message['id']}/retract")
    assert (gone["body"], gone["html"]) == ("", "")
    assert gone["retracted_at"]
    assert _refused(cast.ada, "PATCH", f"/messages/{message['id']}", {"body": "x"})[0] == 409


def test_the_end_of_a_workspace(cast: Cast, slug: str, thread: str) -> None:
    _ok(cast.grace, "POST", f"/workspaces/{slug}/join")
    assert _refused(cast.grace, "POST", f"/workspaces/{slug}/archive")[0] == 403
    assert _ok(cast.ada, "POST", f"/workspaces/{slug}/archive", {"outcome": "Valmista tuli."})["archived_at"]
    assert _refused(cast.ada, "POST", f"/workspaces/{slug}/archive") == (409, "already-archived")
    assert _refused(cast.grace, "POST", f"/threads/{thread}/messages", {"body": "Vielä."}) == (409, "archived")
    assert _ok(cast.grace, "GET", f"/threads/{thread}/messages")["items"]
    assert _ok(cast.ada, "POST", f"/workspaces/{slug}/reopen")["archived_at"] is None
    assert _refused(cast.ada, "POST", f"/workspaces/{slug}/delete", {"name": "Kielikahvilat"})[0] == 409
    _ok(cast.ada, "POST", f"/workspaces/{slug}/archive")
    assert _refused(cast.ada, "POST", f"/workspaces/{slug}/delete", {"name": "Jokin muu"})[0] == 422
    _ok(cast.ada, "POST", f"/workspaces/{slug}/delete", {"name": "Kielikahvilat"})
    assert _refused(cast.grace, "GET", f"/workspaces/{slug}")[0] == 404
    assert _ok(cast.ada, "POST", f"/workspaces/{slug}/restore")["trashed_at"] is None
    assert _ok(cast.grace, "GET", f"/threads/{thread}/messages")["items"]


def test_bad_bodies_are_told_field_by_field(cast: Cast, slug: str) -> None:
    answer = cast.ada.api("POST", "/workspaces", {"name": " ", "kind": "club", "colour": "red"})
    assert answer.status_code == 422
    problem = answer.json
    assert problem is not None
    assert set(problem["errors"]) == {"name", "purpose", "kind", "colour"}
    assert _refused(cast.ada, "POST", f"/workspaces/{slug}/threads", [1, 2])[0] == 422
    by_hand = cast.ada.client.post("/api/v1/me", data="{", content_type="application/json")
    assert by_hand.status_code in (400, 405)


def test_a_cookie_writes_only_with_the_token_of_its_forms(cast: Cast, slug: str) -> None:
    new = {"name": "X", "purpose": "Y", "kind": "event"}
    assert cast.ada.client.post("/api/v1/workspaces", json=new).status_code == 400
    assert cast.ada.api_by_cookie("POST", "/workspaces", new).status_code == 201
    assert cast.visitor.api("POST", "/workspaces", new).status_code == 401


def test_a_token_dies_when_it_is_revoked_and_not_when_the_password_changes(app: Extranet, cast: Cast) -> None:
    from extranet import credentials
    from extranet.members import Member
    from tests.cast import keeping

    ada = cast.ada
    assert ada.api("GET", "/me").status_code == 200
    with keeping(app) as held:
        credentials.end_all(held.get_one(Member, ada.member_id), ("browser",))
    assert ada.api("GET", "/me").status_code == 200
    with keeping(app) as held:
        credentials.end_all(held.get_one(Member, ada.member_id), ("token",))
    assert ada.api("GET", "/me").status_code == 401
