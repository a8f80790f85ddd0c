"""What happened in a discussion; all of it stands in the workspace's stream."""

from dataclasses import dataclass

from extranet.events import Event


@dataclass(frozen=True, slots=True)
class ThreadOpened(Event):
    """A thread was opened with its first message."""

    workspace: str
    thread: str
    message: str


@dataclass(frozen=True, slots=True)
class MessagePosted(Event):
    workspace: str
    thread: str
    message: str


@dataclass(frozen=True, slots=True)
class MessageEdited(Event):
    workspace: str
    thread: str
    message: str


@dataclass(frozen=True, slots=True)
class MessageRetracted(Event):
    workspace: str
    thread: str
    message: str
