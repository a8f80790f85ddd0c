"""How a decision becomes a search document of its workspace, and which messages' documents change with their thread."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from extranet import db
from extranet.html import to_text
from extranet.i18n import lazy
from extranet.members import Member
from extranet.search.index import Document
from extranet.search.registry import Result
from workspaces.discussions.models import Message, Thread
from workspaces.discussions.threads.models import Decision
from workspaces.memberships.models import Membership
from workspaces.models import Workspace

KIND = "decision"


def documents_of(thread_ids: Sequence[str]) -> list[Document]:
    """The documents of the decisions of these threads, where there are any."""
    return _documents(Decision.thread_id.in_(thread_ids))


def every_document() -> Iterator[Document]:
    """The documents of all decisions."""
    yield from _documents()


def shown(member: Member, thread_ids: Sequence[str]) -> Mapping[str, Result]:
    """Of these, by id, what the member may see: of threads in workspaces that they have joined now; one query."""
    rows = db.session().execute(
        sa.select(Decision.thread_id, Decision.html, Decision.decided_at, Thread.title, Workspace, Member.name)
        .join(Thread, Thread.id == Decision.thread_id)
        .join(Workspace, Workspace.id == Thread.workspace_id)
        .join(Membership, sa.and_(Membership.workspace_id == Workspace.id, Membership.member_id == member.id))
        .outerjoin(Member, Member.id == Decision.decided_by_id)
        .where(
            Decision.thread_id.in_(thread_ids),
            Thread.last_seq >= Membership.sees_from,
            Workspace.trashed_at.is_(None),
        )
    )
    return {
        id_: Result(
            id_,
            "discussions.show_thread",
            {"slug": workspace.slug, "thread_id": id_, "_anchor": "decision"},
            title,
            text=to_text(html),
            notes=[author or lazy("A former member"), workspace.name],
            at=decided_at,
            tag=lazy("Archived") if workspace.is_archived else lazy("Decision"),
        )
        for id_, html, decided_at, title, workspace, author in rows
    }


def messages_of(event: Any) -> Sequence[str]:
    """The messages whose documents hold what is said of their thread: its title and its workspace."""
    with db.reading() as held:
        return held.scalars(sa.select(Message.id).where(Message.thread_id == event.thread)).all()


def _documents(*which: sa.ColumnElement[bool]) -> list[Document]:
    rows = db.session().execute(
        sa.select(Decision.thread_id, Thread.title, Decision.html, Thread.workspace_id, Decision.decided_at)
        .join(Thread, Thread.id == Decision.thread_id)
        .where(*which)
        .order_by(Decision.thread_id)
    )
    return [
        Document(KIND, id_, title=title, text=to_text(html), scope=workspace_id, at=at)
        for id_, title, html, workspace_id, at in rows
    ]
