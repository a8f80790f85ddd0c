"""Thanks, which say what for, and quiet reactions, which tell nobody in particular."""

from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from extranet import clock
from extranet.db import Base

ReactionKind = Literal["agree", "seen", "glad", "wonder"]
REACTION_KINDS: tuple[ReactionKind, ...] = ("agree", "seen", "glad", "wonder")


class Thanks(Base):
    """A member thanks for a message, once, in a few words."""

    __tablename__ = "thanks"

    message_id: Mapped[str] = mapped_column(sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[str] = mapped_column(
        sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    words: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(default=clock.now)


class Reaction(Base):
    """A member's quiet reaction to a message, one of each kind at most."""

    __tablename__ = "reactions"

    message_id: Mapped[str] = mapped_column(sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[str] = mapped_column(
        sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    kind: Mapped[str] = mapped_column(primary_key=True)
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
