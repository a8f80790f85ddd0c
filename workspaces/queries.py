"""Reads of workspaces, each beginning with the member; the doors load through these."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from extranet import db
from extranet.errors import NotHere
from extranet.events import Stream
from extranet.members import Member
from workspaces.memberships.models import JoinRequest, Membership
from workspaces.models import Workspace


@dataclass(frozen=True, slots=True)
class Standing:
    """A workspace and where one member stands in it."""

    workspace: Workspace
    membership: Membership | None

    @property
    def is_joined(self) -> bool:
        return self.membership is not None

    @property
    def is_host(self) -> bool:
        return self.membership is not None and self.membership.is_host

    @property
    def sees_from(self) -> int:
        """The `seq` from which this member sees messages. Only who joined sees any."""
        assert self.membership is not None
        return self.membership.sees_from


def find_visible(member: Member, slug: str) -> Standing | None:
    """A workspace that the member may know of: listed, or joined; not in the trash."""
    return _find(member, slug, Workspace.trashed_at.is_(None), sa.or_(_is_listed(), Membership.id.is_not(None)))


def find_joined(member: Member, slug: str) -> Standing | None:
    """A workspace that the member has joined; not in the trash."""
    return _find(member, slug, Workspace.trashed_at.is_(None), Membership.id.is_not(None))


def find_hosted(member: Member, slug: str) -> Standing | None:
    """For what hosts do: a workspace that the member may know of or, in the trash, hosts."""
    in_trash = sa.and_(Workspace.trashed_at.is_not(None), Membership.role == "host")
    known = sa.and_(Workspace.trashed_at.is_(None), sa.or_(_is_listed(), Membership.id.is_not(None)))
    return _find(member, slug, sa.or_(in_trash, known))


def find_on_desk(member: Member, slug: str) -> Standing | None:
    """For what moderators do on the desk: any workspace; nothing for others."""
    return _find(member, slug) if member.is_moderator else None


def find_governed(member: Member, slug: str) -> Standing | None:
    """For verbs that hosts and moderators share (the API): what either may know of."""
    return _find(member, slug) if member.is_moderator else find_hosted(member, slug)


def joined_ids(member: Member) -> Sequence[str]:
    """The ids of the workspaces that the member has joined, archived ones too, those in the trash not."""
    return db.session().scalars(
        sa.select(Workspace.id)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Membership.member_id == member.id, Workspace.trashed_at.is_(None))
    ).all()


def heads_of_members(member_ids: Collection[str]) -> Mapping[str, Mapping[str, int]]:
    """For each of these members, the slugs of their workspaces with the last `seq` of each; one query."""
    rows = db.session().execute(
        sa.select(Membership.member_id, Workspace.slug, Stream.head)
        .join(Workspace, Workspace.id == Membership.workspace_id)
        .join(Stream, Stream.id == Workspace.id)
        .where(Membership.member_id.in_(member_ids), Workspace.trashed_at.is_(None))
    )
    heads: dict[str, dict[str, int]] = {}
    for member_id, slug, head in rows:
        heads.setdefault(member_id, {})[slug] = head
    return heads


def is_asking(member: Member, workspace: Workspace) -> bool:
    """Whether the member's request to join waits for a host."""
    statement = sa.select(JoinRequest.id).where(
        JoinRequest.workspace_id == workspace.id, JoinRequest.member_id == member.id, JoinRequest.declined_at.is_(None)
    )
    return db.session().scalar(statement) is not None


def hold(workspace: Workspace) -> Workspace:
    """Read it afresh and let nobody else change it, or who is in it, until this transaction ends.

    The stream's row is the lock that all take who record a fact, so that there is one order of locks. Raises `NotHere`
    if it was purged meanwhile.
    """
    db.session().execute(sa.select(Stream.head).where(Stream.id == workspace.id).with_for_update())
    statement = sa.select(Workspace).where(Workspace.id == workspace.id).execution_options(populate_existing=True)
    held = db.session().scalar(statement)
    if held is None:
        raise NotHere
    return held


def _find(member: Member, slug: str, *scope: sa.ColumnElement[bool]) -> Standing | None:
    row = db.session().execute(
        sa.select(Workspace, Membership)
        .outerjoin(
            Membership, sa.and_(Membership.workspace_id == Workspace.id, Membership.member_id == member.id)
        )
        .where(Workspace.slug == slug, *scope)
    ).one_or_none()
    return Standing(*row) if row is not None else None


def _is_listed() -> sa.ColumnElement[bool]:
    return Workspace.visibility == "listed"
