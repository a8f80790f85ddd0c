"""What the discussions add to an app."""

from flask import Flask

from extranet.events import reactions
from workspaces.discussions import sockets
from workspaces.discussions.api import api
from workspaces.discussions.events import MessageEdited, MessagePosted, MessageRetracted, ThreadOpened
from workspaces.discussions.reactions import tell_change
from workspaces.discussions.views import discussions


def install(app: Flask) -> None:
    """Add the pages, the live news and the search documents of discussions."""
    app.register_blueprint(discussions)
    api.install(app)
    sockets.install(app)
    follow = reactions(app)
    for event in (ThreadOpened, MessagePosted, MessageEdited, MessageRetracted):
        follow.at_once(event, tell_change)
