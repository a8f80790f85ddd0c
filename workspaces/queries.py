"""Reads of workspaces, each beginning with the member; the doors load through these."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from extranet import db
from extranet.errors import NotHere
from extranet.events import Stream, lock_stream
from extranet.members import Member
from extranet.paging import Page, page_of, read_cursor
from extranet.search.registry import search
from workspaces.memberships.models import JoinRequest, Membership
from workspaces.models import Workspace

Shelf = Literal["mine", "listed", "archived"]
State = Literal["active", "archived", "trash"]
A_PAGE = 20
FEW = 5
"""Counts of people below this are not shown outside the people they count (product: rules of the house)."""
_MOST_FOUND = 500
"""Workspaces that a search by words looks at."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A workspace and where one member stands in it."""

    workspace: Workspace
    membership: Membership | None

    @property
    def is_joined(self) -> bool:
        return self.membership is not None

    @property
    def is_host(self) -> bool:
        return self.membership is not None and self.membership.is_host

    @property
    def tells_purpose(self) -> bool:
        """Whether the purpose is this member's to read: moderators look after an unlisted workspace without it."""
        return self.is_joined or self.workspace.is_listed

    @property
    def sees_from(self) -> int:
        """The `seq` from which this member sees messages. Only who joined sees any."""
        assert self.membership is not None
        return self.membership.sees_from


@dataclass(frozen=True, slots=True)
class Placed:
    """Something in a workspace, and where the one who looks stands there."""

    standing: Standing

    @property
    def workspace(self) -> Workspace:
        return self.standing.workspace

    @property
    def is_joined(self) -> bool:
        return self.standing.is_joined

    @property
    def is_host(self) -> bool:
        return self.standing.is_host


class Shown(NamedTuple):
    """A workspace as a row of a list, for one member; `members` is None where the count is not theirs to see."""

    workspace: Workspace
    is_joined: bool
    is_host: bool
    members: int | None


class OnDesk(NamedTuple):
    """A workspace as moderators see it: how many members, hosts and waiting requests it has."""

    workspace: Workspace
    members: int
    hosts: int
    requests: int


def find_visible(member: Member, slug: str) -> Standing | None:
    """A workspace that the member may know of: listed, or joined; not in the trash."""
    return _find(member, slug, Workspace.trashed_at.is_(None), sa.or_(_is_listed(), Membership.id.is_not(None)))


def find_joined(member: Member, slug: str) -> Standing | None:
    """A workspace that the member has joined; not in the trash."""
    return _find(member, slug, Workspace.trashed_at.is_(None), Membership.id.is_not(None))


def find_hosted(member: Member, slug: str) -> Standing | None:
    """For what hosts do: a workspace that the member may know of or, in the trash, hosts."""
    in_trash = sa.and_(Workspace.trashed_at.is_not(None), Membership.role == "host")
    known = sa.and_(Workspace.trashed_at.is_(None), sa.or_(_is_listed(), Membership.id.is_not(None)))
    return _find(member, slug, sa.or_(in_trash, known))


def find_on_desk(member: Member, slug: str) -> Standing | None:
    """For what moderators do on the desk: any workspace; nothing for others."""
    return _find(member, slug) if member.is_moderator else None


def find_governed(member: Member, slug: str) -> Standing | None:
    """For verbs that hosts and moderators share (the API): what either may know of."""
    return _find(member, slug) if member.is_moderator else find_hosted(member, slug)


def shelf(
    member: Member, which: Shelf, *, kind: str | None = None, words: str = "", after: str | None = None,
    size: int = A_PAGE,
) -> Page[Shown]:
    """A page of the workspaces that the member has joined, of all that are listed, or of the archived among both.

    One's own are ordered by what moved last; others by when they were opened, since how lively they are is not for
    outsiders. Raises `BadCursor`.
    """
    order = {"mine": Workspace.active_at, "listed": Workspace.opened_at, "archived": Workspace.archived_at}[which]
    scope = {
        "mine": sa.and_(Membership.id.is_not(None), Workspace.archived_at.is_(None)),
        "listed": sa.and_(_is_listed(), Workspace.archived_at.is_(None)),
        "archived": sa.and_(sa.or_(_is_listed(), Membership.id.is_not(None)), Workspace.archived_at.is_not(None)),
    }[which]
    statement = (
        sa.select(Workspace, Membership.role, _members())
        .outerjoin(Membership, sa.and_(Membership.workspace_id == Workspace.id, Membership.member_id == member.id))
        .where(scope, Workspace.trashed_at.is_(None))
    )
    if kind is not None:
        statement = statement.where(Workspace.kind == kind)
    if words:
        statement = statement.where(Workspace.id.in_(_found(member, words)))
    rows = db.session().execute(_keyset(statement, order, after, size)).all()
    found = [_shown(workspace, role, members) for workspace, role, members in rows]
    return page_of(found, size, lambda one: _key(one.workspace, order.key))


