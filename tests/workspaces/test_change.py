"""Change what is said of a workspace."""

import pytest

from extranet.app import Extranet
from tests.cast import Cast, keeping
from tests.workspaces.places import FIELDS, open_place
from workspaces.models import Workspace


def test_a_host_changes_it_and_its_address_stays(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    changed = {**FIELDS, "name": "Toinen nimi", "kind": "event", "visibility": "unlisted", "shows_earlier": ""}
    assert cast.ada.post(place.path("/settings"), changed).status_code == 302
    row = place.row()
    assert (row.name, row.kind, row.visibility, row.slug) == ("Toinen nimi", "event", "unlisted", place.slug)
    assert place.facts()[-1] == "workspace-changed"


def test_the_form_shows_what_holds_now(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, purpose="Tarkoitus tässä", joining="open")
    page = cast.ada.get(place.path("/settings")).text
    assert "Tarkoitus tässä" in page
    assert 'value="open" checked' in page


def test_saving_without_a_change_is_no_fact(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    before = place.facts()
    assert cast.ada.post(place.path("/settings"), FIELDS).status_code == 302
    assert place.facts() == before


def test_what_does_not_pass_changes_nothing(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    answer = cast.ada.post(place.path("/settings"), {**FIELDS, "name": "", "purpose": "Typed for long"})
    assert answer.status_code == 422
    assert "Typed for long" in answer.text
    assert place.row().name == place.name


def test_only_hosts_and_moderators_may(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    for person, status in ((cast.grace, 403), (cast.mallory, 403), (cast.moses, 302)):
        assert person.post(place.path("/settings"), FIELDS).status_code == status


def test_an_unlisted_one_is_not_there_for_who_has_not_joined(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, visibility="unlisted")
    assert cast.mallory.get(place.path("/settings")).status_code == 404
    assert cast.mallory.post(place.path("/settings"), FIELDS).status_code == 404


def test_an_archived_one_is_not_changed(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.archive(cast.ada)
    assert cast.ada.post(place.path("/settings"), {**FIELDS, "name": "Uusi"}).status_code == 409
    assert place.row().name == place.name


@pytest.mark.parametrize("name", ["Click https://evil.example", "WWW.evil.example", "\uff57\uff57\uff57.evil.example"])
def test_its_name_which_letters_carry_is_no_web_address(app: Extranet, cast: Cast, name: str) -> None:
    place = open_place(cast)
    sent = {**FIELDS, "name": name}
    for path in (place.path("/settings"), "/workspaces/new"):
        answer = cast.ada.post(path, sent)
        assert answer.status_code == 422
        assert "cannot hold a web address" in answer.text
    said = {"name": name, "purpose": "x", "kind": "project"}
    for method, path, body in (("POST", "", said), ("PATCH", f"/{place.slug}", {"name": name})):
        answer = cast.ada.api(method, f"/workspaces{path}", body)
        assert answer.status_code == 422
        assert answer.json is not None and "web address" in answer.json["errors"]["name"][0]
    assert place.row().name == place.name


def test_a_name_from_before_may_stay_while_other_things_change(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    with keeping(app) as held:
        held.get_one(Workspace, place.id).name = "www.example.org"
    assert cast.ada.api("PATCH", f"/workspaces/{place.slug}", {"purpose": "Another"}).status_code == 200
