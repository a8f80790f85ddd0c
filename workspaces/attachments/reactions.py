"""What follows for files: a message that was retracted has none, and what belongs to nothing is swept away."""

from extranet import db
from extranet.events import Recorded
from workspaces.attachments import queries, service
from workspaces.attachments.store import store

_AT_ONCE = 500


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


def sweep() -> int:
    """Remove what belongs to nothing: unsent files after 30 days, and files without a row after an hour; how many."""
    kept_in = store()
    with db.writing():
        gone = list(service.forget_unsent())
    there = sorted(set(kept_in.old_ids()))
    for start in range(0, len(there), _AT_ONCE):
        some = there[start : start + _AT_ONCE]
        with db.reading():
            known = queries.known(some)
        gone += [file_id for file_id in some if file_id not in known]
    kept_in.remove(gone)
    return len(gone)
