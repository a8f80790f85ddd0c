"""What people do with a whole thread: follow or mute it, name it, pin, lock and move it, accept an answer, decide.

What is so already is no mistake: it is left as it is, and nothing is recorded.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import sqlalchemy as sa

from extranet import clock, db, events
from extranet.errors import Invalid, NotHere, Refusal
from extranet.events import Event
from extranet.html import from_markdown
from extranet.i18n import lazy
from extranet.importing.history import PastFact, keep_past
from extranet.importing.models import FormerId
from extranet.members import Member
from workspaces.attachments.service import follow_thread
from workspaces.discussions.drafts.models import Draft
from workspaces.discussions.mentions.models import Mention
from workspaces.discussions.models import (
    STEP,
    AlreadyRetracted,
    Message,
    ReadMark,
    Thread,
    ThreadKind,
    step_of,
)
from workspaces.discussions.threads.events import (
    AnswerAccepted,
    AnswerUnaccepted,
    DecisionWithdrawn,
    DecisionWritten,
    MessageMoved,
    ThreadArrived,
    ThreadKindChanged,
    ThreadLocked,
    ThreadMovedAway,
    ThreadPinned,
    ThreadRenamed,
    ThreadUnlocked,
    ThreadUnpinned,
)
from workspaces.discussions.threads.models import Bell, Decision, DecisionGround
from workspaces.discussions.threads.queries import sees_all
from workspaces.memberships.models import Membership
from workspaces.models import Workspace
from workspaces.queries import enter, hold

MOST_GROUNDS = 100
"""Messages that a decision may rest on."""


class NotAQuestion(Refusal):
    """An answer is accepted where nothing was asked."""

    sentence = lazy("Only a discussion that is a question has an accepted answer.")


class NotForDecision(Refusal):
    """A decision is written where none is to be made."""

    sentence = lazy("Only a discussion of a matter to decide ends in a decision.")


class NoDecision(Refusal):
    sentence = lazy("No decision has been written here.")


class Decided(Refusal):
    """Unlocked while a decision stands."""

    sentence = lazy("A decision has been written here. Withdraw it if the discussion is to go on.")


class DecidedMeanwhile(Refusal):
    """Written in place of another decision than the writer knows of, which would be gone unread."""

    sentence = lazy(
        "Somebody else has written, changed or withdrawn the decision meanwhile. Read what is there now before you "
        "save."
    )


class KindIsSettled(Refusal):
    """The kind is changed while there is an accepted answer or a decision."""

    sentence = lazy("The kind can be changed when no answer is accepted and no decision has been written.")


class GroundsElsewhere(Invalid):
    """What a decision rests on is not in its thread, or retracted."""

    def __init__(self) -> None:
        super().__init__(
            fields={"grounds": lazy("The decision can rest only on messages of this discussion that are still there.")}
        )


class EarlierUnseen(Refusal):
    """Moved by who does not see all of it: whoever moves a thread shows it to people, themselves among them."""

    status = 403
    sentence = lazy(
        "The discussion has messages from before you came, which you do not see. Somebody who sees all of it can move "
        "it."
    )


class NoSuchTarget(Invalid):
    """Moved to where the member may not write; whether it exists is not told."""

    def __init__(self) -> None:
        super().__init__(fields={"to": lazy("Choose one of your active workspaces.")})


def ring(thread: Thread, *, follows: bool | None, by: Member) -> None:
    """Follow one thread or mute it; None: do as with the others of the workspace. Nobody else hears of it."""
    held = db.session()
    if follows is None:
        held.execute(sa.delete(Bell).where(Bell.member_id == by.id, Bell.thread_id == thread.id))
        return
    held.execute(
        db.insert(Bell)
        .values(member_id=by.id, thread_id=thread.id, follows=follows)
        .on_conflict_do_update(index_elements=["member_id", "thread_id"], set_={"follows": follows})
    )


def follow_all(membership: Membership, *, follows: bool) -> None:
    """Follow the threads of a workspace by default, or only those that one chooses."""
    membership.follows = follows


def rename(thread: Thread, workspace: Workspace, title: str, *, by: Member) -> Thread:
    """Call it otherwise, also while it is locked. Raises `Archived`."""
    enter(workspace, by, thread)
    workspace.ensure_active()
    if thread.title != title:
        thread.title = title
        _record(ThreadRenamed(workspace.id, thread.id), workspace, by)
    return thread


def change_kind(thread: Thread, workspace: Workspace, kind: ThreadKind, *, by: Member) -> Thread:
    """Make it a discussion, a question or a decision. Raises `Archived`, `KindIsSettled`."""
    enter(workspace, by, thread)
    workspace.ensure_active()
    if thread.kind == kind:
        return thread
    if _accepted_in(thread) is not None or db.session().get(Decision, thread.id) is not None:
        raise KindIsSettled
    thread.kind = kind
    thread.answered_at = first_answered(thread) if kind == "question" else None
    _record(ThreadKindChanged(workspace.id, thread.id), workspace, by)
    return thread


def pin(thread: Thread, workspace: Workspace, *, by: Member) -> Thread:
    """Let it stand first. Raises `Archived`."""
    enter(workspace, by, thread)
    workspace.ensure_active()
    if not thread.is_pinned:
        thread.pinned_at, thread.pinned_by_id = clock.now(), by.id
        _record(ThreadPinned(workspace.id, thread.id), workspace, by)
    return thread


def unpin(thread: Thread, workspace: Workspace, *, by: Member) -> Thread:
    """Let it stand among the others again. Raises `Archived`."""
    enter(workspace, by, thread)
    workspace.ensure_active()
    if thread.is_pinned:
        thread.pinned_at = thread.pinned_by_id = None
        _record(ThreadUnpinned(workspace.id, thread.id), workspace, by)
    return thread


def lock(thread: Thread, workspace: Workspace, *, by: Member) -> Thread:
    """Let nobody write into it nor edit in it; what one has said can still be retracted. Raises `Archived`."""
    enter(workspace, by, thread)
    workspace.ensure_active()
    if not thread.is_locked:
        thread.lock(by=by)
        _record(ThreadLocked(workspace.id, thread.id), workspace, by)
    return thread


def unlock(thread: Thread, workspace: Workspace, *, by: Member) -> Thread:
    """Let people write again. Raises `Archived`, and `Decided` while a decision stands."""
    enter(workspace, by, thread)
    workspace.ensure_active()
    if db.session().get(Decision, thread.id) is not None:
        raise Decided
    if thread.is_locked:
        thread.unlock()
        _record(ThreadUnlocked(workspace.id, thread.id), workspace, by)
    return thread


def accept(message: Message, workspace: Workspace, *, by: Member) -> Message:
    """Say that this is the answer, in place of another one if need be; also in a locked thread.

    Raises `Archived`, `NotAQuestion`, `AlreadyRetracted`.
    """
    thread = _enter_with(message, workspace, by)
    if thread.kind != "question":
        raise NotAQuestion
    if message.is_retracted:
        raise AlreadyRetracted
    before = _accepted_in(thread)
    if before is message:
        return message
    if before is not None:
        _unaccept(before, workspace, by)
    message.accepted_at, message.accepted_by_id = clock.now(), by.id
    thread.answered_at = thread.answered_at or message.accepted_at
    _record(AnswerAccepted(workspace.id, thread.id, message.id), workspace, by)
    return message


def unaccept(message: Message, workspace: Workspace, *, by: Member) -> Message:
    """Say that this is not the answer after all. Raises `Archived`."""
    thread = _enter_with(message, workspace, by)
    if message.accepted_at is not None:
        _unaccept(message, workspace, by)
        thread.answered_at = first_answered(thread)
    return message


def decide(
    thread: Thread, workspace: Workspace, body: str, grounds: Sequence[Message], *, by: Member, in_place_of: str = ""
) -> Decision:
    """Write the decision that the thread ends in, or write it anew `in_place_of` one's version, and lock the thread.

    Into a thread that a host has locked no decision is written: a decision's lock is always its own, which goes with
    it. Raises `Archived`, `NotForDecision`, `Locked`, `GroundsElsewhere` if a ground is retracted or of another thread,
    `DecidedMeanwhile` if there is another decision than the one that it takes the place of, or none.
    """
    enter(workspace, by, thread)
    _see_afresh(grounds, workspace)
    workspace.ensure_active()
    if thread.kind != "decision":
        raise NotForDecision
    held = db.session()
    decision = held.get(Decision, thread.id, populate_existing=True)
    if decision is None:
        thread.ensure_open()
    elif decision.body == body and _ground_ids(thread) == {ground.id for ground in grounds}:
        return decision
    if in_place_of != (decision.version if decision is not None else ""):
        raise DecidedMeanwhile
    if any(ground.thread_id != thread.id or ground.is_retracted for ground in grounds):
        raise GroundsElsewhere
    html = from_markdown(body)
    if decision is None:
        decision = Decision(thread_id=thread.id, body=body, html=html, decided_by_id=by.id)
        held.add(decision)
    else:
        decision.body, decision.html = body, html
        decision.decided_at, decision.decided_by_id = clock.now(), by.id
        held.execute(sa.delete(DecisionGround).where(DecisionGround.thread_id == thread.id))
    held.flush()
    in_order = sorted({ground.id: ground for ground in grounds}.values(), key=lambda ground: ground.path)
    held.add_all(
        DecisionGround(thread_id=thread.id, message_id=ground.id, place=place) for place, ground in enumerate(in_order)
    )
    if not thread.is_locked:
        thread.lock(by=by)
    _record(DecisionWritten(workspace.id, thread.id), workspace, by)
    return decision


def withdraw(thread: Thread, workspace: Workspace, *, by: Member) -> None:
    """Take the decision back, its words with it, and let the discussion go on. Raises `Archived`, `NoDecision`."""
    enter(workspace, by, thread)
    workspace.ensure_active()
    decision = db.session().get(Decision, thread.id)
    if decision is None:
        raise NoDecision
    db.session().delete(decision)
    thread.unlock()
    _record(DecisionWithdrawn(workspace.id, thread.id), workspace, by)


def move(thread: Thread, workspace: Workspace, target: Workspace, *, by: Member) -> Thread:
    """Move a thread with all that belongs to it to another workspace, whose people alone see it from then on.

    Each message gets a new `seq` there, so that the others of the workspace find it among the changes as if it had been
    said now; who sees no earlier messages sees these. In the old workspace one line stays, which does not say where to.
    Both streams are held in the order of their ids, so that two moves in opposite directions do not wait for each other
    forever. Raises `Archived` if either is archived, `NoSuchTarget` if the member has not joined the target,
    `EarlierUnseen` if they do not see all of the thread.
    """
    if target.id == workspace.id:
        raise NoSuchTarget
    for one in sorted((workspace, target), key=lambda one: one.id):
        hold(one)
    if not _has_joined(target, by):
        raise NoSuchTarget
    enter(workspace, by, thread)
    workspace.ensure_active()
    target.ensure_active()
    ensure_all_seen(thread, by)
    _record(ThreadMovedAway(workspace.id, thread.id, thread.last_seq), workspace, by)
    seqs = _carry_messages(thread, target, by)
    _leave_behind(thread, target)
    _carry_marks(thread, seqs)
    thread.workspace_id, thread.last_seq = target.id, seqs[thread.last_seq]
    thread.pinned_at = thread.pinned_by_id = None
    target.active_at = clock.now()
    db.session().flush()
    _carry_what_belongs(thread)
    _record(ThreadArrived(target.id, thread.id), target, by)
    return thread


def ensure_all_seen(thread: Thread, member: Member) -> None:
    """Raise `EarlierUnseen` if messages of the thread are from before what the member sees of its workspace."""
    if not sees_all(thread, member):
        raise EarlierUnseen


def first_answered(thread: Thread) -> datetime | None:
    """When somebody else than who asked first answered, what is retracted left out, or an answer was accepted."""
    others = sa.select(sa.func.min(Message.posted_at)).where(
        Message.thread_id == thread.id, Message.retracted_at.is_(None),
        Message.author_id.is_distinct_from(thread.opened_by_id),
    )
    accepted = sa.select(sa.func.min(Message.accepted_at)).where(Message.thread_id == thread.id)
    moments = [moment for moment in map(db.session().scalar, (others, accepted)) if moment is not None]
    return min(moments, default=None)


def _record(event: Event, workspace: Workspace, by: Member) -> None:
    events.record(event, by=by, stream=workspace.id)


def _enter_with(message: Message, workspace: Workspace, by: Member) -> Thread:
    thread = db.session().get_one(Thread, message.thread_id)
    enter(workspace, by, message, thread)
    workspace.ensure_active()
    return thread


def _see_afresh(messages: Sequence[Message], workspace: Workspace) -> None:
    """See what was done to messages since the door, all by one query. Raises `NotHere` if one has moved elsewhere."""
    wanted = {message.id for message in messages}
    afresh = sa.select(Message).where(Message.id.in_(wanted), Message.workspace_id == workspace.id)
    if len(db.session().scalars(afresh.execution_options(populate_existing=True)).all()) < len(wanted):
        raise NotHere


def _ground_ids(thread: Thread) -> set[str]:
    return set(db.session().scalars(sa.select(DecisionGround.message_id).where(DecisionGround.thread_id == thread.id)))


def _accepted_in(thread: Thread) -> Message | None:
    return db.session().scalar(
        sa.select(Message).where(Message.thread_id == thread.id, Message.accepted_at.is_not(None))
    )


def _unaccept(message: Message, workspace: Workspace, by: Member) -> None:
    message.accepted_at = message.accepted_by_id = None
    db.session().flush()
    _record(AnswerUnaccepted(workspace.id, message.thread_id, message.id), workspace, by)


def _has_joined(workspace: Workspace, member: Member) -> bool:
    joined = sa.select(Membership.id).where(Membership.workspace_id == workspace.id, Membership.member_id == member.id)
    return db.session().scalar(joined) is not None


def _carry_messages(thread: Thread, target: Workspace, by: Member) -> dict[int, int]:
    """Give each message its place in the target's stream; returns the new `seq` for each old one."""
    held = db.session()
    held.flush()
    rows = held.execute(
        sa.select(Message.id, Message.seq, Message.path).where(Message.thread_id == thread.id).order_by(Message.seq)
    ).all()
    now = clock.now()
    first = keep_past(target.id, [PastFact(MessageMoved(target.id, thread.id, row.id), now, by.id) for row in rows])
    seqs = {row.seq: first + number for number, row in enumerate(rows)}
    steps = {step_of(old): step_of(new) for old, new in seqs.items()}
    # A new path may be the old one of another message, so all of them step aside first.
    held.execute(
        sa.update(Message)
        .where(Message.thread_id == thread.id)
        .values(path=sa.literal("~").concat(Message.path))
        .execution_options(synchronize_session=False)
    )
    table = cast(sa.Table, Message.__table__)
    held.connection().execute(
        sa.update(table)
        .where(table.c.id == sa.bindparam("which"))
        .values(seq=sa.bindparam("new_seq"), path=sa.bindparam("new_path"), workspace_id=target.id),
        [{"which": row.id, "new_seq": seqs[row.seq], "new_path": _led_by(steps, row.path)} for row in rows],
    )
    for message in [thing for thing in held.identity_map.values() if isinstance(thing, Message)]:
        held.expire(message)
    return seqs


