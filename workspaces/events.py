"""What happened to a workspace. All but the purge stand in the workspace's own stream."""

from dataclasses import dataclass

from extranet.events import Event


@dataclass(frozen=True, slots=True)
class WorkspaceOpened(Event):
    workspace: str


@dataclass(frozen=True, slots=True)
class WorkspaceChanged(Event):
    """Its name, purpose, dates, visibility or way of joining is another."""

    workspace: str


@dataclass(frozen=True, slots=True)
class WorkspaceArchived(Event):
    workspace: str


@dataclass(frozen=True, slots=True)
class WorkspaceReopened(Event):
    workspace: str


@dataclass(frozen=True, slots=True)
class WorkspaceTrashed(Event):
    workspace: str


@dataclass(frozen=True, slots=True)
class WorkspaceRestored(Event):
    workspace: str


@dataclass(frozen=True, slots=True)
class WorkspacePurged(Event):
    """Stands outside the stream, which is gone: the one line that the trail keeps."""

    workspace: str
