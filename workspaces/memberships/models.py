"""Facts about who is in a workspace. Only a row in `memberships` gives access, and only while it is there."""

import hashlib
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from extranet import clock
from extranet.db import Base, id_column
from extranet.ids import new_secret
from extranet.members import Member
from workspaces.models import Workspace

Role = Literal["joined", "host"]


class Membership(Base):
    """A member is in a workspace. Leaving and removal delete the row; the trail remembers.

    `joined_seq` is the workspace's head when they joined: what came before does not count as unread.
    They see messages from `sees_from` on: 0 is everything. `follows` is what threads without a bell of their own do.
    """

    __tablename__ = "memberships"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "member_id"),)

    id: Mapped[str] = id_column()
    workspace_id: Mapped[str] = mapped_column(sa.ForeignKey("workspaces.id", ondelete="CASCADE"))
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(default="joined")
    joined_at: Mapped[datetime] = mapped_column(default=clock.now)
    joined_seq: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    sees_from: Mapped[int] = mapped_column(sa.BigInteger(), default=0)
    follows: Mapped[bool] = mapped_column(default=True)

    member: Mapped[Member] = relationship(lazy="raise")

    @property
    def is_host(self) -> bool:
        return self.role == "host"

    def appoint(self) -> None:
        """Make the member a host."""
        self.role = "host"

    def dismiss(self) -> None:
        """Make the host an ordinary member of the workspace."""
        self.role = "joined"


class JoinRequest(Base):
    """A member asks to join. The row goes when it is accepted or withdrawn; the trail remembers.

    A declined one stays without its words, with the hosts' reason, until the member asks again.
    """

    __tablename__ = "join_requests"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "member_id"),)

    id: Mapped[str] = id_column()
    workspace_id: Mapped[str] = mapped_column(sa.ForeignKey("workspaces.id", ondelete="CASCADE"))
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), index=True)
    why: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)
    declined_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    @property
    def is_waiting(self) -> bool:
        """Whether a host has still to decide."""
        return self.declined_at is None

    def ask(self, why: str) -> None:
        """Ask, or ask again after having been declined."""
        self.why, self.asked_at = why, clock.now()
        self.declined_at = self.reason = None

    def decline(self, reason: str) -> None:
        """Say no. The words of the one who asked are forgotten."""
        self.why, self.declined_at, self.reason = "", clock.now(), reason


class Invitation(Base):
    """A host invites a member by name, or an address that need not be a member's yet.

    `email` is the address that the host typed, and `email_key` how it compares; if they chose a member, whose address
    is not theirs to see, it is empty and there is no key. A typed address tells nobody whose it is, so the same person
    may be invited by name and by their address, and whatever else becomes of them changes nothing about the latter.
    `member_id` says on whose home it waits. `secret_hash` belongs to the letter's link.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        sa.UniqueConstraint("workspace_id", "email_key"),
        sa.Index(
            "ix_invitations_by_name", "workspace_id", "member_id", unique=True,
            sqlite_where=sa.text("email_key IS NULL"), postgresql_where=sa.text("email_key IS NULL"),
        ),
    )

    id: Mapped[str] = id_column()
    workspace_id: Mapped[str] = mapped_column(sa.ForeignKey("workspaces.id", ondelete="CASCADE"))
    member_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), index=True)
    email: Mapped[str]
    email_key: Mapped[str | None] = mapped_column(index=True)
    invited_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    invited_at: Mapped[datetime] = mapped_column(default=clock.now)
    shows_earlier: Mapped[bool] = mapped_column(default=True)
    secret_hash: Mapped[str | None] = mapped_column(unique=True)

    workspace: Mapped[Workspace] = relationship(lazy="raise")
    member: Mapped[Member | None] = relationship(lazy="raise", foreign_keys=[member_id])
    invited_by: Mapped[Member | None] = relationship(lazy="raise", foreign_keys=[invited_by_id])

    @property
    def is_by_name(self) -> bool:
        return self.email_key is None

    @property
    def addressee(self) -> str:
        """Whom it invites, as the hosts know them: the address that was typed, or the chosen member's name."""
        return self.email or (self.member.name if self.member is not None else "")

    def make_secret(self) -> str:
        """A new secret for the letter's link, in place of an earlier one; only its digest is kept."""
        secret = new_secret()
        self.secret_hash = digest(secret)
        return secret


class KeptOut(Base):
    """A member is kept out of a workspace: cannot join, ask or be invited until let in again."""

    __tablename__ = "kept_out"
    __table_args__ = (sa.UniqueConstraint("workspace_id", "member_id"),)

    id: Mapped[str] = id_column()
    workspace_id: Mapped[str] = mapped_column(sa.ForeignKey("workspaces.id", ondelete="CASCADE"))
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"), index=True)
    since: Mapped[datetime] = mapped_column(default=clock.now)
    reason: Mapped[str]

    member: Mapped[Member] = relationship(lazy="raise", foreign_keys=[member_id])


def digest(secret: str) -> str:
    """A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
