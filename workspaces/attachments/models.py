"""Files that belong to messages. What is on the disk is found only by a row here; a row is found only by who may see
its message."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from extranet import clock
from extranet.db import Base, id_column


class Attachment(Base):
    """A file of a message, or one that its uploader has not sent with a message yet (`message_id` is None).

    `media_type` was found from the content; `size` is in bytes, `digest` the SHA-256 of what is kept; `width` and
    `height` are in pixels, of images, which may have a preview.
    """

    __tablename__ = "attachments"
    __table_args__ = (sa.Index("ix_attachments_unsent", "uploaded_by_id", "message_id"),)

    id: Mapped[str] = id_column()
    workspace_id: Mapped[str] = mapped_column(sa.ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    message_id: Mapped[str | None] = mapped_column(sa.ForeignKey("messages.id", ondelete="CASCADE"), index=True)
    uploaded_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"))
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)
    place: Mapped[int] = mapped_column(default=0)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger())
    digest: Mapped[str] = mapped_column(sa.String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    alt: Mapped[str | None]
    has_preview: Mapped[bool] = mapped_column(default=False)

    @property
    def is_image(self) -> bool:
        return self.media_type.startswith("image/")
