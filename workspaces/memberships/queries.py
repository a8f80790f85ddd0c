"""Reads of who is in a workspace and who would like to be, each beginning with the member or with what a door gave."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload

from directory import queries as directory
from extranet import db
from extranet.members import Member
from extranet.paging import Page, page_of, read_cursor
from workspaces.memberships.models import Invitation, JoinRequest, KeptOut, Membership, digest
from workspaces.models import Workspace
from workspaces.queries import FEW, Placed, Standing, find_governed

Way = Literal["joined", "invited", "open", "ask", "asking", "closed", "archived"]
A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Approach:
    """How a member may come into a workspace; `request` is the one that waits, or the last one if it was declined."""

    way: Way
    invitation: Invitation | None = None
    request: JoinRequest | None = None


@dataclass(frozen=True, slots=True)
class PersonStanding(Placed):
    """Somebody who is in a workspace, asks to be, or is kept out, and where the one who looks stands in it."""

    person: Member


@dataclass(frozen=True, slots=True)
class InvitationStanding(Placed):
    """An invitation of a workspace, and where the one who looks stands in it."""

    invitation: Invitation


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's place in a workspace, with how they are named; `is_listed` says whether they have a card to open."""

    member_id: str
    name: str
    detail: str
    is_listed: bool
    is_host: bool
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who asks to join, or is kept out: who, since when, and the words that go with it."""

    member_id: str
    name: str
    detail: str
    is_listed: bool
    since: datetime
    words: str


def find_person(member: Member, slug: str, member_id: str) -> PersonStanding | None:
    """Somebody in a workspace that the member has joined; for hosts and moderators also who asks or is kept out."""
    standing = find_governed(member, slug)
    if standing is None or not (standing.is_joined or member.is_moderator):
        return None
    kinds: tuple[Any, ...] = (Membership, JoinRequest, KeptOut) if _governs(member, standing) else (Membership,)
    known = sa.union_all(
        *(
            sa.select(kind.member_id).where(
                kind.workspace_id == standing.workspace.id, kind.member_id == member_id
            )
            for kind in kinds
        )
    )
    person = db.session().scalar(sa.select(Member).where(Member.id.in_(known)))
    return PersonStanding(standing, person) if person is not None else None


def find_invitation(member: Member, slug: str, invitation_id: str) -> InvitationStanding | None:
    """For hosts and moderators: an invitation that waits for an answer."""
    standing = find_governed(member, slug)
    if standing is None or not _governs(member, standing):
        return None
    invitation = db.session().scalar(
        sa.select(Invitation).where(Invitation.id == invitation_id, Invitation.workspace_id == standing.workspace.id)
    )
    return InvitationStanding(standing, invitation) if invitation is not None else None


def find_own_invitation(member: Member, invitation_id: str) -> Invitation | None:
    """An invitation of the member's own that still holds, to a workspace that is still active."""
    return db.session().scalar(_own_invitations(member).where(Invitation.id == invitation_id))


def invitation_by_secret(secret: str) -> Invitation | None:
    """The invitation whose letter has this link, with its workspace and who invites; None once it is answered."""
    return db.session().scalar(_invitations().where(Invitation.secret_hash == digest(secret)))


def own_invitations(member: Member) -> Sequence[Invitation]:
    """The invitations that wait for the member's answer, with workspace and who invites; one query.

    One for each workspace, the latest, however many ways they were invited; none where they are in already
    or kept out.
    """
    found = db.session().scalars(_own_invitations(member).order_by(Invitation.invited_at.desc())).all()
    return list({invitation.workspace_id: invitation for invitation in reversed(found)}.values())[::-1]


def approach(member: Member, standing: Standing) -> Approach:
    """How the member may come into a workspace that they may know of. Who is kept out reads that the hosts invite."""
    workspace = standing.workspace
    if standing.is_joined:
        return Approach("joined")
    if not workspace.is_active:
        return Approach("archived")
    row: Any = db.session().execute(
        sa.select(Invitation, JoinRequest, KeptOut)
        .select_from(Workspace)
        .outerjoin(Invitation, sa.and_(_of(Invitation, member), _still_holds()))
        .outerjoin(JoinRequest, _of(JoinRequest, member))
        .outerjoin(KeptOut, _of(KeptOut, member))
        .where(Workspace.id == workspace.id)
        .limit(1)
    ).one()
    invitation, request, kept = row
    if invitation is not None and kept is None:
        return Approach("invited", invitation)
    if request is not None and request.is_waiting and workspace.joining != "invitation":
        return Approach("asking", request=request)
    if kept is not None or workspace.joining == "invitation":
        return Approach("closed", request=request)
    return Approach("open" if workspace.joining == "open" else "ask", request=request)


