"""What the mentions add to an app."""

from flask import Flask

from workspaces.discussions.mentions.views import mentions


def install(app: Flask) -> None:
    """Add the names that an editor offers."""
    app.register_blueprint(mentions)
