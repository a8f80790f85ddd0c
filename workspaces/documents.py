"""How a workspace becomes a search document: a listed one for all members, an unlisted one for those who joined.

What is in the trash has no document; what is archived has one and is shown with a label.
"""

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from extranet import db
from extranet.i18n import lazy
from extranet.members import Member
from extranet.search.index import Document
from extranet.search.registry import Result
from workspaces import queries
from workspaces.models import Workspace
from workspaces.words import KINDS

KIND = "workspace"
_CHUNK = 500


def documents_of(workspace_ids: Sequence[str]) -> list[Document]:
    """The documents of these workspaces; of those in the trash or purged, none."""
    return [_document(workspace) for workspace in _standing(Workspace.id.in_(workspace_ids))]


def every_document() -> Iterator[Document]:
    """The documents of all workspaces."""
    last = ""
    while found := _standing(Workspace.id > last, limit=_CHUNK):
        yield from map(_document, found)
        last = found[-1].id


def shown(member: Member, workspace_ids: Sequence[str]) -> Mapping[str, Result]:
    """Of these, by id, what the member may know of; as it leads them: in, or to the page about it."""
    return {
        one.workspace.id: Result(
            one.workspace.id,
            "discussions.show" if one.is_joined else "workspaces.about",
            {"slug": one.workspace.slug},
            one.workspace.name,
            text=one.workspace.purpose,
            notes=[KINDS[one.workspace.kind]],
            tag=lazy("Archived") if one.workspace.is_archived else None,
        )
        for one in queries.visible_among(member, workspace_ids)
    }


def _standing(*which: sa.ColumnElement[bool], limit: int | None = None) -> Sequence[Workspace]:
    statement = sa.select(Workspace).where(*which, Workspace.trashed_at.is_(None)).order_by(Workspace.id)
    return db.session().scalars(statement.limit(limit)).all()


def _document(workspace: Workspace) -> Document:
    return Document(
        KIND,
        workspace.id,
        title=workspace.name,
        text=workspace.purpose,
        scope=None if workspace.is_listed else workspace.id,
        at=workspace.opened_at,
    )
