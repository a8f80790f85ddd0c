"""Facts about threads beside what is said in them: who follows which, and the decision that one ends in."""

from datetime import datetime

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import Mapped, mapped_column

from extranet import clock
from extranet.db import Base
from extranet.html import CleanHtml


class Bell(Base):
    """A member follows one thread or mutes it, whatever they do with the others of the workspace."""

    __tablename__ = "bells"

    member_id: Mapped[str] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[str] = mapped_column(
        sa.ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    follows: Mapped[bool]


class Decision(Base):
    """The decision that a thread of its kind ends in: Markdown as typed and what is shown."""

    __tablename__ = "decisions"

    thread_id: Mapped[str] = mapped_column(sa.ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True)
    body: Mapped[str]
    html: Mapped[Markup] = mapped_column(CleanHtml)
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)

    @property
    def version(self) -> str:
        """What tells it from the one before it and the one after it."""
        return self.decided_at.isoformat()


class DecisionGround(Base):
    """A message that a decision rests on; `place` orders them."""

    __tablename__ = "decision_grounds"

    thread_id: Mapped[str] = mapped_column(sa.ForeignKey("decisions.thread_id", ondelete="CASCADE"), primary_key=True)
    message_id: Mapped[str] = mapped_column(
        sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    place: Mapped[int]
