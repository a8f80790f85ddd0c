"""What an import brought to a workspace: one line of the trail, outside its stream, told to nobody but the index."""

from dataclasses import dataclass

from extranet.events import Event


@dataclass(frozen=True, slots=True)
class DiscussionsImported(Event):
    workspace: str
