"""Reads about applications, links and addresses."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from extranet import clock, db
from extranet.accounts.models import Application, Link, Purpose, digest
from extranet.credentials import Credential
from extranet.members import Member, email_key


def member_by_email(email: str) -> Member | None:
    """The member with this address, suspended or not."""
    return db.session().scalar(sa.select(Member).where(Member.email_key == email_key(email)))


def application(application_id: str) -> Application | None:
    """An application by its id, for reactions: who may read it is for doors to say."""
    return db.session().get(Application, application_id)


def link_to_set_password(secret: str) -> Link | None:
    """The usable link with this secret, with its member; none of a suspended one."""
    return db.session().scalar(
        _usable(secret, "password")
        .join(Link.member)
        .options(contains_eager(Link.member))
        .where(Member.suspended_at.is_(None))
    )


def link_to_confirm(secret: str) -> Link | None:
    """The usable link with this secret, with its application."""
    return db.session().scalar(
        _usable(secret, "confirmation").join(Link.application).options(contains_eager(Link.application))
    )


def find_credential(member: Member, credential_id: str) -> Credential | None:
    """One of the member's own signed-in browsers or tokens that has not ended."""
    return db.session().scalar(
        sa.select(Credential).where(
            Credential.id == credential_id, Credential.member_id == member.id, Credential.ended_at.is_(None)
        )
    )


def open_application_of(email: str) -> Application | None:
    """The application of this address that waits for a decision."""
    return db.session().scalar(
        sa.select(Application)
        .where(Application.email_key == email_key(email))
        .where(Application.confirmed_at.is_not(None), Application.decided_at.is_(None))
        .limit(1)
    )


def applications_just_before(application: Application) -> int:
    """How many others came with this address within the hour before, which may be a way of bothering its owner."""
    statement = sa.select(sa.func.count()).select_from(Application)
    return db.session().scalar(
        statement.where(
            Application.email_key == application.email_key,
            Application.sent_at < application.sent_at,
            Application.sent_at > application.sent_at - timedelta(hours=1),
        )
    ) or 0


def links_within_an_hour(member: Member) -> int:
    """How many links that can still be used were made for a member lately."""
    lately = clock.now() - timedelta(hours=1)
    statement = sa.select(sa.func.count()).select_from(Link)
    return db.session().scalar(statement.where(Link.member_id == member.id, Link.made_at > lately)) or 0


def _usable(secret: str, purpose: Purpose) -> sa.Select[Link]:
    return sa.select(Link).where(
        Link.secret_hash == digest(secret), Link.purpose == purpose, Link.expires_at > clock.now()
    )
