"""What people do with their marks: read on, and say that something is not read. Nothing of it stands in the trail."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from extranet import db
from extranet.errors import Refusal
from extranet.i18n import lazy
from extranet.members import Member
from workspaces.discussions.models import Message, ReadMark, Thread
from workspaces.discussions.reading import queries
from workspaces.memberships.models import Membership


class NothingToRead(Refusal):
    """There is no message of somebody else's from there on that could be unread."""

    sentence = lazy("Nobody else has written anything here that could be unread.")


def mark_read(thread: Thread, seq: int, *, by: Member, coming_back_to: int | None = None) -> bool:
    """Note that a member has read a thread up to `seq`; a mark never goes backwards nor past the thread's end.

    Who comes back to where they had marked it as unread takes that mark away; one made meanwhile stays. Returns whether
    anything is otherwise now.
    """
    return _keep({thread.id: min(seq, thread.last_seq)}, by, ended=coming_back_to)


def mark_all_read(up_to: Mapping[str, int], *, by: Member) -> Sequence[queries.NewIn]:
    """Note that of these threads, by id, the member has read up to a `seq`. Returns what was new there until then."""
    found = [one for one in queries.what_is_new(by, among=list(up_to)) if one.thread in up_to]
    _keep({one.thread: min(up_to[one.thread], one.last_seq) for one in found}, by)
    if found:
        db.session().execute(
            sa.update(ReadMark)
            .where(ReadMark.member_id == by.id, ReadMark.thread_id.in_([one.thread for one in found]))
            .values(unread_from=None)
            .execution_options(synchronize_session=False)
        )
    return found


def mark_unread(thread: Thread, membership: Membership, *, by: Member, seq: int | None = None) -> int:
    """Say that a thread is not read from a message with this `seq` on, or from the last one of somebody else's.

    It stays so until the member comes back to it. Returns from which `seq` on. Raises `NothingToRead`.
    """
    others = sa.select(sa.func.max(Message.seq)).where(
        Message.thread_id == thread.id,
        Message.seq >= max(seq or 0, membership.sees_from),
        Message.retracted_at.is_(None),
        sa.or_(Message.author_id != by.id, Message.author_id.is_(None)),
    )
    last = db.session().scalar(others)
    if last is None:
        raise NothingToRead
    unread_from = last if seq is None else seq
    _set_unread({thread.id: unread_from}, by, {thread.id: membership.joined_seq})
    return unread_from


def mark_unread_again(since: Mapping[str, int], *, by: Member) -> None:
    """Say of threads, by id, that they are not read from a `seq` on: of those that the member may see."""
    rows = db.session().execute(
        sa.select(Thread.id, Membership.joined_seq)
        .join(Membership, Membership.workspace_id == Thread.workspace_id)
        .where(Membership.member_id == by.id, Thread.id.in_(list(since)), Thread.last_seq >= Membership.sees_from)
    )
    seen = {row.id: row.joined_seq for row in rows}
    _set_unread({thread_id: seq for thread_id, seq in since.items() if thread_id in seen}, by, seen)


def _keep(read_to: Mapping[str, int], by: Member, *, ended: int | None = None) -> bool:
    """How far threads are read, by their ids, and which mark of being unread that ends; one query for all of them."""
    if not read_to:
        return False
    # Always in the same order, so that two devices do not wait for each other forever.
    rows = [{"member_id": by.id, "thread_id": thread_id, "seq": seq} for thread_id, seq in sorted(read_to.items())]
    statement = db.insert(ReadMark).values(rows)
    later, is_ended = statement.excluded.seq, ReadMark.unread_from == sa.literal(ended)
    changed = db.session().scalars(
        statement.on_conflict_do_update(
            index_elements=["member_id", "thread_id"],
            set_={
                "seq": sa.case((later > ReadMark.seq, later), else_=ReadMark.seq),
                "unread_from": sa.case((is_ended, None), else_=ReadMark.unread_from),
            },
            where=sa.or_(later > ReadMark.seq, is_ended) if ended is not None else later > ReadMark.seq,
        ).returning(ReadMark.thread_id)
    )
    return bool(changed.all())


def _set_unread(since: Mapping[str, int], by: Member, joined_seq: Mapping[str, int]) -> None:
    """From where on threads are not read, by their ids; one query for all of them."""
    if not since:
        return
    rows = [
        {"member_id": by.id, "thread_id": thread_id, "seq": joined_seq[thread_id], "unread_from": unread_from}
        for thread_id, unread_from in sorted(since.items())
    ]
    statement = db.insert(ReadMark).values(rows)
    db.session().execute(
        statement.on_conflict_do_update(
            index_elements=["member_id", "thread_id"], set_={"unread_from": statement.excluded.unread_from}
        )
    )
