"""The pages of refusals: they advise what helps this person, and know who is signed in."""

import pytest

from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, Person, keeping
from tests.extranet.accounts.test_sign_in import sign_in
from workspaces.service import open_workspace

HOST_OR_MODERATOR = "ask a host of the workspace or a moderator"
STILL_THERE = "what you wrote is still on the page"


def test_who_is_suspended_is_sent_to_those_who_keep_the_service(app: Extranet, cast: Cast) -> None:
    cast.moses.post(f"/desk/members/{cast.ada.member_id}/suspend", {"reason": "x"})
    page = sign_in(Person(app), cast.ada.email)
    assert page.status_code == 403
    assert HOST_OR_MODERATOR not in page.text and "write to those who keep the service" in page.text


def test_the_last_host_who_leaves_is_told_of_nothing_written(app: Extranet, cast: Cast) -> None:
    ada_id = cast.ada.member_id
    with keeping(app) as held:
        ada = held.get_one(Member, ada_id)
        slug = open_workspace(
            name="Alone", purpose="x", kind="project", visibility="listed", joining="request", by=ada
        ).slug
    page = cast.ada.post(f"/workspaces/{slug}/leave")
    assert page.status_code == 409, page.text
    assert STILL_THERE not in page.text and "Go back" not in page.text


def test_who_wrote_something_is_told_that_it_is_still_there(cast: Cast) -> None:
    cast.moses.post(f"/desk/members/{cast.ada.member_id}/suspend", {"reason": "The first reason of two."})
    page = cast.moses.post(f"/desk/members/{cast.ada.member_id}/suspend", {"reason": "The second reason of two."})
    assert page.status_code == 409 and STILL_THERE in page.text


def test_who_may_not_is_told_whom_to_ask(cast: Cast) -> None:
    page = cast.mallory.get("/desk/applications")
    assert page.status_code == 403 and HOST_OR_MODERATOR in page.text


@pytest.mark.parametrize("path", ["/aivan/vaara", "/workspaces/never-was-one/about"])
def test_a_member_at_a_wrong_address_is_still_signed_in(cast: Cast, path: str) -> None:
    page = cast.ada.get(path)
    assert page.status_code == 404
    assert "/sign-out" in page.text and 'href="/sign-in' not in page.text
    assert "/sign-out" not in cast.visitor.get("/aivan/vaara").text
