"""What a member types on their card, and what the address of a search says, checked."""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, EmailField, Field, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import Length

from directory.models import FIELDS, Contact
from directory.queries import FACETS, Search
from directory.register import Facet
from directory.service import Details
from extranet.forms import EmailAddress, Form, line, text, tidy
from extranet.i18n import _, current_locale, lazy
from extranet.search.index import MAX_QUERY
from extranet.vocabularies import Vocabulary, languages, municipalities, organisation_types, regions, themes

LONGEST_PHONE = 50
LONGEST_EMAIL = 254

VOCABULARIES: Mapping[str, Callable[[], Vocabulary[Any]]] = {
    "region": regions,
    "municipality": municipalities,
    "theme": themes,
    "language": languages,
    "type": organisation_types,
}
"""Where codes have their names: of each facet, and of municipalities."""

_PHONE = re.compile(r"\+?[\d\s()/.-]*\d[\d\s()/.-]*(?:[^\W\d_]{1,5}\.? ?\d{1,6})?")
_FEWEST_DIGITS = 3  # 112 is a number too


def search_in(address: "MultiDict[str, str]") -> Search:
    """The search that an address asks for. Codes that are in no vocabulary are passed over, since lists change."""
    words = (tidy(address.get("q")) or "")[:MAX_QUERY]
    return Search(words, {facet: _known(address.getlist(facet), facet) for facet in FACETS})


def tidy_phone(phone: str | None) -> str | None:
    """A number as it is kept: what is typed, in one kind of space and hyphen, with + for an international 00."""
    tidied = tidy(phone)
    if not tidied:
        return tidied
    plain = re.sub("[\u2010-\u2015\u2212]", "-", tidied)
    return re.sub(r"^00(?=[1-9])", "+", plain)


class Phone:
    """The field must hold something that can be dialled; a few letters and digits for an extension may follow."""

    def __call__(self, _form: Any, field: Field) -> None:
        phone = field.data or ""
        if phone and (not _PHONE.fullmatch(phone) or sum(c.isdigit() for c in phone) < _FEWEST_DIGITS):
            raise ValidationError(_("Write a phone number, such as +358 40 123 4567."))


class IfFilled(EmailAddress):
    """An e-mail address, or nothing."""

    def __call__(self, form: Any, field: Field) -> None:
        if field.data:
            super().__call__(form, field)


def _hide(label: Any) -> BooleanField:
    return BooleanField(label)


class CardForm(Form):
    """One's own card; `hide_…` stands beside each field that can be hidden."""

    title = line(lazy("Title or task"), required=False, description=lazy("For example: integration coordinator."))
    organisation = line(
        lazy("Organisation"), required=False,
        description=lazy("Start typing and choose from the list, or write the whole name of a new one."),
    )  # fmt: skip
    organisation_type = SelectField(
        lazy("What kind of organisation is it?"),
        description=lazy("Only needed if your organisation is not in the list yet."),
    )
    regions = SelectMultipleField(lazy("Regions"))
    municipalities = SelectMultipleField(lazy("Municipalities"))
    themes = SelectMultipleField(lazy("Themes"), description=lazy("What you know about or work with."))
    languages = SelectMultipleField(lazy("Languages"), description=lazy("The languages you can be contacted in."))
    ask_about = text(
        lazy("Ask me about"), required=False, most=4_000,
        description=lazy("In your own words: what you do, what you know, what you would gladly help with."),
    )  # fmt: skip
    phone = line(lazy("Phone"), required=False, most=LONGEST_PHONE)
    email = EmailField(
        lazy("E-mail address"),
        filters=[tidy],
        validators=[Length(max=LONGEST_EMAIL, message=lazy("Write at most %(max)d characters.")), IfFilled()],
        description=lazy("The address that others see. Signing in and letters go by the one in your settings."),
    )
    how_to_contact = text(
        lazy("How to contact me"), required=False, most=1_000,
        description=lazy("For example: best by e-mail, on the phone on Tuesdays from 9 to 11."),
    )  # fmt: skip
    hide_title = _hide(lazy("Hide my title"))
    hide_organisation = _hide(lazy("Hide my organisation"))
    hide_regions = _hide(lazy("Hide my regions and municipalities"))
    hide_themes = _hide(lazy("Hide my themes"))
    hide_languages = _hide(lazy("Hide my languages"))
    hide_ask_about = _hide(lazy("Hide what to ask me about"))
    hide_phone = _hide(lazy("Hide my phone number"))
    hide_email = _hide(lazy("Hide my e-mail address"))
    hide_how_to_contact = _hide(lazy("Hide how to contact me"))
    is_hidden = BooleanField(lazy("Hide my whole card"))

    def __init__(self, contact: Contact | None, *, email: str) -> None:
        """The form of a card, or of none yet; `email` is shown to others while they have set no other."""
        super().__init__(data=_typed(contact) | {"email": (contact.email if contact else None) or email})
        for field in self:
            field.flags.unmarked = True  # the page says once that nothing has to be filled in
        locale = current_locale()
        self.organisation_type.choices = organisation_types().choices(locale)
        self.regions.choices = regions().choices(locale)
        self.municipalities.choices = municipalities().choices(locale)
        self.themes.choices = themes().choices(locale)
        self.languages.choices = languages().choices(locale)

    def validate_phone(self, field: Field) -> None:
        """The number must be one that can be dialled."""
        field.data = tidy_phone(field.data)
        Phone()(self, field)

    def details(self) -> Details:
        """What was typed, as the service takes it."""
        typed = self.changed()
        hidden = [name for name in FIELDS if typed.pop(f"hide_{name}")]
        said: dict[str, Any] = {name: "" if value is None else value for name, value in typed.items()}
        return Details(**said, hidden_fields=hidden)


def _typed(contact: Contact | None) -> dict[str, Any]:
    if contact is None:
        return {"organisation_type": "other"}
    organisation = contact.organisation
    return {
        "title": contact.title,
        "organisation": organisation.name if organisation else "",
        "organisation_type": organisation.type if organisation else "other",
        "regions": sorted(contact.regions),
        "municipalities": sorted(contact.municipalities),
        "themes": sorted(contact.themes),
        "languages": sorted(contact.languages),
        "ask_about": contact.ask_about,
        "phone": contact.phone,
        "how_to_contact": contact.how_to_contact,
        "is_hidden": contact.is_hidden,
        **{f"hide_{name}": not contact.shows(name) for name in FIELDS},
    }


def _known(codes: Collection[str], facet: Facet) -> list[str]:
    vocabulary = VOCABULARIES[facet]()
    return [code for code in dict.fromkeys(codes) if code in vocabulary]
