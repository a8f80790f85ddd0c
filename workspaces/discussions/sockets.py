"""What an open page says: that somebody is typing, and that they are here; told to who has joined, and forgotten."""

from typing import Any

from flask import Flask

from extranet.doors import door
from extranet.members import Member
from extranet.realtime import realtime, tell
from workspaces import queries as workspace_queries
from workspaces.discussions import policy, queries
from workspaces.discussions.queries import ThreadStanding
from workspaces.queries import Standing

enter = door("workspace", workspace_queries.find_joined)
read = door("thread", queries.find_thread)


def install(app: Flask) -> None:
    """Hear `typing` {slug, thread_id} and `here` {slug}."""
    sockets = realtime(app)
    sockets.hears("typing", read, policy.may_write)(typing)
    sockets.hears("here", enter, policy.may_enter)(here)


def typing(member: Member, place: ThreadStanding, _data: dict[str, Any]) -> None:
    """Tell the others in the workspace that a member is writing in a thread."""
    place.workspace.ensure_active()
    news = {"workspace": place.workspace.slug, "thread": place.thread.id, "member": _named(member)}
    tell(_others(member, place.workspace.id, place.thread.last_seq), "typing", news)


def here(member: Member, standing: Standing, _data: dict[str, Any]) -> None:
    """Tell the others in the workspace that a member has it open."""
    news = {"workspace": standing.workspace.slug, "member": _named(member)}
    tell(_others(member, standing.workspace.id, standing.sees_from), "here", news)


def _others(member: Member, workspace_id: str, seq: int) -> Any:
    from workspaces.memberships.models import Membership

    return queries.audience(workspace_id, seq=seq).where(Membership.member_id != member.id)


def _named(member: Member) -> dict[str, str]:
    return {"id": member.id, "name": member.name}
