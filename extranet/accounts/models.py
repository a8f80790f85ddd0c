"""What is known of somebody who wants in, and the one-time links that reach a person by letter.

An application is a person's own words; it becomes a member by a moderator's decision. Of a link only a digest is kept.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from extranet import clock
from extranet.db import Base, id_column
from extranet.errors import Refusal
from extranet.i18n import lazy
from extranet.ids import new_secret
from extranet.members import Member, email_key

Purpose = Literal["password", "confirmation"]


class NotConfirmed(Refusal):
    sentence = lazy("The applicant has not confirmed the e-mail address yet.")


class AlreadyDecided(Refusal):
    sentence = lazy("Somebody has decided on this application already. Reload the page to see what was decided.")


class Application(Base):
    """A person's wish to become a member, and what was decided. `region` is a code of the vocabulary."""

    __tablename__ = "applications"
    __table_args__ = (sa.Index("ix_applications_queue", "decided_at", "confirmed_at"),)

    id: Mapped[str] = id_column()
    name: Mapped[str]
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(index=True)
    organisation: Mapped[str]
    task: Mapped[str]
    region: Mapped[str]
    why: Mapped[str]
    language: Mapped[str]
    terms_version: Mapped[str]
    privacy_version: Mapped[str]
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    confirmed_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"))
    decline_reason: Mapped[str | None]
    member_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), index=True)

    decided_by: Mapped[Member | None] = relationship(lazy="raise", foreign_keys=[decided_by_id])

    @validates("email")
    def _compared_by(self, _key: str, email: str) -> str:
        self.email_key = email_key(email)
        return email

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def is_decided(self) -> bool:
        return self.decided_at is not None

    @property
    def is_admitted(self) -> bool:
        return self.is_decided and self.decline_reason is None

    def confirm(self) -> None:
        """The address is the applicant's: the application joins the queue."""
        self.confirmed_at = self.confirmed_at or clock.now()

    def admit(self, *, by: Member) -> None:
        """Decide that the applicant becomes a member. Raises `NotConfirmed`, `AlreadyDecided`."""
        self._decide(by)

    def decline(self, *, by: Member, reason: str) -> None:
        """Decide that the applicant does not become a member. Raises `NotConfirmed`, `AlreadyDecided`."""
        self._decide(by)
        self.decline_reason = reason

    def _decide(self, by: Member) -> None:
        if not self.is_confirmed:
            raise NotConfirmed
        if self.is_decided:
            raise AlreadyDecided
        self.decided_at, self.decided_by_id = clock.now(), by.id


class Link(Base):
    """A one-time link in a letter: to set a password (of a member) or to confirm an address (of an application)."""

    __tablename__ = "links"

    id: Mapped[str] = id_column()
    purpose: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    member_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"), index=True)
    application_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("applications.id", ondelete="CASCADE"), index=True
    )
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]

    member: Mapped[Member | None] = relationship(lazy="raise", foreign_keys=[member_id])
    application: Mapped[Application | None] = relationship(lazy="raise", foreign_keys=[application_id])

    @classmethod
    def to_set_password(cls, member: Member, *, lasts: timedelta) -> tuple["Link", str]:
        """A link for a member, and its secret, which cannot be had again."""
        secret = new_secret()
        expires = clock.now() + lasts
        return cls(purpose="password", secret_hash=digest(secret), member_id=member.id, expires_at=expires), secret

    @classmethod
    def to_confirm(cls, application: Application, *, lasts: timedelta) -> tuple["Link", str]:
        """A link for an applicant, and its secret, which cannot be had again."""
        secret = new_secret()
        expires = clock.now() + lasts
        link = cls(
            purpose="confirmation", secret_hash=digest(secret), application_id=application.id, expires_at=expires
        )
        return link, secret


class PasswordRequest(Base):
    """Somebody says that they forgot the password of this address. Kept until it is answered, whosever it is."""

    __tablename__ = "password_requests"

    id: Mapped[str] = id_column()
    email: Mapped[str]
    language: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=clock.now)


def digest(secret: str) -> str:
    """A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
