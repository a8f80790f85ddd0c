"""What workspaces add to `flask import-legacy`."""

from flask import Flask

from extranet.events import Recorded, reactions
from extranet.importing.history import forget_within
from extranet.importing.run import add_step
from workspaces.events import WorkspacePurged
from workspaces.importing.events import DiscussionsImported
from workspaces.importing.step import discussions


def install(app: Flask) -> None:
    """Take part in imports, after the directory."""
    reactions(app).knows(DiscussionsImported)
    reactions(app).together(WorkspacePurged, forget_where_it_came_from)
    add_step(app, discussions)


def forget_where_it_came_from(purged: Recorded) -> None:
    """A purged workspace leaves nothing behind, but a later import still knows not to bring it again."""
    forget_within(purged.event.workspace)
