"""Whoever becomes a member has a card from that moment, with what their application said."""

from datetime import timedelta

import sqlalchemy as sa

from directory import queries
from directory.models import Contact, Organisation
from extranet import clock, events
from extranet.accounts.events import MemberAdmitted
from extranet.accounts.models import Application
from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, keeping, looking
from tests.directory.conftest import Fill


def test_a_member_without_an_application_has_a_card_that_is_found(app: Extranet, cast: Cast) -> None:
    assert cast.mallory.get(f"/directory/people/{cast.ada.member_id}").status_code == 200


def test_the_card_says_what_the_application_said(app: Extranet, cast: Cast) -> None:
    member_id = admitted(app, organisation="Järvenpään kaupunki", task="koordinaattori", region="01")
    page = cast.ada.get(f"/directory/people/{member_id}").text
    assert "koordinaattori" in page
    assert "Järvenpään kaupunki" in page
    assert "Uusimaa" in page
    with looking(app) as held:
        assert held.scalars(sa.select(Organisation.type)).all() == ["other"]


def test_the_organisation_is_the_one_of_that_name_in_the_list(app: Extranet) -> None:
    with keeping(app) as held:
        held.add(Organisation(id="organisation", name="Järvenpään kaupunki", type="municipality"))
    member_id = admitted(app, organisation="järvenpään KAUPUNKI", task="", region="no such region")
    with looking(app) as held:
        contact = held.get_one(Contact, member_id)
        assert contact.organisation_id == "organisation"
        card = queries.cards([member_id])[0]
    assert card.regions == ()


def test_a_second_admission_changes_nothing_on_the_card(app: Extranet, cast: Cast) -> None:
    cast.ada.post("/directory/me", {"title": "own words", "organisation_type": "other"})
    with keeping(app) as held:
        ada = held.get_one(Member, cast.ada.member_id)
        events.record(MemberAdmitted(ada.id, None), by=ada)
    assert "own words" in cast.ada.get(f"/directory/people/{cast.ada.member_id}").text


def admitted(app: Extranet, *, organisation: str, task: str, region: str) -> str:
    """The id of a member who was admitted by this application."""
    with keeping(app) as held:
        member = Member(name="Amina Warsame", email="amina@example.org")
        application = Application(
            name="Amina Warsame", email="amina@example.org", organisation=organisation, task=task, region=region,
            why="", language="fi", terms_version="1", privacy_version="1", confirmed_at=clock.now(),
        )  # fmt: skip
        held.add_all([member, application])
        held.flush()
        events.record(MemberAdmitted(member.id, application.id), by=None)
        return member.id


def test_a_home_without_workspaces_says_where_to_begin(app: Extranet, cast: Cast, fill: Fill) -> None:
    fill(cast.ada, ask_about="x")
    with clock.later(timedelta(days=20)):
        page = cast.ada.get("/").text
    assert "Three steps to begin with" in page and "Find a person" in page
