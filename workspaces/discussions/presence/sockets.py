"""What an open page says: that somebody is here, goes, or is typing; told to who has joined, and forgotten.

Only who comes and who goes is told, and only to those who are here themselves: a thousand open pages that say every
half a minute that they are still open cost one look each, and tell nobody.
"""

from typing import Any, cast

from flask import Flask, current_app

from extranet import db
from extranet.accounts.events import PresenceTurned
from extranet.doors import door
from extranet.events import Recorded, reactions
from extranet.members import Member
from extranet.realtime import realtime, tell
from workspaces import queries as workspace_queries
from workspaces.discussions import policy, queries
from workspaces.discussions.presence.book import Book
from workspaces.discussions.presence.queries import joined_by, members_among, shown_among
from workspaces.discussions.queries import ThreadStanding
from workspaces.memberships.models import Membership
from workspaces.queries import Standing

EXTENSION = "presence"

enter = door("workspace", workspace_queries.find_joined)
read = door("thread", queries.find_thread)


def install(app: Flask) -> None:
    """Hear `typing` {slug, thread_id}, `here` {slug} and `away` {slug}."""
    sockets = realtime(app)
    sockets.hears("typing", read, policy.may_write)(typing)
    sockets.hears("here", enter, policy.may_enter)(here)
    sockets.hears("away", enter, policy.may_enter)(away)
    reactions(app).at_once(PresenceTurned, tell_whether_it_is_shown)


def typing(member: Member, place: ThreadStanding, _data: dict[str, Any]) -> None:
    """Tell the others who are here that a member is writing in a thread, if the member lets it be seen."""
    place.workspace.ensure_active()
    if not member.shows_presence:
        return
    news = {"workspace": place.workspace.slug, "thread": place.thread.id, "member": _named(member)}
    present = [one for one in _book().read(place.workspace.id) if one != member.id]
    readers = queries.audience(place.workspace.id, seq=place.thread.last_seq)
    tell(readers.where(Membership.member_id.in_(present)), "typing", news)


def here(member: Member, standing: Standing, _data: dict[str, Any]) -> dict[str, Any]:
    """Note that a member has the workspace open, and answer with who else has: {status, here: [{id, name}]}."""
    workspace_id = standing.workspace.id
    is_news = _book().note(workspace_id, member.id)
    present = list(_book().read(workspace_id))
    if is_news and member.shows_presence:
        news = {"workspace": standing.workspace.slug, "member": _named(member), "is_here": True}
        tell(members_among(workspace_id, present, but=member.id), "here", news)
    others = [one for one in shown_among(workspace_id, present) if one["id"] != member.id]
    return {"status": 200, "here": others}


def away(member: Member, standing: Standing, _data: dict[str, Any]) -> None:
    """Forget that a member has the workspace open, and tell those who have."""
    workspace_id = standing.workspace.id
    if _book().strike(workspace_id, member.id) and member.shows_presence:
        news = {"workspace": standing.workspace.slug, "member": _named(member), "is_here": False}
        tell(members_among(workspace_id, _book().read(workspace_id), but=member.id), "here", news)


def tell_whether_it_is_shown(recorded: Recorded) -> None:
    """A member lets it be seen that they are here, or no more: who is here too sees that at once."""
    member = db.session().get(Member, recorded.event.member_id)
    if member is None:
        return
    for workspace_id, slug in joined_by(member.id):
        present = _book().read(workspace_id)
        if member.id in present:
            news = {"workspace": slug, "member": _named(member), "is_here": member.shows_presence}
            tell(members_among(workspace_id, present, but=member.id), "here", news)


def _book() -> Book:
    return cast(Book, current_app.extensions[EXTENSION])


def _named(member: Member) -> dict[str, str]:
    return {"id": member.id, "name": member.name}
