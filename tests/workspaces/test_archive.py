"""Archive a workspace, and open it again."""

import sqlalchemy as sa

from extranet.app import Extranet
from tests.cast import Cast, looking
from tests.servers import Letterbox
from tests.workspaces.places import drain, open_place
from workspaces.memberships.models import Invitation, JoinRequest


def test_a_host_archives_it_with_what_came_out_of_it(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    said = {"done": "Opas valmistui", "learned": "", "remains": "Opasta hoitaa kunta"}
    assert cast.ada.post(place.path("/archive"), said).location == place.path()
    row = place.row()
    assert row.is_archived
    assert row.outcome == "Opas valmistui\nOpasta hoitaa kunta"
    assert "Opas valmistui" in cast.grace.get(place.path("/about")).text
    assert place.facts()[-1] == "workspace-archived"


def test_its_members_still_read_it_and_it_leaves_the_working_lists(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    assert place.name in cast.grace.get("/workspaces").text
    place.archive(cast.ada)
    assert place.name not in cast.grace.get("/workspaces").text
    assert place.name not in cast.mallory.get("/workspaces?show=listed").text
    assert place.name in cast.grace.get("/workspaces?show=archived").text
    assert cast.grace.get(place.path("/members")).status_code == 200


def test_archiving_twice_is_told_and_changes_nothing(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.archive(cast.ada)
    before = place.facts()
    assert cast.ada.post(place.path("/archive"), {}).status_code == 409
    assert place.facts() == before


def test_nobody_comes_in_any_more(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, joining="open")
    place.archive(cast.ada)
    assert cast.mallory.post(place.path("/join")).status_code == 409
    assert cast.ada.post(place.path("/invite"), {"email": "new@example.org"}).status_code == 409
    assert "takes no new members" in cast.mallory.get(place.path("/about")).text


def test_requests_and_invitations_that_wait_are_dropped(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    cast.mallory.post(place.path("/ask"), {"why": "Haluan mukaan"})
    cast.ada.post(place.path("/invite"), {"email": "new@example.org"})
    place.archive(cast.ada)
    with looking(app) as held:
        assert held.scalars(sa.select(JoinRequest)).all() == []
        assert held.scalars(sa.select(Invitation)).all() == []


def test_it_is_opened_again_by_any_host(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.appoint(cast.grace, by=cast.ada)
    place.archive(cast.ada)
    assert cast.grace.post(place.path("/reopen")).status_code == 302
    assert place.row().is_active
    assert cast.grace.post(place.path("/reopen")).status_code == 409


def test_only_hosts_and_moderators_may(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    for person in (cast.grace, cast.mallory):
        assert person.post(place.path("/archive"), {}).status_code == 403
    assert cast.moses.post(place.path("/archive"), {}).location == f"/desk/workspaces/{place.slug}"
    for person in (cast.grace, cast.mallory):
        assert person.post(place.path("/reopen")).status_code == 403
    assert cast.moses.post(place.path("/reopen")).status_code == 302


def test_too_long_a_line_is_kept_on_the_page(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    answer = cast.ada.post(place.path("/archive"), {"done": "x" * 301, "learned": "Kept on the page"})
    assert answer.status_code == 422
    assert "Kept on the page" in answer.text
    assert place.row().is_active


def test_the_hosts_who_did_not_do_it_get_a_letter(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = open_place(cast)
    place.appoint(cast.grace, by=cast.ada)
    drain(app)
    smtp.empty()
    place.archive(cast.ada)
    drain(app)
    (letter,) = smtp.to(cast.grace.email)
    body = letter.get_body(("plain",))
    assert body is not None
    assert place.name in body.get_content()
    assert smtp.to(cast.ada.email) == []
