"""What follows when a member has read on or marked something as unread: their own other pages hear of it."""

from functools import partial
from typing import Any

from extranet import db
from extranet.members import Member
from extranet.realtime import tell
from extranet.soon import soon
from workspaces.discussions.queries import MessageStanding, ThreadStanding, find_thread_by_id
from workspaces.discussions.reading import queries


def tell_after(member: Member, thread_id: str) -> None:
    """Tell their own pages where they are once what was done is kept."""
    db.after_commit(partial(soon, partial(tell_own_pages, member.id, thread_id)))


def tell_own_pages(member_id: str, thread_id: str) -> None:
    """Tell a member's own pages, and nobody else's, how far they have read a thread and what is unread now."""
    member = db.session().get(Member, member_id)
    place = find_thread_by_id(member, thread_id) if member is not None else None
    if member is not None and place is not None:
        tell([member_id], "read", whereabouts(member, place))


def whereabouts(member: Member, place: ThreadStanding | MessageStanding) -> dict[str, Any]:
    """How far a member has read a thread, how much of it is unread, and how much in each workspace, by slug."""
    assert place.standing.membership is not None
    mark = queries.mark_of(member, place.thread.id, joined_seq=place.standing.membership.joined_seq)
    return {
        "workspace": place.workspace.slug,
        "thread": place.thread.id,
        "seq": mark.seq,
        "unread_from": mark.unread_from,
        "unread": queries.unread_in(member, place.thread.id),
        "workspaces": dict(queries.unread_by_slug(member)),
    }


def tell_own_pages_of_all(member: Member) -> None:
    """The same about everything, once what was done is kept: pages ask anew what they show."""
    db.after_commit(partial(soon, partial(_tell_of_all, member.id)))


def _tell_of_all(member_id: str) -> None:
    member = db.session().get(Member, member_id)
    if member is not None:
        news = {"workspace": None, "thread": None, "workspaces": dict(queries.unread_by_slug(member))}
        tell([member_id], "read", news)
