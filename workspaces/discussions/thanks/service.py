"""What people say to a message without answering it. Said twice it is one thing, so that a retry does no harm.

Thanks are words, so a locked thread takes none; a quiet reaction, such as that one has read it, it does take.
"""

from extranet import clock, db, events
from extranet.errors import Refusal
from extranet.i18n import lazy
from extranet.members import Member
from workspaces.discussions.models import AlreadyRetracted, Message, Thread
from workspaces.discussions.thanks.events import MessageThanked, ReactionGiven, ReactionWithdrawn, ThanksWithdrawn
from workspaces.discussions.thanks.models import Reaction, ReactionKind, Thanks
from workspaces.models import Workspace
from workspaces.queries import enter


class OwnMessage(Refusal):
    """Thanks are for what others write."""

    status = 403
    sentence = lazy("This is your own message: thanks are for what others write.")


def thank(message: Message, workspace: Workspace, words: str, *, by: Member) -> None:
    """Thank for a message, in a few words; again puts it in other words.

    Raises `Archived`, `Locked`, `OwnMessage`, `AlreadyRetracted`.
    """
    thread = _begin(message, workspace, by)
    thread.ensure_open()
    if message.author_id == by.id:
        raise OwnMessage
    given = db.session().get(Thanks, (message.id, by.id))
    if given is not None and given.words == words:
        return
    if given is None:
        db.session().add(Thanks(message_id=message.id, member_id=by.id, words=words, given_at=clock.now()))
    else:
        given.words = words
    message.has_beside = True
    _record(MessageThanked, message, by)


def withdraw_thanks(message: Message, workspace: Workspace, *, by: Member) -> None:
    """Take one's thanks back, if there are any. Raises `Archived`."""
    _begin(message, workspace, by)
    given = db.session().get(Thanks, (message.id, by.id))
    if given is not None:
        db.session().delete(given)
        _record(ThanksWithdrawn, message, by)


def react(message: Message, workspace: Workspace, kind: ReactionKind, *, by: Member) -> None:
    """React to a message quietly; each kind once. Raises `Archived`, `AlreadyRetracted`."""
    _begin(message, workspace, by)
    if db.session().get(Reaction, (message.id, by.id, kind)) is not None:
        return
    db.session().add(Reaction(message_id=message.id, member_id=by.id, kind=kind, given_at=clock.now()))
    message.has_beside = True
    _record(ReactionGiven, message, by)


def withdraw_reaction(message: Message, workspace: Workspace, kind: ReactionKind, *, by: Member) -> None:
    """Take a reaction back, if there is one. Raises `Archived`."""
    _begin(message, workspace, by)
    given = db.session().get(Reaction, (message.id, by.id, kind))
    if given is not None:
        db.session().delete(given)
        _record(ReactionWithdrawn, message, by)


def _begin(message: Message, workspace: Workspace, by: Member) -> Thread:
    thread = db.session().get_one(Thread, message.thread_id)
    enter(workspace, by, message, thread)
    workspace.ensure_active()
    if message.is_retracted:
        raise AlreadyRetracted
    return thread


def _record(
    kind: type[MessageThanked | ThanksWithdrawn | ReactionGiven | ReactionWithdrawn], message: Message, by: Member
) -> None:
    fact = kind(workspace=message.workspace_id, thread=message.thread_id, message=message.id)
    events.record(fact, by=by, stream=message.workspace_id)
