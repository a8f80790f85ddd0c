"""What the former system says about organisations and people: its two files, read without asking the database.

The columns and the words in them are the former system's, in Finnish; what comes out speaks the extranet's codes.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from email_validator import EmailNotValidError, validate_email

from extranet.importing.reading import Faulty, Rejection, Row, parse_date, read_table
from extranet.members import email_key
from extranet.vocabularies import languages, municipalities, organisation_types, regions, themes

ORGANISATIONS_FILE = "organisations.csv"
MEMBERS_FILE = "members.csv"
ORGANISATION_COLUMNS = ("id", "nimi", "tyyppi", "kunta")
MEMBER_COLUMNS = (
    "id", "etunimi", "sukunimi", "sahkoposti", "organisaatio", "tehtava", "puhelin", "maakunta", "kunta", "teemat",
    "kielet", "esittely", "liittynyt", "nakyy_hakemistossa",
)  # fmt: skip
ANSWERS = {"kyllä": True, "ei": False}
LONGEST = {
    "nimi": 200, "etunimi": 100, "sukunimi": 100, "sahkoposti": 254, "tehtava": 200, "puhelin": 50, "esittely": 4000,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormerOrganisation:
    """`type` and `municipality` are codes of the vocabularies; the municipality may be missing."""

    id: str
    name: str
    type: str
    municipality: str | None


@dataclass(frozen=True, slots=True)
class FormerMember:
    """`organisation` is its id in the former system; region, municipality, themes and languages are codes."""

    id: str
    given_name: str
    surname: str
    email: str
    organisation: str | None
    task: str
    phone: str
    region: str | None
    municipality: str | None
    themes: tuple[str, ...]
    languages: tuple[str, ...]
    introduction: str
    joined_on: date
    is_listed: bool

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.surname}"


def read_organisations(content: bytes) -> tuple[list[FormerOrganisation], list[Rejection]]:
    """The organisations of `organisations.csv` in its order, and the rows left out. Raises `Unreadable`."""
    seen: set[str] = set()

    def take(row: Row) -> FormerOrganisation:
        organisation = _organisation(row, seen)
        seen.add(organisation.id)
        return organisation

    return read_table(ORGANISATIONS_FILE, content, ORGANISATION_COLUMNS, take, name=_id)


def read_members(content: bytes, organisations: Container[str]) -> tuple[list[FormerMember], list[Rejection]]:
    """The people of `members.csv` in its order, and the rows left out; the first good row of an id or address counts.

    `organisations` are the former ids of those accepted. Raises `Unreadable`.
    """
    seen: set[str] = set()
    addresses: set[str] = set()

    def take(row: Row) -> FormerMember:
        member = _member(row, seen, addresses, organisations)
        seen.add(member.id)
        addresses.add(email_key(member.email))
        return member

    return read_table(MEMBERS_FILE, content, MEMBER_COLUMNS, take, name=_id)


def _organisation(row: Row, seen: Container[str]) -> FormerOrganisation:
    _check_id(row, seen)
    if not row["nimi"]:
        raise Faulty("missing name")
    _check_lengths(row)
    kind = _code(organisation_types().by_name, row["tyyppi"], "unknown organisation type")
    if kind is None:
        raise Faulty("unknown organisation type")
    return FormerOrganisation(
        id=row["id"],
        name=_one_line(row["nimi"]),
        type=kind,
        municipality=_code(municipalities().by_name, row["kunta"], "unknown municipality"),
    )


def _member(row: Row, seen: Container[str], addresses: Container[str], organisations: Container[str]) -> FormerMember:
    _check_id(row, seen)
    if not row["etunimi"] or not row["sukunimi"]:
        raise Faulty("missing name")
    _check_lengths(row)
    _check_address(row["sahkoposti"], addresses)
    if row["organisaatio"] and row["organisaatio"] not in organisations:
        raise Faulty("unknown organisation")
    return FormerMember(
        id=row["id"],
        given_name=_one_line(row["etunimi"]),
        surname=_one_line(row["sukunimi"]),
        email=row["sahkoposti"],
        organisation=row["organisaatio"] or None,
        task=_one_line(row["tehtava"]),
        phone=_one_line(row["puhelin"]),
        region=_code(regions().by_name, row["maakunta"], "unknown region"),
        municipality=_code(municipalities().by_name, row["kunta"], "unknown municipality"),
        themes=_codes(themes().by_name, row["teemat"], "unknown theme"),
        languages=_codes(_language, row["kielet"], "unknown language"),
        introduction=row["esittely"],
        joined_on=parse_date(row["liittynyt"]),
        is_listed=_answer(row["nakyy_hakemistossa"]),
    )


def _id(row: Row) -> str:
    return row["id"]


def _check_id(row: Row, seen: Container[str]) -> None:
    if not row["id"]:
        raise Faulty("missing id")
    if row["id"] in seen:
        raise Faulty("duplicate id")


def _check_lengths(row: Row) -> None:
    if any(len(row.cells.get(column, "")) > longest for column, longest in LONGEST.items()):
        raise Faulty("too long")


def _check_address(email: str, addresses: Container[str]) -> None:
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Faulty("invalid e-mail") from error
    if email_key(email) in addresses:
        raise Faulty("duplicate e-mail")


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


def _code(find: Callable[[str], _Coded | None], name: str, fault: str) -> str | None:
    if not name:
        return None
    entry = find(name)
    if entry is None:
        raise Faulty(fault)
    return entry.code


def _codes(find: Callable[[str], _Coded | None], names: str, fault: str) -> tuple[str, ...]:
    codes = (_code(find, name.strip(), fault) for name in names.split(","))
    return tuple(dict.fromkeys(code for code in codes if code))


def _language(code: str) -> _Coded | None:
    return languages().get(code.casefold())


def _answer(text: str) -> bool:
    answer = ANSWERS.get(text.casefold())
    if answer is None:
        raise Faulty("invalid value in nakyy_hakemistossa")
    return answer


def _one_line(text: str) -> str:
    return " ".join(text.split())
