"""Join a workspace, and leave it."""

import pytest

from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, keeping, without_tokens
from tests.workspaces.places import open_place
from workspaces.models import Workspace


def test_a_member_joins_an_open_one_at_once(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, joining="open")
    assert "Join the workspace" in cast.mallory.get(place.path("/about")).text
    assert cast.mallory.post(place.path("/join")).location == place.path()
    assert place.role(cast.mallory) == "joined"
    assert cast.mallory.get(place.path("/members")).status_code == 200


def test_joining_twice_is_joining_once(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, joining="open")
    for _ in range(2):
        assert cast.mallory.post(place.path("/join")).status_code == 302
    assert place.facts().count("member-joined") == 2  # Grace and Mallory


@pytest.mark.parametrize(("joining", "says"), [("request", "send a request"), ("invitation", "hosts invite you")])
def test_others_are_not_joined_like_that(app: Extranet, cast: Cast, joining: str, says: str) -> None:
    place = open_place(cast, joining=joining)
    answer = cast.mallory.post(place.path("/join"))
    assert answer.status_code == 403
    assert says in answer.text
    assert place.role(cast.mallory) is None


def test_an_unlisted_one_is_not_there_even_if_it_is_open(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, visibility="unlisted", joining="open")
    never = cast.mallory.post("/workspaces/never-was-12345678/join")
    answer = cast.mallory.post(place.path("/join"))
    assert answer.status_code == never.status_code == 404
    there, nowhere = without_tokens(answer.text), without_tokens(never.text)
    assert there.replace(place.slug, "") == nowhere.replace("never-was-12345678", "")


def test_who_joins_sees_earlier_messages_only_if_the_workspace_has_it_so(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, joining="open")
    cast.mallory.post(place.path("/join"))
    everything = place.membership(cast.mallory)
    with keeping(app) as held:
        held.get_one(Workspace, place.id).shows_earlier = False
    cast.moses.post(place.path("/join"))
    later = place.membership(cast.moses)
    assert everything is not None and later is not None
    assert (everything.sees_from, everything.joined_seq) == (0, 3)
    assert (later.sees_from, later.joined_seq) == (4, 4)


def test_who_leaves_sees_nothing_any_more(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    assert cast.grace.post(place.path("/leave")).location == "/workspaces"
    assert place.role(cast.grace) is None
    assert cast.grace.get(place.path("/members")).status_code == 404
    assert place.name not in cast.grace.get("/workspaces").text
    assert place.facts()[-1] == "member-left"


def test_leaving_twice_is_leaving_once(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    for _ in range(2):
        assert cast.grace.post(place.path("/leave")).status_code == 302
    assert place.facts().count("member-left") == 1


def test_the_last_host_cannot_leave(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    answer = cast.ada.post(place.path("/leave"))
    assert answer.status_code == 409
    assert "Appoint another one first" in answer.text
    place.appoint(cast.grace, by=cast.ada)
    assert cast.ada.post(place.path("/leave")).status_code == 302
    assert cast.grace.post(place.path("/leave")).status_code == 409
    assert place.role(cast.grace) == "host"


def test_a_suspended_host_does_not_count(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.appoint(cast.grace, by=cast.ada)
    moses_id = cast.moses.member_id
    with keeping(app) as held:
        held.get_one(Member, cast.grace.member_id).suspend(by=held.get_one(Member, moses_id), reason="test")
    assert cast.ada.post(place.path("/leave")).status_code == 409
