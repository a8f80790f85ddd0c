"""The directory's part of an import: organisations, members and their cards, in one transaction a file."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import sqlalchemy as sa

from directory.importing.events import PeopleImported
from directory.importing.records import (
    MEMBERS_FILE,
    ORGANISATIONS_FILE,
    FormerMember,
    FormerOrganisation,
    read_members,
    read_organisations,
)
from directory.models import (
    Contact,
    ContactLanguage,
    ContactMunicipality,
    ContactRegion,
    ContactTheme,
    Organisation,
    name_key,
)
from extranet import db, events
from extranet.collation import sort_key
from extranet.importing.history import BATCH, insert_all, present, remember
from extranet.importing.reading import noon
from extranet.importing.run import Import, Write
from extranet.members import Member, email_key


def people(run: Import) -> Mapping[str, Write]:
    """Read organisations and members; make known, as `organisation` and `member`, which former ids are accepted.

    A member whose address is known here already is that member: nothing of theirs is changed.
    """
    organisations, rejected = read_organisations(run.content(ORGANISATIONS_FILE))
    new_organisations = run.admit("organisation", (organisation.id for organisation in organisations))
    run.tell(ORGANISATIONS_FILE, rejected, organisations=len(new_organisations))

    accepted = {organisation.id for organisation in organisations}
    members, rejected = read_members(run.content(MEMBERS_FILE), accepted)
    met = _already_here(run, members)
    run.known.setdefault("member", {}).update(met)
    new_members = run.admit("member", (member.id for member in members))
    run.tell(MEMBERS_FILE, rejected, members=len(new_members))

    places = run.known["organisation"]
    return {
        "organisations": partial(_write_organisations, organisations, new_organisations),
        "members": partial(_write_members, members, new_members, met, places),
    }


def _already_here(run: Import, members: Iterable[FormerMember]) -> dict[str, str]:
    """Former ids of people not brought over yet who have an account here, by their address."""
    known = run.known.get("member", {})
    by_address = {email_key(member.email): member.id for member in members if member.id not in known}
    found: dict[str, str] = {}
    for address in present(Member.email_key, by_address):
        found[by_address[address]] = db.session().scalars(sa.select(Member.id).filter_by(email_key=address)).one()
    return found


def _write_organisations(organisations: Iterable[FormerOrganisation], new: Mapping[str, str]) -> None:
    with db.writing():
        insert_all(
            Organisation,
            [
                _organisation_row(organisation, new[organisation.id])
                for organisation in organisations
                if organisation.id in new
            ],
        )
        remember("organisation", new)


def _write_members(
    members: Iterable[FormerMember], new: Mapping[str, str], met: Mapping[str, str], organisations: Mapping[str, str]
) -> None:
    fresh = [(new[member.id], member) for member in members if member.id in new]
    with db.writing():
        still_there = present(Organisation.id, organisations.values())
        insert_all(Member, [_member_row(member, identity) for identity, member in fresh])
        insert_all(
            Contact,
            [_contact_row(member, identity, organisations, still_there) for identity, member in fresh],
        )
        insert_all(ContactRegion, _code_rows((identity, [member.region]) for identity, member in fresh))
        insert_all(ContactMunicipality, _code_rows((identity, [member.municipality]) for identity, member in fresh))
        insert_all(ContactTheme, _code_rows((identity, member.themes) for identity, member in fresh))
        insert_all(ContactLanguage, _code_rows((identity, member.languages) for identity, member in fresh))
        remember("member", {**new, **met})
        for start in range(0, len(fresh), BATCH):
            events.record(PeopleImported(tuple(identity for identity, _ in fresh[start : start + BATCH])), by=None)


def _organisation_row(organisation: FormerOrganisation, identity: str) -> dict[str, Any]:
    return {
        "id": identity,
        "name": organisation.name,
        "name_key": name_key(organisation.name),
        "sort_name": sort_key(organisation.name),
        "type": organisation.type,
        "municipality": organisation.municipality,
    }


def _member_row(member: FormerMember, identity: str) -> dict[str, Any]:
    """Without a password, and without having accepted the terms: both are asked for at the first sign-in."""
    return {
        "id": identity,
        "name": member.name,
        "sort_name": sort_key(f"{member.surname} {member.given_name}"),
        "email": member.email,
        "email_key": email_key(member.email),
        "role": "member",
        "admitted_at": noon(member.joined_on),
    }


def _contact_row(
    member: FormerMember, identity: str, organisations: Mapping[str, str], still_there: set[str]
) -> dict[str, Any]:
    organisation = organisations.get(member.organisation or "")
    return {
        "member_id": identity,
        "title": member.task,
        "organisation_id": organisation if organisation in still_there else None,
        "ask_about": member.introduction,
        "phone": member.phone,
        "how_to_contact": "",
        "is_hidden": not member.is_listed,
        "hidden_fields": frozenset(),
    }


def _code_rows(codes: Iterable[tuple[str, Iterable[str | None]]]) -> list[dict[str, Any]]:
    return [{"contact_id": identity, "code": code} for identity, several in codes for code in several if code]
