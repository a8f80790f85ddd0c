"""Reads about whole threads: who follows which, and what stands at a thread's head.

This module imports facts alone, so that the reads of messages and of what is unread can build on it.
"""

from typing import Any

import sqlalchemy as sa

from workspaces.discussions.models import Thread
from workspaces.discussions.threads.models import Bell
from workspaces.memberships.models import Membership


def is_followed(member_id: Any) -> sa.ColumnElement[bool]:
    """Whether a member follows a thread: by their bell, else as they do with all threads of the workspace.

    An expression for statements that read from `threads` and from the member's own row of `memberships`; `member_id`
    is an id or a bound parameter.
    """
    bell = (
        sa.select(Bell.follows)
        .where(Bell.thread_id == Thread.id, Bell.member_id == member_id)
        .correlate(Thread)
        .scalar_subquery()
    )
    return sa.func.coalesce(bell, Membership.follows)