def hosts(workspace: Workspace) -> list[directory.Person]:
    """The hosts with their organisations, in alphabetical order; two queries."""
    ids = db.session().scalars(
        sa.select(Membership.member_id)
        .join(Membership.member)
        .where(Membership.workspace_id == workspace.id, Membership.role == "host")
        .order_by(Member.sort_name)
    ).all()
    people = directory.people(ids)
    return [people[host] for host in ids]


def is_in(workspace: Workspace, member: Member) -> bool:
    """Whether the member has joined."""
    statement = sa.select(Membership.id).where(
        Membership.workspace_id == workspace.id, Membership.member_id == member.id
    )
    return db.session().scalar(statement) is not None


def member_count(workspace: Workspace) -> int:
    """How many have joined: for those who may know."""
    statement = sa.select(sa.func.count(Membership.id)).where(Membership.workspace_id == workspace.id)
    return db.session().scalar(statement) or 0


def told_count(standing: Standing) -> int | None:
    """How many have joined, or None where they are too few for an outsider to know."""
    count = member_count(standing.workspace)
    return count if standing.is_joined or count >= FEW else None


def roster(workspace: Workspace, *, after: str | None = None, size: int = A_PAGE) -> Page[Seat]:
    """A page of who is in, hosts first, then in alphabetical order; two queries. Raises `BadCursor`."""
    rank = sa.case((Membership.role == "host", 0), else_=1)
    statement = (
        sa.select(Membership.member_id, Membership.role, Membership.joined_at, Member.sort_name)
        .join(Membership.member)
        .where(Membership.workspace_id == workspace.id)
    )
    if after is not None:
        last = read_cursor(after, int, str, str)
        statement = statement.where(sa.tuple_(rank, Member.sort_name, Member.id) > sa.tuple_(*map(sa.literal, last)))
    rows = db.session().execute(statement.order_by(rank, Member.sort_name, Member.id).limit(size + 1)).all()
    page = page_of(rows, size, lambda row: (0 if row.role == "host" else 1, row.sort_name, row.member_id))
    people = directory.people(row.member_id for row in page.items)
    seats = [_seat(people[row.member_id], row.role == "host", row.joined_at) for row in page.items]
    return Page(seats, next=page.next)


def requests(workspace: Workspace) -> list[Waiting]:
    """Who asks to join, the first to ask first; two queries."""
    rows = db.session().scalars(
        sa.select(JoinRequest)
        .where(JoinRequest.workspace_id == workspace.id, JoinRequest.declined_at.is_(None))
        .order_by(JoinRequest.asked_at)
    ).all()
    return _named((row.member_id, row.asked_at, row.why) for row in rows)


def kept_out(workspace: Workspace) -> list[Waiting]:
    """Who is kept out and why, the latest first; two queries."""
    rows = db.session().scalars(
        sa.select(KeptOut).where(KeptOut.workspace_id == workspace.id).order_by(KeptOut.since.desc())
    ).all()
    return _named((row.member_id, row.since, row.reason) for row in rows)


def invitations(workspace: Workspace) -> Sequence[Invitation]:
    """Who is invited and has not answered, the latest first, with who invited them; one query."""
    return db.session().scalars(
        sa.select(Invitation)
        .options(joinedload(Invitation.member), joinedload(Invitation.invited_by))
        .where(Invitation.workspace_id == workspace.id)
        .order_by(Invitation.invited_at.desc())
    ).all()


def managed(workspace: Workspace, *, after: str | None = None) -> dict[str, Any]:
    """All that those see who manage who is in: the roster, and who would be in or must not."""
    return {
        "page": roster(workspace, after=after),
        "requests": requests(workspace),
        "invitations": invitations(workspace),
        "kept_out": kept_out(workspace),
    }


