"""Invite, and answer an invitation."""

import re
from typing import Any

import pytest

from directory import service as directory
from directory.service import Details
from extranet.accounts import service as accounts
from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, Person, keeping, looking
from tests.servers import Letterbox
from tests.workspaces.places import Place, drain, open_place
from workspaces.memberships import service as memberships
from workspaces.memberships.models import Invitation
from workspaces.models import Workspace


def text_of(letter: Any) -> str:
    text: str = letter.get_body(("plain",)).get_content()
    return text


def link_in(letter: Any) -> str:
    found = re.search(r"/invitations/\S+", text_of(letter))
    assert found is not None
    return found.group()


def by_address(cast: Cast, place: Place, email: str, **more: str) -> None:
    answer = cast.ada.post(place.path("/invite"), {"email": email, "shows_earlier": "y", **more})
    assert answer.location == place.path("/invite")


def by_name(app: Extranet, cast: Cast, place: Place, person: Person) -> Any:
    write_card(app, person)
    return cast.ada.post(place.path("/invite"), {"member": person.member_id})


def write_card(app: Extranet, person: Person, *, is_hidden: bool = False) -> None:
    with keeping(app) as held:
        details = Details(title="Opettaja", is_hidden=is_hidden)
        directory.edit_card(details, by=held.get_one(Member, person.member_id))


