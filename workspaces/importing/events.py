"""What an import brought to workspaces: one line of the trail, outside their streams, told to nobody but the index."""

from dataclasses import dataclass

from extranet.events import Event


@dataclass(frozen=True, slots=True)
class DiscussionsImported(Event):
    workspaces: tuple[str, ...]
