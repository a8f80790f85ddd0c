"""Keeping many rows at once: what is known of a former system, and facts of the past that nobody is to hear of now."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from extranet import db
from extranet.db import Base
from extranet.events import Event, EventRow, Stream, head_of
from extranet.importing.models import FormerId

BATCH = 500


@dataclass(frozen=True, slots=True)
class PastFact:
    """Something that happened before it was brought here; `actor_id` is a member's id here."""

    event: Event
    at: datetime
    actor_id: str | None


def former_ids() -> dict[str, dict[str, str]]:
    """All that was brought over: kind → id in the former system → id here."""
    known: dict[str, dict[str, str]] = {}
    for kind, former, identity in db.session().execute(sa.select(FormerId.kind, FormerId.former, FormerId.id)):
        known.setdefault(kind, {})[former] = identity
    return known


def remember(kind: str, ids: Mapping[str, str], *, within: Mapping[str, str] | None = None) -> None:
    """Note what has been brought over: former id → id here; `within` gives the workspace of each id here."""
    places = within or {}
    insert_all(
        FormerId,
        [
            {"kind": kind, "former": former, "id": identity, "within": places.get(identity)}
            for former, identity in ids.items()
        ],
    )


def present(column: InstrumentedAttribute[str], ids: Iterable[str]) -> set[str]:
    """Those of the ids that are still in the database; what was brought over may since be gone."""
    asked = list(ids)
    found: set[str] = set()
    for start in range(0, len(asked), BATCH):
        found.update(db.session().scalars(sa.select(column).where(column.in_(asked[start : start + BATCH]))))
    return found


def insert_all(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows given by attribute, in batches, without making an object of each."""
    for start in range(0, len(rows), BATCH):
        db.session().execute(sa.insert(model), [dict(row) for row in rows[start : start + BATCH]])


def keep_past(stream: str, facts: Iterable[PastFact]) -> int:
    """Add facts to a stream in the order given, each with the next `seq`, and let no reaction follow.

    Gives the `seq` of the first. The stream waits for this transaction from here on.
    """
    rows = [
        {
            "stream": stream,
            "kind": fact.event.kind(),
            "at": fact.at,
            "actor_id": fact.actor_id,
            "data": dataclasses.asdict(fact.event),
        }
        for fact in facts
    ]
    head = _take(stream, len(rows))
    insert_all(EventRow, [row | {"seq": head + number} for number, row in enumerate(rows, 1)])
    return head + 1


def _take(stream: str, count: int) -> int:
    """Take `count` numbers of a stream, which is begun if need be; gives the head before them."""
    taken = db.session().execute(
        sa.update(Stream)
        .where(Stream.id == stream)
        .values(head=Stream.head + count)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount == 0:  # type: ignore[attr-defined]
        insert_all(Stream, [{"id": stream, "head": count}])
    return head_of(stream) - count
