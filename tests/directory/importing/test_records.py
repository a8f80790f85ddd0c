"""What is taken from the former system's files of organisations and people, and what is left out."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.importing.records import (
    MEMBER_COLUMNS,
    ORGANISATION_COLUMNS,
    FormerMember,
    read_members,
    read_organisations,
)
from extranet.importing.reading import Rejection, Unreadable

LEGACY = Path(__file__).parents[2] / "data" / "legacy"
EXPECTED = json.loads((LEGACY / "expected.json").read_text("utf-8"))
ORGANISATIONS = (LEGACY / "organisations.csv").read_bytes()
MEMBERS = (LEGACY / "members.csv").read_bytes()
GOOD = {
    "id": "M1", "etunimi": "Şirin", "sukunimi": "O’Brien", "sahkoposti": "s@example.org", "organisaatio": "O1",
    "tehtava": "ohjaaja", "puhelin": "", "maakunta": "Kainuu", "kunta": "Kajaani", "teemat": "nuoret, naiset",
    "kielet": "fi, prs", "esittely": "", "liittynyt": "31.12.2023", "nakyy_hakemistossa": "ei",
}  # fmt: skip


def test_the_real_export_gives_as_many_organisations_and_members_as_expected() -> None:
    organisations, none = read_organisations(ORGANISATIONS)
    members, _rejected = read_members(MEMBERS, {organisation.id for organisation in organisations})
    assert len(organisations) == EXPECTED["accepted"]["organisations"]
    assert none == []
    assert len(members) == EXPECTED["accepted"]["members"]


def test_every_rejected_person_of_the_real_export_is_named_with_the_line_and_the_reason() -> None:
    organisations, _none = read_organisations(ORGANISATIONS)
    _members, rejected = read_members(MEMBERS, {organisation.id for organisation in organisations})
    assert [(rejection.row, rejection.id, rejection.reason) for rejection in rejected] == [
        (11, "M00004", "duplicate id"),
        (107, "M91855", "missing name"),
        (874, "M91854", "unknown organisation"),
        (966, "M91852", "duplicate e-mail"),
        (1147, "M91856", "invalid date"),
        (1232, "M91851", "invalid e-mail"),
        (1263, "M91853", "unknown municipality"),
        (1633, "M91850", "invalid e-mail"),
        (1722, "M91857", "unknown language"),
    ]
    assert {rejection.file for rejection in rejected} == {"members.csv"}


def test_letters_survive_both_encodings() -> None:
    organisations, _none = read_organisations(ORGANISATIONS)
    assert organisations[1].type == "education_provider"
    assert any("ä" in organisation.name for organisation in organisations)
    members, _rejected = read_members(MEMBERS, {organisation.id for organisation in organisations})
    assert members[0].name == "Göran Åkerblom"


def test_a_person_speaks_the_codes_of_the_vocabularies() -> None:
    member = _only(GOOD)
    assert (member.region, member.municipality) == ("18", "205")
    assert member.themes == ("young_people", "women")
    assert member.languages == ("fi", "prs")
    assert member.joined_on.isoformat() == "2023-12-31"
    assert not member.is_listed


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"id": ""}, "missing id"),
        ({"etunimi": " "}, "missing name"),
        ({"sahkoposti": "a@@b"}, "invalid e-mail"),
        ({"sahkoposti": ""}, "invalid e-mail"),
        ({"organisaatio": "O2"}, "unknown organisation"),
        ({"maakunta": "Savo"}, "unknown region"),
        ({"kunta": "Pertunmaa"}, "unknown municipality"),
        ({"teemat": "nuoret, hiihto"}, "unknown theme"),
        ({"kielet": "fi, klingon"}, "unknown language"),
        ({"liittynyt": "31.2.2023"}, "invalid date"),
        ({"liittynyt": ""}, "invalid date"),
        ({"nakyy_hakemistossa": "ehkä"}, "invalid value in nakyy_hakemistossa"),
        ({"esittely": "a" * 4001}, "too long"),
        ({"tehtava": "a\0b"}, "unreadable characters"),
    ],
)
def test_a_faulty_person_is_left_out_with_the_reason(change: dict[str, str], reason: str) -> None:
    assert _read(GOOD)[1] == []
    assert [rejection.reason for rejection in _read(GOOD | change)[1]] == [reason]


def test_the_row_is_the_line_in_the_file_though_cells_hold_line_breaks() -> None:
    broken = GOOD | {"id": "M2", "sahkoposti": "x"}
    _members, rejected = _read(GOOD | {"esittely": "yksi\r\nkaksi\r\n\r\nneljä"}, broken)
    assert rejected == [Rejection("members.csv", 6, "M2", "invalid e-mail")]


def test_a_rejected_row_does_not_take_an_address_from_a_good_one() -> None:
    members, rejected = _read(
        GOOD | {"kunta": "Pertunmaa"}, GOOD | {"id": "M2"}, GOOD | {"id": "M3", "sahkoposti": "S@Example.org"}
    )
    assert [member.id for member in members] == ["M2"]
    assert [rejection.reason for rejection in rejected] == ["unknown municipality", "duplicate e-mail"]


def test_an_unclosed_quotation_mark_costs_its_own_row_only() -> None:
    content = (
        _table([GOOD]) + b'M2;"Ali;x\r\n' + _table([GOOD | {"id": "M3", "sahkoposti": "t@example.org"}], header=False)
    )
    members, rejected = read_members(content, {"O1"})
    assert [member.id for member in members] == ["M1", "M3"]
    assert [(rejection.row, rejection.reason) for rejection in rejected] == [(3, "broken quotation marks")]


def test_a_row_with_a_cell_too_many_is_left_out_and_named() -> None:
    _members, rejected = read_members(_table([GOOD]).rstrip() + b";kylki\r\n", {"O1"})
    assert rejected == [Rejection("members.csv", 2, "M1", "wrong number of columns")]


def test_a_file_that_is_no_such_table_is_named() -> None:
    with pytest.raises(Unreadable, match=r"members\.csv: it has no column etunimi"):
        read_members(b"id;nimi\r\n1;Ada\r\n", set())


@given(st.binary())
def test_rubbish_is_left_out_or_named_and_never_a_crash(rubbish: bytes) -> None:
    try:
        members, _rejected = read_members(rubbish, set())
    except Unreadable as error:
        named, members = error.file, []
    else:
        named = "members.csv"
    assert (named, members) == ("members.csv", [])


@given(st.lists(st.binary(max_size=60), max_size=6))
def test_rubbish_between_good_rows_does_not_harm_them_unless_it_is_quoted(rubbish: list[bytes]) -> None:
    lines = [line.replace(b'"', b"").replace(b"\xef\xbb\xbf", b"") for line in rubbish]
    content = ";".join(ORGANISATION_COLUMNS).encode() + b"\n" + b"\n".join(lines) + b"\nO1;Porin kaupunki;kunta;Pori\n"
    organisations, rejected = read_organisations(content)
    assert "O1" in {organisation.id for organisation in organisations} | {rejection.id for rejection in rejected}


def _only(row: dict[str, str]) -> FormerMember:
    (member,), rejected = _read(row)
    assert rejected == []
    return member


def _read(*rows: dict[str, str]) -> tuple[list[FormerMember], list[Rejection]]:
    return read_members(_table(list(rows)), {"O1"})


def _table(rows: list[dict[str, str]], *, header: bool = True) -> bytes:
    lines = [";".join(MEMBER_COLUMNS)] if header else []
    lines += [";".join(f'"{row[column]}"' for column in MEMBER_COLUMNS) for row in rows]
    return "".join(f"{line}\r\n" for line in lines).encode()
