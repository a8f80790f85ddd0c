"""What a member is known by: a signed-in browser or a personal access token, kept here so that it can be ended.

Only a digest of the secret is kept. A copied cookie is dead once its credential is ended.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from extranet import clock, db, events
from extranet.db import Base, id_column
from extranet.events import Event
from extranet.ids import new_id, new_secret
from extranet.members import Member

Kind = Literal["browser", "token"]
TOKEN_PREFIX = "ext_"
"""Personal access tokens begin so, that scanners of leaked secrets can know them."""
_NOTED_EVERY = timedelta(minutes=10)
_AT_ONCE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class CredentialsEnded(Event):
    """Browsers or tokens were ended; what they hold open is to be closed."""

    credentials: tuple[str, ...]


class Credential(Base):
    """One signed-in browser or one token of a member."""

    __tablename__ = "credentials"
    __table_args__ = (sa.Index("ix_credentials_live", "member_id", "ended_at"),)

    id: Mapped[str] = id_column()
    member_id: Mapped[str] = mapped_column(sa.ForeignKey("members.id", ondelete="CASCADE"))
    kind: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    used_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    member: Mapped[Member] = relationship(lazy="raise", foreign_keys=[member_id])

    @property
    def was_used(self) -> bool:
        """Whether it has been used since it was made, as far as noted."""
        return self.used_at - self.created_at > _AT_ONCE

    @property
    def is_worth_noting(self) -> bool:
        """Whether its last use was noted so long ago that it should be noted again."""
        unnoted = clock.now() - self.used_at
        is_first = self.kind == "token" and not self.was_used
        return unnoted > (_AT_ONCE if is_first else _NOTED_EVERY)


@cache
def _find_statement() -> sa.Select[Credential]:
    """Put together once: every request asks for it."""
    return (
        sa.select(Credential)
        .join(Credential.member)
        .options(contains_eager(Credential.member))
        .where(
            Credential.secret_hash == sa.bindparam("secret_hash"),
            Credential.kind == sa.bindparam("kind"),
            usable_at(sa.bindparam("now", type_=db.UtcDateTime())),
        )
    )


def usable() -> sa.ColumnElement[bool]:
    """The condition under which a credential joined with its member opens anything."""
    return usable_at(sa.literal(clock.now(), db.UtcDateTime()))


def usable_at(now: sa.ColumnElement[datetime]) -> sa.ColumnElement[bool]:
    """The same for a statement that is put together once, and told the time when it is run."""
    return sa.and_(
        Credential.ended_at.is_(None),
        sa.or_(Credential.expires_at.is_(None), Credential.expires_at > now),
        Member.suspended_at.is_(None),
    )


def find(secret: str, kind: Kind) -> Credential | None:
    """The usable credential of this secret, with its member; one query."""
    asked = {"secret_hash": _digest(secret), "kind": kind, "now": clock.now()}
    return db.session().scalar(_find_statement(), asked)


def find_usable(credential_id: str) -> Credential | None:
    """The credential with this id if it still opens anything, with its member."""
    return db.session().scalar(
        sa.select(Credential)
        .join(Credential.member)
        .options(contains_eager(Credential.member))
        .where(Credential.id == credential_id, usable())
    )


def of_member(member: Member, kind: Kind) -> Sequence[Credential]:
    """The member's credentials of a kind that have not ended, the latest used first."""
    return db.session().scalars(
        sa.select(Credential)
        .where(Credential.member_id == member.id, Credential.kind == kind, Credential.ended_at.is_(None))
        .where(sa.or_(Credential.expires_at.is_(None), Credential.expires_at > clock.now()))
        .order_by(Credential.used_at.desc())
    ).all()


def open_browser(member: Member, *, user_agent: str, language: str | None, days: int) -> str:
    """Sign a browser in. Returns the secret for its cookie."""
    secret = new_secret()
    expires = clock.now() + timedelta(days=days)
    _add(member, "browser", secret, name=user_agent[:200], language=language, expires_at=expires)
    return secret


def issue_token(member: Member, *, name: str, once: str = "") -> str:
    """Make a personal access token. Returns it; it cannot be shown again. `has_made` knows `once` afterwards."""
    secret = TOKEN_PREFIX + new_secret()
    credential_id = _id_of(member, once) if once else new_id()
    _add(member, "token", secret, name=name[:100], language=None, expires_at=None, credential_id=credential_id)
    return secret


def has_made(member: Member, once: str) -> bool:
    """Whether the member has made a token with this text, which a form carries so that it makes but one."""
    return db.session().get(Credential, _id_of(member, once)) is not None


def note_use(credential_id: str, *, days: int) -> None:
    """Note that a credential was used now; a browser's time begins anew."""
    db.session().execute(
        sa.update(Credential)
        .where(Credential.id == credential_id)
        .values(
            used_at=clock.now(),
            expires_at=sa.case(
                (Credential.kind == "browser", sa.literal(clock.now() + timedelta(days=days), db.UtcDateTime())),
                else_=Credential.expires_at,
            ),
        )
    )


def end(member: Member, credential_id: str) -> bool:
    """End one of the member's own credentials. Returns whether there was such a one."""
    return bool(_end(Credential.member_id == member.id, Credential.id == credential_id))


def end_all(member: Member, kinds: Sequence[Kind] = ("browser",), *, but: str | None = None) -> None:
    """End all of a member's credentials of some kinds, but the one with the id `but`."""
    _end(Credential.member_id == member.id, Credential.kind.in_(kinds), Credential.id != (but or ""))


def _end(*which: sa.ColumnElement[bool]) -> Sequence[str]:
    statement = sa.update(Credential).where(*which, Credential.ended_at.is_(None)).values(ended_at=clock.now())
    ended = db.session().scalars(
        statement.returning(Credential.id).execution_options(synchronize_session=False)
    ).all()
    if ended:
        events.record(CredentialsEnded(tuple(ended)), by=None)
    return ended


def _add(
    member: Member, kind: Kind, secret: str, *, name: str, language: str | None, expires_at: datetime | None,
    credential_id: str | None = None,
) -> None:
    db.session().add(
        Credential(
            id=credential_id or new_id(), member_id=member.id, kind=kind, secret_hash=_digest(secret), name=name,
            language=language, expires_at=expires_at,
        )
    )
    db.session().flush()


def _id_of(member: Member, once: str) -> str:
    """The id of what a form makes that carries `once`: sent again by the same member, it is there already."""
    return _digest(f"{member.id} {once}")[:12]


def _digest(secret: str) -> str:
    """A secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


