"""What moderators do: admit, decline, suspend, restore, appoint, dismiss, change a name or an address on request."""

import sqlalchemy as sa

from extranet import credentials, db
from extranet.accounts import trail
from extranet.accounts.events import EmailChanged, MemberAdmitted
from extranet.accounts.models import Application
from extranet.accounts.service import AlreadyMember, end_links, who_changed_the_address
from extranet.errors import Refusal
from extranet.i18n import lazy
from extranet.members import Member, Role
from extranet.moderation import queries
from extranet.moderation.events import (
    ApplicationDeclined,
    MemberRestored,
    MemberSuspended,
    NameChanged,
    PasswordLetterAsked,
    RoleChanged,
)
from extranet.moderation.models import FormerAddress


class LastAdministrator(Refusal):
    sentence = lazy("This is the last administrator. Appoint another one first.")


class RoleAlready(Refusal):
    sentence = lazy("The member has this role already.")


class NotYours(Refusal):
    status = 403
    sentence = lazy(
        "You changed this member’s e-mail address less than 48 hours ago. Another moderator may send the letter now."
    )


class Suspended(Refusal):
    sentence = lazy("The member is suspended. Restore the membership first.")


def admit(application: Application, *, by: Member) -> Member:
    """Make the applicant a member. Raises `AlreadyDecided`, `NotConfirmed`, `AlreadyMember`."""
    _hold(application)
    application.admit(by=by)
    if queries.member_at(application.email) is not None:
        raise AlreadyMember
    member = Member(
        name=application.name,
        email=application.email,
        language=application.language,
        terms_version=application.terms_version,
        privacy_version=application.privacy_version,
        terms_accepted_at=application.sent_at,
    )
    db.session().add(member)
    db.session().flush()
    application.member_id = member.id
    trail.note(MemberAdmitted(member.id, application.id), by=by, about=member.id)
    return member


def decline(application: Application, reason: str, *, by: Member) -> None:
    """Do not make the applicant a member, and say why. Raises `AlreadyDecided`, `NotConfirmed`."""
    _hold(application)
    application.decline(by=by, reason=reason)
    trail.note(ApplicationDeclined(application.id), by=by, about=application.id)


def suspend(member: Member, reason: str, *, by: Member) -> None:
    """Shut a member out: all browsers and tokens end, links too. Raises `AlreadySuspended`, `LastAdministrator`."""
    _refuse_if_last(member)
    _hold(member)
    member.suspend(by=by, reason=reason)
    credentials.end_all(member, ("browser", "token"))
    end_links(member)
    trail.note(MemberSuspended(member.id), by=by, about=member.id)


def restore(member: Member, *, by: Member) -> None:
    """Let a suspended member in again. Raises `NotSuspended`."""
    _hold(member)
    member.restore()
    trail.note(MemberRestored(member.id), by=by, about=member.id)


def appoint(member: Member, role: Role, *, by: Member) -> None:
    """Give a member another role: appoint or dismiss. Raises `RoleAlready`, `Suspended`, `LastAdministrator`."""
    _refuse_if_last(member)
    _hold(member)
    if member.role == role:
        raise RoleAlready
    if member.is_suspended and role != "member":
        raise Suspended
    member.role = role
    trail.note(RoleChanged(member.id, role), by=by, about=member.id)


def rename(member: Member, name: str, *, by: Member) -> None:
    """Change a member's own name, at their request."""
    if name != member.name:
        member.name = name
        trail.note(NameChanged(member.id), by=by, about=member.id)


def change_email(member: Member, email: str, *, by: Member) -> None:
    """Change a member's e-mail address, at their request; letters tell both addresses. Raises `AlreadyMember`."""
    if email == member.email:
        return
    other = queries.member_at(email)
    if other is not None and other.id != member.id:
        raise AlreadyMember
    former = FormerAddress(member_id=member.id, email=member.email)
    db.session().add(former)
    member.email = email
    end_links(member)
    db.session().flush()
    trail.note(EmailChanged(member.id, former.id), by=by, about=member.id)


def send_password_letter(member: Member, *, by: Member) -> None:
    """Send the member a letter by which a password is set. Raises `Suspended`, `NotYours`.

    Who changes an address and then sends the letter to it would have the account: it takes two, or two days.
    """
    if member.is_suspended:
        raise Suspended
    if by.id in who_changed_the_address(member):
        raise NotYours
    trail.note(PasswordLetterAsked(member.id), by=by, about=member.id)


def _hold(thing: Application | Member) -> None:
    """What was read is read again and held until the commit: another moderator may have been quicker."""
    kind = type(thing)
    statement = sa.select(kind).where(kind.id == thing.id).with_for_update()
    db.session().execute(statement.execution_options(populate_existing=True))


def _refuse_if_last(member: Member) -> None:
    if member.is_administrator and queries.hold_administrators() <= {member.id}:
        raise LastAdministrator
