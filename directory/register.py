"""The directory at a glance: everybody who may be found, in order, and who belongs to which region, theme and the rest.

A page of the directory counts every option of every filter among thousands of cards. Asking the database for that at
each page costs tens of milliseconds; kept as bits, one bit a card, it is a fraction of one. The register is made from
the database when first asked for and made anew when the *stamp* differs, which every transaction that writes to one of
the tables below replaces as its last act. So all processes count exactly, whoever wrote and by whatever way, and
nobody has to remember to tell. The rows that are shown come from the database all the same.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Mapped, mapped_column

from directory.models import (
    Contact,
    ContactLanguage,
    ContactMunicipality,
    ContactRegion,
    ContactTheme,
    Field,
    Organisation,
)
from extranet import db
from extranet.db import Base, Database
from extranet.ids import new_id
from extranet.members import Member

Facet = Literal["region", "theme", "language", "type"]
Sets = Mapping[str, int]

_CODES: tuple[tuple[Facet, Field, Any], ...] = (
    ("region", "regions", ContactRegion),
    ("theme", "themes", ContactTheme),
    ("language", "languages", ContactLanguage),
)
_WATCHED = frozenset(
    model.__tablename__
    for model in (
        Member, Organisation, Contact, ContactRegion, ContactMunicipality, ContactTheme, ContactLanguage,
    )
)  # fmt: skip
_CHANGED, _SEEN = "directory_changed", "directory_register"


class Stamp(Base):
    """One row: a word that differs whenever something differs that the register holds."""

    __tablename__ = "directory_stamps"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    stamp: Mapped[str]


@dataclass(frozen=True, slots=True)
class Register:
    """People as bits of whole numbers, the first in alphabetical order being the lowest bit.

    `keys` are (sort_name, id) in that order; `sets` holds, for each facet, the people of each code; `everyone` is all;
    `organisations` holds the places in `keys` of the people of each organisation.
    """

    stamp: str | None
    keys: list[tuple[str, str]]
    places: Mapping[str, int]
    sets: Mapping[Facet, Sets]
    everyone: int
    organisations: Mapping[str, Sequence[int]]

    def people(self, ids: Iterable[str]) -> int:
        """Those of these ids who may be found."""
        return _bits((self.places[id_] for id_ in ids if id_ in self.places), len(self.keys))

    def people_of(self, organisation_id: str) -> int:
        """Those who show that they are of this organisation."""
        return _bits(self.organisations.get(organisation_id, ()), len(self.keys))

    def matching(self, chosen: Mapping[Facet, Collection[str]], among: int) -> int:
        """Those who have any of the codes chosen in a facet, for all facets."""
        for facet, codes in chosen.items():
            if codes:
                among &= self._any_of(facet, codes)
        return among

    def counts(self, facet: Facet, chosen: Mapping[Facet, Collection[str]], among: int) -> dict[str, int]:
        """How many have each code of a facet, given what is chosen in the others; codes of nobody are left out."""
        others = {other: codes for other, codes in chosen.items() if other != facet}
        base = self.matching(others, among)
        counted = {code: (base & people).bit_count() for code, people in self.sets[facet].items()}
        return {code: count for code, count in counted.items() if count}

    def after(self, people: int, key: tuple[str, str] | None) -> Iterator[str]:
        """The ids of `people` in alphabetical order, from behind `key`."""
        place = 0 if key is None else bisect_right(self.keys, key)
        rest = people >> place
        while rest:
            step = (rest & -rest).bit_length()
            place += step
            rest >>= step
            yield self.keys[place - 1][1]

    def before(self, people: int, key: tuple[str, str]) -> Iterator[str]:
        """The ids of `people` in the opposite order, from before `key`."""
        rest = people & ((1 << bisect_left(self.keys, key)) - 1)
        while rest:
            place = rest.bit_length() - 1
            rest ^= 1 << place
            yield self.keys[place][1]

    def only(self, people: int, ids: Iterable[str]) -> Iterator[str]:
        """Those of these ids who are among `people`, in the order of the ids."""
        octets = people.to_bytes((len(self.keys) + 7) // 8, "little")
        for id_ in ids:
            place = self.places.get(id_)
            if place is not None and octets[place >> 3] >> (place & 7) & 1:
                yield id_

    def key_of(self, id_: str) -> tuple[str, str]:
        """The sort values of one who may be found."""
        return self.keys[self.places[id_]]

    def _any_of(self, facet: Facet, codes: Collection[str]) -> int:
        people = 0
        for code in codes:
            people |= self.sets[facet].get(code, 0)
        return people


def watch(engine: Engine) -> None:
    """Let every transaction on this engine that writes to a table of the register replace the stamp."""
    sa.event.listen(engine, "before_execute", _notice)
    sa.event.listen(engine, "commit", _replace_stamp)
    sa.event.listen(engine, "rollback", _forget)


def register() -> Register:
    """The register as it was when this transaction first asked for it."""
    held = db.session()
    seen = held.info.get(_SEEN)
    if seen is None:
        seen = held.info[_SEEN] = _present()
    return cast(Register, seen)


def findable(member: type[Member] = Member) -> sa.ColumnElement[bool]:
    """The condition under which a contact joined with its member is found by others."""
    return sa.and_(Contact.is_hidden.is_(False), member.suspended_at.is_(None))


_kept: WeakKeyDictionary[Database, Register] = WeakKeyDictionary()


def _present() -> Register:
    database = db.database()
    stamp = db.session().scalar(sa.select(Stamp.stamp))
    kept = _kept.get(database)
    if kept is None or stamp is None or kept.stamp != stamp:
        kept = _kept[database] = _make(stamp)
    return kept


def _notice(connection: Connection, statement: Any, *_: Any) -> None:
    if isinstance(statement, sa.Insert | sa.Update | sa.Delete):
        table = statement.table
        if isinstance(table, sa.Table) and table.name in _WATCHED:
            connection.info[_CHANGED] = True


def _replace_stamp(connection: Connection) -> None:
    if connection.info.pop(_CHANGED, False):
        connection.execute(_REPLACE, {"stamp": new_id()})


def _forget(connection: Connection) -> None:
    if not connection.invalidated:  # what a broken connection noted went with it
        connection.info.pop(_CHANGED, None)


_REPLACE = sa.text(
    "INSERT INTO directory_stamps (id, stamp) VALUES (1, :stamp) ON CONFLICT (id) DO UPDATE SET stamp = excluded.stamp"
)


def _make(stamp: str | None) -> Register:
    # The session's own rows would cost more than the query.
    people = db.session().connection().execute(_PEOPLE).all()
    keys = [(row[0], row[1]) for row in people]
    places = {id_: place for place, (_, id_) in enumerate(keys)}
    employed = [(place, row) for place, row in enumerate(people) if row[3] and "organisation" not in row[2]]
    organisations: dict[str, list[int]] = {}
    types: dict[str, list[int]] = {}
    for place, row in employed:
        organisations.setdefault(row[3], []).append(place)
        types.setdefault(row[4], []).append(place)
    sets: dict[Facet, Sets] = {"type": {type_: _bits(found, len(keys)) for type_, found in types.items()}}
    for facet, field, model in _CODES:
        shown = _bits((place for place, row in enumerate(people) if field not in row[2]), len(keys))
        sets[facet] = _coded(model, places, shown)
    return Register(stamp, keys, places, sets, (1 << len(keys)) - 1, organisations)


_PEOPLE = (
    sa.select(Member.sort_name, Member.id, Contact.hidden_fields, Organisation.id, Organisation.type)
    .select_from(Contact)
    .join(Member, Member.id == Contact.member_id)
    .outerjoin(Organisation, Organisation.id == Contact.organisation_id)
    .where(findable())
    .order_by(Member.sort_name, Member.id)
)


def _coded(model: Any, places: Mapping[str, int], shown: int) -> Sets:
    """The people of each code: one row a code, as a hundred thousand rows would take ten times as long."""
    rows = db.session().connection().execute(
        sa.select(model.code, sa.func.aggregate_strings(model.contact_id, ",")).group_by(model.code)
    )
    found = ((code, map(places.get, ids.split(","))) for code, ids in rows)
    return {
        code: _bits([place for place in some if place is not None], len(places)) & shown for code, some in found
    }


def _bits(places: Iterable[int], size: int) -> int:
    """A whole number with these bits set; written as digits first, which is quicker than shifting."""
    digits = bytearray(b"0" * (size + 1))
    for place in places:
        digits[-1 - place] = 49
    return int(digits, 2)
