"""The member: an admitted person, always under their own name. What they do is the features' business."""

from datetime import datetime
from typing import Literal

import idna
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from extranet import clock
from extranet.collation import sort_key
from extranet.db import Base, Bytewise, id_column
from extranet.errors import Refusal
from extranet.i18n import lazy

Role = Literal["member", "moderator", "administrator"]
ROLES: tuple[Role, ...] = ("member", "moderator", "administrator")

TERMS_VERSION = "2026-11"
PRIVACY_VERSION = "2026-11"
"""The versions of the terms and of the privacy notice that hold now; who accepted others is asked again."""


class AlreadySuspended(Refusal):
    sentence = lazy("This member is suspended already.")


class NotSuspended(Refusal):
    sentence = lazy("This member is not suspended.")


class Member(Base):
    """A person who is in. `email` is kept as written, `email_key` without case: addresses compare without it."""

    __tablename__ = "members"

    id: Mapped[str] = id_column()
    name: Mapped[str]
    sort_name: Mapped[str] = mapped_column(Bytewise, index=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str] = mapped_column(default="member")
    password_hash: Mapped[str | None]
    language: Mapped[str | None]
    theme: Mapped[str | None]
    shows_presence: Mapped[bool] = mapped_column(default=True)
    admitted_at: Mapped[datetime] = mapped_column(default=clock.now)
    terms_version: Mapped[str | None]
    privacy_version: Mapped[str | None]
    terms_accepted_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    suspended_by_id: Mapped[str | None] = mapped_column(sa.ForeignKey("members.id", ondelete="SET NULL"))
    suspension_reason: Mapped[str | None]

    @validates("name")
    def _sorted_by(self, _key: str, name: str) -> str:
        self.sort_name = sort_key(surname_first(name))
        return name

    @validates("email")
    def _compared_by(self, _key: str, email: str) -> str:
        self.email_key = email_key(email)
        return email

    @property
    def is_moderator(self) -> bool:
        """Whether the member moderates; an administrator does too."""
        return self.role in ("moderator", "administrator")

    @property
    def is_administrator(self) -> bool:
        return self.role == "administrator"

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None

    @property
    def has_accepted_terms(self) -> bool:
        """Whether the member has accepted the versions that hold now."""
        return self.terms_version == TERMS_VERSION and self.privacy_version == PRIVACY_VERSION

    def accept_terms(self) -> None:
        """Accept the terms and the privacy notice that hold now."""
        self.terms_version, self.privacy_version = TERMS_VERSION, PRIVACY_VERSION
        self.terms_accepted_at = clock.now()

    def suspend(self, *, by: "Member", reason: str) -> None:
        """Shut the member out until restored. Raises `AlreadySuspended`."""
        if self.is_suspended:
            raise AlreadySuspended
        self.suspended_at, self.suspended_by_id, self.suspension_reason = clock.now(), by.id, reason

    def restore(self) -> None:
        """Let a suspended member in again. Raises `NotSuspended`."""
        if not self.is_suspended:
            raise NotSuspended
        self.suspended_at = self.suspended_by_id = self.suspension_reason = None


def email_key(email: str) -> str:
    """The form in which two e-mail addresses are compared: without case, the domain as letters are sent to it."""
    local, at, domain = email.strip().rpartition("@")
    return f"{local.lower()}{at}{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """A domain as it is looked up: in lower case, by IDNA 2008, in which ß is a letter of its own."""
    try:
        return idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return domain.lower()


def surname_first(name: str) -> str:
    """«Aino Maria Virtanen» as «Virtanen Aino Maria»: how a list of people is ordered."""
    first, _space, last = name.strip().rpartition(" ")
    return f"{last} {first}".strip()
