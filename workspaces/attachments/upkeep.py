"""Rows and files kept in step: what belongs to nothing is swept away, what is missing is told."""

from extranet import db
from workspaces.attachments import queries, service
from workspaces.attachments.store import store

_AT_ONCE = 500


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


def missing() -> list[str]:
    """What `flask doctor` says of files that have a row and are not on the disk, as after half a restoring."""
    kept_in = store()
    with db.reading():
        lost = sum(not kept_in.whole(file_id).exists() for file_id in queries.all_ids())
    if not lost:
        return []
    return [f"Files of messages that are not on the disk: {lost}. Restore «attachments» from the backup too."]
