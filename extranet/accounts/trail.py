"""The trail of one member or one application: the facts about them, in order, as the desk shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from extranet import db, events
from extranet.events import Event, EventRow, Recorded, Stream
from extranet.members import Member


@dataclass(frozen=True, slots=True)
class Step:
    """One fact of a trail: its kind, when, and by whom, if anybody was signed in."""

    kind: str
    at: datetime
    actor_name: str | None


def note(event: Event, *, by: Member | None, about: str, at: datetime | None = None) -> Recorded:
    """Record a fact in the trail of a member or an application, by its id."""
    if db.session().get(Stream, about) is None:
        events.open_stream(about)
    return events.record(event, by=by, stream=about, at=at)


def actors(kind: type[Event], about: str, *, since: datetime) -> set[str]:
    """The ids of those members who did a kind of thing to this member or application since a moment."""
    rows = db.session().scalars(
        sa.select(EventRow.actor_id).where(
            EventRow.stream == about, EventRow.kind == kind.kind(), EventRow.at > since, EventRow.actor_id.is_not(None)
        )
    )
    return {actor for actor in rows if actor is not None}


def steps(*about: str) -> Sequence[Step]:
    """What happened to the members or applications with these ids, the latest first."""
    rows = db.session().execute(
        sa.select(EventRow.kind, EventRow.at, Member.name)
        .outerjoin(Member, Member.id == EventRow.actor_id)
        .where(EventRow.stream.in_(about))
        .order_by(EventRow.id.desc())
        .limit(200)
    )
    return [Step(kind, at, name) for kind, at, name in rows]
