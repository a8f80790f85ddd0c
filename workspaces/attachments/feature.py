"""What the attachments add to an app."""

from flask import Flask

from extranet import cli
from extranet.events import reactions
from extranet.uploads import MOST_FILES, most_megabytes
from workspaces.attachments import kinds, models, seeds  # noqa: F401  the tables are known from here on
from workspaces.attachments.api import api
from workspaces.attachments.reactions import sweep_after_a_purge, throw_away_files_of_the_message
from workspaces.attachments.upkeep import missing
from workspaces.attachments.views import attachments
from workspaces.discussions.events import MessageRetracted
from workspaces.events import WorkspacePurged


def install(app: Flask) -> None:
    """Add the pages, the operations and what follows them."""
    app.register_blueprint(attachments)
    app.jinja_env.globals.update(accepted_files=kinds.ACCEPT, most_files=MOST_FILES, most_megabytes=most_megabytes)
    api.install(app)
    cli.add_check(app, missing)
    cli.add_seed(app, 58, seeds.plant)
    follow = reactions(app)
    follow.later(MessageRetracted, throw_away_files_of_the_message)
    follow.later(WorkspacePurged, sweep_after_a_purge)
