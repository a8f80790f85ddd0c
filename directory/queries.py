"""What others may ask of the directory: cards, people, organisations, and the search among them.

Everything that is given away here is as others see it: hidden cards and members who are suspended are not there, and
hidden fields are empty. Only the owner's own card comes whole.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import islice
from typing import Any, get_args

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, selectinload

from directory.models import (
    FIELDS,
    Contact,
    ContactLanguage,
    ContactMunicipality,
    ContactRegion,
    ContactTheme,
    Organisation,
    name_key,
)
from directory.register import Facet, Register, findable, register
from extranet import db
from extranet.collation import sort_key
from extranet.members import Member
from extranet.paging import Page, page_of, read_cursor, write_cursor
from extranet.search.queries import matching

FACETS: tuple[Facet, ...] = get_args(Facet)
"""What the directory can be filtered by; values are codes of the vocabularies."""

PAGE_SIZE = 20
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation beside a person."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class Card:
    """A contact card as it is shown; `id` is the member's. What is hidden is empty, but for the owner.

    `regions` … `languages` are codes of the vocabularies. `is_hidden` and `hidden_fields` say something on the owner's
    own card only.
    """

    id: str
    name: str
    title: str
    organisation: Place | None
    ask_about: str
    phone: str
    email: str
    how_to_contact: str
    regions: tuple[str, ...] = ()
    municipalities: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    is_hidden: bool = False
    hidden_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as they are named beside what they do; `organisation` and `title` may be empty.

    `is_listed` says whether there is a card that others may open.
    """

    id: str
    name: str
    organisation: str = ""
    title: str = ""
    is_listed: bool = False


@dataclass(frozen=True, slots=True)
class Gathering:
    """How many people there are, and of which organisations they show that they are: names with how many of each."""

    people: int
    organisations: tuple[tuple[str, int], ...]

    @property
    def others(self) -> int:
        """Those who show no organisation."""
        return self.people - sum(number for _name, number in self.organisations)


