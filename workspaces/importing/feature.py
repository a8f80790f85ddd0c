"""What workspaces add to `flask import-legacy`."""

from flask import Flask

from extranet.events import reactions
from extranet.importing.run import add_step
from workspaces.importing.events import DiscussionsImported
from workspaces.importing.step import discussions


def install(app: Flask) -> None:
    """Take part in imports, after the directory."""
    reactions(app).knows(DiscussionsImported)
    add_step(app, discussions)
