"""What a decision needs to be told: the address that a member had, until the letter to it has gone."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from extranet.db import Base, id_column


class FormerAddress(Base):
    """A member's e-mail address of a moment ago; deleted when the letter about the change has been sent to it."""

    __tablename__ = "former_addresses"

    id: Mapped[str] = id_column()
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"))
    email: Mapped[str]