@dataclass(frozen=True, slots=True)
class Search:
    """Who is looked for: all of the words; of each facet any of the codes chosen, if some are."""

    words: str = ""
    chosen: Mapping[Facet, Collection[str]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether nothing narrows it."""
        return not self.words.strip() and not any(self.chosen.values())


@dataclass(frozen=True, slots=True)
class Found:
    """A page of cards, how many there are in all, and how many each option of each filter would leave.

    `counts` is facet → code → people, given the words and what is chosen in the other facets.
    """

    page: Page[Card]
    total: int
    counts: Mapping[Facet, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """An organisation, and how many people of it may be found; `type` and `municipality` are codes."""

    id: str
    name: str
    type: str
    municipality: str | None
    people: int


@dataclass(frozen=True, slots=True)
class Organisations:
    """A page of organisations, how many there are in all, and how many of each type."""

    page: Page[OrganisationRow]
    total: int
    types: Mapping[str, int]


def find_people(
    search: Search, *, after: str | None = None, before: str | None = None, size: int = PAGE_SIZE
) -> Found:
    """A page of who is looked for: the most fitting first, or, without words, in alphabetical order.

    `after` and `before` are cursors of a page with the same words. Raises `BadCursor`.
    """
    shelf = register()
    ranked = matching("contact", search.words) if search.words.strip() else None
    among = shelf.everyone if ranked is None else shelf.people(ranked)
    people = shelf.matching(search.chosen, among)
    if ranked is None:
        ids, following, preceding = _alphabetical(shelf, people, after, before, size)
    else:
        ids, following, preceding = _by_rank(shelf, people, ranked, after, before, size)
    return Found(
        Page(cards(ids), following, preceding),
        people.bit_count(),
        {facet: shelf.counts(facet, search.chosen, among) for facet in FACETS},
    )


def find_card(member: Member, member_id: str) -> Card | None:
    """A member's card: one's own whole, another's as they show it; None if there is none or it is hidden."""
    is_own = member.id == member_id
    found = _cards(Contact.member_id == member_id, *([] if is_own else [findable()]), whole=is_own)
    return found[0] if found else None


def has_filled_card(member: Member) -> bool:
    """Whether a member's card says what they can be asked about."""
    has_theme = sa.exists().where(ContactTheme.contact_id == Contact.member_id)
    statement = sa.select(sa.or_(Contact.ask_about != "", has_theme)).where(Contact.member_id == member.id)
    return bool(db.session().scalar(statement))


def cards(member_ids: Iterable[str]) -> list[Card]:
    """The cards of these members as others see them, in the order asked for; those not to be found are left out."""
    ids = list(member_ids)
    found = {card.id: card for card in _cards(Contact.member_id.in_(ids), findable())} if ids else {}
    return [found[id_] for id_ in ids if id_ in found]


def every_card() -> Iterator[list[Card]]:
    """All cards that may be found, as others see them, some hundred at a time."""
    last = ""
    while found := _cards(Contact.member_id > last, findable(), size=_CHUNK):
        yield found
        last = max(card.id for card in found)


def people(member_ids: Iterable[str]) -> dict[str, Person]:
    """How to name these members, by id, with the organisation they show: one query. Suspended ones have names too."""
    rows = db.session().execute(_people_statement(), {"ids": list(set(member_ids))})
    return {row[0]: _person(*row) for row in rows}


@cache
def _people_statement() -> sa.Select[*tuple[Any, ...]]:
    """Put together once: lists of members ask for it, and whoever looks for a name."""
    return (
        sa.select(Member.id, Member.name, findable(), Contact.title, Contact.hidden_fields, Organisation.name)
        .outerjoin(Contact, Contact.member_id == Member.id)
        .outerjoin(Organisation, Organisation.id == Contact.organisation_id)
        .where(Member.id.in_(sa.bindparam("ids", expanding=True)))
    )


def gathering(member_ids: sa.Select[str], **asked: Any) -> Gathering:
    """How many these members are and of which organisations, the largest first; one query. Suspended ones are not told.

    `member_ids` is put together once, and asked with these values.
    """
    rows = db.session().execute(_gathering(member_ids), asked).all()
    named = [(name, number) for name, number in rows if name is not None]
    named.sort(key=lambda row: (-row[1], sort_key(row[0])))
    return Gathering(sum(number for _name, number in rows), tuple(named))


@lru_cache(8)
def _gathering(member_ids: sa.Select[str]) -> sa.Select[str | None, int]:
    """Put together once: every page with an editor asks for it."""
    shown = sa.case((_shows_organisation(), Organisation.name)).label("shown")
    return (
        sa.select(shown, sa.func.count(Member.id))
        .select_from(Member)
        .outerjoin(Contact, Contact.member_id == Member.id)
        .outerjoin(Organisation, Organisation.id == Contact.organisation_id)
        .where(Member.id.in_(member_ids), Member.suspended_at.is_(None))
        .group_by(shown)
    )


def with_organisation(rows: sa.Select[*tuple[Any, ...]], member: type[Member]) -> sa.Select[*tuple[Any, ...]]:
    """The same rows with one column more: the name of the organisation that this member of theirs shows, else none."""
    return (
        rows.add_columns(Organisation.name)
        .outerjoin(Contact, sa.and_(Contact.member_id == member.id, _shows_organisation(member)))
        .outerjoin(Organisation, Organisation.id == Contact.organisation_id)
    )


def match_people(name: str, *, without: Collection[str] = (), size: int = 20) -> list[Person]:
    """Those who may be found and whose names have words that begin like these, in alphabetical order."""
    starts = [start for start in sort_key(name).split("0") if start]
    if not starts:
        return []
    rows = db.session().execute(
        sa.select(Member.id, Member.name, sa.true(), Contact.title, Contact.hidden_fields, Organisation.name)
        .join(Contact, Contact.member_id == Member.id)
        .outerjoin(Organisation, Organisation.id == Contact.organisation_id)
        .where(findable(), *(_has_word(Member.sort_name, start) for start in starts))
        .where(Member.id.not_in(without) if without else sa.true())
        .order_by(Member.sort_name, Member.id)
        .limit(size)
    )
    return [_person(*row) for row in rows]


def find_organisation(member: Member, organisation_id: str) -> OrganisationRow | None:
    """An organisation by its id: one that is shown, or the member's own."""
    is_own = sa.exists().where(Contact.member_id == member.id, Contact.organisation_id == Organisation.id)
    found = db.session().scalar(
        sa.select(Organisation).where(Organisation.id == organisation_id, sa.or_(_is_shown(), is_own))
    )
    return _organisation_row(found, register()) if found is not None else None


def find_organisations(
    *, types: Collection[str] = (), name: str = "", after: str | None = None, size: int = 50
) -> Organisations:
    """A page of organisations in alphabetical order: of any of these types, with words that begin like these.

    Raises `BadCursor`.
    """
    named = [_is_shown(), *(_has_word(Organisation.sort_name, start) for start in sort_key(name).split("0") if start)]
    counted = sa.select(Organisation.type, sa.func.count()).where(*named).group_by(Organisation.type)
    counts: dict[str, int] = dict(db.session().execute(counted).all())
    statement = sa.select(Organisation).where(*named).order_by(Organisation.sort_name, Organisation.id)
    if types:
        statement = statement.where(Organisation.type.in_(types))
    if after:
        place = sa.tuple_(Organisation.sort_name, Organisation.id)
        statement = statement.where(place > read_cursor(after, str, str))
    rows = db.session().scalars(statement.limit(size + 1)).all()
    page = page_of(rows, size, lambda row: (row.sort_name, row.id))
    shelf = register()
    total = sum(count for type_, count in counts.items() if not types or type_ in types)
    shown = [_organisation_row(row, shelf) for row in page.items]
    return Organisations(Page(shown, page.next), total, counts)


def people_of(organisation_id: str, *, after: str | None = None, size: int = PAGE_SIZE) -> Page[Card]:
    """A page of the people who show that they are of this organisation. Raises `BadCursor`."""
    shelf = register()
    ids, following, preceding = _alphabetical(shelf, shelf.people_of(organisation_id), after, None, size)
    return Page(cards(ids), following, preceding)


def organisation_names(limit: int) -> Sequence[str]:
    """The first names in alphabetical order, each once, as suggestions where one is typed."""
    statement = sa.select(Organisation.name).where(_is_shown()).group_by(Organisation.name)
    return db.session().scalars(statement.order_by(sa.func.min(Organisation.sort_name)).limit(limit)).all()


def organisation_named(name: str) -> Organisation | None:
    """The organisation of this name that members are told of, whatever its case; the first if several have it."""
    statement = sa.select(Organisation).where(Organisation.name_key == name_key(name), _is_shown())
    return db.session().scalar(statement.order_by(Organisation.id).limit(1))


def own_contact(member: Member) -> Contact | None:
    """The member's own card with all that is on it, to be changed."""
    return db.session().scalar(
        sa.select(Contact)
        .outerjoin(Contact.organisation)
        .options(
            contains_eager(Contact.organisation),
            selectinload(Contact.region_rows),
            selectinload(Contact.municipality_rows),
            selectinload(Contact.theme_rows),
            selectinload(Contact.language_rows),
        )
        .where(Contact.member_id == member.id)
    )


def _alphabetical(
    shelf: Register, people: int, after: str | None, before: str | None, size: int
) -> tuple[list[str], str | None, str | None]:
    """The ids of a page and the cursors behind and before it."""
    if before:
        key = _key_in(before)
        ids = list(islice(shelf.before(people, key), size))[::-1]
    else:
        ids = list(islice(shelf.after(people, _key_in(after) if after else None), size))
    if not ids:
        return [], None, None
    first, last = shelf.key_of(ids[0]), shelf.key_of(ids[-1])
    has_more = next(shelf.after(people, last), None) is not None
    has_less = next(shelf.before(people, first), None) is not None
    return ids, write_cursor(last) if has_more else None, write_cursor(first) if has_less else None


def _key_in(cursor: str) -> tuple[str, str]:
    sort_name, id_ = read_cursor(cursor, str, str)
    return sort_name, id_


def _by_rank(
    shelf: Register, people: int, ranked: Sequence[str], after: str | None, before: str | None, size: int
) -> tuple[list[str], str | None, str | None]:
    """The same of a ranked list: a cursor is a rank and the id there, which counts if the list has moved since."""
    if before:
        end = _rank_of(ranked, before)
        ids = list(islice(shelf.only(people, reversed(ranked[:end])), size))[::-1]
    else:
        start = _rank_of(ranked, after) + 1 if after else 0
        ids = list(islice(shelf.only(people, islice(ranked, start, None)), size))
    if not ids:
        return [], None, None
    first, last = ranked.index(ids[0]), ranked.index(ids[-1])
    has_more = next(shelf.only(people, islice(ranked, last + 1, None)), None) is not None
    has_less = next(shelf.only(people, islice(ranked, first)), None) is not None
    return (
        ids,
        write_cursor([last, ids[-1]]) if has_more else None,
        write_cursor([first, ids[0]]) if has_less else None,
    )


def _rank_of(ranked: Sequence[str], cursor: str) -> int:
    rank, id_ = read_cursor(cursor, int, str)
    if 0 <= rank < len(ranked) and ranked[rank] == id_:
        return int(rank)
    return ranked.index(id_) if id_ in ranked else min(max(int(rank), 0), len(ranked))


_CARDS = (
    sa.select(
        Member.id, Member.name, Member.email.label("member_email"),
        Contact.title, Contact.ask_about, Contact.phone, Contact.email, Contact.how_to_contact,
        Contact.is_hidden, Contact.hidden_fields,
        Organisation.id.label("organisation_id"), Organisation.name.label("organisation_name"),
        Organisation.type.label("organisation_type"),
    )
    .select_from(Contact)
    .join(Member, Member.id == Contact.member_id)
    .outerjoin(Organisation, Organisation.id == Contact.organisation_id)
    .order_by(Contact.member_id)
)  # fmt: skip


def _cards(*conditions: sa.ColumnElement[bool], whole: bool = False, size: int | None = None) -> list[Card]:
    rows = db.session().connection().execute(_CARDS.where(*conditions).limit(size)).all()
    codes = _codes_of([row.id for row in rows])
    return [_card(row, codes.get(row.id, {}), whole=whole) for row in rows]


_CODED: Mapping[str, Any] = {
    "regions": ContactRegion,
    "municipalities": ContactMunicipality,
    "themes": ContactTheme,
    "languages": ContactLanguage,
}
_CODES = sa.union_all(
    *(
        sa.select(sa.literal_column(f"'{name}'"), model.contact_id, model.code).where(
            model.contact_id.in_(sa.bindparam("ids", expanding=True))
        )
        for name, model in _CODED.items()
    )
)


def _codes_of(ids: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Member's id → field → codes, in one query."""
    codes: dict[str, dict[str, list[str]]] = {}
    if ids:
        for name, id_, code in db.session().connection().execute(_CODES, {"ids": ids}):
            codes.setdefault(id_, {}).setdefault(name, []).append(code)
    return codes


def _card(row: Any, codes: Mapping[str, list[str]], *, whole: bool) -> Card:
    place = Place(row.organisation_id, row.organisation_name, row.organisation_type) if row.organisation_id else None
    values: dict[str, Any] = {
        "title": row.title,
        "organisation": place,
        "ask_about": row.ask_about,
        "phone": row.phone,
        "email": row.email or row.member_email,
        "how_to_contact": row.how_to_contact,
        **{name: tuple(sorted(codes.get(name, ()))) for name in _CODED},
    }
    if whole:
        return Card(row.id, row.name, **values, is_hidden=row.is_hidden, hidden_fields=row.hidden_fields)
    return Card(row.id, row.name, **{name: _EMPTY[name] if _is_hidden(name, row) else values[name] for name in values})


_EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(FIELDS, ""), "organisation": None, **dict.fromkeys(_CODED, ()),
}  # fmt: skip


def _is_hidden(name: str, row: Any) -> bool:
    return ("regions" if name == "municipalities" else name) in row.hidden_fields


def _person(
    id_: str, name: str, is_listed: bool | None, title: str | None, hidden: frozenset[str], organisation: str | None
) -> Person:
    if not is_listed:
        return Person(id_, name)
    return Person(
        id_,
        name,
        "" if "organisation" in hidden else organisation or "",
        "" if "title" in hidden else title or "",
        is_listed=True,
    )


def _organisation_row(row: Organisation, shelf: Register) -> OrganisationRow:
    return OrganisationRow(row.id, row.name, row.type, row.municipality, len(shelf.organisations.get(row.id, ())))


def _is_shown() -> sa.ColumnElement[bool]:
    """Whether an organisation is told of: not if all who are of it hide that, or hide themselves."""
    of_it = sa.exists().where(Contact.organisation_id == Organisation.id)
    return sa.or_(sa.not_(of_it), of_it.where(Member.id == Contact.member_id, _shows_organisation()))


def _shows_organisation(member: type[Member] = Member) -> sa.ColumnElement[bool]:
    """Whether a contact joined with this member tells others of which organisation they are."""
    hides = sa.type_coerce(Contact.hidden_fields, sa.Text).contains(" organisation ")
    return sa.and_(findable(member), sa.not_(hides))


def _has_word(sort_name: Any, start: str) -> sa.ColumnElement[bool]:
    """Whether a word in a sort key begins so; a 0 stands between words, and the keys hold letters and digits only."""
    return sa.or_(sort_name.like(f"{start}%"), sort_name.like(f"%0{start}%"))

