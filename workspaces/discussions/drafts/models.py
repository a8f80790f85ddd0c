"""What a member has typed and not sent, kept for their other devices; nobody else ever sees it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from extranet import clock
from extranet.db import Base, id_column


class Draft(Base):
    """What stands in one editor: `place` is `new`, `thread-ID`, `answer-MESSAGE` or `edit-MESSAGE`.

    `version` grows with each change, so that a device can tell that another one has gone on. What was sent or taken
    away stays for a while as a row without words: a device that was away learns of it, instead of bringing it back.
    `client_id` is the one with which these very words are sent, from whichever device: so they count once.
    """

    __tablename__ = "drafts"
    __table_args__ = (sa.UniqueConstraint("member_id", "workspace_id", "place"),)

    id: Mapped[str] = id_column()
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"))
    workspace_id: Mapped[str] = mapped_column(sa.ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    place: Mapped[str] = mapped_column(sa.String(40))
    title: Mapped[str | None]
    body: Mapped[str]
    client_id: Mapped[str | None] = mapped_column(sa.String(36))
    version: Mapped[int] = mapped_column(sa.BigInteger(), default=1)
    saved_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)

    @property
    def is_empty(self) -> bool:
        return not (self.body or self.title)

    def says(self, title: str | None, body: str) -> bool:
        """Whether these are its words already."""
        return (self.title or "", self.body) == (title or "", body)

    def say(self, title: str | None, body: str, client_id: UUID | None = None) -> None:
        """Go on to these words, which are sent with an id of their own."""
        self.title, self.body, self.saved_at = title or None, body, clock.now()
        self.client_id = str(client_id) if client_id is not None else None
        self.version += 1


class PlaceName(NamedTuple):
    """A place taken apart: what is written there («new», «thread», «answer», «edit»), and to what."""

    kind: str
    id: str

    @classmethod
    def read(cls, place: str) -> "PlaceName":
        """The parts of a place as it stands in addresses; of nonsense, a kind that nothing is written in."""
        kind, dash, id_ = place.partition("-")
        return cls(kind if bool(dash) == bool(id_) else "", id_)
