"""What a message said before, for its author: each version with what changed in it, the latest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from extranet import db
from extranet.paging import Page, read_cursor, write_cursor
from workspaces.discussions.differences import Piece, differences
from workspaces.discussions.models import Message, MessageVersion
from workspaces.discussions.queries import MessageStanding

VERSIONS_A_PAGE = 8
"""To compare two long texts takes up to a tenth of a second."""

_Row = tuple[str, datetime, str]


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said from `said_at` on, as what became of the words before; the first one is one piece."""

    said_at: datetime
    pieces: Sequence[Piece]


def history(place: MessageStanding, *, after: str | None = None) -> Page[Version]:
    """A page of a message's versions, the latest first; one query. Raises `BadCursor`."""
    rows = _versions(place.message, after)
    if after is None:
        rows.insert(0, ("", place.message.edited_at or place.message.posted_at, place.message.body))
    shown = rows[:VERSIONS_A_PAGE]
    older = [*rows[1 : len(shown) + 1], None][: len(shown)]
    versions = [_version(row, before) for row, before in zip(shown, older, strict=True)]
    has_more = len(rows) > len(shown)
    return Page(versions, next=write_cursor([shown[-1][1].isoformat(), shown[-1][0]]) if has_more else None)


def _versions(message: Message, after: str | None) -> list[_Row]:
    statement = (
        sa.select(MessageVersion.id, MessageVersion.said_at, MessageVersion.body)
        .where(MessageVersion.message_id == message.id)
        .order_by(MessageVersion.said_at.desc(), MessageVersion.id.desc())
        .limit(VERSIONS_A_PAGE + 1)
    )
    if after is not None:
        said_at, version_id = read_cursor(after, datetime, str)
        here = sa.tuple_(sa.literal(said_at, db.UtcDateTime()), sa.literal(version_id))
        statement = statement.where(sa.tuple_(MessageVersion.said_at, MessageVersion.id) < here)
    return [(row.id, row.said_at, row.body) for row in db.session().execute(statement)]


def _version(row: _Row, before: _Row | None) -> Version:
    _id, said_at, body = row
    return Version(said_at, [Piece("same", body)] if before is None else differences(before[2], body))
