"""The directory: cards, organisations, and the search among them."""

import re
from collections.abc import Mapping, Sequence

from flask import Flask

from directory import documents, queries, reactions, register, seeds
from directory.api import api
from directory.events import CardEdited, CardMade, OrganisationAdded
from directory.importing.events import PeopleImported
from directory.importing.step import people
from directory.queries import Card
from directory.views import directory
from extranet import cli, db, events, web
from extranet.accounts.events import EmailChanged, MemberAdmitted
from extranet.events import Event
from extranet.i18n import lazy
from extranet.importing.run import add_step
from extranet.members import Member
from extranet.moderation.events import MemberRestored, MemberSuspended, NameChanged
from extranet.search.registry import Result, Searchable, searchable
from extranet.web import NavItem, Panel

_ABOUT_ONE: tuple[type[Event], ...] = (
    CardMade, CardEdited, MemberSuspended, MemberRestored, NameChanged, EmailChanged,
)  # fmt: skip
"""Facts of one member after which their card is found by other words, or not at all."""


def install(app: Flask) -> None:
    """Add the feature to the app."""
    app.register_blueprint(directory)
    api.install(app)
    app.jinja_env.filters["dialled"] = dialled
    with app.app_context():
        register.watch(db.database().engine)
    web.add_nav(app, NavItem("directory", lazy("Directory"), "directory.people", place=20))
    web.add_account(app, NavItem("card", lazy("My card"), "directory.me", place=20))
    web.add_panels(app, Panel("directory/_panel.html", _way_in, place=60, is_for_all=True))
    follow = events.reactions(app)
    follow.knows(OrganisationAdded)
    follow.together(MemberAdmitted, reactions.give_a_new_member_a_card)
    searchable(
        app,
        Searchable(
            kind=documents.KIND,
            label=lazy("Contacts"),
            load=documents.documents_of,
            every=documents.every_document,
            shown=_shown,
            changed_by={
                **dict.fromkeys(_ABOUT_ONE, lambda event: (event.member_id,)),
                PeopleImported: lambda event: event.members,
            },
            place=10,
        ),
    )
    add_step(app, people)
    cli.add_seed(app, 20, seeds.plant)


def dialled(phone: str) -> str:
    """A phone number as a `tel:` address has it: what is dialled first, without an extension."""
    number = re.match(r"[+\d\s()/.-]*", phone)
    return re.sub(r"[^+\d]", "", number.group() if number else "")


def _way_in(member: Member) -> bool | None:
    """Whether a member's home leads to the directory: theirs whose card is still bare says to fill it in first."""
    return True if queries.has_filled_card(member) else None


def _shown(_asking: Member, member_ids: Sequence[str]) -> Mapping[str, Result]:
    return {card.id: _result(card) for card in queries.cards(member_ids)}


def _result(card: Card) -> Result:
    notes = [note for note in (card.title, card.organisation.name if card.organisation else "") if note]
    return Result(
        card.id, "directory.person", {"member_id": card.id}, card.name, text=card.ask_about, notes=notes
    )
