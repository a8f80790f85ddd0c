"""What people do to become members and to sign in: apply, confirm, accept the terms, set and change a password.

What depends on whether an address is known happens in a reaction, after the answer: neither the answer nor its time
tells anybody who is a member.
"""

from datetime import timedelta

import sqlalchemy as sa

from extranet import clock, credentials, db, events
from extranet.accounts import passwords, queries, trail
from extranet.accounts.events import (
    ApplicationConfirmed,
    ApplicationSent,
    EmailChanged,
    MemberAdmitted,
    PasswordForgotten,
    PasswordSet,
    PresenceTurned,
    TermsAccepted,
    TokenMade,
    TokenRevoked,
)
from extranet.accounts.models import Application, Link, PasswordRequest
from extranet.credentials import Credential
from extranet.errors import NotHere, Refusal
from extranet.i18n import lazy
from extranet.members import PRIVACY_VERSION, TERMS_VERSION, Member, Role

CONFIRM_WITHIN = timedelta(days=7)
ADMITTED_WITHIN = timedelta(days=14)
FORGOTTEN_WITHIN = timedelta(hours=1)
"""How long the links in the three kinds of letters can be used."""

SETTLED_AFTER = timedelta(hours=48)
"""How long a member's former address has to object before the new one may set a password by itself."""

UNCONFIRMED_KEPT = timedelta(days=7)
DECLINED_KEPT = timedelta(days=183)
"""How long an application is kept that nobody confirmed, or that was declined; the privacy notice says so."""


class LinkNotUsable(NotHere):
    sentence = lazy("This link has been used already or is too old. Ask for a new one.")


class AlreadyApplied(Refusal):
    sentence = lazy("An application with this address is waiting for a moderator already. You will get a letter.")


class AlreadyMember(Refusal):
    sentence = lazy("There is a member with this e-mail address already.")


class MembershipSuspended(Refusal):
    status = 403
    sentence = lazy("Your membership is suspended. The letter that we sent says why and whom to ask.")


def apply(
    *, name: str, email: str, organisation: str, task: str, region: str, why: str, language: str
) -> Application:
    """Apply for membership, accepting the terms and the privacy notice that hold now. The answer comes by letter."""
    application = Application(
        name=name, email=email, organisation=organisation, task=task, region=region, why=why, language=language,
        terms_version=TERMS_VERSION, privacy_version=PRIVACY_VERSION,
    )  # fmt: skip
    db.session().add(application)
    db.session().flush()
    trail.note(ApplicationSent(application.id), by=None, about=application.id)
    return application


def confirm(link: Link | None) -> Application:
    """The applicant has opened the letter: put the application into the queue; a second time changes nothing.

    Raises `LinkNotUsable`, `AlreadyMember`, `AlreadyApplied`.
    """
    application = link.application if link is not None else None
    if application is None:
        raise LinkNotUsable
    if application.is_confirmed:
        return application
    if queries.member_by_email(application.email) is not None:
        raise AlreadyMember
    if queries.open_application_of(application.email) is not None:
        raise AlreadyApplied
    application.confirm()
    trail.note(ApplicationConfirmed(application.id), by=None, about=application.id)
    return application


def create(
    *,
    email: str,
    name: str,
    role: Role = "member",
    password_hash: str | None = None,
    language: str | None = None,
    has_accepted_terms: bool = True,
) -> Member:
    """Make a member without an application: the site's keeper vouches for them, and that they know the terms."""
    if queries.member_by_email(email) is not None:
        raise AlreadyMember
    member = Member(name=name, email=email, role=role, password_hash=password_hash, language=language)
    if has_accepted_terms:
        member.accept_terms()
    db.session().add(member)
    db.session().flush()
    trail.note(MemberAdmitted(member.id, None), by=None, about=member.id)
    return member


def show_presence(member: Member, is_shown: bool) -> None:
    """Let others see that the member is here, or no more."""
    if member.shows_presence != is_shown:
        member.shows_presence = is_shown
        events.record(PresenceTurned(member.id), by=member)


def recognise(email: str, password: str) -> Member | None:
    """The member with this address and password; None, after the same time, whatever is wrong.

    Ends the present transaction, because comparing takes long. Raises `MembershipSuspended` to who knows the password.
    """
    member = queries.member_by_email(email)
    kept = member.password_hash if member is not None else None
    db.release()
    if not passwords.matches(password, kept):
        return None
    member = queries.member_by_email(email)
    if member is None or member.password_hash != kept:
        return None
    if member.is_suspended:
        raise MembershipSuspended
    return member


