"""Moderation: the desk where it is decided who is in."""

from flask import Flask

from extranet import events, web
from extranet.accounts.events import EmailChanged
from extranet.i18n import lazy
from extranet.members import Member
from extranet.moderation import desk, queries, reactions
from extranet.moderation.events import (
    ApplicationDeclined,
    MemberRestored,
    MemberSuspended,
    NameChanged,
    PasswordLetterAsked,
    RoleChanged,
)
from extranet.moderation.views import moderation
from extranet.web import NavItem, Panel


def install(app: Flask) -> None:
    """Add the feature to the app."""
    desk.install(app)
    app.register_blueprint(moderation)
    web.add_nav(app, NavItem("desk", lazy("Desk"), "moderation.desk", queries.waiting, _moderates, place=90))
    desk.add_parts(
        app,
        NavItem("applications", lazy("Applications"), "moderation.applications", queries.waiting, place=10),
        NavItem("members", lazy("Members"), "moderation.members", place=20),
    )
    web.add_panels(app, Panel("moderation/_panel.html", lambda member: queries.waiting(member) or None, place=15))
    follow = events.reactions(app)
    follow.knows(NameChanged)
    follow.later(ApplicationDeclined, reactions.tell_the_applicant_why_not)
    follow.later(MemberSuspended, reactions.tell_of_the_suspension)
    follow.later(MemberRestored, reactions.tell_of_the_restoration)
    follow.later(RoleChanged, reactions.tell_of_the_role)
    follow.later(EmailChanged, reactions.tell_both_addresses)
    follow.later(PasswordLetterAsked, reactions.send_what_sets_a_password)


def _moderates(member: Member) -> bool:
    return member.is_moderator