def test_a_host_finds_a_member_by_name_and_invites(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = open_place(cast, visibility="unlisted", joining="invitation")
    write_card(app, cast.mallory)
    assert "Mallory" in cast.ada.get(place.path("/invite?q=mall")).text
    assert by_name(app, cast, place, cast.mallory).status_code == 302
    assert "Mallory" not in cast.ada.get(place.path("/invite?q=mall")).text.partition("is invited")[2]
    page = cast.ada.get(place.path("/members")).text
    assert "Mallory Outside" in page
    assert cast.mallory.email not in page
    drain(app)
    assert place.name in text_of(smtp.to(cast.mallory.email)[0])


def test_the_invitation_waits_at_home_and_lets_in(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, visibility="unlisted", joining="invitation")
    by_name(app, cast, place, cast.mallory)
    home = cast.mallory.get("/").text
    assert place.name in home
    assert cast.mallory.get(place.path("/about")).status_code == 404  # the invitation alone gives nothing
    action = re.search(r"/workspaces/invitations/\w+/accept", home)
    assert action is not None
    assert cast.grace.post(action.group()).status_code == 404  # somebody else's
    assert cast.mallory.post(action.group()).location == place.path()
    assert place.role(cast.mallory) == "joined"
    assert cast.mallory.post(action.group()).status_code == 404


def test_the_link_of_the_letter_lets_in(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = open_place(cast)
    by_address(cast, place, cast.mallory.email.upper())
    drain(app)
    link = link_in(smtp.to(cast.mallory.email)[0])
    page = cast.visitor.get(link)
    assert page.status_code == 200
    assert place.name in page.text and "Ada Lovelace" in page.text
    assert cast.visitor.post(f"{link}/accept").location.startswith("/sign-in")
    assert cast.grace.get(link).status_code == 404  # it is Mallory's
    assert cast.mallory.post(f"{link}/accept").location == place.path()
    assert place.role(cast.mallory) == "joined"
    assert cast.visitor.get(link).status_code == 404


def test_only_a_digest_of_the_link_is_kept(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = open_place(cast)
    by_address(cast, place, "new@example.org")
    drain(app)
    secret = link_in(smtp.to("new@example.org")[0]).rpartition("/")[2]
    with looking(app) as held:
        invitation = held.query(Invitation).one()
    assert invitation.secret_hash and secret not in invitation.secret_hash


def test_who_is_not_a_member_yet_finds_the_invitation_once_admitted(
    app: Extranet, cast: Cast, smtp: Letterbox
) -> None:
    place = open_place(cast)
    by_address(cast, place, "New.Person@example.org")
    with keeping(app):
        member = accounts.create(email="new.person@EXAMPLE.org", name="New Person", role="member", password_hash=None)
        member.language = "en"
        person = Person(app, member)
    with keeping(app) as held:
        held.get_one(Member, person.member_id).accept_terms()
    home = person.get("/").text
    assert place.name in home
    action = re.search(r"/workspaces/invitations/\w+/accept", home)
    assert action is not None
    person.post(action.group())
    assert place.role(person) == "joined"


def test_whoever_holds_a_link_to_no_members_address_may_use_it_once(
    app: Extranet, cast: Cast, smtp: Letterbox
) -> None:
    place = open_place(cast)
    by_address(cast, place, "private@example.org")
    drain(app)
    link = link_in(smtp.to("private@example.org")[0])
    assert cast.mallory.post(f"{link}/accept").status_code == 302
    assert place.role(cast.mallory) == "joined"
    assert cast.moses.post(f"{link}/accept").status_code == 404


def test_declining_ends_it(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    by_name(app, cast, place, cast.mallory)
    action = re.search(r"/workspaces/invitations/\w+/decline", cast.mallory.get("/").text)
    assert action is not None
    assert cast.mallory.post(action.group()).location == "/"
    assert place.name not in cast.mallory.get("/").text
    assert place.role(cast.mallory) is None


def test_withdrawing_kills_the_link(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = open_place(cast)
    by_address(cast, place, "new@example.org")
    drain(app)
    link = link_in(smtp.to("new@example.org")[0])
    assert cast.visitor.get(link).status_code == 200
    action = re.search(rf"{place.path()}/invitations/\w+/withdraw", cast.ada.get(place.path("/members")).text)
    assert action is not None
    assert cast.grace.post(action.group()).status_code == 404
    assert cast.ada.post(action.group()).status_code == 302
    assert cast.visitor.get(link).status_code == 404
    assert cast.ada.post(action.group()).status_code == 404


def test_inviting_twice_sends_one_letter(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = open_place(cast)
    for _ in range(2):
        by_address(cast, place, "new@example.org")
    drain(app)
    assert len(smtp.to("new@example.org")) == 1


@pytest.mark.parametrize("email", ["", "nonsense", "a@b", "x" * 255 + "@example.org"])
def test_an_address_that_is_none_is_told(app: Extranet, cast: Cast, email: str) -> None:
    place = open_place(cast)
    answer = cast.ada.post(place.path("/invite"), {"email": email})
    assert answer.status_code == 422
    assert email in answer.text


def test_who_is_in_or_has_asked_or_is_kept_out_is_not_invited_by_name(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    assert by_name(app, cast, place, cast.grace).status_code == 409
    cast.mallory.post(place.path("/ask"), {"why": "Mukaan"})
    assert by_name(app, cast, place, cast.mallory).status_code == 409
    cast.ada.post(place.path(f"/members/{cast.mallory.member_id}/keep-out"), {"reason": "x"})
    assert by_name(app, cast, place, cast.mallory).status_code == 409
    assert cast.ada.post(place.path("/invite"), {"email": cast.ada.email}).status_code == 422


def test_a_typed_address_is_answered_and_listed_alike_whosever_it_is(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, joining="request")
    nina, kim, olga, lee = (
        cast.member(name) for name in ("Nina Named", "Kim Out", "Olga Outside", "Lee Later")
    )
    by_name(app, cast, place, nina)
    cast.mallory.post(place.path("/ask"), {"why": "Mukaan"})
    kim.post(place.path("/ask"), {"why": "Mukaan"})
    cast.ada.post(place.path(f"/members/{kim.member_id}/keep-out"), {"reason": "x"})
    addresses = [person.email for person in (cast.grace, cast.mallory, kim, nina, olga, lee)] + ["no@example.org"]
    said, programs, shown = set(), set(), set()
    for address in addresses:
        answer = cast.ada.post(place.path("/invite"), {"email": address, "shows_earlier": "y"})
        said.add((answer.status_code, answer.location))
        shown.add(cast.ada.get(place.path("/members")).text.count(address))
        again = cast.ada.api("POST", f"/workspaces/{place.slug}/invitations", {"email": address})
        programs.add((again.status_code, again.text))
    assert said == {(302, place.path("/invite"))} and len(programs) == len(shown) == 1 and 0 not in shown


def test_a_typed_address_waits_whatever_else_becomes_of_who_has_it(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    kim, lee = cast.member("Kim Out"), cast.member("Lee Later")
    for person in (cast.mallory, kim, lee):
        write_card(app, person)
        by_address(cast, place, person.email)
    assert "Mallory Outside" in cast.ada.get(place.path("/invite?q=mall")).text  # the list does not tell whose it is
    assert by_name(app, cast, place, cast.mallory).status_code == 302
    place.let_in(lee, by=cast.ada)
    with keeping(app) as held:
        workspace, ada = held.get_one(Workspace, place.id), held.get_one(Member, cast.ada.member_id)
        memberships.keep_out(workspace, held.get_one(Member, kim.member_id), "x", by=ada)
    page = cast.ada.get(place.path("/members")).text
    for person in (cast.mallory, kim, lee):
        assert person.email in page


def test_who_is_kept_out_does_not_come_in_by_an_invitation_to_their_address(
    app: Extranet, cast: Cast, smtp: Letterbox
) -> None:
    place = open_place(cast, joining="open")
    by_address(cast, place, cast.mallory.email)
    drain(app)
    link = link_in(smtp.to(cast.mallory.email)[0])
    cast.mallory.post(place.path("/join"))
    cast.ada.post(place.path(f"/members/{cast.mallory.member_id}/keep-out"), {"reason": "x"})
    by_address(cast, place, cast.mallory.email)
    drain(app)
    assert place.name not in cast.mallory.get("/").text
    links = {link, *map(link_in, smtp.to(cast.mallory.email))}
    assert {cast.mallory.post(f"{one}/accept").status_code for one in links} <= {403, 404}
    assert cast.mallory.post(place.path("/join")).status_code == 403
    assert place.role(cast.mallory) is None


def test_who_is_in_already_gets_no_letter_and_no_second_membership(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = open_place(cast)
    drain(app)
    before = len(smtp.to(cast.grace.email))
    by_address(cast, place, cast.grace.email)
    drain(app)
    assert len(smtp.to(cast.grace.email)) == before
    assert place.name not in cast.grace.get("/").text.partition("nvitation")[2].partition("</section>")[0]
    assert place.facts().count("member-joined") == 1


def test_an_invitation_does_not_hold_while_who_invites_is_suspended(
    app: Extranet, cast: Cast, smtp: Letterbox
) -> None:
    place = open_place(cast, joining="invitation")
    for person in (cast.mallory, cast.irma):
        by_address(cast, place, person.email)
    drain(app)
    link = link_in(smtp.to(cast.mallory.email)[0])
    moses_id = cast.moses.member_id
    with keeping(app) as held:
        ada = held.get_one(Member, cast.ada.member_id)
        ada.suspend(by=held.get_one(Member, moses_id), reason="test")
    assert place.name not in cast.mallory.get("/").text
    assert cast.mallory.get(link).status_code == 404
    assert cast.mallory.post(f"{link}/accept").status_code == 404
    assert cast.mallory.post(place.path("/join")).status_code == 403
    with keeping(app) as held:
        held.get_one(Member, cast.ada.member_id).restore()
    assert cast.mallory.post(f"{link}/accept").status_code == 302


def test_who_asks_meanwhile_does_not_come_in_by_a_suspended_members_invitation(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, joining="request")
    by_address(cast, place, cast.mallory.email)
    moses_id = cast.moses.member_id
    with keeping(app) as held:
        held.get_one(Member, cast.ada.member_id).suspend(by=held.get_one(Member, moses_id), reason="test")
    cast.mallory.post(place.path("/ask"), {"why": "Mukaan"})
    assert place.role(cast.mallory) is None


def test_who_is_not_in_the_directory_cannot_be_invited_by_id(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    write_card(app, cast.mallory, is_hidden=True)
    assert "Mallory" not in cast.ada.get(place.path("/invite?q=mall")).text
    for member_id in (cast.mallory.member_id, "nobody", ""):
        assert cast.ada.post(place.path("/invite"), {"member": member_id}).status_code == 422


def test_who_joins_by_an_invitation_that_hides_earlier_messages_sees_none(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    by_address(cast, place, cast.mallory.email, shows_earlier="")
    action = re.search(r"/workspaces/invitations/\w+/accept", cast.mallory.get("/").text)
    assert action is not None
    cast.mallory.post(action.group())
    membership = place.membership(cast.mallory)
    assert membership is not None
    assert membership.sees_from == membership.joined_seq > 0


def test_only_hosts_and_moderators_invite(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    for person, status in ((cast.grace, 403), (cast.mallory, 403), (cast.moses, 302)):
        assert person.post(place.path("/invite"), {"email": "new@example.org"}).status_code == status


def test_a_link_that_never_was_tells_nothing(app: Extranet, cast: Cast) -> None:
    for person in (cast.visitor, cast.mallory):
        assert person.get("/invitations/never-was").status_code == 404


def test_pages_and_programs_share_one_limit(limited: Extranet) -> None:
    cast = Cast(limited)
    place = open_place(cast)
    for number in range(30):
        by_address(cast, place, f"new-{number % 2}@example.org")
        said = {"email": f"new-{number % 2}@example.org"}
        answer = cast.ada.api("POST", f"/workspaces/{place.slug}/invitations", said)
        assert answer.status_code == 201
    assert cast.ada.post(place.path("/invite"), {"email": "one-more@example.org"}).status_code == 429
    said = {"email": "one-more@example.org"}
    assert cast.ada.api("POST", f"/workspaces/{place.slug}/invitations", said).status_code == 429
