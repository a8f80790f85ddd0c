"""The moderators' desk of workspaces."""

from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, keeping
from tests.workspaces.places import open_place
from workspaces.discussions import service as discussions
from workspaces.models import Workspace


def test_a_moderator_sees_all_of_them_unlisted_ones_too(app: Extranet, cast: Cast) -> None:
    listed, unlisted = open_place(cast, name="Näkyvä"), open_place(cast, name="Piilossa", visibility="unlisted")
    page = cast.moses.get("/desk/workspaces").text
    assert listed.name in page and unlisted.name in page
    assert unlisted.name in cast.moses.get("/desk/workspaces?q=piilo").text
    assert listed.name not in cast.moses.get("/desk/workspaces?q=piilo").text
    unlisted.archive(cast.ada)
    assert unlisted.name not in cast.moses.get("/desk/workspaces").text
    assert unlisted.name in cast.moses.get("/desk/workspaces?state=archived").text


def test_it_tells_who_and_how_many_and_nothing_of_what_is_said(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, visibility="unlisted", purpose="Tarkoitus vain jäsenille")
    with keeping(app) as held:
        ada = held.get_one(Member, cast.ada.member_id)
        workspace = held.get_one(Workspace, place.id)
        discussions.open_thread(workspace, title="Salainen otsikko", body="Salainen viesti", by=ada)
    for path in (f"/desk/workspaces/{place.slug}", "/desk/workspaces"):
        page = cast.moses.get(path).text
        assert "Salainen" not in page
        assert "Tarkoitus" not in page
    page = cast.moses.get(f"/desk/workspaces/{place.slug}").text
    assert "Ada Lovelace" in page and "Grace Hopper" in page


def test_it_is_for_moderators_alone(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    for person, list_status, page_status in ((cast.ada, 403, 404), (cast.mallory, 403, 404), (cast.irma, 200, 200)):
        assert person.get("/desk/workspaces").status_code == list_status
        assert person.get(f"/desk/workspaces/{place.slug}").status_code == page_status
    assert cast.visitor.get("/desk/workspaces").location.startswith("/sign-in")


def test_a_moderator_does_not_enter(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, visibility="unlisted")
    for rest in ("", "/about", "/members"):
        assert cast.moses.get(place.path(rest)).status_code == 404


def test_one_in_the_trash_can_only_be_restored_there(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.trash(cast.ada)
    page = cast.moses.get(f"/desk/workspaces/{place.slug}").text
    assert place.path("/restore") in page
    assert place.path("/archive") not in page
    assert "Manage" not in page