def forget_password(email: str, *, language: str) -> None:
    """Ask for a letter that sets a new password."""
    request = PasswordRequest(email=email, language=language)
    db.session().add(request)
    db.session().flush()
    events.record(PasswordForgotten(request.id), by=None)


def who_changed_the_address(member: Member) -> set[str]:
    """The ids of the moderators who changed a member's address so lately that the change may yet be undone."""
    return trail.actors(EmailChanged, member.id, since=clock.now() - SETTLED_AFTER)


def set_password(secret: str, password: str) -> Member:
    """Set a password by the link in a letter: once; ends all signed-in browsers and all other links, but no token.

    Ends the present transaction, because hashing takes long. Raises `LinkNotUsable`.
    """
    db.release()
    kept = passwords.hashed(password)
    member = _use_up(secret)
    _keep_password(member, kept)
    return member


def change_password(member: Member, current: str, new: str) -> bool:
    """Change the password of who knows the present one; ends all signed-in browsers, but no token.

    Returns whether `current` was the present one. Ends the present transaction, because hashing takes long.
    """
    before = member.password_hash
    db.release()
    if not passwords.matches(current, before):
        return False
    kept = passwords.hashed(new)
    held = db.session().get_one(Member, member.id, with_for_update=True)
    if held.password_hash != before:
        return False
    _keep_password(held, kept)
    return True


def accept_terms(member: Member) -> None:
    """Accept the terms of use and the privacy notice that hold now."""
    member.accept_terms()
    trail.note(TermsAccepted(member.id, TERMS_VERSION, PRIVACY_VERSION), by=member, about=member.id)


def make_token(*, name: str, once: str, by: Member) -> str | None:
    """Make a personal access token. Returns it; it cannot be shown again. None if this `once` has made one already."""
    if once and credentials.has_made(by, once):
        return None
    token = credentials.issue_token(by, name=name, once=once)
    made = credentials.find(token, "token")
    assert made is not None
    trail.note(TokenMade(made.id), by=by, about=by.id)
    return token


def end_credential(credential: Credential, *, by: Member) -> None:
    """End one of one's own signed-in browsers, or revoke a token."""
    if credentials.end(by, credential.id) and credential.kind == "token":
        trail.note(TokenRevoked(credential.id), by=by, about=by.id)


def letter_of_admission(member: Member) -> str:
    """The secret of a link by which a new member sets the first password."""
    return _add_link(*Link.to_set_password(member, lasts=ADMITTED_WITHIN))


def letter_of_forgotten_password(member: Member) -> str:
    """The secret of a link by which a member sets a new password."""
    return _add_link(*Link.to_set_password(member, lasts=FORGOTTEN_WITHIN))


def letter_of_confirmation(application: Application) -> str:
    """The secret of a link by which an applicant confirms the address."""
    return _add_link(*Link.to_confirm(application, lasts=CONFIRM_WITHIN))


def end_links(member: Member) -> None:
    """Make the links unusable that were sent to a member."""
    db.session().execute(sa.delete(Link).where(Link.member_id == member.id))


def forget_what_is_old() -> None:
    """Delete applications that nobody confirmed or that were declined long ago, and links that are past."""
    now = clock.now()
    held = db.session()
    held.execute(
        sa.delete(Application).where(Application.confirmed_at.is_(None), Application.sent_at < now - UNCONFIRMED_KEPT)
    )
    held.execute(
        sa.delete(Application).where(
            Application.decline_reason.is_not(None), Application.decided_at < now - DECLINED_KEPT
        )
    )
    held.execute(sa.delete(Link).where(Link.expires_at < now))


def _use_up(secret: str) -> Member:
    link = queries.link_to_set_password(secret)
    if link is None or link.member is None:
        raise LinkNotUsable
    used = db.session().execute(sa.delete(Link).where(Link.id == link.id).returning(Link.id)).scalar()
    if used is None:  # another request was quicker
        raise LinkNotUsable
    return link.member


def _keep_password(member: Member, kept: str) -> None:
    is_first = member.password_hash is None
    member.password_hash = kept
    credentials.end_all(member, ("browser",))
    end_links(member)
    trail.note(PasswordSet(member.id, is_first), by=member, about=member.id)


def _add_link(link: Link, secret: str) -> str:
    db.session().add(link)
    db.session().flush()
    return secret
