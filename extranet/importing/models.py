"""What was brought over from a former system, so that bringing it over again changes nothing."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from extranet.db import Base


class FormerId(Base):
    """A thing's id in the former system and its id here.

    `within` is the workspace it lies in, if any: purging a workspace forgets what was within it, and keeps the row of
    the workspace itself, which tells a later import to leave it out.
    """

    __tablename__ = "former_ids"

    kind: Mapped[str] = mapped_column(primary_key=True)
    former: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(index=True)
    within: Mapped[str | None] = mapped_column(sa.String(12), index=True)
