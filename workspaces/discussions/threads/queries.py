"""Reads about whole threads: who follows which, what stands at a thread's head, and what a decision may rest on.

This module imports no other reads of discussions, so that those of messages and of what is unread can build on it.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from markupsafe import Markup

from directory import queries as directory
from extranet import db
from extranet.html import to_text
from extranet.members import Member
from extranet.paging import Page, page_of, read_cursor
from workspaces.discussions.models import DEEPEST, STEP, Message, Thread, step_of
from workspaces.discussions.threads.models import Bell, Decision, DecisionGround
from workspaces.memberships.models import Membership
from workspaces.models import Workspace

if TYPE_CHECKING:
    from workspaces.discussions.queries import ShownThread, ThreadStanding

FIRST_WORDS = 140
"""Characters of a message that a decision shows."""
OFFERED_AT_ONCE = 100
"""Messages that the form of a decision offers on one page."""
_READ_FOR_WORDS = 2_000
"""Characters of a message's HTML that are read for its first words."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer that a question got; `author` is None if they have been erased."""

    id: str
    seq: int
    author: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """A message by its author and first words, which are gone if it is retracted."""

    id: str
    seq: int
    author: str | None
    organisation: str
    words: str
    is_retracted: bool
    posted_at: datetime

    def as_json(self) -> dict[str, Any]:
        """As the API gives it."""
        return {"id": self.id, "author": self.author, "words": self.words, "is_retracted": self.is_retracted}


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """A decision as those see it who see all that it rests on."""

    body: str
    html: Markup
    by: str | None
    at: datetime
    grounds: tuple[Said, ...]

    @property
    def version(self) -> str:
        """What tells it from the one before it and the one after it."""
        return self.at.isoformat()

    def says(self, body: str, message_ids: Collection[str]) -> bool:
        """Whether it is in these words and rests on these messages."""
        return self.body == body and {ground.id for ground in self.grounds} == set(message_ids)

    def seen_from(self, seq: int) -> "ShownDecision":
        """The same for who sees nothing before `seq`."""
        return replace(self, grounds=tuple(ground for ground in self.grounds if ground.seq >= seq))

    def as_json(self) -> dict[str, Any]:
        """As the API gives it."""
        return {
            "body": self.body,
            "html": str(self.html),
            "by": self.by,
            "at": self.version,
            "grounds": [ground.as_json() for ground in self.grounds],
        }


@dataclass(frozen=True, slots=True)
class ThreadHead:
    """What stands at the head of a thread, the same for everybody who sees all of it."""

    id: str
    slug: str
    title: str
    kind: str
    is_pinned: bool
    is_locked: bool
    opened_by_id: str | None
    is_answered: bool
    waiting_days: int
    accepted: Accepted | None = None
    decision: ShownDecision | None = None

    def seen_from(self, seq: int) -> "ThreadHead":
        """The same for who sees nothing before `seq`."""
        return replace(
            self,
            accepted=self.accepted if self.accepted is not None and self.accepted.seq >= seq else None,
            decision=self.decision.seen_from(seq) if self.decision is not None else None,
        )

    def without_beginning(self) -> "ThreadHead":
        """The same for who does not see how it began: not by whom, nor when."""
        return replace(self, opened_by_id=None, waiting_days=0)

    @property
    def seqs(self) -> Collection[int]:
        """The places of the messages that it tells of."""
        grounds = [ground.seq for ground in self.decision.grounds] if self.decision is not None else []
        return [*grounds, self.accepted.seq] if self.accepted is not None else grounds


def is_followed(member_id: Any) -> sa.ColumnElement[bool]:
    """Whether a member follows a thread: by their bell, else as they do with all threads of the workspace.

    An expression for statements that read from `threads` and from the member's own row of `memberships`; `member_id`
    is an id or a bound parameter.
    """
    bell = (
        sa.select(Bell.follows)
        .where(Bell.thread_id == Thread.id, Bell.member_id == member_id)
        .correlate(Thread)
        .scalar_subquery()
    )
    return sa.func.coalesce(bell, Membership.follows)


