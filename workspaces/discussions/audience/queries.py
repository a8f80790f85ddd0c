"""Who will see what is written in a workspace, read at the moment of asking."""

from functools import cache

import sqlalchemy as sa

from directory import queries as directory
from directory.queries import Gathering
from workspaces.memberships.models import Membership


def audience_of(workspace_id: str) -> Gathering:
    """How many people have joined a workspace, the asking one among them, and of which organisations; one query."""
    return directory.gathering(_members(), workspace=workspace_id)


@cache
def _members() -> sa.Select[str]:
    return sa.select(Membership.member_id).where(Membership.workspace_id == sa.bindparam("workspace"))
