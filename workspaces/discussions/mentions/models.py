"""Who is mentioned in a message. A mention gives no access: it counts while the member has joined."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from extranet.db import Base


class Mention(Base):
    """A message mentions a member, who had joined the workspace when it was said."""

    __tablename__ = "mentions"

    message_id: Mapped[str] = mapped_column(sa.ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[str] = mapped_column(
        sa.ForeignKey("members.id", ondelete="CASCADE"), primary_key=True, index=True
    )
