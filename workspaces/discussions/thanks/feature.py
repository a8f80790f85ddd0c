"""What the thanks and the quiet reactions add to an app."""

from flask import Flask

from extranet import cli
from extranet.events import reactions
from workspaces.discussions.reactions import tell_change
from workspaces.discussions.thanks import seeds
from workspaces.discussions.thanks.api import api
from workspaces.discussions.thanks.events import MessageThanked, ReactionGiven, ReactionWithdrawn, ThanksWithdrawn
from workspaces.discussions.thanks.views import thanks
from workspaces.discussions.thanks.words import REACTION_WORDS


def install(app: Flask) -> None:
    """Add the ways to thank and to react; everyone who has joined sees it at once."""
    app.register_blueprint(thanks)
    api.install(app)
    app.jinja_env.globals["reaction_words"] = REACTION_WORDS
    for event in (MessageThanked, ThanksWithdrawn, ReactionGiven, ReactionWithdrawn):
        reactions(app).at_once(event, tell_change)
    cli.add_seed(app, 60, seeds.plant)
