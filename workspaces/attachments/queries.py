"""Reads of files, each beginning with the member: a file is seen by who may see its message, unsent by its uploader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from extranet import db
from extranet.members import Member
from workspaces.attachments.models import Attachment
from workspaces.discussions.models import Message
from workspaces.memberships.models import Membership
from workspaces.models import Workspace
from workspaces.queries import Placed, Standing


@dataclass(frozen=True, slots=True)
class FileStanding(Placed):
    """A file, and where the member stands in its workspace."""

    file: Attachment

    @property
    def is_unsent(self) -> bool:
        return self.file.message_id is None


def find_file(member: Member, slug: str, attachment_id: str) -> FileStanding | None:
    """A file that the member may see, in a workspace that they have joined; one query."""
    return _find(member, Workspace.slug == slug, Attachment.id == attachment_id)


def find_file_by_id(member: Member, attachment_id: str) -> FileStanding | None:
    """The same, where the address names no workspace; one query too, whether it exists elsewhere or not."""
    return _find(member, Attachment.id == attachment_id)


def unsent(member: Member, workspace: Workspace, ids: Sequence[str]) -> list[Attachment]:
    """Of these, in their order, the files that the member has brought to a workspace and not sent."""
    if not ids:
        return []
    found = db.session().scalars(
        sa.select(Attachment).where(
            Attachment.id.in_(ids), Attachment.uploaded_by_id == member.id, Attachment.message_id.is_(None),
            Attachment.workspace_id == workspace.id,
        )
    )
    return sorted(found, key=lambda file: ids.index(file.id))


def ids_of_workspace(workspace_id: str) -> Sequence[str]:
    """The ids of all files of a workspace."""
    return db.session().scalars(sa.select(Attachment.id).where(Attachment.workspace_id == workspace_id)).all()


def ids_of_message(message_id: str) -> Sequence[str]:
    """The ids of the files of a message."""
    return db.session().scalars(sa.select(Attachment.id).where(Attachment.message_id == message_id)).all()


def names_of(message_ids: Sequence[str]) -> dict[str, list[str]]:
    """What the files of messages are called and what their pictures show, by message; one query."""
    found: dict[str, list[str]] = {}
    if not message_ids:
        return found
    rows = db.session().execute(
        sa.select(Attachment.message_id, Attachment.name, Attachment.alt)
        .where(Attachment.message_id.in_(message_ids))
        .order_by(Attachment.place)
    )
    for message_id, name, alt in rows:
        assert message_id is not None
        found.setdefault(message_id, []).extend(words for words in (name, alt) if words)
    return found


def all_ids() -> Iterator[str]:
    """The ids of all files."""
    yield from db.session().scalars(sa.select(Attachment.id).execution_options(yield_per=1_000))


def known(ids: Sequence[str]) -> set[str]:
    """Of these ids those that belong to a file."""
    return set(db.session().scalars(sa.select(Attachment.id).where(Attachment.id.in_(ids))))


def _find(member: Member, *which: sa.ColumnElement[bool]) -> FileStanding | None:
    is_said = sa.and_(Message.seq >= Membership.sees_from, Message.retracted_at.is_(None))
    is_own = sa.and_(Attachment.message_id.is_(None), Attachment.uploaded_by_id == member.id)
    row = db.session().execute(
        sa.select(Workspace, Membership, Attachment)
        .join(Attachment, Attachment.workspace_id == Workspace.id)
        .join(Membership, sa.and_(Membership.workspace_id == Workspace.id, Membership.member_id == member.id))
        .outerjoin(Message, Message.id == Attachment.message_id)
        .where(*which, Workspace.trashed_at.is_(None), sa.or_(is_said, is_own))
    ).one_or_none()
    if row is None:
        return None
    workspace, membership, file = row
    return FileStanding(Standing(workspace, membership), file)
