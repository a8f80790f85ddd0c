"""Who may be shown as present: members who have joined now and let it be seen."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from extranet import db
from extranet.members import Member
from workspaces.memberships.models import Membership
from workspaces.models import Workspace


def shown_among(workspace_id: str, member_ids: Sequence[str]) -> list[dict[str, str]]:
    """Of these, who has joined, is not suspended and lets it be seen, in the order given: id and name; one query."""
    rows = db.session().execute(
        sa.select(Member.id, Member.name).where(Member.id.in_(_among(workspace_id, member_ids, Member.shows_presence)))
    )
    names = {row.id: row.name for row in rows}
    return [{"id": member_id, "name": names[member_id]} for member_id in member_ids if member_id in names]


def members_among(workspace_id: str, member_ids: Sequence[str], *, but: str) -> sa.Select[str]:
    """A query for the ids of who among these has joined when it is run, but for one member."""
    return _among(workspace_id, [member_id for member_id in member_ids if member_id != but])


def joined_by(member_id: str) -> Sequence[tuple[str, str]]:
    """The workspaces that a member has joined: id and slug; one query, nothing for who is suspended."""
    rows = db.session().execute(
        sa.select(Workspace.id, Workspace.slug)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .join(Member, Member.id == Membership.member_id)
        .where(Member.id == member_id, Member.suspended_at.is_(None), Workspace.trashed_at.is_(None))
    )
    return [(row.id, row.slug) for row in rows]


def _among(workspace_id: str, member_ids: Sequence[str], *which: Any) -> sa.Select[str]:
    return (
        sa.select(Membership.member_id)
        .join(Member, Member.id == Membership.member_id)
        .where(
            Membership.workspace_id == workspace_id, Membership.member_id.in_(member_ids),
            Member.suspended_at.is_(None), *which,
        )
    )
