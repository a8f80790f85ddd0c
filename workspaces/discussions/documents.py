"""How a message becomes a search document of its workspace, with the names of its files; a retracted one has none.

The scope is the workspace, so the index itself looks only into those that the asker has joined; the rows that are
shown come from a query that asks anew, and whether the asker sees that far back.
"""

from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from extranet import db
from extranet.html import to_text
from extranet.i18n import lazy
from extranet.members import Member
from extranet.search.index import Document
from extranet.search.registry import Result
from workspaces.attachments.queries import names_of
from workspaces.discussions.models import Message, Thread
from workspaces.memberships.models import Membership
from workspaces.models import Workspace

KIND = "message"
_CHUNK = 500


def documents_of(message_ids: Sequence[str]) -> list[Document]:
    """The documents of these messages, as they are now."""
    return _documents(Message.id.in_(message_ids))


def every_document() -> Iterator[Document]:
    """The documents of all messages."""
    last = ""
    while found := _documents(Message.id > last, limit=_CHUNK):
        yield from found
        last = found[-1].id


def shown(member: Member, message_ids: Sequence[str]) -> Mapping[str, Result]:
    """Of these, by id, what the member may see: of workspaces they have joined now, not retracted; one query."""
    rows = db.session().execute(
        sa.select(Message.id, Message.html, Message.posted_at, Thread.id, Thread.title, Workspace, Member.name)
        .join(Thread, Thread.id == Message.thread_id)
        .join(Workspace, Workspace.id == Message.workspace_id)
        .join(Membership, sa.and_(Membership.workspace_id == Workspace.id, Membership.member_id == member.id))
        .outerjoin(Member, Member.id == Message.author_id)
        .where(
            Message.id.in_(message_ids),
            Message.retracted_at.is_(None),
            Message.seq >= Membership.sees_from,
            Workspace.trashed_at.is_(None),
        )
    )
    return {
        id_: Result(
            id_,
            "discussions.show_thread",
            {"slug": workspace.slug, "thread_id": thread_id, "at": id_, "_anchor": f"m-{id_}"},
            title,
            text=to_text(html),
            notes=[author or lazy("A former member"), workspace.name],
            at=posted_at,
            tag=lazy("Archived") if workspace.is_archived else None,
        )
        for id_, html, posted_at, thread_id, title, workspace, author in rows
    }


def _documents(*which: sa.ColumnElement[bool], limit: int | None = None) -> list[Document]:
    rows = db.session().execute(
        sa.select(
            Message.id, Thread.title, Message.html, Message.workspace_id, Message.posted_at, Message.has_beside
        )
        .join(Thread, Thread.id == Message.thread_id)
        .where(*which, Message.retracted_at.is_(None))
        .order_by(Message.id)
        .limit(limit)
    )
    found = rows.all()
    files = names_of([id_ for id_, _title, _html, _workspace_id, _posted_at, has_beside in found if has_beside])
    return [
        Document(
            KIND, id_, title=title, text="\n".join([to_text(html), *files.get(id_, ())]), scope=workspace_id,
            at=posted_at,
        )
        for id_, title, html, workspace_id, posted_at, _has_beside in found
    ]
