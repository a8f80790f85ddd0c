"""Reads of one's own drafts; of the places where one may write now, and of nobody else's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from extranet import clock, db
from extranet.members import Member
from workspaces.discussions import queries as discussions
from workspaces.discussions.drafts.models import Draft, PlaceName
from workspaces.discussions.models import Message, Thread
from workspaces.discussions.queries import MessageStanding
from workspaces.memberships.models import Membership
from workspaces.models import Workspace
from workspaces.queries import Placed, Standing, find_joined

KEPT = timedelta(days=60)
"""For how long a draft that nobody goes on with is kept."""
KEPT_WITHOUT_WORDS = timedelta(days=31)
"""For how long it is kept that one was sent or taken away: a day longer than a browser keeps the words."""
MOST_LISTED = 300
"""Drafts of one workspace that an open page hears of."""
MOST_SHOWN = 50
"""Drafts that the list of one's own shows, the latest first."""
_BEGINNING = 160
"""Characters of a draft that a list shows."""


@dataclass(frozen=True, slots=True)
class DraftPlace(Placed):
    """A place where the member may have a draft: an editor of theirs."""

    place: str


@dataclass(frozen=True, slots=True)
class ListedDraft:
    """That there is a draft, of which version, and whether it has words; not which."""

    place: str
    version: int
    is_empty: bool
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """A draft in the list of one's own. `thread` and `title` are of the thread that it belongs to, if there is one.

    `words` is all that it says, where nothing can be written any more: there one can only copy it.
    """

    slug: str
    workspace: str
    place: str
    kind: str
    about: str
    thread: str | None
    title: str | None
    beginning: str
    words: str | None
    version: int
    saved_at: datetime


class _Whereabouts(NamedTuple):
    """The thread that a draft belongs to."""

    thread: str
    title: str
    is_locked: bool


def find_place(member: Member, slug: str, place: str) -> DraftPlace | None:
    """An editor that the member may have open: of a new thread, a thread, an answer, or of their own message."""
    kind, id_ = PlaceName.read(place)
    standing = _standing(member, slug, kind, id_)
    return DraftPlace(standing, place) if standing is not None else None


def draft_at(member: Member, place: DraftPlace) -> Draft | None:
    """What the member has typed there, if anything."""
    return find_draft(place.workspace.id, place.place, member_id=member.id)


def find_draft(workspace_id: str, place: str, *, member_id: str) -> Draft | None:
    """A member's draft by where it stands."""
    return db.session().scalar(
        sa.select(Draft).where(
            Draft.member_id == member_id, Draft.workspace_id == workspace_id, Draft.place == place
        )
    )


def drafts_in(member: Member, standing: Standing) -> Sequence[ListedDraft]:
    """The member's drafts in a workspace, also those without words, which say that something was sent or taken away.

    Those with words come first, then the latest: all of them are told, as nobody has as many as `MOST_LISTED`.
    """
    rows = db.session().execute(
        sa.select(Draft.place, Draft.version, is_without_words(), Draft.saved_at)
        .where(Draft.member_id == member.id, Draft.workspace_id == standing.workspace.id, ~is_forgotten())
        .order_by(is_without_words(), Draft.saved_at.desc(), Draft.id)
        .limit(MOST_LISTED)
    )
    return [ListedDraft(*row) for row in rows]


def is_forgotten() -> sa.ColumnElement[bool]:
    """Whether nobody has gone on with a draft for so long that it goes, without words sooner."""
    now = clock.now()
    return sa.or_(Draft.saved_at <= now - KEPT, sa.and_(is_without_words(), Draft.saved_at <= now - KEPT_WITHOUT_WORDS))


def is_without_words() -> sa.ColumnElement[bool]:
    """Whether a draft says nothing any more but that it was sent or taken away."""
    return sa.and_(Draft.body == "", Draft.title.is_(None))


