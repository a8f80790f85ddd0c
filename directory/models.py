"""What is known of people and of the organisations they come from.

A card belongs to one member and goes with them. What its owner hides stays in the row and is shown to nobody else: the
queries leave it out, so that no page, answer or index has to remember to.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Literal, get_args

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from extranet.collation import sort_key
from extranet.db import Base, Bytewise, id_column
from extranet.members import Member

OTHER = "other"
"""The organisation type of an organisation of which nothing but the name is known."""

Field = Literal[
    "title", "organisation", "regions", "themes", "languages", "ask_about", "phone", "email", "how_to_contact"
]
FIELDS: tuple[Field, ...] = get_args(Field)
"""What a member may hide of their card, field by field; `regions` covers the municipalities in them."""


class Words(sa.TypeDecorator[frozenset[str]]):
    """A few words in one column, each between spaces, so that the database can look for one."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> str:
        return f" {' '.join(sorted(value))} " if value else ""

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str]:
        return _words(value or "")


@lru_cache(1000)
def _words(text: str) -> frozenset[str]:
    """The words; nearly all cards have the same few."""
    return frozenset(text.split())


class Organisation(Base):
    """Where people work or act. Two may have the same name (a former system had it so), each with its own id."""

    __tablename__ = "organisations"

    id: Mapped[str] = id_column()
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)
    sort_name: Mapped[str] = mapped_column(Bytewise, index=True)
    type: Mapped[str] = mapped_column(default=OTHER)
    municipality: Mapped[str | None]

    @validates("name")
    def _found_by(self, _key: str, name: str) -> str:
        self.name_key, self.sort_name = name_key(name), sort_key(name)
        return name


class _Code:
    """A code of a vocabulary on a card."""

    contact_id: Mapped[str] = mapped_column(
        sa.ForeignKey("contacts.member_id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)


class ContactRegion(_Code, Base):
    __tablename__ = "contact_regions"


class ContactMunicipality(_Code, Base):
    __tablename__ = "contact_municipalities"


class ContactTheme(_Code, Base):
    __tablename__ = "contact_themes"


class ContactLanguage(_Code, Base):
    __tablename__ = "contact_languages"


def _codes(of: str) -> Any:
    return relationship(of, lazy="raise", cascade="all, delete-orphan", passive_deletes=True, collection_class=set)


def _proxy(rows: str, of: Callable[..., Any]) -> AssociationProxy[set[str]]:
    return association_proxy(rows, "code", creator=lambda code: of(code=code))


class Contact(Base):
    """A member's card; its id is the member's. `email` is None while the address is the one they sign in with."""

    __tablename__ = "contacts"

    member_id: Mapped[str] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    title: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("organisations.id", ondelete="SET NULL"), index=True
    )
    ask_about: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    how_to_contact: Mapped[str] = mapped_column(default="")
    is_hidden: Mapped[bool] = mapped_column(default=False)
    hidden_fields: Mapped[frozenset[str]] = mapped_column(Words, default=frozenset)

    member: Mapped[Member] = relationship(lazy="raise")
    organisation: Mapped[Organisation | None] = relationship(lazy="raise")
    region_rows: Mapped[set[ContactRegion]] = _codes("ContactRegion")
    municipality_rows: Mapped[set[ContactMunicipality]] = _codes("ContactMunicipality")
    theme_rows: Mapped[set[ContactTheme]] = _codes("ContactTheme")
    language_rows: Mapped[set[ContactLanguage]] = _codes("ContactLanguage")
    regions: AssociationProxy[set[str]] = _proxy("region_rows", ContactRegion)
    municipalities: AssociationProxy[set[str]] = _proxy("municipality_rows", ContactMunicipality)
    themes: AssociationProxy[set[str]] = _proxy("theme_rows", ContactTheme)
    languages: AssociationProxy[set[str]] = _proxy("language_rows", ContactLanguage)

    def hide(self, fields: Iterable[str], *, whole: bool) -> None:
        """Hide these fields and no others from everyone else, or the whole card."""
        self.hidden_fields, self.is_hidden = frozenset(fields) & frozenset(FIELDS), whole

    def shows(self, field: Field) -> bool:
        """Whether others see this field where they see the card."""
        return field not in self.hidden_fields


def name_key(name: str) -> str:
    """The form in which two organisations' names are compared: without case and doubled space."""
    return " ".join(name.casefold().split())
