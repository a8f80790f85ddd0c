"""Who is asking: the member behind the session cookie or, on the API, a personal access token. Touches Flask-Login."""

import logging
from typing import Any, cast

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from itsdangerous import BadSignature

from extranet import credentials, db
from extranet.credentials import Credential
from extranet.errors import AcceptTermsFirst, SignInFirst
from extranet.i18n import current_locale
from extranet.members import Member
from extranet.soon import soon

log = logging.getLogger(__name__)

STATIC = "static"
"""The entrance of what is the same for everybody, so that nobody has to be known there."""


class SignedIn(UserMixin):  # type: ignore[misc]
    """A credential in the form that Flask-Login knows; its id is the secret in the cookie."""

    def __init__(self, credential: Credential, secret: str) -> None:
        self.credential = credential
        self.secret = secret

    def get_id(self) -> str:
        return self.secret


class Sessions(SecureCookieSessionInterface):
    """The signed cookie, however old: when a sign-in ends stands in the database alone.

    Flask's own refuses what was signed in the future too, so that a clock set back, or two machines that differ by a
    second, sign people out in the middle of what they write.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        serializer = self.get_signing_serializer(app)
        cookie = request.cookies.get(self.get_cookie_name(app))
        if serializer is None:
            return None
        try:
            return self.session_class(serializer.loads(cookie) if cookie else None)
        except BadSignature:
            return self.session_class()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Not beside what everybody may keep: a proxy would keep the cookie with it."""
        if request.endpoint != STATIC:
            super().save_session(app, session, response)


def install(app: Flask) -> None:
    """Know the member of each request before anything else runs."""
    app.session_interface = Sessions()
    manager = LoginManager()
    manager.session_protection = None  # an address changes on every tram; the credential can be ended instead
    manager.init_app(app)
    manager.user_loader(_by_cookie)
    manager.request_loader(_by_token)
    app.before_request(_know)
    app.teardown_request(_note_use)


def current_member() -> Member | None:
    """The member who asks, or None for a visitor."""
    return cast(Member | None, g.get("member"))


def current_credential() -> Credential | None:
    """What the asking member is known by in this request."""
    return cast(Credential | None, g.get("credential"))


def member_or_sign_in() -> Member:
    """The member who asks. Raises `SignInFirst`, or `AcceptTermsFirst` if other terms hold than they accepted."""
    member = current_member()
    if member is None:
        raise SignInFirst
    if not member.has_accepted_terms:
        raise AcceptTermsFirst
    return member


def sign_in(member: Member) -> None:
    """Sign this browser in as `member`, in a fresh session."""
    session.clear()
    days = current_app.config["PERMANENT_SESSION_LIFETIME"].days
    agent = request.user_agent.string
    secret = credentials.open_browser(member, user_agent=agent, language=current_locale(), days=days)
    credential = credentials.find(secret, "browser")
    if credential is None:
        raise SignInFirst
    session.permanent = True
    login_user(SignedIn(credential, secret))
    g.member, g.credential = member, credential


def sign_out() -> None:
    """End this browser's credential: a copy of the cookie is dead too."""
    member, credential = current_member(), current_credential()
    if member is not None and credential is not None:
        credentials.end(member, credential.id)
    logout_user()
    session.clear()
    g.member = g.credential = None


def is_by_token() -> bool:
    """Whether this request comes with a token, which no browser sends by itself, so that it needs no form's token."""
    return request.path.startswith("/api/") and request.headers.get("Authorization", "").startswith("Bearer ")


def credential_in_cookie() -> Credential | None:
    """The usable credential of the session cookie, where no request has been known by it: a socket being opened."""
    secret = session.get("_user_id")
    return credentials.find(secret, "browser") if isinstance(secret, str) else None


def ask_again() -> None:
    """Know who is asking as the database has them now: what was done meanwhile may have ended it."""
    g.member = g.credential = None
    g.pop("_login_user", None)
    _know()


def know_again() -> None:
    """The same after a failure; where the database cannot be asked, a visitor."""
    try:
        ask_again()
    except Exception:
        log.warning("Nobody knows who asks", exc_info=True)


def _know() -> None:
    if request.endpoint == STATIC:
        g.member = g.credential = None
        return
    asking: Any = current_user
    credential = asking.credential if isinstance(asking._get_current_object(), SignedIn) else None
    g.credential = credential
    g.member = credential.member if credential is not None else None
    g.language = g.member.language if g.member is not None else None


def _by_cookie(secret: str) -> SignedIn | None:
    if is_by_token():
        return _by_token(request)
    credential = credentials.find(secret, "browser")
    return SignedIn(credential, secret) if credential is not None else None


def _by_token(_request: Any) -> SignedIn | None:
    if not is_by_token():
        return None
    secret = request.headers["Authorization"].removeprefix("Bearer ").strip()
    credential = credentials.find(secret, "token")
    return SignedIn(credential, secret) if credential is not None else None


def _note_use(_error: BaseException | None) -> None:
    credential = current_credential()
    if credential is None or not credential.is_worth_noting:
        return
    credential_id, days = credential.id, current_app.config["PERMANENT_SESSION_LIFETIME"].days

    def note() -> None:
        with db.writing():
            credentials.note_use(credential_id, days=days)

    db.release()
    soon(note)