def liveliest(member: Member, *, size: int) -> Sequence[Shown]:
    """The workspaces of the member that moved last, for their home."""
    return shelf(member, "mine", size=size).items


def visible_among(member: Member, workspace_ids: Sequence[str]) -> Sequence[Standing]:
    """Of these workspaces, those that the member may know of; one query."""
    rows = db.session().execute(
        sa.select(Workspace, Membership)
        .outerjoin(Membership, sa.and_(Membership.workspace_id == Workspace.id, Membership.member_id == member.id))
        .where(Workspace.id.in_(workspace_ids), Workspace.trashed_at.is_(None))
        .where(sa.or_(_is_listed(), Membership.id.is_not(None)))
    )
    return [Standing(*row) for row in rows]


def in_trash(member: Member) -> Sequence[Workspace]:
    """The workspaces in the trash that the member hosts and can restore, the latest deleted first."""
    return db.session().scalars(
        sa.select(Workspace)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Membership.member_id == member.id, Membership.role == "host", Workspace.trashed_at.is_not(None))
        .order_by(Workspace.trashed_at.desc())
    ).all()


def has_trash(member: Member) -> bool:
    """Whether the member has anything to restore."""
    return bool(in_trash(member))


def on_desk(
    state: State, *, words: str = "", after: str | None = None, size: int = A_PAGE
) -> Page[OnDesk]:
    """A page of all workspaces in a state, for moderators, who see no purpose and nothing of what is said.

    `words` are looked for in the names. Raises `BadCursor`.
    """
    order = {"active": Workspace.opened_at, "archived": Workspace.archived_at, "trash": Workspace.trashed_at}[state]
    statement = _with_counts().where(_in_state(state))
    if words:
        statement = statement.where(Workspace.name.icontains(words, autoescape=True))
    found = [OnDesk(*row) for row in db.session().execute(_keyset(statement, order, after, size))]
    return page_of(found, size, lambda one: _key(one.workspace, order.key))


def counts_on_desk(workspace: Workspace) -> OnDesk:
    """One workspace as moderators see it."""
    row: Any = db.session().execute(_with_counts().where(Workspace.id == workspace.id)).one()
    return OnDesk(*row)


def joined_ids(member: Member) -> Sequence[str]:
    """The ids of the workspaces that the member has joined, archived ones too, those in the trash not."""
    return db.session().scalars(
        sa.select(Workspace.id)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(Membership.member_id == member.id, Workspace.trashed_at.is_(None))
    ).all()


def members_of(workspace_id: str) -> Sequence[str]:
    """The ids of the members who have joined, also while it is in the trash."""
    return db.session().scalars(sa.select(Membership.member_id).where(Membership.workspace_id == workspace_id)).all()


def heads_of_members(member_ids: Collection[str]) -> Mapping[str, Mapping[str, int]]:
    """For each of these members, the slugs of their workspaces with the last `seq` of each; one query."""
    rows = db.session().execute(
        sa.select(Membership.member_id, Workspace.slug, Stream.head)
        .join(Workspace, Workspace.id == Membership.workspace_id)
        .join(Stream, Stream.id == Workspace.id)
        .where(Membership.member_id.in_(member_ids), Workspace.trashed_at.is_(None))
    )
    heads: dict[str, dict[str, int]] = {}
    for member_id, slug, head in rows:
        heads.setdefault(member_id, {})[slug] = head
    return heads


def is_host(workspace: Workspace, member: Member) -> bool:
    """Whether the member hosts the workspace now."""
    statement = sa.select(Membership.id).where(
        Membership.workspace_id == workspace.id, Membership.member_id == member.id, Membership.role == "host"
    )
    return db.session().scalar(statement) is not None


def hold(workspace: Workspace) -> Workspace:
    """Read it afresh and let nobody else change it, or who is in it, until this transaction ends.

    The stream's row is the lock that all take who record a fact, so that there is one order of locks. Raises `NotHere`
    if it was purged meanwhile.
    """
    lock_stream(workspace.id)
    held = db.session().scalar(_afresh(), {"id": workspace.id})
    if held is None:
        raise NotHere
    return held