def can_be_invited(workspace: Workspace, name: str) -> list[directory.Person]:
    """Whom a host may mean who types a name: people of the directory who are neither in nor invited nor kept out.

    Who is invited by an address is there all the same: else the list would tell whose the address is.
    """
    kinds: tuple[Any, ...] = (Membership, Invitation, KeptOut)
    counts: dict[Any, sa.ColumnElement[bool]] = {Invitation: Invitation.email_key.is_(None)}
    taken = sa.union_all(
        *(
            sa.select(kind.member_id).where(kind.workspace_id == workspace.id, counts.get(kind, sa.true()))
            for kind in kinds
        )
    )
    return directory.match_people(name, without={id_ for id_ in db.session().scalars(taken) if id_ is not None})


def find_listed_person(member_id: str) -> Member | None:
    """A member whom others find in the directory, and so may invite by name."""
    if member_id not in (people := directory.people([member_id])) or not people[member_id].is_listed:
        return None
    return db.session().get(Member, member_id)


def waiting_by_workspace(member: Member) -> Mapping[str, int]:
    """For each workspace that the member hosts, by its id, how many requests wait for a decision; one query."""
    rows = db.session().execute(
        sa.select(JoinRequest.workspace_id, sa.func.count(JoinRequest.id))
        .join(Membership, Membership.workspace_id == JoinRequest.workspace_id)
        .where(Membership.member_id == member.id, Membership.role == "host", JoinRequest.declined_at.is_(None))
        .group_by(JoinRequest.workspace_id)
    )
    return {workspace_id: count for workspace_id, count in rows}  # noqa: C416 – rows are no pairs to mypy


def request_of(workspace_id: str, member_id: str) -> JoinRequest | None:
    """A member's request to join a workspace, waiting or declined."""
    return db.session().scalar(
        sa.select(JoinRequest).where(JoinRequest.workspace_id == workspace_id, JoinRequest.member_id == member_id)
    )


def hosts_to_write_to(workspace_id: str) -> Sequence[Member]:
    """The hosts who get letters: suspended ones do not."""
    return db.session().scalars(
        sa.select(Member)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.workspace_id == workspace_id, Membership.role == "host", Member.suspended_at.is_(None))
    ).all()


def _governs(member: Member, standing: Standing) -> bool:
    return standing.is_host or member.is_moderator


def _invitations() -> sa.Select[Invitation]:
    return (
        sa.select(Invitation)
        .join(Invitation.workspace)
        .options(contains_eager(Invitation.workspace), joinedload(Invitation.invited_by))
        .where(Workspace.archived_at.is_(None), Workspace.trashed_at.is_(None), _still_holds())
    )


def _own_invitations(member: Member) -> sa.Select[Invitation]:
    kinds: tuple[Any, ...] = (Membership, KeptOut)
    settled = (
        sa.exists().where(kind.workspace_id == Invitation.workspace_id, kind.member_id == member.id) for kind in kinds
    )
    return _invitations().where(Invitation.member_id == member.id, *(~one for one in settled))


def _still_holds() -> sa.ColumnElement[bool]:
    """Not while who invites is suspended."""
    inviter = aliased(Member)
    return ~sa.exists().where(inviter.id == Invitation.invited_by_id, inviter.suspended_at.is_not(None))


def _of(kind: Any, member: Member) -> sa.ColumnElement[bool]:
    return sa.and_(kind.workspace_id == Workspace.id, kind.member_id == member.id)


def _named(rows: Iterable[tuple[str, datetime, str]]) -> list[Waiting]:
    found = list(rows)
    people = directory.people(member_id for member_id, _since, _words in found)
    return [
        Waiting(member_id, person.name, _detail(person), person.is_listed, since, words)
        for member_id, since, words in found
        if (person := people.get(member_id)) is not None
    ]


def _seat(person: directory.Person, is_host: bool, joined_at: datetime) -> Seat:
    return Seat(person.id, person.name, _detail(person), person.is_listed, is_host, joined_at)


def _detail(person: directory.Person) -> str:
    return person.organisation or person.title