def _led_by(steps: dict[str, str], path: str) -> str:
    return "".join(steps[path[start : start + STEP]] for start in range(0, len(path), STEP))


def _leave_behind(thread: Thread, target: Workspace) -> None:
    """What those had who do not see it any longer: bells, marks, drafts, and that they were mentioned."""
    held = db.session()
    there = sa.select(Membership.member_id).where(Membership.workspace_id == target.id)
    messages = sa.select(Message.id).where(Message.thread_id == thread.id)
    held.execute(sa.delete(Bell).where(Bell.thread_id == thread.id, Bell.member_id.not_in(there)))
    held.execute(sa.delete(ReadMark).where(ReadMark.thread_id == thread.id, ReadMark.member_id.not_in(there)))
    held.execute(sa.delete(Mention).where(Mention.message_id.in_(messages), Mention.member_id.not_in(there)))
    held.execute(sa.delete(Draft).where(_drafts_to(thread), Draft.member_id.not_in(there)))


def _carry_marks(thread: Thread, seqs: dict[int, int]) -> None:
    """Who goes on seeing it has read as much as before."""
    held = db.session()
    old = sorted(seqs)
    for mark in held.scalars(sa.select(ReadMark).where(ReadMark.thread_id == thread.id)).all():
        read = bisect_right(old, mark.seq)
        mark.seq = seqs[old[read - 1]] if read else seqs[old[0]] - 1
        if mark.unread_from is not None:
            from_here = bisect_left(old, mark.unread_from)
            mark.unread_from = seqs[old[from_here]] if from_here < len(old) else None


def _carry_what_belongs(thread: Thread) -> None:
    """Files, drafts, and what a former system called it."""
    held = db.session()
    messages = sa.select(Message.id).where(Message.thread_id == thread.id)
    brought = sa.or_(FormerId.id == thread.id, FormerId.id.in_(messages))
    follow_thread(thread)
    for statement in (
        sa.update(Draft).where(_drafts_to(thread)).values(workspace_id=thread.workspace_id),
        sa.update(FormerId).where(brought).values(within=thread.workspace_id),
    ):
        held.execute(statement.execution_options(synchronize_session=False))


def _drafts_to(thread: Thread) -> sa.ColumnElement[bool]:
    answered = sa.select(sa.literal("answer-").concat(Message.id)).where(Message.thread_id == thread.id)
    edited = sa.select(sa.literal("edit-").concat(Message.id)).where(Message.thread_id == thread.id)
    return sa.or_(Draft.place == f"thread-{thread.id}", Draft.place.in_(answered), Draft.place.in_(edited))
