"""What belongs to messages: thanks, quiet reactions, mentions and attachments, read for many messages by one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from extranet import db
from extranet.members import Member
from workspaces.attachments.models import Attachment
from workspaces.discussions.mentions.models import Mention
from workspaces.discussions.thanks.models import Reaction, Thanks


@dataclass(frozen=True, slots=True)
class Named:
    """A member by id and name."""

    id: str
    name: str

    def as_json(self) -> dict[str, str]:
        """As the API gives people."""
        return {"id": self.id, "name": self.name}


@dataclass(frozen=True, slots=True)
class Thank:
    """Who thanks, and what for."""

    member: Named
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reacted:
    """A kind of reaction and who reacted so, the first first."""

    kind: str
    members: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a message; `size` in bytes, `width` and `height` in pixels of images."""

    id: str
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    alt: str | None
    has_preview: bool

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Beside:
    """All that belongs to one message, each in the order in which it came."""

    thanks: tuple[Thank, ...] = ()
    reactions: tuple[Reacted, ...] = ()
    mentions: tuple[Named, ...] = ()
    attachments: tuple[Attached, ...] = ()

    @property
    def weight(self) -> int:
        """About how many characters it has: names and ids of some 100, and the words."""
        people = sum(len(one.members) for one in self.reactions) + len(self.thanks) + len(self.mentions)
        words = sum(len(thank.words) for thank in self.thanks) + sum(len(file.alt or "") for file in self.attachments)
        return 100 * (people + len(self.attachments)) + words

    def as_json(self) -> dict[str, Any]:
        """As the API and the sockets give it."""
        return {
            "thanks": [
                {"member": thank.member.as_json(), "words": thank.words, "at": thank.at.isoformat()}
                for thank in self.thanks
            ],
            "reactions": [
                {"kind": one.kind, "members": [member.as_json() for member in one.members]} for one in self.reactions
            ],
            "mentions": [member.as_json() for member in self.mentions],
            "attachments": [
                {
                    "id": file.id, "name": file.name, "media_type": file.media_type, "size": file.size,
                    "width": file.width, "height": file.height, "alt": file.alt,
                }
                for file in self.attachments
            ],
        }


NOTHING_BESIDE = Beside()
_ATTACHED, _MENTIONED, _REACTED, _THANKED = range(4)


def beside_of(message_ids: Sequence[str]) -> dict[str, Beside]:
    """What belongs to these messages, by their ids; one query, none for no messages. The caller has made sure who asks.
    """
    if not message_ids:
        return {}
    rows: dict[str, list[Any]] = {}
    for row in db.session().execute(_everything(message_ids)):
        rows.setdefault(row.message_id, []).append(row)
    return {message_id: _beside(found) for message_id, found in rows.items()}


def _everything(message_ids: Sequence[str]) -> sa.Select[*tuple[Any, ...]]:
    # The files come first: they say of which types the columns are that others leave empty.
    parts = sa.union_all(
        _files().where(Attachment.message_id.in_(message_ids)),
        _people(_THANKED, Thanks, Thanks.given_at, Thanks.words).where(Thanks.message_id.in_(message_ids)),
        _people(_REACTED, Reaction, Reaction.given_at, Reaction.kind).where(Reaction.message_id.in_(message_ids)),
        _people(_MENTIONED, Mention, sa.null(), sa.null()).where(Mention.message_id.in_(message_ids)),
    ).subquery()
    return sa.select(parts).order_by(parts.c.what, parts.c.place, parts.c.at, parts.c.id)


def _files() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        sa.literal_column(str(_ATTACHED), sa.Integer()).label("what"), Attachment.message_id.label("message_id"),
        Attachment.id.label("id"), Attachment.name.label("name"),
        sa.type_coerce(sa.null(), db.UtcDateTime()).label("at"), Attachment.alt.label("words"),
        Attachment.place.label("place"), Attachment.media_type.label("media_type"), Attachment.size.label("size"),
        Attachment.width.label("width"), Attachment.height.label("height"),
        Attachment.has_preview.label("has_preview"),
    )


def _people(what: int, thing: Any, at: Any, words: Any) -> sa.Select[*tuple[Any, ...]]:
    """Whatever belongs to a message and a member, in the columns that files have."""
    rows: sa.Select[*tuple[Any, ...]] = sa.select(
        sa.literal_column(str(what), sa.Integer()), thing.message_id, Member.id, Member.name, at, words,
        sa.literal_column("0", sa.Integer()), *[sa.null()] * 5,
    )
    return rows.join(Member, Member.id == thing.member_id)


def _beside(rows: Sequence[Any]) -> Beside:
    of = {what: [row for row in rows if row.what == what] for what in range(4)}
    kinds: dict[str, list[Named]] = {}
    for row in of[_REACTED]:
        kinds.setdefault(row.words, []).append(Named(row.id, row.name))
    return Beside(
        thanks=tuple(Thank(Named(row.id, row.name), row.words, row.at) for row in of[_THANKED]),
        reactions=tuple(Reacted(kind, tuple(members)) for kind, members in kinds.items()),
        mentions=tuple(Named(row.id, row.name) for row in of[_MENTIONED]),
        attachments=tuple(
            Attached(
                row.id, row.name, row.media_type, row.size, row.width, row.height, row.words, bool(row.has_preview)
            )
            for row in of[_ATTACHED]
        ),
    )
