"""How a file that came in becomes one that is kept: looked at, made safe and written, outside every transaction."""

from typing import IO, cast

from werkzeug.datastructures import FileStorage

from extranet import db
from extranet.beside import Beside
from extranet.ids import new_id
from extranet.members import Member
from extranet.uploads import Incoming, ensure_not_too_large
from workspaces.attachments import pictures, service
from workspaces.attachments.kinds import BY_TYPE, kind_of
from workspaces.attachments.models import Attachment
from workspaces.attachments.names import safe_name
from workspaces.attachments.service import Found
from workspaces.attachments.store import Store, store
from workspaces.models import Workspace

_beside = Beside(4)


def receive(brought: FileStorage, workspace: Workspace, *, by: Member) -> Attachment:
    """Keep a file that a member brings to a workspace. Ends the transaction of the caller and keeps its own.

    Raises `FileTooLarge`, a `NotTaken`, what `service.bring` raises, or an `OSError` where the disk is full; then
    nothing is left of it.
    """
    db.release()
    ensure_not_too_large(brought)
    with db.reading():
        service.ensure_room(workspace, 0, by)  # to look at it may take seconds
    file_id, kept_in = new_id(), store()
    try:
        source = cast(Incoming, brought.stream).file
        found = written(kept_in, file_id, source, brought.filename or "")
        with db.writing():
            return service.bring(workspace, found, by=by)
    except BaseException:
        kept_in.remove([file_id])
        raise


def written(kept_in: Store, file_id: str, source: IO[bytes], name: str) -> Found:
    """Look at a file, make it safe and put it where files are kept. Raises a `NotTaken` or an `OSError`."""
    kind = _beside(kind_of, source, name)
    if kind.family != "picture":
        kept = _beside(kept_in.keep, file_id, source)
        return Found(file_id, safe_name(name, kind), kind.media_type, kept.size, kept.digest)
    picture = pictures.remake(source, *kept_in.workplace(file_id))
    kept = _beside(kept_in.keep_written, file_id)
    return Found(
        file_id, safe_name(name, BY_TYPE[picture.media_type]), picture.media_type, kept.size, kept.digest,
        picture.width, picture.height,
    )
