"""How often one may try: rate limits for entrances that invite guessing. Touches Flask-Limiter alone."""

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from extranet.config import Settings
from extranet.db import SAFE_METHODS
from extranet.forms import tidy
from extranet.identity import current_member
from extranet.members import email_key

View = TypeVar("View", bound=Callable[..., Any])


SEARCHES = "60 per minute"
"""How often one member may search, at each entrance for itself; the words of one search can cost a second."""
PATIENCE = 0.3
"""Seconds that Redis has for its answer; after that nobody is counted."""


def _who() -> str:
    member = current_member()
    return member.id if member is not None else get_remote_address()


def _is_exempt(*, counts_reads: bool) -> bool:
    """The limiter is one for all apps of a process; whether it counts is each app's own setting."""
    is_read = request.method in SAFE_METHODS and not counts_reads
    return is_read or not current_app.config["RATELIMIT_ENABLED"]


def _saying(field: str) -> str:
    said = email_key(tidy(request.form.get(field, "")) or "")
    return f"{get_remote_address()} {hashlib.sha256(said.encode()).hexdigest()[:16]}"


_limiter = Limiter(key_func=_who, headers_enabled=False, strategy="fixed-window")


def install(app: Flask, settings: Settings) -> None:
    """Count in Redis where there is one, so that several processes count together; else in memory."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.redis_url or "memory://"
    if settings.redis_url:  # one that does not answer must not hold up whoever writes
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    app.config["RATELIMIT_ENABLED"] = settings.rate_limits
    app.config["RATELIMIT_SWALLOW_ERRORS"] = True
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = False
    _limiter.init_app(app)


def limited(
    limit: str, *, by_address: bool = False, field: str = "", counts_reads: bool = False, shared: str = ""
) -> Callable[[View], View]:
    """Take at most `limit` requests («10 per minute») of one member, else of one address.

    Safe methods do not count, unless reading is what costs.

    With `field`, those of one address that say the same in that field of a form are counted by themselves: a whole
    office may sign in from one address, but nobody guesses at one door for long. Entrances that name the same
    `shared` are counted together.
    """
    key = (lambda: _saying(field)) if field else get_remote_address if by_address else _who
    how: dict[str, Any] = {"key_func": key, "exempt_when": lambda: _is_exempt(counts_reads=counts_reads)}
    counting = _limiter.shared_limit(limit, scope=shared, **how) if shared else _limiter.limit(limit, **how)
    return cast(Callable[[View], View], counting)
