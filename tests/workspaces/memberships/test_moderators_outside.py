"""Moderators manage who is in and never read what is said: no way in that they open to themselves, none unnoticed."""

from typing import Any

import pytest

from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, Person, keeping
from tests.servers import Letterbox
from tests.workspaces.places import FIELDS, Place, drain, open_place
from workspaces.memberships import service as memberships
from workspaces.models import Workspace

CLOSED: dict[str, Any] = {"visibility": "unlisted", "joining": "invitation", "shows_earlier": False}


def api(place: Place, rest: str = "") -> str:
    return f"/workspaces/{place.slug}{rest}"


def text_of(letter: Any) -> str:
    return str(letter.get_body(("plain",)).get_content())


def subjects(smtp: Letterbox, person: Person) -> list[str]:
    return [str(letter["Subject"]) for letter in smtp.to(person.email)]


@pytest.mark.parametrize(
    "wider",
    [{"visibility": "listed"}, {"joining": "open"}, {"joining": "request"}, {"shows_earlier": True}],
)
def test_a_moderator_does_not_make_the_way_in_wider(app: Extranet, cast: Cast, wider: dict[str, Any]) -> None:
    place = open_place(cast, **CLOSED)
    answer = cast.moses.api("PATCH", api(place), wider)
    assert answer.status_code == 403, answer.text
    assert answer.json is not None and answer.json["code"] == "for-hosts-to-open"
    row = place.row()
    assert {name: getattr(row, name) for name in CLOSED} == CLOSED
    page = cast.moses.post(place.path("/settings"), {**FIELDS, "visibility": "listed", "joining": "open"})
    assert page.status_code == 403 and "Only a host" in page.text
    assert cast.ada.api("PATCH", api(place), wider).status_code == 200


def test_a_moderator_may_make_it_narrower_and_the_hosts_read_of_it(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = open_place(cast, joining="open")
    assert cast.moses.api("PATCH", api(place), {"visibility": "unlisted", "joining": "request"}).status_code == 200
    drain(app)
    (letter,) = smtp.to(cast.ada.email)
    text = text_of(letter)
    assert "Moses Moderator changed the settings" in text and place.name in text


def test_a_moderator_does_not_accept_or_appoint_themselves(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    cast.moses.post(place.path("/ask"), {"why": "Let me in"})
    own = place.path(f"/requests/{cast.moses.member_id}/accept")
    answer = cast.moses.post(own)
    assert answer.status_code == 403 and "another moderator or a host" in answer.text
    assert cast.moses.api("POST", api(place, f"/requests/{cast.moses.member_id}/accept")).status_code == 403
    assert place.role(cast.moses) is None
    assert cast.ada.post(own).status_code == 302
    assert cast.moses.post(place.path(f"/members/{cast.moses.member_id}/appoint")).status_code == 403
    role = cast.moses.api("POST", api(place, f"/members/{cast.moses.member_id}/role"), {"role": "host"})
    assert role.status_code == 403
    assert place.role(cast.moses) == "joined"


def test_a_moderator_who_is_kept_out_does_not_let_themselves_in_again(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, joining="open")
    cast.moses.post(place.path("/join"))
    cast.ada.post(place.path(f"/members/{cast.moses.member_id}/keep-out"), {"reason": "No"})
    assert cast.moses.post(place.path(f"/members/{cast.moses.member_id}/let-in-again")).status_code == 403
    assert cast.moses.post(place.path("/join")).status_code == 403


def test_nobody_comes_in_by_an_invitation_of_their_own(app: Extranet, cast: Cast) -> None:
    place, moses_id = open_place(cast, **CLOSED), cast.moses.member_id
    with keeping(app) as held:
        workspace, moses = held.get_one(Workspace, place.id), held.get_one(Member, moses_id)
        secret = memberships.invite(workspace, "second-address@example.org", by=moses).make_secret()
    answer = cast.moses.post(f"/invitations/{secret}/accept")
    assert answer.status_code == 403 and "another moderator or a host" in answer.text
    assert place.role(cast.moses) is None
    assert cast.mallory.post(f"/invitations/{secret}/accept").status_code == 302  # the invitation itself is a good one


def test_the_hosts_read_of_a_moderator_who_joins(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = open_place(cast, joining="open")
    cast.mallory.post(place.path("/join"))
    drain(app)
    assert subjects(smtp, cast.ada) == []
    cast.moses.post(place.path("/join"))
    drain(app)
    (letter,) = smtp.to(cast.ada.email)
    assert "Moses Moderator, a moderator, joined" in text_of(letter)
    assert subjects(smtp, cast.grace) == []


def test_the_hosts_read_whom_a_moderator_lets_in(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = open_place(cast)
    cast.mallory.post(place.path("/ask"), {"why": "Let me in"})
    assert cast.moses.post(place.path(f"/requests/{cast.mallory.member_id}/accept")).status_code == 302
    place.let_in(nina := cast.member("Nina Newcomer"), by=cast.moses)
    cast.moses.post(place.path(f"/members/{cast.grace.member_id}/appoint"))
    drain(app)
    texts = [text_of(letter) for letter in smtp.to(cast.ada.email)]
    assert any("Mallory Outside joined" in text and "Moses Moderator, a moderator, let" in text for text in texts)
    assert any(f"{nina.name} joined" in text and "Moses Moderator" in text for text in texts)
    assert any("made Grace Hopper a host" in text for text in texts)


def test_whom_a_host_lets_in_is_no_news_to_the_hosts(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = open_place(cast)
    place.appoint(cast.grace, by=cast.ada)
    place.let_in(cast.mallory, by=cast.ada)
    drain(app)
    assert subjects(smtp, cast.grace) == ["You now host a workspace"]
