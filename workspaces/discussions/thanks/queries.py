"""Reads of thanks beside what comes with each message."""

from extranet import db
from extranet.members import Member
from workspaces.discussions.models import Message
from workspaces.discussions.thanks.models import Thanks


def words_of(member: Member, message: Message) -> str:
    """What a member thanks for in a message that they may see; empty if they do not. No query where nobody does."""
    given = db.session().get(Thanks, (message.id, member.id)) if message.has_beside else None
    return given.words if given is not None else ""