def enter(workspace: Workspace, by: Member, *things: Any) -> Workspace:
    """Hold it for who writes there, and read the things in it that they change afresh, each of another kind: one query.

    Raises `NotHere` if the member has left, was removed or suspended since the door, or a thing is elsewhere now.
    """
    lock_stream(workspace.id)
    assert len({type(thing) for thing in things}) == len(things)
    asked = {"workspace": workspace.id, "member": by.id, **{type(thing).__name__: thing.id for thing in things}}
    found = db.session().execute(_afresh_for_who_joined(*map(type, things)), asked).one_or_none()
    if found is None:
        raise NotHere
    held: Workspace = found[0]
    return held


@cache
def _afresh() -> sa.Select[Workspace]:
    """Put together once: whoever changes anything asks for it."""
    return sa.select(Workspace).where(Workspace.id == sa.bindparam("id")).execution_options(populate_existing=True)


@cache
def _afresh_for_who_joined(*kinds: Any) -> sa.Select[*tuple[Any, ...]]:
    """Put together once for each choice of things: whoever writes asks for it."""
    statement = (
        sa.select(Workspace, *kinds)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .join(Member, Member.id == Membership.member_id)
        .where(
            Workspace.id == sa.bindparam("workspace"), Member.id == sa.bindparam("member"),
            Member.suspended_at.is_(None),
        )
    )
    for kind in kinds:
        is_it = sa.and_(kind.id == sa.bindparam(kind.__name__), kind.workspace_id == Workspace.id)
        statement = statement.join(kind, is_it)
    return statement.execution_options(populate_existing=True)


def _find(member: Member, slug: str, *scope: sa.ColumnElement[bool]) -> Standing | None:
    row = db.session().execute(
        sa.select(Workspace, Membership)
        .outerjoin(
            Membership, sa.and_(Membership.workspace_id == Workspace.id, Membership.member_id == member.id)
        )
        .where(Workspace.slug == slug, *scope)
    ).one_or_none()
    return Standing(*row) if row is not None else None


def _is_listed() -> sa.ColumnElement[bool]:
    return Workspace.visibility == "listed"


def _in_state(state: State) -> sa.ColumnElement[bool]:
    return {
        "active": sa.and_(Workspace.archived_at.is_(None), Workspace.trashed_at.is_(None)),
        "archived": sa.and_(Workspace.archived_at.is_not(None), Workspace.trashed_at.is_(None)),
        "trash": Workspace.trashed_at.is_not(None),
    }[state]


def _with_counts() -> Any:
    waiting = sa.select(sa.func.count(JoinRequest.id)).where(
        JoinRequest.workspace_id == Workspace.id, JoinRequest.declined_at.is_(None)
    )
    return sa.select(
        Workspace, _members(), _members("host"), waiting.correlate(Workspace).scalar_subquery()
    )


def _members(role: str | None = None) -> sa.ScalarSelect[int]:
    counted = aliased(Membership)
    statement = sa.select(sa.func.count(counted.id)).where(counted.workspace_id == Workspace.id)
    if role is not None:
        statement = statement.where(counted.role == role)
    return statement.correlate(Workspace).scalar_subquery()


def _shown(workspace: Workspace, role: str | None, members: int) -> Shown:
    is_told = role is not None or members >= FEW
    return Shown(workspace, role is not None, role == "host", members if is_told else None)


def _keyset(statement: Any, order: Any, after: str | None, size: int) -> Any:
    """The statement, the latest first, from a cursor on."""
    if after is not None:
        moment, workspace_id = read_cursor(after, datetime, str)
        last = sa.tuple_(sa.literal(moment, db.UtcDateTime()), sa.literal(workspace_id))
        statement = statement.where(sa.tuple_(order, Workspace.id) < last)
    return statement.order_by(order.desc(), Workspace.id.desc()).limit(size + 1)


def _key(workspace: Workspace, column: str) -> tuple[str, str]:
    return getattr(workspace, column).isoformat(), workspace.id


def _found(member: Member, words: str) -> Sequence[str]:
    """The ids that the index suggests; what is listed in no scope, what is not in its own."""
    return search().index.matching(words, "workspace", joined_ids(member))[:_MOST_FOUND]
