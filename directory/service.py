"""What people do to their cards."""

from collections.abc import Collection, Container
from dataclasses import dataclass

from directory import queries
from directory.events import CardEdited, CardMade, OrganisationAdded
from directory.models import OTHER, Contact, Organisation, name_key
from extranet import db, events
from extranet.errors import Invalid
from extranet.i18n import lazy
from extranet.members import Member, email_key
from extranet.vocabularies import languages, municipalities, organisation_types, regions, themes


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """All that a member says on their card. Collections hold codes of the vocabularies.

    `organisation` is a name; `organisation_type` counts only if it is not in the list. An empty `email` stands for
    the address that the member signs in with.
    """

    title: str = ""
    organisation: str = ""
    organisation_type: str = OTHER
    regions: Collection[str] = ()
    municipalities: Collection[str] = ()
    themes: Collection[str] = ()
    languages: Collection[str] = ()
    ask_about: str = ""
    phone: str = ""
    email: str = ""
    how_to_contact: str = ""
    hidden_fields: Collection[str] = ()
    is_hidden: bool = False


class UnknownCode(Invalid):
    """A code that is not in its vocabulary."""

    def __init__(self, field: str) -> None:
        super().__init__(fields={field: lazy("Choose from the list.")})


def edit_card(details: Details, *, by: Member) -> Contact:
    """Make one's own card say this and nothing else; a municipality brings its region. Raises `UnknownCode`."""
    _check_codes(details)
    contact = queries.own_contact(by)
    is_new = contact is None
    if contact is None:
        contact = _blank(by)
    _fill(contact, details, by=by)
    events.record(CardMade(by.id) if is_new else CardEdited(by.id), by=by)
    return contact


def add_card(member: Member, *, title: str, organisation: str, region: str | None, by: Member | None) -> None:
    """Give a new member a card with what their application said; nothing happens if they have one."""
    if db.session().get(Contact, member.id) is not None:
        return
    contact = _blank(member)
    contact.title = title
    contact.organisation = _organisation(organisation, OTHER, contact.organisation, by=by)
    if region is not None and region in regions():
        contact.regions = {region}
    events.record(CardMade(member.id), by=by)


def _blank(member: Member) -> Contact:
    contact = Contact(
        member_id=member.id, organisation=None,
        region_rows=set(), municipality_rows=set(), theme_rows=set(), language_rows=set(),  # known to be empty
    )  # fmt: skip
    db.session().add(contact)
    return contact


def _fill(contact: Contact, details: Details, *, by: Member) -> None:
    contact.title = details.title
    contact.organisation = _organisation(details.organisation, details.organisation_type, contact.organisation, by=by)
    contact.regions = {*details.regions, *(municipalities()[code].region.code for code in details.municipalities)}
    contact.municipalities = set(details.municipalities)
    contact.themes = set(details.themes)
    contact.languages = set(details.languages)
    contact.ask_about = details.ask_about
    contact.phone = details.phone
    contact.email = details.email if email_key(details.email) not in ("", by.email_key) else None
    contact.how_to_contact = details.how_to_contact
    contact.hide(details.hidden_fields, whole=details.is_hidden)


def _organisation(name: str, type_: str, present: Organisation | None, *, by: Member | None) -> Organisation | None:
    """The organisation of this name: the present one, else one in the list, else a new one.

    One that is hidden by all who are of it is not in the list: its name, typed, would tell that it is there.
    """
    if not name:
        return None
    if present is not None and present.name_key == name_key(name):
        return present
    found = queries.organisation_named(name)
    if found is None:
        found = Organisation(name=name, type=type_)
        db.session().add(found)
        db.session().flush()
        events.record(OrganisationAdded(found.id), by=by)
    return found


def _check_codes(details: Details) -> None:
    checks: tuple[tuple[str, Collection[str], Container[str]], ...] = (
        ("organisation_type", [details.organisation_type], organisation_types()),
        ("regions", details.regions, regions()),
        ("municipalities", details.municipalities, municipalities()),
        ("themes", details.themes, themes()),
        ("languages", details.languages, languages()),
    )
    for field, codes, known in checks:
        if not all(code in known for code in codes):
            raise UnknownCode(field)
