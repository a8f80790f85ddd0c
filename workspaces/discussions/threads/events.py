"""What happened to a whole thread; all of it stands in the workspace's stream. A bell is nobody else's business."""

from dataclasses import dataclass

from extranet.events import Event


@dataclass(frozen=True, slots=True)
class ThreadRenamed(Event):
    workspace: str
    thread: str


@dataclass(frozen=True, slots=True)
class ThreadKindChanged(Event):
    """It is another kind of thread now: discussion, question or decision."""

    workspace: str
    thread: str


@dataclass(frozen=True, slots=True)
class ThreadPinned(Event):
    workspace: str
    thread: str


@dataclass(frozen=True, slots=True)
class ThreadUnpinned(Event):
    workspace: str
    thread: str


@dataclass(frozen=True, slots=True)
class ThreadLocked(Event):
    workspace: str
    thread: str


@dataclass(frozen=True, slots=True)
class ThreadUnlocked(Event):
    workspace: str
    thread: str


@dataclass(frozen=True, slots=True)
class AnswerAccepted(Event):
    workspace: str
    thread: str
    message: str


@dataclass(frozen=True, slots=True)
class AnswerUnaccepted(Event):
    workspace: str
    thread: str
    message: str


@dataclass(frozen=True, slots=True)
class DecisionWritten(Event):
    workspace: str
    thread: str


@dataclass(frozen=True, slots=True)
class DecisionWithdrawn(Event):
    workspace: str
    thread: str


@dataclass(frozen=True, slots=True)
class ThreadMovedAway(Event):
    """It is not in this workspace any longer; where it is, its former readers are not told.

    `last_seq` was its last message's: who saw nothing of the thread hears nothing of its end.
    """

    workspace: str
    thread: str
    last_seq: int


@dataclass(frozen=True, slots=True)
class ThreadArrived(Event):
    """It came from another workspace, with all its messages, each of which is a fact before this one."""

    workspace: str
    thread: str


@dataclass(frozen=True, slots=True)
class MessageMoved(Event):
    """A message came with its thread from another workspace."""

    workspace: str
    thread: str
    message: str


OF_THREADS = (
    ThreadRenamed, ThreadKindChanged, ThreadPinned, ThreadUnpinned, ThreadLocked, ThreadUnlocked, DecisionWritten,
    DecisionWithdrawn, ThreadArrived,
)
"""Facts about a whole thread, which is there."""
OF_ANSWERS = (AnswerAccepted, AnswerUnaccepted)
