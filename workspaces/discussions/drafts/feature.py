"""What the drafts add to an app."""

from flask import Flask

from workspaces.discussions.drafts.api import api
from workspaces.discussions.drafts.views import drafts


def install(app: Flask) -> None:
    """Add the pages, the operations and what follows them."""
    app.register_blueprint(drafts)
    api.install(app)
