"""Search: one box for contacts, workspaces and messages, and the index behind it."""

import logging

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import with_appcontext
from gevent import spawn

from extranet import cli, db, web
from extranet.app import at_start, setting_of
from extranet.i18n import lazy
from extranet.members import Member
from extranet.search.api import api
from extranet.search.index import Index, IndexBusy
from extranet.search.reactions import rebuild
from extranet.search.registry import KEY, Search, search
from extranet.search.views import pages
from extranet.web import NavItem

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Add the search page, its command and its check; features then say what can be found."""
    app.extensions[KEY] = Search(setting_of(app).data_dir)
    app.register_blueprint(pages)
    web.add_nav(app, NavItem("search", lazy("Search"), "search.page", place=40))
    app.cli.add_command(reindex)
    cli.add_check(app, _complaints)
    at_start(app, start)
    api.install(app)


def start(app: Flask) -> None:
    """Make the index anew beside a server's other work if it is missing, damaged or of another analysis."""

    def look() -> None:
        with app.app_context():
            try:
                if index().is_stale():
                    log.info("The search index is made anew: %s documents", rebuild(search()))
            except IndexBusy:
                log.info("The search index is being made anew by another process")
            except Exception:
                log.exception("The search index could not be made; it is tried again at the next change")

    spawn(look)


def index() -> Index:
    """The index of the running app."""
    return search().index


@click.command()
@with_appcontext
def reindex() -> None:
    """Make the search index anew from the database; the old one answers meanwhile."""
    try:
        written = rebuild(search())
    except IndexBusy:
        cli.fail("The index is being written by a server or by another command. Try again in a moment.")
    click.echo(f"{written} things can be found.")


def _complaints() -> list[str]:
    with db.reading() as held:
        is_new = held.scalar(sa.select(Member.id).limit(1)) is None
    if is_new or not index().is_stale():
        return []
    return ["The search index is missing, damaged or of another version: run «flask --app wsgi reindex»."]
