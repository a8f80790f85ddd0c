"""What other features ask of the directory: names with organisations beside them, and who is meant by a name."""

from directory import queries
from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, keeping, looking
from tests.counting import counted
from tests.directory.conftest import Fill


def test_names_and_organisations_come_in_one_query(app: Extranet, fill: Fill, cast: Cast) -> None:
    anna = fill("Anna Shown", title="ohjaaja", organisation="Zonta")
    bea = fill("Bea Hidden", title="ohjaaja", organisation="Zonta", is_hidden=True)
    cia = fill("Cia Quiet", title="ohjaaja", organisation="Zonta", hidden_fields=["organisation", "title"])
    sue = fill("Sue Suspended", title="ohjaaja", organisation="Zonta")
    with keeping(app) as held:
        held.get_one(Member, sue.member_id).suspend(by=held.get_one(Member, anna.member_id), reason="test")
    ids = [person.member_id for person in (anna, bea, cia, sue)]
    with counted(app) as statements, looking(app):
        statements.clear()
        found = queries.people([*ids, ids[0], "123456789abc"])
    assert len(statements) == 1
    assert found == {
        anna.member_id: queries.Person(anna.member_id, "Anna Shown", "Zonta", "ohjaaja", is_listed=True),
        bea.member_id: queries.Person(bea.member_id, "Bea Hidden"),
        cia.member_id: queries.Person(cia.member_id, "Cia Quiet", is_listed=True),
        sue.member_id: queries.Person(sue.member_id, "Sue Suspended"),
    }


def test_nobody_asked_for_is_nobody(app: Extranet) -> None:
    with looking(app):
        assert queries.people([]) == {}
        assert queries.cards([]) == []


def test_cards_come_in_the_order_asked_for_without_those_not_to_be_found(app: Extranet, fill: Fill) -> None:
    anna, bea = fill("Anna Shown"), fill("Bea Shown")
    hidden = fill("Hanna Hidden", is_hidden=True)
    with looking(app):
        found = queries.cards([bea.member_id, hidden.member_id, "123456789abc", anna.member_id])
    assert [card.name for card in found] == ["Bea Shown", "Anna Shown"]


def test_who_is_meant_is_found_by_the_beginnings_of_names(app: Extranet, fill: Fill) -> None:
    for name in ("Åsa Öberg", "Peter O’Brien", "Şirin Demir", "Mohammed Ali Hassan", "محمد العلي"):
        fill(name)
    fill("Hanna Hassan", is_hidden=True)
    with looking(app):
        assert named("has") == ["Mohammed Ali Hassan"]
        assert named("ali moh") == ["Mohammed Ali Hassan"]
        assert named("obri") == named("O'Brien") == ["Peter O’Brien"]
        assert named("sirin") == ["Şirin Demir"]
        assert named("öb") == ["Åsa Öberg"]
        assert named("محمد") == ["محمد العلي"]
        assert named("ssan") == [], "only beginnings count"
        assert named("") == named("  ") == named("%") == named("_") == []
        assert "Hanna Hassan" not in named("hanna")


def test_those_who_are_in_already_are_left_out_and_the_list_is_short(app: Extranet, fill: Fill) -> None:
    people = [fill(f"Member {number:02}") for number in range(25)]
    with looking(app):
        found = queries.match_people("mem")
        assert [person.name for person in found] == [f"Member {number:02}" for number in range(20)]
        rest = queries.match_people("mem", without=[person.member_id for person in people[:22]])
        assert [person.name for person in rest] == ["Member 22", "Member 23", "Member 24"]


def named(name: str) -> list[str]:
    """The names of those who are meant."""
    return [person.name for person in queries.match_people(name)]
