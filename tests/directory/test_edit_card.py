"""Editing one's own card: what was typed is kept, what is wrong is said, what is hidden is hidden from all others."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa

from directory import queries
from directory.forms import Phone, tidy_phone
from directory.models import FIELDS, Contact, Organisation
from extranet.app import Extranet
from extranet.events import EventRow
from extranet.members import Member
from tests.cast import Cast, Person, keeping, looking
from tests.directory.conftest import Fill

TYPED: dict[str, Any] = {
    "title": "kotoutumiskoordinaattori",
    "organisation": "Tampereen kaupunki",
    "organisation_type": "municipality",
    "regions": ["06"],
    "municipalities": ["837", "905"],
    "themes": ["housing", "women"],
    "languages": ["fi", "ar"],
    "ask_about": "Ensimmäinen rivi\r\nToinen rivi",
    "phone": "0040  123",
    "email": "other@example.org",
    "how_to_contact": "Tiistaisin",
}
SHOWN = {
    "title": "kotoutumiskoordinaattori",
    "organisation": "Tampereen kaupunki",
    "regions": "Pirkanmaa",
    "themes": "housing",
    "languages": "Arabic",
    "ask_about": "Ensimmäinen rivi",
    "phone": "+358 40 123 4567",
    "email": "other@example.org",
    "how_to_contact": "Tiistaisin",
}
ALL = TYPED | {"phone": "+358 40 123 4567"}


def card_of(app: Extranet, person: Person) -> queries.Card:
    """The whole card, as its owner has it."""
    with looking(app) as held:
        card = queries.find_card(held.get_one(Member, person.member_id), person.member_id)
    assert card is not None
    return card


def test_what_is_typed_is_on_the_card(app: Extranet, cast: Cast) -> None:
    answer = cast.ada.post("/directory/me", ALL)
    assert answer.status_code == 302
    assert answer.location == f"/directory/people/{cast.ada.member_id}"
    card = card_of(app, cast.ada)
    assert card.title == "kotoutumiskoordinaattori"
    assert card.organisation is not None
    assert (card.organisation.name, card.organisation.type) == ("Tampereen kaupunki", "municipality")
    assert card.regions == ("06", "15"), "Vaasa has brought Ostrobothnia"
    assert card.municipalities == ("837", "905")
    assert card.themes == ("housing", "women")
    assert card.languages == ("ar", "fi")
    assert card.ask_about == "Ensimmäinen rivi\nToinen rivi"
    assert (card.phone, card.email, card.how_to_contact) == ("+358 40 123 4567", "other@example.org", "Tiistaisin")
    page = cast.mallory.get(answer.location).text
    for text in SHOWN.values():
        assert text in page
    assert 'href="tel:+358401234567"' in page
    assert 'href="mailto:other@example.org"' in page


def test_the_form_shows_what_the_card_says(cast: Cast) -> None:
    cast.ada.post("/directory/me", ALL | {"hide_phone": "y"})
    page = cast.ada.get("/directory/me").text
    for value in ("kotoutumiskoordinaattori", "Tampereen kaupunki", "+358 40 123 4567", "other@example.org"):
        assert f'value="{value}"' in page
    boxes = {box: re.search(rf'<input[^>]*id="{box}"[^>]*>', page) for box in ("region-06", "hide_phone", "hide_email")}
    assert {box for box, found in boxes.items() if found and "checked" in found.group()} == {"region-06", "hide_phone"}


def test_a_card_can_be_emptied(app: Extranet, cast: Cast) -> None:
    cast.ada.post("/directory/me", ALL)
    emptied = {field: "" for field, value in ALL.items() if isinstance(value, str)} | {"organisation_type": "other"}
    assert cast.ada.post("/directory/me", emptied).status_code == 302
    card = card_of(app, cast.ada)
    assert (card.title, card.organisation, card.regions, card.themes, card.phone) == ("", None, (), (), "")
    assert card.email == cast.ada.email, "without another, it is the member's own address"


def test_ones_own_address_is_not_kept_twice(app: Extranet, cast: Cast) -> None:
    cast.ada.post("/directory/me", {"organisation_type": "other", "email": cast.ada.email.upper()})
    with looking(app) as held:
        assert held.get_one(Contact, cast.ada.member_id).email is None


def test_an_organisation_in_the_list_is_taken_whatever_its_case(app: Extranet, cast: Cast) -> None:
    cast.ada.post("/directory/me", {"organisation": "Åbo Stad", "organisation_type": "municipality"})
    cast.grace.post("/directory/me", {"organisation": " åbo  stad ", "organisation_type": "company"})
    with looking(app) as held:
        assert held.scalars(sa.select(Organisation.name)).all() == ["Åbo Stad"]
        assert held.get_one(Contact, cast.grace.member_id).organisation_id is not None
    assert card_of(app, cast.grace).organisation == card_of(app, cast.ada).organisation


def test_of_two_organisations_with_one_name_ones_own_stays(app: Extranet, cast: Cast) -> None:
    with keeping(app) as held:
        held.add_all(Organisation(id=f"org{n}", name="Kohtaamispaikka", type="association") for n in (1, 2))
    ada = cast.ada.member_id
    with keeping(app) as held:
        held.get_one(Contact, ada).organisation_id = "org2"
    cast.ada.post("/directory/me", {"organisation": "Kohtaamispaikka", "organisation_type": "other"})
    organisation = card_of(app, cast.ada).organisation
    assert organisation is not None
    assert organisation.id == "org2"


@pytest.mark.parametrize("field", FIELDS)
def test_a_hidden_field_is_seen_by_its_owner_alone(app: Extranet, cast: Cast, field: str) -> None:
    address = f"/directory/people/{cast.ada.member_id}"
    cast.ada.post("/directory/me", ALL)
    assert SHOWN[field] in cast.mallory.get(address).text, "it is shown until it is hidden"
    cast.ada.post("/directory/me", ALL | {f"hide_{field}": "y"})
    for person in (cast.mallory, cast.moses, cast.irma):
        page = person.get(address)
        assert page.status_code == 200
        assert SHOWN[field] not in page.text
        assert "Only you see this" not in page.text
    own = cast.ada.get(address).text
    assert SHOWN[field] in own
    assert "Only you see this" in own
    with looking(app) as held:
        shown = queries.find_card(held.get_one(Member, cast.mallory.member_id), cast.ada.member_id)
    assert shown is not None
    assert shown.hidden_fields == frozenset()
    assert not getattr(shown, field)
    if field == "regions":
        assert shown.municipalities == ()


def test_a_hidden_card_is_open_to_its_owner_alone(cast: Cast) -> None:
    address = f"/directory/people/{cast.ada.member_id}"
    never = cast.mallory.get("/directory/people/123456789abc")
    assert cast.mallory.get(address).status_code == 200, "it is open until it is hidden"
    cast.ada.post("/directory/me", ALL | {"is_hidden": "y"})
    for person in (cast.mallory, cast.moses, cast.irma):
        page = person.get(address)
        assert page.status_code == 404
    hidden = cast.mallory.get(address).text.replace(cast.ada.member_id, "123456789abc")
    assert _without_token(hidden) == _without_token(never.text)
    assert "Your card is hidden" in cast.ada.get(address).text


def test_a_suspended_members_card_is_open_to_nobody(app: Extranet, cast: Cast) -> None:
    address, moses = f"/directory/people/{cast.grace.member_id}", cast.moses.member_id
    assert cast.ada.get(address).status_code == 200
    with keeping(app) as held:
        held.get_one(Member, cast.grace.member_id).suspend(by=held.get_one(Member, moses), reason="test")
    assert cast.ada.get(address).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "x" * 201, "Write at most 200 characters."),
        ("organisation", "x" * 201, "Write at most 200 characters."),
        ("ask_about", "x" * 4_001, "Write at most 4000 characters."),
        ("how_to_contact", "x" * 1_001, "Write at most 1000 characters."),
        ("email", "no address", "Write an e-mail address, such as name@example.org."),
        ("email", "x" * 250 + "@example.org", "Write at most 254 characters."),
        ("phone", "call me maybe", "Write a phone number, such as +358 40 123 4567."),
        ("phone", "1" * 51, "Write at most 50 characters."),
        ("phone", "<script>", "Write a phone number, such as +358 40 123 4567."),
        ("regions", ["99"], ""),
        ("municipalities", ["nowhere"], ""),
        ("themes", ["<script>"], ""),
        ("languages", ["xx-yy"], ""),
        ("organisation_type", "guild", ""),
    ],
)
def test_bad_input_is_told_keeps_what_was_typed_and_changes_nothing(
    app: Extranet, cast: Cast, field: str, value: Any, sentence: str
) -> None:
    cast.ada.post("/directory/me", ALL)
    before = card_of(app, cast.ada)
    answer = cast.ada.post("/directory/me", ALL | {"title": "toinen nimike", "how_to_contact": "toisin", field: value})
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert sentence in page
    assert "Please check these" in page
    kept = "toisin" if field == "title" else "toinen nimike"
    assert kept in page
    if isinstance(value, str) and field != "organisation_type":
        assert value in page
    assert card_of(app, cast.ada) == before


def test_hostile_text_is_text(cast: Cast) -> None:
    hostile = "<img src=x onerror=alert(1)>\u202e{{ 7*7 }}"
    fields = {"title": hostile, "organisation": hostile, "ask_about": hostile, "how_to_contact": hostile}
    assert cast.ada.post("/directory/me", ALL | fields).status_code == 302
    for person, address in (
        (cast.mallory, f"/directory/people/{cast.ada.member_id}"),
        (cast.mallory, "/directory"),
        (cast.mallory, "/directory/organisations"),
        (cast.ada, "/directory/me"),
    ):
        page = person.get(address).text
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page
        assert "{{ 7*7 }}" in page


def test_nobody_edits_anothers_card(app: Extranet, cast: Cast) -> None:
    cast.ada.post("/directory/me", ALL)
    before = card_of(app, cast.ada)
    for person in (cast.mallory, cast.moses, cast.irma):
        answer = person.post("/directory/me", {"member_id": cast.ada.member_id, "title": "kaapattu"})
        assert answer.status_code in (302, 422)
        assert person.post(f"/directory/people/{cast.ada.member_id}", {"title": "kaapattu"}).status_code == 405
    assert card_of(app, cast.ada) == before


def test_a_form_without_its_token_changes_nothing(app: Extranet, cast: Cast) -> None:
    assert cast.ada.post("/directory/me", ALL | {"csrf_token": ""}).status_code == 400
    assert card_of(app, cast.ada).title == ""


def test_the_trail_says_that_it_was_edited_but_not_what(app: Extranet, cast: Cast) -> None:
    cast.ada.post("/directory/me", ALL)
    with looking(app) as held:
        row = held.scalars(sa.select(EventRow).where(EventRow.kind == "card-edited")).one()
    assert (row.actor_id, row.data) == (cast.ada.member_id, {"member_id": cast.ada.member_id})


def test_who_has_no_card_yet_makes_one_by_saving(app: Extranet, cast: Cast) -> None:
    ada = cast.ada.member_id
    with keeping(app) as held:
        held.execute(sa.delete(Contact).where(Contact.member_id == ada))
    assert cast.ada.get("/directory/me").status_code == 200
    assert cast.ada.get(f"/directory/people/{cast.ada.member_id}").status_code == 404
    assert cast.ada.post("/directory/me", ALL).status_code == 302
    assert card_of(app, cast.ada).title == "kotoutumiskoordinaattori"


def test_what_is_edited_or_hidden_changes_what_is_found(
    fill: Fill, cast: Cast, reader: Person, indexed: Callable[[], None]
) -> None:
    fill(cast.ada, ask_about="mehiläishoito")
    indexed()
    assert "Ada Lovelace" in reader.get("/directory?q=mehiläishoito").text
    cast.ada.post("/directory/me", {"organisation_type": "other", "ask_about": "avaruusasema"})
    indexed()
    assert "Ada Lovelace" not in reader.get("/directory?q=mehiläishoito").text
    assert "Ada Lovelace" in reader.get("/directory?q=avaruusasema").text
    assert "Ada Lovelace" in reader.get("/search?q=avaruusasema").text
    cast.ada.post("/directory/me", {"organisation_type": "other", "ask_about": "avaruusasema", "hide_ask_about": "y"})
    assert "avaruusasema" not in reader.get("/search?q=Lovelace").text, "not even before the index knows"
    indexed()
    assert "Ada Lovelace" not in reader.get("/search?q=avaruusasema").text


@pytest.mark.once
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  040 123 4567 ", "040 123 4567"),
        ("00358 40 1234567", "+358 40 1234567"),
        ("+358\u00a040\u20111234567", "+358 40-1234567"),
        ("", ""),
        (None, None),
    ],
)
def test_a_phone_number_is_tidied_lightly(typed: str | None, kept: str | None) -> None:
    assert tidy_phone(typed) == kept


@pytest.mark.once
@pytest.mark.parametrize("phone", ["112", "+358 (0)40-123 4567", "09 1234 ext. 12", "06-123/45", "", "040.123.4567"])
def test_numbers_that_can_be_dialled_pass(phone: str) -> None:
    class Field:
        data = phone

    Phone()(None, Field())  # type: ignore[arg-type]


def _without_token(page: str) -> str:
    """A page without what differs each time it is opened."""
    return re.sub(r'(csrf[-_]token"[^>]*(?:content|value)=)"[^"]*"', r"\1", page)


def test_typing_the_name_of_a_hidden_organisation_tells_nothing_of_it(app: Extranet, cast: Cast, fill: Fill) -> None:
    fill(cast.grace, organisation="Turvakoti", organisation_type="association", hidden_fields=("organisation",))
    fill(cast.ada, organisation="Turvakoti", organisation_type="company")
    organisation = card_of(app, cast.ada).organisation
    assert organisation is not None
    with looking(app) as held:
        kept = held.get_one(Organisation, organisation.id)
        assert (kept.name, kept.type) == ("Turvakoti", "company")
    fill(cast.mallory, organisation="turvakoti", organisation_type="parish")
    shared = card_of(app, cast.mallory).organisation
    assert shared is not None and shared.id == organisation.id  # what is shown is one


def test_what_a_card_said_before_leaves_the_disk_of_the_index_at_the_nightly_purge(
    app: Extranet, cast: Cast, fill: Fill, indexed: Callable[[], None]
) -> None:
    def files() -> list[str]:
        folder = app.settings.data_dir / "index"
        return [path.name for path in folder.rglob("*") if path.is_file() and b"turvapaikka" in path.read_bytes()]

    fill(cast.ada, ask_about="turvapaikka")
    indexed()
    assert files()
    fill(cast.ada, ask_about="jotain muuta")
    indexed()
    assert app.test_cli_runner().invoke(args=["purge"]).exit_code == 0
    assert files() == []
