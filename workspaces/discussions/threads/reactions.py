"""What follows for a whole thread from what is said in it, in the same transaction."""

from extranet import db
from extranet.events import Recorded
from workspaces.discussions.models import Message, Thread
from workspaces.discussions.threads.service import first_answered


def note_that_it_is_answered(recorded: Recorded) -> None:
    """A question is answered when somebody else than who asked it says something."""
    thread = _thread(recorded)
    if thread.kind == "question" and thread.answered_at is None and recorded.actor_id != thread.opened_by_id:
        thread.answered_at = recorded.at


def forget_that_it_was_the_answer(recorded: Recorded) -> None:
    """A message that is retracted is no answer any longer, and the question may wait again."""
    thread = _thread(recorded)
    if thread.kind != "question":
        return
    message = db.session().get_one(Message, recorded.event.message)
    message.accepted_at = message.accepted_by_id = None
    db.session().flush()
    thread.answered_at = first_answered(thread)


def _thread(recorded: Recorded) -> Thread:
    return db.session().get_one(Thread, recorded.event.thread)