def path_seen_from(place: "ThreadStanding") -> sa.ColumnElement[str]:
    """The path of a message as the one who stands there knows it (`path_from`); by it they read the thread in order."""
    return path_seen(None if place.sees_beginning else sa.literal(step_of(place.standing.sees_from), sa.Text()))


def path_seen(first: sa.ColumnElement[str] | None) -> sa.ColumnElement[str]:
    """The same for who sees nothing before this step of a path, or all of the thread where there is none."""
    if first is None:
        return Message.path.expression
    rests: list[sa.ColumnElement[str]] = [
        sa.func.substr(Message.path, sa.literal_column(str(at + 1)), type_=sa.Text())
        for at in range(0, (DEEPEST + 1) * STEP, STEP)
    ]
    # A path that begins with a later step is a later text: each rest is looked at until one begins with what they see.
    return sa.case(*((rest >= first, rest) for rest in rests), else_=Message.path)


def heads_of(threads: Iterable["ShownThread"], *, sees_from: int = 0) -> dict[str, ThreadHead]:
    """The heads of these threads by their ids, for who sees nothing before `sees_from`; no query for discussions."""
    shown = list(threads)
    accepted = _accepted([thread.id for thread in shown if thread.kind == "question" and thread.answered_at])
    decisions = _decisions([thread.id for thread in shown if thread.kind == "decision"])
    return {
        thread.id: ThreadHead(
            id=thread.id,
            slug=thread.slug,
            title=thread.title,
            kind=thread.kind,
            is_pinned=thread.pinned_at is not None,
            is_locked=thread.locked_at is not None,
            opened_by_id=thread.opened_by_id,
            is_answered=thread.answered_at is not None,
            waiting_days=thread.waiting_days,
            accepted=accepted.get(thread.id),
            decision=decisions.get(thread.id),
        ).seen_from(sees_from)
        for thread in shown
    }


def decision_of(place: "ThreadStanding") -> ShownDecision | None:
    """The decision of a thread, as the one who stands there sees it."""
    found = _decisions([place.thread.id]).get(place.thread.id)
    return found.seen_from(place.standing.sees_from) if found is not None else None


def offered(place: "ThreadStanding", *, after: str | None = None, size: int = OFFERED_AT_ONCE) -> Page[Said]:
    """A page of the messages in reading order that a decision may rest on: all that are not retracted."""
    path = path_seen_from(place)
    statement = _said(path).where(Message.thread_id == place.thread.id, Message.seq >= place.standing.sees_from)
    if after is not None:
        statement = statement.where(path > read_cursor(after, str)[0])
    rows = db.session().execute(
        statement.where(Message.retracted_at.is_(None)).order_by(path).limit(size + 1)
    ).all()
    paths = {row.id: row.path for row in rows}
    return page_of(_shown(rows), size, lambda said: [paths[said.id]])


def chosen(place: "ThreadStanding", message_ids: Collection[str]) -> Sequence[Said]:
    """Those of these messages, in reading order, that stand in the thread, are not retracted and are theirs to see."""
    path = path_seen_from(place)
    rows = db.session().execute(
        _said(path)
        .where(
            Message.id.in_(message_ids), Message.thread_id == place.thread.id, Message.retracted_at.is_(None),
            Message.seq >= place.standing.sees_from,
        )
        .order_by(path)
    ).all()
    return _shown(rows)


def sees_all(thread: Thread, member: Member) -> bool:
    """Whether no message of the thread is from before what the member sees of its workspace."""
    unseen = (
        sa.select(Message.id)
        .join(Membership, Membership.workspace_id == Message.workspace_id)
        .where(Message.thread_id == thread.id, Membership.member_id == member.id, Message.seq < Membership.sees_from)
    )
    return db.session().scalar(unseen.limit(1)) is None


