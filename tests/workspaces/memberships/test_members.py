"""Remove, keep out, appoint and dismiss: what hosts and moderators do about who is in."""

import pytest

from extranet.app import Extranet
from tests.cast import Cast
from tests.workspaces.places import open_place


def test_who_is_removed_sees_nothing_any_more_and_may_come_back(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, joining="open")
    answer = cast.ada.post(place.path(f"/members/{cast.grace.member_id}/remove"))
    assert answer.location == place.path("/members")
    assert cast.grace.get(place.path("/members")).status_code == 404
    assert place.facts()[-1] == "member-removed"
    cast.grace.post(place.path("/join"))
    assert place.role(cast.grace) == "joined"


def test_who_is_kept_out_cannot_come_in_by_any_way(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, joining="open")
    path = place.path(f"/members/{cast.grace.member_id}")
    assert cast.ada.post(f"{path}/keep-out", {"reason": ""}).status_code == 422
    assert place.role(cast.grace) == "joined"
    assert cast.ada.post(f"{path}/keep-out", {"reason": "Häiritsi muita"}).status_code == 302
    assert place.role(cast.grace) is None
    for rest in ("/join", "/ask"):
        answer = cast.grace.post(place.path(rest), {"why": "Mukaan"})
        assert answer.status_code == 403
        assert "hosts invite you" in answer.text
    about = cast.grace.get(place.path("/about")).text
    assert "hosts invite you" in about
    assert "Häiritsi" not in about
    assert "Häiritsi" in cast.ada.get(place.path("/members")).text


def test_who_is_kept_out_is_let_in_again(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, joining="open")
    path = place.path(f"/members/{cast.grace.member_id}")
    cast.ada.post(f"{path}/keep-out", {"reason": "x"})
    assert cast.ada.post(f"{path}/let-in-again").status_code == 302
    assert place.role(cast.grace) is None
    assert cast.grace.post(place.path("/join")).status_code == 302
    assert cast.ada.post(f"{path}/let-in-again").status_code == 409


def test_keeping_out_drops_a_request(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    cast.mallory.post(place.path("/ask"), {"why": "Mukaan"})
    cast.ada.post(place.path(f"/members/{cast.mallory.member_id}/keep-out"), {"reason": "x"})
    assert cast.ada.post(place.path(f"/requests/{cast.mallory.member_id}/accept")).status_code == 409


def test_a_host_appoints_and_dismisses(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    path = place.path(f"/members/{cast.grace.member_id}")
    for _ in range(2):
        assert cast.ada.post(f"{path}/appoint").status_code == 302
    assert place.role(cast.grace) == "host"
    assert place.facts().count("host-appointed") == 1
    for _ in range(2):
        assert cast.ada.post(f"{path}/dismiss").status_code == 302
    assert place.role(cast.grace) == "joined"
    assert place.facts().count("host-dismissed") == 1


@pytest.mark.parametrize("verb", ["remove", "dismiss", "keep-out"])
def test_a_workspace_never_has_no_host(app: Extranet, cast: Cast, verb: str) -> None:
    place = open_place(cast)
    for person in (cast.ada, cast.moses):
        answer = person.post(place.path(f"/members/{cast.ada.member_id}/{verb}"), {"reason": "x"})
        assert answer.status_code == 409
        assert "Appoint another one first" in answer.text
    assert place.role(cast.ada) == "host"


def test_a_moderator_appoints_a_host_on_the_desk(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, visibility="unlisted")
    answer = cast.moses.post(place.path(f"/members/{cast.grace.member_id}/appoint"))
    assert answer.location == f"/desk/workspaces/{place.slug}"
    assert place.role(cast.grace) == "host"
    assert place.role(cast.moses) is None


@pytest.mark.parametrize("verb", ["remove", "keep-out", "appoint", "dismiss", "let-in-again"])
def test_nobody_else_may(app: Extranet, cast: Cast, verb: str) -> None:
    place = open_place(cast)
    path = place.path(f"/members/{cast.ada.member_id}/{verb}")
    assert cast.grace.post(path, {"reason": "x"}).status_code == 403
    assert cast.mallory.post(path, {"reason": "x"}).status_code == 404
    assert place.role(cast.ada) == "host"


@pytest.mark.parametrize("verb", ["remove", "keep-out", "appoint", "dismiss", "let-in-again"])
def test_somebody_who_has_nothing_to_do_with_it_is_not_there(app: Extranet, cast: Cast, verb: str) -> None:
    place = open_place(cast)
    for member_id in (cast.mallory.member_id, "nobody"):
        assert cast.ada.post(place.path(f"/members/{member_id}/{verb}"), {"reason": "x"}).status_code == 404


def test_the_list_of_members_is_for_who_joined(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    assert "Grace Hopper" in cast.grace.get(place.path("/members")).text
    assert "Remove" not in cast.grace.get(place.path("/members")).text
    for person in (cast.mallory, cast.moses):
        assert person.get(place.path("/members")).status_code == 404
    assert "Grace Hopper" in cast.moses.get(f"/desk/workspaces/{place.slug}").text


def test_a_long_list_comes_in_pages(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    people = [cast.member(f"Person{number:02} Name{number:02}") for number in range(55)]
    place.let_in(*people, by=cast.ada)
    first = cast.grace.get(place.path("/members")).text
    after = first.partition("after=")[2].partition('"')[0]
    second = cast.grace.get(place.path(f"/members?after={after}")).text
    assert "57 members" in first
    assert sum(person.name in first for person in people) + sum(person.name in second for person in people) == 55
    assert cast.grace.get(place.path("/members?after=nonsense")).status_code == 400
