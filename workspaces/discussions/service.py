"""What people do in discussions. The client's own id makes a message once, however often it is sent."""

from collections.abc import Sequence
from functools import cache
from uuid import UUID

import sqlalchemy as sa

from extranet import clock, db, events
from extranet.errors import Invalid, Refusal
from extranet.i18n import lazy
from extranet.ids import new_id
from extranet.members import Member
from workspaces.attachments.service import Chosen, send_along
from workspaces.discussions.drafts.models import Draft
from workspaces.discussions.events import MessageEdited, MessagePosted, MessageRetracted, ThreadOpened
from workspaces.discussions.mentions.models import Mention
from workspaces.discussions.mentions.service import keep_mentions, note_mentions, rendered
from workspaces.discussions.models import Message, MessageVersion, Thread, ThreadKind, path_below
from workspaces.discussions.thanks.models import Reaction, Thanks
from workspaces.models import Workspace
from workspaces.queries import enter


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
    workspace: Workspace, *, title: str, body: str, by: Member, kind: ThreadKind = "discussion",
    client_id: UUID | None = None, attachments: Sequence[Chosen] = (),
) -> Message:
    """Open a thread of an active workspace with its first message; the same client_id answers with the same message.

    Raises `Archived`, `ClientIdTaken`, and what `send_along` does.
    """
    enter(workspace, by)
    sent = _sent_already(client_id, by)
    if sent is not None:
        if sent.workspace_id != workspace.id or sent.answers_id is not None:
            raise ClientIdTaken
        return sent
    workspace.ensure_active()
    thread = Thread(
        id=new_id(), workspace_id=workspace.id, title=title, kind=kind, opened_by_id=by.id, opened_at=clock.now()
    )
    db.session().add(thread)
    message_id = new_id()
    fact = ThreadOpened(workspace=workspace.id, thread=thread.id, message=message_id)
    message = _add(message_id, thread, workspace, fact, body, by=by, answers=None, client_id=client_id)
    send_along(message, attachments, by=by)
    return message


def post(
    thread: Thread, workspace: Workspace, body: str, *, by: Member, answers: Message | None = None,
    client_id: UUID | None = None, attachments: Sequence[Chosen] = (),
) -> Message:
    """Say something in a thread of an active workspace; the same client_id answers with the same message.

    Raises `Archived`, `Locked`, `AnswersElsewhere` if `answers` is not in the thread, `ClientIdTaken`, and what
    `send_along` does.
    """
    enter(workspace, by, thread)
    sent = _sent_already(client_id, by)
    if sent is not None:
        if sent.thread_id != thread.id:
            raise ClientIdTaken
        return sent
    workspace.ensure_active()
    thread.ensure_open()
    if answers is not None and answers.thread_id != thread.id:
        raise AnswersElsewhere(fields={"answers": AnswersElsewhere.sentence})
    message_id = new_id()
    fact = MessagePosted(workspace=workspace.id, thread=thread.id, message=message_id)
    message = _add(message_id, thread, workspace, fact, body, by=by, answers=answers, client_id=client_id)
    send_along(message, attachments, by=by)
    return message


def edit(message: Message, workspace: Workspace, body: str, *, by: Member) -> Message:
    """Say it otherwise; what was said before is kept for the author.

    Nor is it edited in a locked thread, where others may have decided by its words; it can still be retracted.
    Raises `Archived`, `Locked`, `AlreadyRetracted`.
    """
    thread = db.session().get_one(Thread, message.thread_id)
    enter(workspace, by, message, thread)
    workspace.ensure_active()
    thread.ensure_open()
    if not message.is_retracted and message.body == body:
        return message
    said_at = message.edited_at or message.posted_at
    before = MessageVersion(message_id=message.id, body=message.body, html=message.html, said_at=said_at)
    html, mentioned = rendered(body, workspace.id)
    message.edit(body, html)
    db.session().add(before)
    keep_mentions(message, mentioned)
    events.record(
        MessageEdited(workspace=workspace.id, thread=message.thread_id, message=message.id), by=by, stream=workspace.id
    )
    return message


def retract(message: Message, workspace: Workspace, *, by: Member, reason: str | None = None) -> Message:
    """Take a message back, another's with a reason: its words, its history and what was said to it are gone.

    So is what its author had begun to change it to. Its place stays. Raises `Archived`, `AlreadyRetracted`,
    `ReasonNeeded`.
    """
    enter(workspace, by, message)
    workspace.ensure_active()
    if message.author_id != by.id and not reason:
        raise ReasonNeeded(fields={"reason": ReasonNeeded.sentence})
    message.retract(by=by, reason=reason)
    for thing in (MessageVersion, Mention, Thanks, Reaction):
        db.session().execute(sa.delete(thing).where(thing.message_id == message.id))
    _empty_draft_of(message)
    events.record(
        MessageRetracted(workspace=workspace.id, thread=message.thread_id, message=message.id),
        by=by,
        stream=workspace.id,
    )
    return message


def _empty_draft_of(message: Message) -> None:
    """The row stays, so that the author's devices hear that it is empty instead of bringing it back."""
    place = (Draft.member_id == message.author_id, Draft.workspace_id == message.workspace_id)
    db.session().execute(
        sa.update(Draft)
        .where(*place, Draft.place == f"edit-{message.id}", Draft.body != "")
        .values(title=None, body="", version=Draft.version + 1, saved_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def _sent_already(client_id: UUID | None, by: Member) -> Message | None:
    if client_id is None:
        return None
    return db.session().scalar(_sent_as(), {"author": by.id, "client_id": str(client_id)})


@cache
def _sent_as() -> sa.Select[Message]:
    """Put together once: every page that sends asks for it."""
    return sa.select(Message).where(
        Message.author_id == sa.bindparam("author"), Message.client_id == sa.bindparam("client_id")
    )


def _add(
    message_id: str, thread: Thread, workspace: Workspace, fact: ThreadOpened | MessagePosted, body: str, *, by: Member,
    answers: Message | None, client_id: UUID | None,
) -> Message:
    recorded = events.record(fact, by=by, stream=workspace.id)
    assert recorded.seq is not None
    html, mentioned = rendered(body, workspace.id)
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
        html=html,
        posted_at=recorded.at,
        has_beside=bool(mentioned),
    )
    db.session().add(message)
    thread.take(message)
    workspace.active_at = recorded.at
    db.session().flush()
    note_mentions(message.id, mentioned)
    return message
