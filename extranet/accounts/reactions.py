"""The letters that follow: here, after the answer, it is found out whose an address is."""

import sqlalchemy as sa
from flask import current_app

from extranet import db, mail
from extranet.accounts import queries, service
from extranet.accounts.models import Application, PasswordRequest
from extranet.app import setting_of
from extranet.events import Recorded
from extranet.i18n import lazy
from extranet.mail import Letter
from extranet.members import Member

_MOST_LETTERS = 5
"""Letters with links that an address gets in an hour, however often somebody asks."""


def answer_the_applicant(recorded: Recorded) -> None:
    """Ask the owner of the address to confirm it; or tell them that they are a member, or have applied already."""
    with db.writing():
        service.forget_what_is_old()
        application = queries.application(recorded.event.application_id)
        letter = _answer_to(application) if application is not None and not application.is_confirmed else None
    if letter is not None:
        mail.send(letter)


def send_what_sets_the_first_password(recorded: Recorded) -> None:
    """Tell an applicant that they are a member now."""
    if recorded.event.application_id is None:
        return
    with db.writing() as held:
        member = held.get(Member, recorded.event.member_id)
        if member is None or member.is_suspended or member.password_hash is not None:
            return
        secret = service.letter_of_admission(member)
    mail.send(_to(member, lazy("You are now a member"), "admitted", secret=secret, days=service.ADMITTED_WITHIN.days))


def send_what_sets_a_new_password(recorded: Recorded) -> None:
    """Send the link to whoever has the address, if that is a member; then forget who asked."""
    with db.writing() as held:
        request = held.get(PasswordRequest, recorded.event.request_id)
        letter = _new_password(request) if request is not None else None
    if letter is not None:
        mail.send(letter)
    with db.writing() as held:
        held.execute(sa.delete(PasswordRequest).where(PasswordRequest.id == recorded.event.request_id))


def tell_that_the_password_is_new(recorded: Recorded) -> None:
    """Who did not do it themselves should know."""
    with db.reading() as held:
        member = held.get(Member, recorded.event.member_id)
    if member is not None and not recorded.event.is_first:
        mail.send(_to(member, lazy("Your password has been changed"), "password_set"))


def _answer_to(application: Application) -> Letter | None:
    if queries.applications_just_before(application) >= _MOST_LETTERS:
        return None
    # Who has the address already is greeted by the name that they gave, never by one that somebody else typed.
    member, earlier = queries.member_by_email(application.email), queries.open_application_of(application.email)
    if member is not None:
        subject = lazy("Your application for membership")
        return _to(member, subject, "member_already", language=application.language)
    if earlier is not None:
        return _to_applicant(earlier, lazy("Your application for membership"), "applied_already")
    secret = service.letter_of_confirmation(application)
    return _to_applicant(
        application, lazy("Confirm your e-mail address"), "confirm", secret=secret, days=service.CONFIRM_WITHIN.days
    )


def _new_password(request: PasswordRequest) -> Letter | None:
    member = queries.member_by_email(request.email)
    if member is None or queries.links_within_an_hour(member) >= _MOST_LETTERS:
        return None
    subject = lazy("A new password")
    if not member.is_suspended and service.who_changed_the_address(member):
        return _to(member, subject, "forgotten_wait", language=request.language)
    if member.is_suspended:
        return _to(member, subject, "forgotten_suspended", language=request.language)
    secret = service.letter_of_forgotten_password(member)
    return _to(member, subject, "forgotten", language=request.language, secret=secret)


def _to(member: Member, subject: object, template: str, *, language: str | None = None, **facts: object) -> Letter:
    chosen = member.language or language or setting_of(current_app).default_language
    return Letter(member.email, member.name, chosen, subject, template, facts)


def _to_applicant(application: Application, subject: object, template: str, **facts: object) -> Letter:
    facts = {"application": application, **facts}
    return Letter(application.email, application.name, application.language, subject, template, facts)
