"""Workspaces for the tests, opened and filled by the verbs themselves."""

from typing import Any

import sqlalchemy as sa
from flask import Flask

from extranet import outbox
from extranet.events import EventRow
from extranet.members import Member
from tests.cast import Cast, Person, keeping, looking
from workspaces import service
from workspaces.memberships import service as memberships
from workspaces.memberships.models import Membership
from workspaces.models import Workspace

FIELDS = {
    "name": "Kototyö",
    "purpose": "Suunnitellaan yhdessä.",
    "kind": "project",
    "visibility": "listed",
    "joining": "request",
    "starts_on": "",
    "ends_on": "",
    "shows_earlier": "y",
}
"""What a form that opens a workspace sends."""


class Place:
    """A workspace of the test: its id and its address."""

    def __init__(self, app: Flask, workspace: Workspace) -> None:
        self.app, self.id, self.slug, self.name = app, workspace.id, workspace.slug, workspace.name

    def path(self, rest: str = "") -> str:
        """Where a page of it stands."""
        return f"/workspaces/{self.slug}{rest}"

    def row(self) -> Workspace:
        """The workspace as it is now."""
        with looking(self.app) as held:
            return held.get_one(Workspace, self.id)

    def membership(self, person: Person) -> Membership | None:
        """The person's membership as it is now."""
        with looking(self.app) as held:
            return held.scalar(
                sa.select(Membership).where(
                    Membership.workspace_id == self.id, Membership.member_id == person.member_id
                )
            )

    def role(self, person: Person) -> str | None:
        """«host», «joined», or None."""
        membership = self.membership(person)
        return membership.role if membership is not None else None

    def facts(self) -> list[str]:
        """The kinds of facts in its stream, in order."""
        with looking(self.app) as held:
            return list(held.scalars(sa.select(EventRow.kind).where(EventRow.stream == self.id).order_by(EventRow.seq)))

    def archive(self, by: Person) -> None:
        """Archive it."""
        with keeping(self.app) as held:
            service.archive(held.get_one(Workspace, self.id), by=held.get_one(Member, by.member_id))

    def trash(self, by: Person) -> None:
        """Archive it and put it into the trash."""
        self.archive(by)
        with keeping(self.app) as held:
            service.trash(held.get_one(Workspace, self.id), self.name, by=held.get_one(Member, by.member_id))

    def let_in(self, *people: Person, by: Person) -> None:
        """Invite people, who accept."""
        with keeping(self.app) as held:
            workspace, host = held.get_one(Workspace, self.id), held.get_one(Member, by.member_id)
            for person in people:
                guest = held.get_one(Member, person.member_id)
                memberships.accept_invitation(memberships.invite(workspace, guest, by=host), by=guest)

    def appoint(self, person: Person, *, by: Person) -> None:
        """Make somebody a host."""
        with keeping(self.app) as held:
            whom, host = held.get_one(Member, person.member_id), held.get_one(Member, by.member_id)
            memberships.appoint(held.get_one(Workspace, self.id), whom, by=host)


def open_place(cast: Cast, **facts: Any) -> Place:
    """A workspace that Ada hosts and Grace has joined."""
    said: dict[str, Any] = {"name": "Kototyö", "purpose": "Suunnitellaan yhdessä.", "kind": "project", **facts}
    ada, grace = cast.ada, cast.grace
    with keeping(cast.app) as held:
        place = Place(cast.app, service.open_workspace(**said, by=held.get_one(Member, ada.member_id)))
    place.let_in(grace, by=ada)
    return place


def drain(app: Flask) -> None:
    """Let the letters and the index follow."""
    with app.app_context():
        outbox.drain()
