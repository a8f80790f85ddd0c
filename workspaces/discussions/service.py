"""What people do in discussions. The client's own id makes a message once, however often it is sent."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from extranet import clock, db, events
from extranet.errors import Invalid, NotHere, Refusal
from extranet.i18n import lazy
from extranet.ids import new_id
from extranet.members import Member
from workspaces.discussions.events import MessageEdited, MessagePosted, MessageRetracted, ThreadOpened
from workspaces.discussions.models import Message, MessageVersion, ReadMark, Thread, path_below
from workspaces.memberships.models import Membership
from workspaces.models import Workspace
from workspaces.queries import hold


class ClientIdTaken(Refusal):
    """The client's id belongs to a message of the same author elsewhere."""

    sentence = lazy("This message has been sent already, to another discussion.")


class AnswersElsewhere(Invalid):
    """What it answers is not in this thread."""

    sentence = lazy("The message that you answer is not in this discussion.")


class ReasonNeeded(Invalid):
    """Another's message is retracted with a reason."""

    sentence = lazy("Say why you retract another member's message.")


def open_thread(
    workspace: Workspace, *, title: str, body: str, by: Member, client_id: UUID | None = None
) -> Message:
    """Open a thread of an active workspace with its first message; the same client_id answers with the same message."""
    _enter(workspace, by)
    sent = _sent_already(client_id, by)
    if sent is not None:
        if sent.workspace_id != workspace.id or sent.answers_id is not None:
            raise ClientIdTaken
        return sent
    workspace.ensure_active()
    thread = Thread(id=new_id(), workspace_id=workspace.id, title=title, opened_by_id=by.id, opened_at=clock.now())
    db.session().add(thread)
    message_id = new_id()
    fact = ThreadOpened(workspace=workspace.id, thread=thread.id, message=message_id)
    return _add(message_id, thread, workspace, fact, body, by=by, answers=None, client_id=client_id)


def post(
    thread: Thread, workspace: Workspace, body: str, *, by: Member, answers: Message | None = None,
    client_id: UUID | None = None,
) -> Message:
    """Say something in a thread of an active workspace; the same client_id answers with the same message.

    Raises `Archived`, `AnswersElsewhere` if `answers` is not in the thread, `ClientIdTaken`.
    """
    _enter(workspace, by, thread)
    sent = _sent_already(client_id, by)
    if sent is not None:
        if sent.thread_id != thread.id:
            raise ClientIdTaken
        return sent
    workspace.ensure_active()
    if answers is not None and answers.thread_id != thread.id:
        raise AnswersElsewhere(fields={"answers": AnswersElsewhere.sentence})
    message_id = new_id()
    fact = MessagePosted(workspace=workspace.id, thread=thread.id, message=message_id)
    return _add(message_id, thread, workspace, fact, body, by=by, answers=answers, client_id=client_id)


def edit(message: Message, workspace: Workspace, body: str, *, by: Member) -> Message:
    """Say it otherwise; what was said before is kept for the author. Raises `Archived`, `AlreadyRetracted`."""
    _enter(workspace, by, message)
    workspace.ensure_active()
    if not message.is_retracted and message.body == body:
        return message
    said_at = message.edited_at or message.posted_at
    before = MessageVersion(message_id=message.id, body=message.body, html=message.html, said_at=said_at)
    message.edit(body)
    db.session().add(before)
    events.record(
        MessageEdited(workspace=workspace.id, thread=message.thread_id, message=message.id), by=by, stream=workspace.id
    )
    return message


def retract(message: Message, workspace: Workspace, *, by: Member, reason: str | None = None) -> Message:
    """Take a message back, another's with a reason: its words and its history are gone, its place stays.

    Raises `Archived`, `AlreadyRetracted`, `ReasonNeeded`.
    """
    _enter(workspace, by, message)
    workspace.ensure_active()
    if message.author_id != by.id and not reason:
        raise ReasonNeeded(fields={"reason": ReasonNeeded.sentence})
    message.retract(by=by, reason=reason)
    db.session().execute(sa.delete(MessageVersion).where(MessageVersion.message_id == message.id))
    events.record(
        MessageRetracted(workspace=workspace.id, thread=message.thread_id, message=message.id),
        by=by,
        stream=workspace.id,
    )
    return message


def mark_read(thread: Thread, seq: int, *, by: Member) -> None:
    """Note that a member has read a thread up to `seq`; a mark never goes backwards nor past the thread's end."""
    held = db.session()
    insert = sqlite.insert if held.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(ReadMark).values(member_id=by.id, thread_id=thread.id, seq=min(seq, thread.last_seq))
    later = statement.excluded.seq
    held.execute(
        statement.on_conflict_do_update(
            index_elements=["member_id", "thread_id"],
            set_={"seq": sa.case((later > ReadMark.seq, later), else_=ReadMark.seq)},
        )
    )


def _enter(workspace: Workspace, by: Member, *things: Thread | Message) -> None:
    """Let nobody else change anything here until this transaction ends, and see what was done since the door.

    Raises `NotHere` if the member has been removed meanwhile.
    """
    hold(workspace)
    joined = sa.select(Membership.id).where(Membership.workspace_id == workspace.id, Membership.member_id == by.id)
    if db.session().scalar(joined) is None:
        raise NotHere
    for thing in things:
        db.session().refresh(thing)


def _sent_already(client_id: UUID | None, by: Member) -> Message | None:
    if client_id is None:
        return None
    return db.session().scalar(
        sa.select(Message).where(Message.author_id == by.id, Message.client_id == str(client_id))
    )


def _add(
    message_id: str, thread: Thread, workspace: Workspace, fact: ThreadOpened | MessagePosted, body: str, *, by: Member,
    answers: Message | None, client_id: UUID | None,
) -> Message:
    recorded = events.record(fact, by=by, stream=workspace.id)
    assert recorded.seq is not None
    message = Message(
        id=message_id,
        workspace_id=workspace.id,
        thread_id=thread.id,
        author_id=by.id,
        answers_id=answers.id if answers is not None else None,
        client_id=str(client_id) if client_id is not None else None,
        seq=recorded.seq,
        path=path_below(answers, recorded.seq),
        body=body,
        posted_at=recorded.at,
    )
    db.session().add(message)
    thread.take(message)
    workspace.active_at = recorded.at
    db.session().flush()
    return message
