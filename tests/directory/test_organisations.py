"""The organisations: their list, their pages, their people."""

import re
from html import unescape

import pytest
import sqlalchemy as sa

from directory.models import Organisation
from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, Person, keeping, looking
from tests.counting import counted
from tests.directory.conftest import Fill, names_in

NAMES = ["Åbo stad", "Aaltojen yhdistys", "Zonta", "Öar och skär", "Tampereen kaupunki"]


def id_of(app: Extranet, name: str) -> str:
    with looking(app) as held:
        return held.scalars(sa.select(Organisation.id).filter_by(name=name)).one()


def test_they_stand_in_alphabetical_order_with_how_many_people_they_have(fill: Fill, reader: Person) -> None:
    for name in NAMES:
        fill(f"Member {name}", organisation=name, organisation_type="association")
    fill("Second One", organisation="Zonta")
    page = reader.get("/directory/organisations")
    assert names_in(page, NAMES) == ["Aaltojen yhdistys", "Tampereen kaupunki", "Zonta", "Åbo stad", "Öar och skär"]
    assert "5 organisations" in page.text
    assert re.search(r">Zonta</a>.*?2 people", page.text, re.S)


def test_an_empty_list_says_so(reader: Person) -> None:
    assert "No organisation was found" in reader.get("/directory/organisations").text


def test_they_are_narrowed_by_type_and_by_the_beginning_of_a_word(fill: Fill, reader: Person) -> None:
    fill("Anna One", organisation="Tampereen kaupunki", organisation_type="municipality")
    fill("Bea Two", organisation="Tampereen Öljy", organisation_type="company")
    fill("Cia Three", organisation="Turun kaupunki", organisation_type="municipality")
    names = ["Tampereen kaupunki", "Tampereen Öljy", "Turun kaupunki"]
    assert names_in(reader.get("/directory/organisations?type=municipality"), names) == [names[0], names[2]]
    assert names_in(reader.get("/directory/organisations?q=öl"), names) == [names[1]]
    page = reader.get("/directory/organisations?q=kaup&type=municipality")
    assert names_in(page, names) == [names[0], names[2]]
    assert names_in(reader.get("/directory/organisations?q=%25_"), names) == names, "signs are no words"


def test_pages_show_every_organisation_once(app: Extranet, reader: Person) -> None:
    with keeping(app) as held:
        held.add_all(Organisation(name=f"Org {number:03}", type="company") for number in range(120))
    names = [f"Org {number:03}" for number in range(120)]
    seen, address = [], "/directory/organisations?type=company"
    while address:
        page = reader.get(address)
        seen += names_in(page, names)
        link = re.search(r'rel="next" href="([^"]+)"', page.text)
        address = unescape(link.group(1)) if link else ""
    assert seen == names


def test_a_page_shows_the_people_who_show_that_they_are_of_it(app: Extranet, fill: Fill, reader: Person) -> None:
    fill("Anna Shown", organisation="Zonta")
    fill("Bea Quiet", organisation="Zonta", hidden_fields=["organisation"])
    fill("Cia Hidden", organisation="Zonta", is_hidden=True)
    sue = fill("Sue Suspended", organisation="Zonta")
    address = f"/directory/organisations/{id_of(app, 'Zonta')}"
    everybody = ["Anna Shown", "Bea Quiet", "Cia Hidden", "Sue Suspended"]
    assert names_in(reader.get(address), everybody) == ["Anna Shown", "Sue Suspended"]
    with keeping(app) as held:
        held.get_one(Member, sue.member_id).suspend(by=held.get_one(Member, reader.member_id), reason="test")
    page = reader.get(address)
    assert names_in(page, everybody) == ["Anna Shown"]
    assert "1 person" in page.text


def test_an_organisation_without_people_has_a_page(app: Extranet, reader: Person) -> None:
    with keeping(app) as held:
        held.add(Organisation(id="organisation", name="Empty", type="company", municipality="837"))
    page = reader.get("/directory/organisations/organisation")
    assert page.status_code == 200
    assert "Nobody to show" in page.text
    assert "Tampere" in page.text


@pytest.mark.parametrize("id_", ["123456789abc", "x", "..", "%27"])
def test_an_unknown_organisation_is_404(reader: Person, id_: str) -> None:
    assert reader.get(f"/directory/organisations/{id_}").status_code == 404


def test_visitors_are_asked_to_sign_in_whether_it_exists_or_not(app: Extranet, fill: Fill, cast: Cast) -> None:
    fill("Anna Shown", organisation="Zonta")
    for id_ in (id_of(app, "Zonta"), "123456789abc"):
        answer = cast.visitor.get(f"/directory/organisations/{id_}")
        assert answer.status_code == 302
        assert "/sign-in" in answer.location


def test_a_place_that_was_never_given_is_400(reader: Person) -> None:
    assert reader.get("/directory/organisations?after=nonsense").status_code == 400


def test_the_pages_take_few_queries(app: Extranet, fill: Fill, reader: Person) -> None:
    for number in range(25):
        fill(f"Member {number:02}", organisation="Zonta", themes=["women"], regions=["06"])
    for address in ("/directory/organisations", f"/directory/organisations/{id_of(app, 'Zonta')}"):
        reader.get(address)
        with counted(app) as statements:
            assert reader.get(address).status_code == 200
        assert len(statements) <= 6, "\n".join(statements)
