"""What «who sees this?» adds to an app."""

from flask import Flask, g

from directory.queries import Gathering
from workspaces.discussions.audience.queries import audience_of
from workspaces.discussions.audience.views import audience
from workspaces.models import Workspace


def install(app: Flask) -> None:
    """Add the answer to the line below every editor, and let the pages with an editor ask it."""
    app.register_blueprint(audience)
    app.jinja_env.globals["audience_of"] = _once_a_page


def _once_a_page(workspace: Workspace) -> Gathering:
    """The same for all editors of a page."""
    found: dict[str, Gathering] = g.setdefault("audiences", {})
    if workspace.id not in found:
        found[workspace.id] = audience_of(workspace.id)
    return found[workspace.id]
