"""Contacts and organisations for programs: what the directory's pages show."""

from typing import Any

from pydantic import Field

from directory import queries
from directory.queries import Card, OrganisationRow, Search
from extranet.api import AfterQuery, Answer, Api, Schema, asks
from extranet.doors import door, signed_in
from extranet.forms import tidy
from extranet.limits import SEARCHES, limited
from extranet.members import Member
from extranet.policy import anyone
from extranet.vocabularies import organisation_types

api = Api("directory")

card_of = door("card", queries.find_card)
organisation_of = door("organisation", queries.find_organisation)

Codes = list[str]


class OrganisationLink(Answer):
    """An organisation beside a person; `type` is a code of the vocabulary."""

    id: str
    name: str
    type: str


class ContactAnswer(Answer):
    """A contact card as others see it: what its owner hides is empty. Lists hold codes of the vocabularies."""

    id: str
    name: str
    title: str
    organisation: OrganisationLink | None
    ask_about: str
    phone: str
    email: str
    how_to_contact: str
    regions: list[str]
    municipalities: list[str]
    themes: list[str]
    languages: list[str]


class Contacts(Answer):
    """A page of contacts, how many there are in all, and how many each option of each filter would leave."""

    items: list[ContactAnswer]
    next: str | None
    total: int
    counts: dict[str, dict[str, int]]


class OrganisationAnswer(OrganisationLink):
    """An organisation and how many of its people may be found."""

    municipality: str | None
    people: int


class Organisations(Answer):
    """A page of organisations in alphabetical order."""

    items: list[OrganisationAnswer]
    next: str | None
    total: int


class ContactsQuery(Schema):
    """Who is looked for: all of the words; of each filter any of the codes."""

    q: str = Field(default="", max_length=200)
    region: Codes = Field(default_factory=list, max_length=30)
    theme: Codes = Field(default_factory=list, max_length=50)
    language: Codes = Field(default_factory=list, max_length=200)
    type: Codes = Field(default_factory=list, max_length=30)
    after: str | None = Field(default=None, max_length=1000)


class OrganisationsQuery(Schema):
    """Organisations of any of these types whose names have words that begin like these."""

    q: str = Field(default="", max_length=200)
    type: Codes = Field(default_factory=list, max_length=30)
    after: str | None = Field(default=None, max_length=1000)


@api.get("/contacts", gives=Contacts, summary="Find contact persons")
@limited(SEARCHES, counts_reads=True)
@signed_in(anyone)
@asks(ContactsQuery)
def list_contacts(_member: Member, *, query: ContactsQuery) -> Any:
    chosen: Any = {facet: getattr(query, facet) for facet in queries.FACETS}
    found = queries.find_people(Search(tidy(query.q) or "", chosen), after=query.after)
    return Contacts(
        items=[ContactAnswer.model_validate(card) for card in found.page.items],
        next=found.page.next,
        total=found.total,
        counts={facet: dict(counts) for facet, counts in found.counts.items()},
    )


@api.get("/contacts/<member_id>", gives=ContactAnswer, summary="One contact card")
@card_of(anyone)
def show_contact(_member: Member, card: Card) -> Any:
    return ContactAnswer.model_validate(card)


@api.get("/organisations", gives=Organisations, summary="The organisations")
@signed_in(anyone)
@asks(OrganisationsQuery)
def list_organisations(_member: Member, *, query: OrganisationsQuery) -> Any:
    types = [code for code in query.type if code in organisation_types()]
    found = queries.find_organisations(types=types, name=tidy(query.q) or "", after=query.after)
    items = [OrganisationAnswer.model_validate(row) for row in found.page.items]
    return Organisations(items=items, next=found.page.next, total=found.total)


@api.get("/organisations/<organisation_id>", gives=OrganisationAnswer, summary="One organisation")
@organisation_of(anyone)
def show_organisation(_member: Member, organisation: OrganisationRow) -> Any:
    return OrganisationAnswer.model_validate(organisation)


@api.get("/organisations/<organisation_id>/contacts", gives=Contacts, summary="The people of an organisation")
@organisation_of(anyone)
@asks(AfterQuery)
def list_people_of(_member: Member, organisation: OrganisationRow, *, query: AfterQuery) -> Any:
    page = queries.people_of(organisation.id, after=query.after)
    items = [ContactAnswer.model_validate(card) for card in page.items]
    return Contacts(items=items, next=page.next, total=organisation.people, counts={})
