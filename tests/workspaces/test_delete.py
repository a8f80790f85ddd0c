"""Delete a workspace by typing its name, and take it out of the trash."""

import unicodedata

import pytest

from extranet.app import Extranet
from tests.cast import Cast
from tests.workspaces.places import open_place


def test_a_host_deletes_an_archived_one_by_typing_its_name(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.archive(cast.ada)
    assert cast.ada.post(place.path("/delete"), {"name": place.name}).location == "/workspaces/trash"
    assert place.row().is_trashed
    assert place.facts()[-1] == "workspace-trashed"
    assert place.name in cast.ada.get("/workspaces/trash").text


@pytest.mark.parametrize("typed", ["  Kototyö ", unicodedata.normalize("NFD", "Kototyö")])
def test_the_name_may_be_composed_and_spaced_otherwise(app: Extranet, cast: Cast, typed: str) -> None:
    place = open_place(cast)
    place.archive(cast.ada)
    assert cast.ada.post(place.path("/delete"), {"name": typed}).status_code == 302


@pytest.mark.parametrize("typed", ["", "kototyö", "Kototyo", "Kototyö!"])
def test_another_name_deletes_nothing(app: Extranet, cast: Cast, typed: str) -> None:
    place = open_place(cast)
    place.archive(cast.ada)
    answer = cast.ada.post(place.path("/delete"), {"name": typed})
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.text
    assert not place.row().is_trashed


def test_only_what_is_archived_can_be_deleted(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    assert cast.ada.get(place.path("/delete")).status_code == 409
    answer = cast.ada.post(place.path("/delete"), {"name": place.name})
    assert answer.status_code == 409
    assert "Archive it first" in answer.text


def test_nobody_enters_what_is_in_the_trash(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    assert cast.grace.get(place.path()).status_code == 200
    place.trash(cast.ada)
    for person in (cast.ada, cast.grace, cast.mallory):
        for rest in ("", "/about", "/members"):
            assert person.get(place.path(rest)).status_code == 404, (person.name, rest)
    for which in ("mine", "listed", "archived"):
        assert place.name not in cast.ada.get(f"/workspaces?show={which}").text
    assert place.name not in cast.grace.get("/workspaces/trash").text


def test_a_host_restores_it_archived_as_before(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.trash(cast.ada)
    assert cast.ada.post(place.path("/restore")).status_code == 302
    assert place.row().is_archived
    assert cast.grace.get(place.path("/members")).status_code == 200
    assert cast.ada.post(place.path("/restore")).status_code == 409


def test_a_moderator_restores_it_on_the_desk(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, visibility="unlisted")
    place.trash(cast.ada)
    assert place.name in cast.moses.get("/desk/workspaces?state=trash").text
    assert cast.moses.post(place.path("/restore")).location == f"/desk/workspaces/{place.slug}"
    assert not place.row().is_trashed


def test_who_only_joined_may_neither_delete_nor_restore(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.archive(cast.ada)
    assert cast.grace.post(place.path("/delete"), {"name": place.name}).status_code == 403
    assert cast.mallory.post(place.path("/delete"), {"name": place.name}).status_code == 403
    assert cast.ada.post(place.path("/delete"), {"name": place.name}).status_code == 302
    assert cast.ada.post(place.path("/delete"), {"name": place.name}).status_code == 409
    for person in (cast.grace, cast.mallory):
        assert person.post(place.path("/restore")).status_code == 404


def test_in_the_trash_nothing_is_done_but_restoring(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.trash(cast.ada)
    member = f"/members/{cast.grace.member_id}"
    for rest in ("/reopen", "/archive", "/settings", "/invite", f"{member}/remove", f"{member}/appoint"):
        assert cast.ada.post(place.path(rest), {"email": "a@example.org"}).status_code == 409, rest
