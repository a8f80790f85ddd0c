"""The letters that follow decisions."""

import sqlalchemy as sa
from flask import current_app

from extranet import db, mail
from extranet.accounts import queries as accounts
from extranet.accounts import service
from extranet.app import setting_of
from extranet.events import Recorded
from extranet.i18n import lazy
from extranet.mail import Letter
from extranet.members import Member
from extranet.moderation.models import FormerAddress


def tell_the_applicant_why_not(recorded: Recorded) -> None:
    """The letter of a declined application, with the moderator's reason."""
    with db.reading():
        application = accounts.application(recorded.event.application_id)
    if application is not None and application.decline_reason is not None:
        facts = {"reason": application.decline_reason}
        subject = lazy("Your application for membership")
        mail.send(Letter(application.email, application.name, application.language, subject, "declined", facts))


def tell_of_the_suspension(recorded: Recorded) -> None:
    """The letter to a suspended member, with the moderator's reason."""
    member = _member(recorded)
    if member is not None and member.suspension_reason is not None:
        subject = lazy("Your membership is suspended")
        mail.send(_letter(member, subject, "suspended", reason=member.suspension_reason))


def tell_of_the_restoration(recorded: Recorded) -> None:
    """The letter to a member who may come in again."""
    member = _member(recorded)
    if member is not None and not member.is_suspended:
        mail.send(_letter(member, lazy("Your membership is in force again"), "restored"))


def tell_of_the_role(recorded: Recorded) -> None:
    """The letter to somebody who was appointed or dismissed."""
    member = _member(recorded)
    if member is not None:
        mail.send(_letter(member, lazy("Your role has changed"), "role_changed", role=recorded.event.role))


def tell_both_addresses(recorded: Recorded) -> None:
    """Who had the former address should know too; then that address is forgotten."""
    with db.reading() as held:
        former = held.get(FormerAddress, recorded.event.former_id)
    member = _member(recorded)
    if member is None or former is None:
        return
    subject = lazy("Your e-mail address has changed")
    mail.send_each(
        _letter(member, subject, "email_changed", to=address, is_former=address != member.email)
        for address in (former.email, member.email)
    )
    with db.writing() as held:
        held.execute(sa.delete(FormerAddress).where(FormerAddress.id == former.id))


def send_what_sets_a_password(recorded: Recorded) -> None:
    """The letter that a moderator asked for on a member's behalf."""
    with db.writing() as held:
        member = held.get(Member, recorded.event.member_id)
        if member is None or member.is_suspended:
            return
        secret = service.letter_of_admission(member)
    days = service.ADMITTED_WITHIN.days
    mail.send(_letter(member, lazy("A new password"), "new_password", secret=secret, days=days))


def _member(recorded: Recorded) -> Member | None:
    with db.reading() as held:
        return held.get(Member, recorded.event.member_id)


def _letter(member: Member, subject: object, template: str, *, to: str | None = None, **facts: object) -> Letter:
    language = member.language or setting_of(current_app).default_language
    return Letter(to or member.email, member.name, language, subject, template, facts)