def own_drafts(member: Member) -> Sequence[ShownDraft]:
    """What the member has begun in the workspaces that they are in, the latest first; at most three queries.

    What belongs to something that they cannot see any longer is left out.
    """
    rows = db.session().execute(
        sa.select(Draft, Workspace.slug, Workspace.name, Workspace.archived_at.is_(None))
        .join(Workspace, Workspace.id == Draft.workspace_id)
        .join(Membership, sa.and_(Membership.workspace_id == Workspace.id, Membership.member_id == Draft.member_id))
        .where(Draft.member_id == member.id, Workspace.trashed_at.is_(None))
        .where(~is_without_words())
        .order_by(Draft.saved_at.desc(), Draft.id)
        .limit(MOST_SHOWN)
    ).all()
    names = [PlaceName.read(draft.place) for draft, *_workspace in rows]
    threads = _threads(member, [name.id for name in names if name.kind == "thread"])
    messages = _messages(member, [name.id for name in names if name.kind in ("answer", "edit")])
    shown = []
    for (draft, slug, workspace, is_active), (kind, id_) in zip(rows, names, strict=True):
        where = (threads if kind == "thread" else messages).get(id_)
        if kind != "new" and where is None:
            continue
        is_open = is_active and not (where and where.is_locked)
        shown.append(
            ShownDraft(
                slug, workspace, draft.place, kind, id_, where and where.thread, where and where.title,
                beginning=" ".join((draft.title or draft.body).split())[:_BEGINNING],
                words=None if is_open else "\n\n".join(filter(None, [draft.title, draft.body])),
                version=draft.version, saved_at=draft.saved_at,
            )
        )
    return shown


def ended_drafts(member: Member) -> Mapping[str, int]:
    """Which drafts were sent or taken away, «slug/place», and in which version: for a browser that was away."""
    rows = db.session().execute(
        sa.select(Workspace.slug, Draft.place, Draft.version)
        .join(Workspace, Workspace.id == Draft.workspace_id)
        .join(Membership, sa.and_(Membership.workspace_id == Workspace.id, Membership.member_id == Draft.member_id))
        .where(Draft.member_id == member.id, is_without_words())
        .order_by(Draft.saved_at.desc())
        .limit(MOST_LISTED)
    )
    return {f"{slug}/{place}": version for slug, place, version in rows}


def workspaces_of(member: Member) -> Mapping[str, tuple[str, bool]]:
    """What the workspaces are called that the member is in, by slug, and whether they are active.

    What is kept in a browser knows the slug alone.
    """
    rows = db.session().execute(
        sa.select(Workspace.slug, Workspace.name, Workspace.archived_at.is_(None))
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Membership.member_id == member.id, Workspace.trashed_at.is_(None))
    )
    return {slug: (name, is_active) for slug, name, is_active in rows}


def count_of(member: Member) -> int:
    """How many drafts with words or a title the member has, in all workspaces."""
    statement = sa.select(sa.func.count(Draft.id)).where(Draft.member_id == member.id, ~is_without_words())
    return db.session().scalar(statement) or 0


def _standing(member: Member, slug: str, kind: str, id_: str) -> Standing | None:
    if kind == "thread":
        thread = discussions.find_thread(member, slug, id_)
        return thread.standing if thread is not None else None
    if kind in ("answer", "edit"):
        place = discussions.find_message(member, slug, id_)
        return place.standing if place is not None and (kind == "answer" or _may_be_edited(place)) else None
    standing = find_joined(member, slug)
    return standing if kind == "new" and not id_ else None


def _may_be_edited(place: MessageStanding) -> bool:
    return place.is_author and not place.message.is_retracted


def _threads(member: Member, ids: Iterable[str]) -> Mapping[str, _Whereabouts]:
    """The threads among these that the member may see, by id."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = db.session().execute(
        sa.select(Thread.id, Thread.title, Thread.locked_at)
        .join(Membership, Membership.workspace_id == Thread.workspace_id)
        .where(
            Membership.member_id == member.id, Thread.id.in_(wanted), Thread.last_seq >= Membership.sees_from
        )
    )
    return {id_: _Whereabouts(id_, title, locked_at is not None) for id_, title, locked_at in rows}


def _messages(member: Member, ids: Iterable[str]) -> Mapping[str, _Whereabouts]:
    """The threads of the messages among these that the member may see, by the message's id."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = db.session().execute(
        sa.select(Message.id, Thread.id, Thread.title, Thread.locked_at)
        .join(Thread, Thread.id == Message.thread_id)
        .join(Membership, Membership.workspace_id == Thread.workspace_id)
        .where(Membership.member_id == member.id, Message.id.in_(wanted), Message.seq >= Membership.sees_from)
    )
    return {id_: _Whereabouts(thread_id, title, locked_at is not None) for id_, thread_id, title, locked_at in rows}
