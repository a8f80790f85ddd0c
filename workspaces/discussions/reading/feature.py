"""What the reading marks add to an app."""

from flask import Flask

from extranet import web
from extranet.i18n import lazy
from extranet.members import Member
from extranet.web import NavItem
from workspaces.discussions.reading.api import api
from workspaces.discussions.reading.queries import unread_by_workspace
from workspaces.discussions.reading.views import reading


def install(app: Flask) -> None:
    """Add the pages, the operations and what follows them."""
    app.register_blueprint(reading)
    api.install(app)
    web.add_nav(app, NavItem("unread", lazy("What is new"), "reading.news", _unread, place=8))


def _unread(member: Member) -> int:
    return sum(unread_by_workspace(member).values())
