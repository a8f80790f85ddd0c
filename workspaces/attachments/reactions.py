"""What follows for files: a message that was retracted has none, and of a purged workspace nothing is left."""

from extranet import db
from extranet.events import Recorded
from workspaces.attachments import queries, service
from workspaces.attachments.store import store
from workspaces.attachments.upkeep import sweep


def throw_away_files_of_the_message(recorded: Recorded) -> None:
    """Nobody sees them from the retraction on; here they cease to be, first the bytes, then the rows."""
    message_id = recorded.event.message
    with db.reading():
        ids = queries.ids_of_message(message_id)
    if ids:
        store().remove(ids)
        with db.writing():
            service.forget_of_message(message_id)


def sweep_after_a_purge(_recorded: Recorded) -> None:
    """A purge that was killed before it came to the files is made whole."""
    sweep()
