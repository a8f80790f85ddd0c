"""What people do with files: bring them, send them along, take them away. Rows alone; the disk is the store's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from extranet import clock, db
from extranet.errors import Invalid, Refusal
from extranet.i18n import _, lazy
from extranet.members import Member
from extranet.uploads import MOST_FILES
from workspaces.attachments import queries
from workspaces.attachments.models import Attachment
from workspaces.discussions.models import Message, Thread
from workspaces.models import Workspace
from workspaces.queries import enter

LONGEST_ALT = 500
"""Characters of what a picture shows; longer ones belong in the message."""
MOST_UNSENT = 50
"""Files that a member may have brought to a workspace and not sent: five messages full."""
A_DAY = 1_000_000_000
"""Bytes that a member may bring in a day: fifty of the largest files."""
A_WORKSPACE = 20_000_000_000
"""Bytes that a workspace may hold: a thousand of the largest files."""
UNSENT_DAYS = 30
"""Days for which a file waits to be sent; a draft is kept as long."""


class NoRoom(Refusal):
    """A file of a kind that is taken, but not now."""


class TooManyUnsent(NoRoom):
    sentence = lazy("You have added many files here that are not sent. Send or remove some of them first.")


class EnoughToday(NoRoom):
    sentence = lazy("You have added so many files today that there is no room for more. Go on tomorrow.")


class WorkspaceFull(NoRoom):
    sentence = lazy("The workspace has no room for more files.")


class TooManyFiles(Invalid):
    """More files than a message may have."""

    def __init__(self) -> None:
        sentence = too_many()
        super().__init__(sentence, fields={"attachments": sentence})


class NotYoursToSend(Invalid):
    """A file that the author did not bring to this workspace, or that has been sent or taken away already."""

    sentence = lazy("A file is no longer there to be sent. Remove it and add it again.")


class SayWhatItShows(Invalid):
    """A picture without words for those who do not see it."""

    sentence = lazy("Write what the picture shows, or mark it as decorative.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A file to send; `alt` is what a picture shows, the empty text if it shows nothing that matters."""

    id: str
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out of a file that has been kept; `width` and `height` in pixels, of pictures."""

    id: str
    name: str
    media_type: str
    size: int
    digest: str
    width: int | None = None
    height: int | None = None


def too_many() -> str:
    """What is said of more files than a message may have."""
    return str(_("A message may have at most %(num)s files.", num=MOST_FILES))


def bring(workspace: Workspace, found: Found, *, by: Member) -> Attachment:
    """Note a file that has been kept; nobody else sees it until it is sent.

    Raises `Archived`, `NotHere` if the member has been removed or suspended, `TooManyUnsent`, `EnoughToday`,
    `WorkspaceFull`.
    """
    enter(workspace, by).ensure_active()
    ensure_room(workspace, found.size, by)
    file = Attachment(
        id=found.id, workspace_id=workspace.id, uploaded_by_id=by.id, name=found.name, media_type=found.media_type,
        size=found.size, digest=found.digest, width=found.width, height=found.height,
        has_preview=found.width is not None,
    )
    db.session().add(file)
    db.session().flush()
    return file


def send_along(message: Message, chosen: Sequence[Chosen], *, by: Member) -> None:
    """Give a message that is just being said its files, in this order; the caller holds the workspace.

    Raises `TooManyFiles`, `NotYoursToSend`, `SayWhatItShows`.
    """
    if not chosen:
        return
    alts = {one.id: one.alt for one in chosen}
    if len(alts) > MOST_FILES:
        raise TooManyFiles
    workspace = db.session().get_one(Workspace, message.workspace_id)
    files = queries.unsent(by, workspace, list(alts))
    if len(files) != len(alts):
        raise NotYoursToSend(fields={"attachments": NotYoursToSend.sentence})
    for place, file in enumerate(files):
        alt = alts[file.id] if file.is_image else None
        if file.is_image and alt is None:
            raise SayWhatItShows(fields={f"alt-{file.id}": SayWhatItShows.sentence})
        file.message_id, file.place, file.alt = message.id, place, alt
    message.has_beside = True
    db.session().flush()


def drop(file: Attachment) -> None:
    """Take away a file that was not sent; what is on the disk is the caller's to remove afterwards."""
    db.session().delete(file)


def follow_thread(thread: Thread) -> None:
    """The files of a thread that was moved are its new workspace's: call it once `thread` says which that is."""
    of_thread = sa.select(Message.id).where(Message.thread_id == thread.id)
    db.session().execute(
        sa.update(Attachment)
        .where(Attachment.message_id.in_(of_thread))
        .values(workspace_id=thread.workspace_id)
        .execution_options(synchronize_session=False)
    )


def forget_unsent() -> Sequence[str]:
    """Remove the rows of files that have waited for 30 days; their ids, for the disk."""
    before = clock.now() - timedelta(days=UNSENT_DAYS)
    is_old = (Attachment.message_id.is_(None), Attachment.uploaded_at < before)
    return db.session().scalars(sa.delete(Attachment).where(*is_old).returning(Attachment.id)).all()


def forget_of_message(message_id: str) -> None:
    """Remove the rows of a message's files."""
    db.session().execute(sa.delete(Attachment).where(Attachment.message_id == message_id))


def ensure_room(workspace: Workspace, size: int, by: Member) -> None:
    """Raise `TooManyUnsent`, `EnoughToday` or `WorkspaceFull` where a member cannot bring so many bytes now."""
    its_own = (Attachment.uploaded_by_id == by.id,)
    unsent = sa.select(sa.func.count(Attachment.id)).where(
        *its_own, Attachment.message_id.is_(None), Attachment.workspace_id == workspace.id
    )
    if (db.session().scalar(unsent) or 0) >= MOST_UNSENT:
        raise TooManyUnsent
    if _bytes(*its_own, Attachment.uploaded_at > clock.now() - timedelta(days=1)) + size > A_DAY:
        raise EnoughToday
    if _bytes(Attachment.workspace_id == workspace.id) + size > A_WORKSPACE:
        raise WorkspaceFull


def _bytes(*which: sa.ColumnElement[bool]) -> int:
    return int(db.session().scalar(sa.select(sa.func.coalesce(sa.func.sum(Attachment.size), 0)).where(*which)) or 0)
