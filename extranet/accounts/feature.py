"""Accounts: applying, signing in, the member's own settings, and the pages that the law wants."""

from datetime import timedelta
from typing import Any

from flask import Flask

from extranet import cli, clock, events, web
from extranet.accounts import reactions, seeds
from extranet.accounts.api import api
from extranet.accounts.browsers import browser_name
from extranet.accounts.events import (
    ApplicationConfirmed,
    ApplicationSent,
    MemberAdmitted,
    PasswordForgotten,
    PasswordSet,
    PresenceTurned,
    TermsAccepted,
    TokenMade,
    TokenRevoked,
)
from extranet.accounts.views import accounts
from extranet.i18n import LANGUAGE_NAMES, current_locale, lazy
from extranet.identity import current_member
from extranet.members import Member
from extranet.vocabularies import regions
from extranet.web import NavItem, Panel

_NEW_FOR = timedelta(days=14)
"""How long a member's home shows where to begin."""


def install(app: Flask) -> None:
    """Add the feature to the app."""
    app.register_blueprint(accounts)
    api.install(app)
    app.context_processor(_theme)
    app.jinja_env.filters.update(browser=browser_name, region=_region, own_language=_own_language)
    web.add_account(
        app,
        NavItem("settings", lazy("Settings"), "accounts.settings", place=80),
        NavItem("sign-out", lazy("Sign out"), "accounts.sign_out", place=99),
    )
    web.add_panels(app, Panel("accounts/_first_steps.html", _is_new, place=5))
    follow = events.reactions(app)
    follow.knows(ApplicationConfirmed, PresenceTurned, TermsAccepted, TokenMade, TokenRevoked)
    follow.later(ApplicationSent, reactions.answer_the_applicant)
    follow.later(MemberAdmitted, reactions.send_what_sets_the_first_password)
    follow.later(PasswordForgotten, reactions.send_what_sets_a_new_password)
    follow.later(PasswordSet, reactions.tell_that_the_password_is_new)
    cli.add_seed(app, 10, seeds.plant)


def _is_new(member: Member) -> bool | None:
    return clock.now() - member.admitted_at < _NEW_FOR or None


def _region(code: str) -> str:
    return regions().name(code, current_locale())


def _own_language(code: str) -> str:
    return LANGUAGE_NAMES.get(code, code)


def _theme() -> dict[str, Any]:
    member = current_member()
    return {"theme": (member.theme if member is not None else None) or "auto"}
