"""What a member has typed and not sent, kept for their other devices; nobody else ever sees it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from extranet import clock
from extranet.db import Base, id_column


class Draft(Base):
    """What stands in one editor: `place` is `new`, `thread:ID`, `answer:MESSAGE` or `edit:MESSAGE`.

    `version` grows with each change, so that a device can tell that another one has gone on.
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
