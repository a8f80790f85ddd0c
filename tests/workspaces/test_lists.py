"""The lists of workspaces, the page about one, and the home."""

import pytest
import sqlalchemy as sa

from extranet.app import Extranet
from tests.cast import Cast, keeping
from tests.counting import counted
from tests.workspaces.places import drain, open_place
from workspaces.models import Workspace


def test_ones_own_are_there_and_others_are_not(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    assert place.name in cast.grace.get("/workspaces").text
    assert place.name not in cast.mallory.get("/workspaces").text
    assert place.name in cast.grace.get("/").text
    assert place.name not in cast.mallory.get("/").text


def test_the_listed_are_there_for_every_member_the_unlisted_for_none(app: Extranet, cast: Cast) -> None:
    listed, unlisted = open_place(cast, name="Näkyvä"), open_place(cast, name="Piilossa", visibility="unlisted")
    page = cast.mallory.get("/workspaces?show=listed").text
    assert listed.name in page
    assert unlisted.name not in page
    assert unlisted.name not in cast.grace.get("/workspaces?show=listed").text
    assert unlisted.name in cast.grace.get("/workspaces").text


def test_a_list_is_narrowed_by_kind_and_words_in_any_form(app: Extranet, cast: Cast) -> None:
    guide = open_place(cast, name="Ohjaajien työtila", kind="working-group")
    day = open_place(cast, name="Naapuruuspäivä", kind="event")
    drain(app)
    page = cast.mallory.get("/workspaces?show=listed&kind=event").text
    assert day.name in page and guide.name not in page
    page = cast.mallory.get("/workspaces?show=listed&q=ohjaaja").text
    assert guide.name in page and day.name not in page
    assert "No workspace was found" in cast.mallory.get("/workspaces?show=listed&q=olematon").text


def test_words_find_an_unlisted_one_only_for_who_joined(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, name="Salainen piiri", visibility="unlisted")
    place.archive(cast.ada)
    drain(app)
    assert place.name in cast.grace.get("/workspaces?show=archived&q=piiri").text
    assert place.name not in cast.mallory.get("/workspaces?show=archived&q=piiri").text
    assert place.name not in cast.moses.get("/workspaces?show=archived&q=piiri").text


def test_a_long_list_comes_in_pages_without_gaps(app: Extranet, cast: Cast) -> None:
    names = {f"Numero {number:02}" for number in range(25)}
    for name in sorted(names):
        open_place(cast, name=name)
    with keeping(app) as held:  # all at the same moment: the order still holds
        first = held.scalars(sa.select(Workspace.opened_at)).first()
        held.execute(sa.update(Workspace).values(opened_at=first))
    page = cast.mallory.get("/workspaces?show=listed").text
    after = page.partition("after=")[2].partition('"')[0]
    rest = cast.mallory.get(f"/workspaces?show=listed&after={after}").text
    shown = [{name for name in names if name in part} for part in (page, rest)]
    assert shown[0] | shown[1] == names
    assert not shown[0] & shown[1]


@pytest.mark.parametrize(
    ("query", "status"),
    [("show=nonsense", 200), ("kind=nonsense", 200), ("after=nonsense", 400), ("after=WyIyMDI2IiwiYSJd", 400)],
)
def test_what_the_address_cannot_say_is_told(app: Extranet, cast: Cast, query: str, status: int) -> None:
    assert cast.ada.get(f"/workspaces?{query}").status_code == status


def test_unread_messages_are_counted(app: Extranet, cast: Cast) -> None:
    from extranet.members import Member
    from workspaces.discussions import service as discussions

    place = open_place(cast)
    with keeping(app) as held:
        ada = held.get_one(Member, cast.ada.member_id)
        discussions.open_thread(held.get_one(Workspace, place.id), title="Hei", body="Tervetuloa", by=ada)
    assert ">1 new message<" in cast.grace.get("/workspaces").text
    assert ">1 new message<" in cast.grace.get("/").text
    assert ">1 new message<" not in cast.ada.get("/workspaces").text
    assert ">1 new message<" not in cast.mallory.get("/workspaces?show=listed").text


def test_counts_below_five_are_not_shown_to_outsiders(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.let_in(*(cast.member(f"Person{number}") for number in range(2)), by=cast.ada)
    for path in ("/workspaces?show=listed", place.path("/about")):
        assert "4 members" not in cast.mallory.get(path).text
        assert ">4<" not in "".join(cast.mallory.get(path).text.split())
    assert "4 members" in cast.grace.get("/workspaces").text
    place.let_in(cast.member("Person5"), by=cast.ada)
    assert "5 members" in cast.mallory.get("/workspaces?show=listed").text


def test_the_page_about_it_names_hosts_and_nothing_of_what_is_said(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, purpose="Kerron, mitä teemme")
    page = cast.mallory.get(place.path("/about")).text
    assert "Kerron, mitä teemme" in page
    assert "Ada Lovelace" in page
    assert "Grace Hopper" not in page


def test_the_lists_need_few_queries_however_long_they_are(app: Extranet, cast: Cast) -> None:
    counts = []
    for many in (1, 12):
        for number in range(many):
            open_place(cast, name=f"Lisää {many} {number}")
        counts.append([_queries(app, cast, path) for path in ("/workspaces", "/workspaces?show=listed", "/")])
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 10, counts


def _queries(app: Extranet, cast: Cast, path: str) -> int:
    cast.grace.get(path)
    with counted(app) as statements:
        assert cast.grace.get(path).status_code == 200
    return len(statements)
