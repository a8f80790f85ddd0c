"""What was said to a message: thanks and quiet reactions, given and taken back; in the workspace's stream."""

from dataclasses import dataclass

from extranet.events import Event


@dataclass(frozen=True, slots=True)
class MessageThanked(Event):
    """A member thanked for a message, or put their thanks in other words."""

    workspace: str
    thread: str
    message: str


@dataclass(frozen=True, slots=True)
class ThanksWithdrawn(Event):
    workspace: str
    thread: str
    message: str


@dataclass(frozen=True, slots=True)
class ReactionGiven(Event):
    workspace: str
    thread: str
    message: str


@dataclass(frozen=True, slots=True)
class ReactionWithdrawn(Event):
    workspace: str
    thread: str
    message: str
