"""Workspaces: opening, joining and ending them, and what is said in them."""

from typing import Any

from flask import Flask

import workspaces.discussions.feature
from extranet import cli, events, web
from extranet.events import Event
from extranet.i18n import lazy
from extranet.importing.run import add_step
from extranet.members import Member
from extranet.moderation.desk import add_parts
from extranet.realtime import realtime
from extranet.search.registry import Searchable, searchable
from extranet.web import NavItem, Panel
from workspaces import documents, queries, reactions, seeds, words
from workspaces.api import api
from workspaces.cli import overdue, purge
from workspaces.desk import workspace_desk
from workspaces.discussions.reactions import tell_all_where_they_still_are, tell_change
from workspaces.discussions.reading.queries import unread_by_workspace
from workspaces.events import (
    WorkspaceArchived,
    WorkspaceChanged,
    WorkspaceOpened,
    WorkspacePurged,
    WorkspaceReopened,
    WorkspaceRestored,
    WorkspaceTrashed,
)
from workspaces.importing.events import DiscussionsImported
from workspaces.importing.step import discussions as import_discussions
from workspaces.memberships import feature as memberships
from workspaces.memberships.queries import waiting_by_workspace
from workspaces.views import workspaces as pages

_AT_HOME = 6
"""Workspaces that a member's home shows."""
_LIFE: tuple[type[Event], ...] = (
    WorkspaceOpened, WorkspaceChanged, WorkspaceArchived, WorkspaceReopened, WorkspaceTrashed, WorkspaceRestored,
)  # fmt: skip


def install(app: Flask) -> None:
    """Add the feature to the app."""
    words.install(app)
    app.register_blueprint(pages)
    app.register_blueprint(workspace_desk)
    memberships.install(app)
    api.install(app)
    workspaces.discussions.feature.install(app)
    web.add_nav(app, NavItem("workspaces", lazy("Workspaces"), "workspaces.index", place=10))
    web.add_panels(app, Panel("workspaces/_panel.html", _my_workspaces, place=20))
    add_parts(app, NavItem("workspaces", lazy("Workspaces"), "workspace_desk.index", place=30))
    realtime(app).beats_with(queries.heads_of_members)
    _follow(app)
    add_step(app, import_discussions)
    app.cli.add_command(purge)
    cli.add_check(app, overdue)
    cli.add_seed(app, 40, seeds.plant)


def _follow(app: Flask) -> None:
    follow = events.reactions(app)
    for event in _LIFE:
        follow.at_once(event, tell_change)
    follow.at_once(WorkspaceTrashed, tell_all_where_they_still_are)
    for event in (WorkspaceChanged, WorkspaceArchived, WorkspaceReopened, WorkspaceTrashed, WorkspaceRestored):
        follow.later(event, reactions.tell_the_other_hosts)
    searchable(
        app,
        Searchable(
            kind=documents.KIND,
            label=lazy("Workspaces"),
            load=documents.documents_of,
            every=documents.every_document,
            shown=documents.shown,
            changed_by={
                **dict.fromkeys((*_LIFE, WorkspacePurged, DiscussionsImported), lambda event: (event.workspace,)),
            },
            scopes=queries.joined_ids,
            ended_by={WorkspacePurged: lambda event: event.workspace},
            forgotten_by=(WorkspacePurged,),
            place=20,
        ),
    )


def _my_workspaces(member: Member) -> dict[str, Any] | None:
    shown = queries.liveliest(member, size=_AT_HOME)
    if not shown:
        return None
    return {"shown": shown, "unread": unread_by_workspace(member), "waiting": waiting_by_workspace(member)}