def targets(member: Member, workspace_id: str) -> Sequence[Workspace]:
    """The other workspaces to which the member may move a thread: active ones that they have joined, by name."""
    return db.session().scalars(
        sa.select(Workspace)
        .join(Membership, Membership.workspace_id == Workspace.id)
        .where(
            Membership.member_id == member.id, Workspace.id != workspace_id, Workspace.archived_at.is_(None),
            Workspace.trashed_at.is_(None),
        )
        .order_by(sa.func.lower(Workspace.name), Workspace.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Exchange:
    """Of people: how many lose a thread that is moved, how many go on seeing it, and how many are new to it."""

    losing: int
    staying: int
    gaining: int


def exchange(workspace_id: str, target_id: str) -> Exchange:
    """How moving a thread from one workspace to another changes who sees it; one query."""
    here = sa.func.max(sa.case((Membership.workspace_id == workspace_id, 1), else_=0))
    there = sa.func.max(sa.case((Membership.workspace_id == target_id, 1), else_=0))
    people = (
        sa.select(here.label("here"), there.label("there"))
        .where(Membership.workspace_id.in_([workspace_id, target_id]))
        .group_by(Membership.member_id)
        .subquery()
    )
    row = db.session().execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(people.c.here * (1 - people.c.there)), 0),
            sa.func.coalesce(sa.func.sum(people.c.here * people.c.there), 0),
            sa.func.coalesce(sa.func.sum(people.c.there * (1 - people.c.here)), 0),
        )
    ).one()
    return Exchange(*(int(number) for number in row))


def _accepted(thread_ids: Sequence[str]) -> dict[str, Accepted]:
    if not thread_ids:
        return {}
    rows = db.session().execute(
        sa.select(Message.thread_id, Message.id, Message.seq, Member.name)
        .outerjoin(Member, Member.id == Message.author_id)
        .where(Message.thread_id.in_(thread_ids), Message.accepted_at.is_not(None))
    )
    return {thread_id: Accepted(id_, seq, author) for thread_id, id_, seq, author in rows}


def _decisions(thread_ids: Sequence[str]) -> dict[str, ShownDecision]:
    if not thread_ids:
        return {}
    rows = db.session().execute(
        sa.select(Decision, Member.name)
        .outerjoin(Member, Member.id == Decision.decided_by_id)
        .where(Decision.thread_id.in_(thread_ids))
    ).all()
    grounds = _grounds([decision.thread_id for decision, _name in rows])
    return {
        decision.thread_id: ShownDecision(
            decision.body, decision.html, name, decision.decided_at, tuple(grounds.get(decision.thread_id, ()))
        )
        for decision, name in rows
    }


def _grounds(thread_ids: Sequence[str]) -> dict[str, list[Said]]:
    if not thread_ids:
        return {}
    rows = db.session().execute(
        _said(Message.path.expression)
        .add_columns(DecisionGround.thread_id.label("decided_in"))
        .join(DecisionGround, DecisionGround.message_id == Message.id)
        .where(DecisionGround.thread_id.in_(thread_ids))
        .order_by(DecisionGround.place)
    ).all()
    found: dict[str, list[Said]] = {}
    for row, said in zip(rows, _shown(rows), strict=True):
        found.setdefault(row.decided_in, []).append(said)
    return found


def _said(path: sa.ColumnElement[str]) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Message.id, Message.seq, path.label("path"), Message.author_id, Member.name, Message.retracted_at,
        Message.posted_at,
        sa.func.substr(sa.type_coerce(Message.html, sa.Text()), 1, _READ_FOR_WORDS).label("html"),
    ).outerjoin(Member, Member.id == Message.author_id)


def _shown(rows: Sequence[Any]) -> list[Said]:
    authors = {row.author_id for row in rows if row.author_id is not None}
    people = directory.people(authors) if authors else {}
    return [
        Said(
            id=row.id,
            seq=row.seq,
            author=row.name,
            organisation=(people[row.author_id].organisation or "") if row.author_id in people else "",
            words="" if row.retracted_at is not None else _first_words(row.html),
            is_retracted=row.retracted_at is not None,
            posted_at=row.posted_at,
        )
        for row in rows
    ]


def _first_words(html: str) -> str:
    whole = html if html.rfind("<") < html.rfind(">") else html[: html.rfind("<")]
    text = to_text(whole)
    if len(text) <= FIRST_WORDS:
        return text
    return text[:FIRST_WORDS].rpartition(" ")[0].rstrip(",.;:–- ") + " …"
