"""`flask purge`: destroys for good what has been in the trash for long enough. Safe to run at any time, and twice."""

import time
from datetime import timedelta
from email.parser import BytesParser
from email.policy import default
from typing import NamedTuple

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import with_appcontext

from extranet import cli, db, outbox
from extranet.accounts import service as accounts
from extranet.app import setting_of
from extranet.erasing import wipe_free_space
from extranet.events import EventRow, OutboxRow
from extranet.mail import ABOUT, letters_in
from extranet.search.index import IndexBusy
from extranet.search.registry import search
from workspaces import service
from workspaces.attachments.queries import ids_of_workspace
from workspaces.attachments.store import store
from workspaces.attachments.upkeep import sweep
from workspaces.discussions.drafts import service as drafts
from workspaces.events import WorkspacePurged
from workspaces.models import Workspace

PATIENCE = 60.0
"""Seconds for which the index is waited for: another process may be writing to it."""
GRACE = timedelta(days=2)
"""How long after its day a purge may come before the doctor complains."""


class Gone(NamedTuple):
    """A purged workspace and its address, for as long as the command looks for its letters."""

    id: str
    slug: str


@click.command()
@click.option("--now", "at_once", is_flag=True, help="all that is in the trash, however short it has been there")
@with_appcontext
def purge(at_once: bool) -> None:
    """Destroy the workspaces that have been in the trash for 30 days; old applications, links, drafts, unsent files."""
    with db.writing():
        accounts.forget_what_is_old()
        drafts.forget_old()
    gone = purge_workspaces(at_once=at_once)
    click.echo(f"Workspaces purged: {len(gone)}.")
    _throw_away_letters(gone)
    sweep()
    is_forgotten = _index_has_forgotten()
    _throw_away_letters(gone)  # a server may have been writing one; by now it has kept what it had begun
    if not (is_forgotten and _index_drops_old_words()):
        cli.fail("The search index is busy. A server goes on with it; run this again to be sure.")
    if not wipe_free_space():
        cli.fail("Somebody went on reading the database's log, so it could not be wiped. Run this again.")


def overdue() -> list[str]:
    """What `flask doctor` says if the purge has not been run for some days."""
    with db.reading():
        late = len(service.due_for_purge(late_by=GRACE))
    sentence = f"Workspaces that should have been purged by now: {late}. Run «flask --app wsgi purge» every day."
    return [sentence] if late else []


def purge_workspaces(*, at_once: bool = False) -> list[Gone]:
    """Purge what is due, or all that is in the trash, each workspace in a transaction of its own."""
    with db.reading():
        due = service.due_for_purge(at_once=at_once)
    return [gone for workspace_id in due if (gone := _purge(workspace_id, at_once=at_once)) is not None]


def _purge(workspace_id: str, *, at_once: bool) -> Gone | None:
    """Purge one, unless it was restored or purged meanwhile."""
    with db.writing() as held:
        workspace = held.get(Workspace, workspace_id)
        if workspace is None or not workspace.is_trashed:
            return None
        gone = Gone(workspace.id, workspace.slug)
        file_ids = ids_of_workspace(workspace.id)
        service.purge(workspace, at_once=at_once)
    store().remove(file_ids)
    return gone


def _index_has_forgotten() -> bool:
    """Take what was purged out of the index, or wait until a server has."""
    deadline = time.monotonic() + PATIENCE
    while True:
        outbox.drain()
        with db.reading() as held:
            left = held.scalar(
                sa.select(OutboxRow.id)
                .join(EventRow, EventRow.id == OutboxRow.event_id)
                .where(EventRow.kind == WorkspacePurged.kind())
                .limit(1)
            )
        if left is None or time.monotonic() > deadline:
            return left is None
        time.sleep(0.2)


def _index_drops_old_words() -> bool:
    """Take off the disk what edits and hidden fields have left in the index: once a night, because it takes long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            search().index.purge()
        except IndexBusy:
            time.sleep(0.2)
        else:
            return True
    return False


def _throw_away_letters(gone: list[Gone]) -> None:
    """Letters that a site without a mail server put into its folder name the workspace too.

    They are known by what they are about or lead to: what it was called, others may say in letters of their own.
    """
    folder = setting_of(current_app).data_dir / "mail"
    for path in letters_in(folder) if gone else []:
        letter = BytesParser(policy=default).parsebytes(path.read_bytes())
        body = letter.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        if any(letter[ABOUT] == one.id or f"/{one.slug}" in text for one in gone):
            path.unlink(missing_ok=True)
