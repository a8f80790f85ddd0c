"""The people of the tests: Ada hosts, Grace has joined, Mallory is a member outside, Moses moderates, Irma administers.

Each has a browser of their own, signed in as a real one is: by a credential in a cookie, and with the token that every
form carries. Nobody is exempt from any check.
"""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from extranet import credentials, db
from extranet.accounts import passwords, service
from extranet.members import Member, Role

PASSWORD = "seitsemän-veljestä-metsässä"
"""Every member's in the tests."""
_CSRF = "0123456789abcdef0123456789abcdef01234567"


class Person:
    """Somebody with a browser; a visitor if there is no member behind them. Reads English unless told otherwise."""

    def __init__(self, app: Flask, member: Member | None = None, *, language: str = "en") -> None:
        self.app = app
        self.member_id = member.id if member else ""
        self.name = member.name if member else ""
        self.email = member.email if member else ""
        self.language = language

    @cached_property
    def client(self) -> FlaskClient:
        """The browser: it keeps cookies from one page to the next."""
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["csrf_token"] = _CSRF
            if self.member_id:
                session["_user_id"] = self._secret()
                session["_fresh"] = True
                session.permanent = True
        return client

    @cached_property
    def token(self) -> str:
        """A personal access token."""
        with keeping(self.app) as held:
            return credentials.issue_token(held.get_one(Member, self.member_id), name="test")

    def get(self, path: str, **more: Any) -> TestResponse:
        """Open a page."""
        return self.client.get(path, headers=self._headers(more), **more)

    def post(self, path: str, fields: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Send a form, with the token that the page would have given."""
        data = {"csrf_token": self.csrf_token, **(fields or {})}
        return self.client.post(path, data=data, headers=self._headers(more), **more)

    def api(self, method: str, path: str, json: Any = None, **more: Any) -> TestResponse:
        """Call `/api/v1` + path with the personal access token (a visitor without one)."""
        headers = self._headers(more) | ({"Authorization": f"Bearer {self.token}"} if self.member_id else {})
        browser = self.app.test_client()
        return browser.open(f"/api/v1{path}", method=method, json=json, headers=headers, **more)

    def api_by_cookie(self, method: str, path: str, json: Any = None, **more: Any) -> TestResponse:
        """Call `/api/v1` + path as a page's script does: with the cookie and the form's token in a header."""
        headers = self._headers(more) | {"X-CSRFToken": self.csrf_token}
        return self.client.open(f"/api/v1{path}", method=method, json=json, headers=headers, **more)

    @property
    def csrf_token(self) -> str:
        """What a form of this browser carries."""
        with self.client.session_transaction() as session:  # signing in begins a fresh one
            other_half = session.setdefault("csrf_token", _CSRF)
        return str(URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(other_half))

    def _secret(self) -> str:
        with keeping(self.app) as held:
            member = held.get_one(Member, self.member_id)
            days = self.app.config["PERMANENT_SESSION_LIFETIME"].days
            return credentials.open_browser(member, user_agent="test", language=self.language, days=days)

    def _headers(self, more: dict[str, Any]) -> dict[str, str]:
        return {"Accept-Language": self.language, **more.pop("headers", {})}


class Cast:
    """Everybody, made when first asked for."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    @cached_property
    def visitor(self) -> Person:
        """Somebody who is not signed in."""
        return Person(self.app)

    @cached_property
    def ada(self) -> Person:
        """A member who hosts."""
        return self.member("Ada Lovelace")

    @cached_property
    def grace(self) -> Person:
        """A member who has joined."""
        return self.member("Grace Hopper")

    @cached_property
    def mallory(self) -> Person:
        """A member outside."""
        return self.member("Mallory Outside")

    @cached_property
    def moses(self) -> Person:
        """A moderator who has joined nothing."""
        return self.member("Moses Moderator", role="moderator")

    @cached_property
    def irma(self) -> Person:
        """An administrator."""
        return self.member("Irma Admin", role="administrator")

    def member(self, name: str, *, role: Role = "member", email: str | None = None, **facts: Any) -> Person:
        """One more member, who has accepted the terms, reads English, and whose other facts are as given."""
        address = email or f"{name.split()[0].lower()}-{uuid.uuid4().hex[:6]}@example.org"
        kept, language = _hashed(PASSWORD), facts.pop("language", "en")
        with keeping(self.app) as held:
            member = service.create(email=address, name=name, role=role, password_hash=kept, language=language)
            for fact, value in facts.items():
                setattr(member, fact, value)
            held.flush()
            return Person(self.app, member, language=language or "en")


@cache
def _hashed(password: str) -> str:
    return passwords.hashed(password)


def without_tokens(page: str) -> str:
    """A page without the forms' tokens, which differ each time."""
    return re.sub(r'(name="csrf_token" value|name="csrf-token" content|nonce)="[^"]*"', "", page)


@contextmanager
def keeping(app: Flask) -> Iterator[Session]:
    """A transaction of the test's own, kept at the end of the block. No request may be made within it."""
    with app.app_context(), db.writing() as held:
        yield held


@contextmanager
def looking(app: Flask) -> Iterator[Session]:
    """A look into the database as it is now. No request may be made within it."""
    with app.app_context(), db.reading() as held:
        yield held
