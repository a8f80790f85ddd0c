"""What an import brought to the directory: one line of the trail for many people, told to nobody but the index."""

from dataclasses import dataclass

from extranet.events import Event


@dataclass(frozen=True, slots=True)
class PeopleImported(Event):
    members: tuple[str, ...]
