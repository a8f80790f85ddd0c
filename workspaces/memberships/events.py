"""What happened to somebody's place in a workspace.

Coming, going and hosts stand in the workspace's stream, which all who joined see; requests and invitations are between
a person and the hosts and stand outside it.
"""

from dataclasses import dataclass

from extranet.events import Event


@dataclass(frozen=True, slots=True)
class MemberJoined(Event):
    """`invited_by` is who decided it, if they came by an invitation; else whoever did it decided."""

    workspace: str
    member: str
    invited_by: str | None = None


@dataclass(frozen=True, slots=True)
class MemberLeft(Event):
    workspace: str
    member: str


@dataclass(frozen=True, slots=True)
class MemberRemoved(Event):
    workspace: str
    member: str


@dataclass(frozen=True, slots=True)
class HostAppointed(Event):
    workspace: str
    member: str


@dataclass(frozen=True, slots=True)
class HostDismissed(Event):
    workspace: str
    member: str


@dataclass(frozen=True, slots=True)
class JoiningRequested(Event):
    workspace: str
    member: str


@dataclass(frozen=True, slots=True)
class RequestWithdrawn(Event):
    workspace: str
    member: str


@dataclass(frozen=True, slots=True)
class RequestAccepted(Event):
    """Beside the joining itself, which does not tell how it came about."""

    workspace: str
    member: str


@dataclass(frozen=True, slots=True)
class RequestDeclined(Event):
    workspace: str
    member: str


@dataclass(frozen=True, slots=True)
class InvitationSent(Event):
    workspace: str
    invitation: str


@dataclass(frozen=True, slots=True)
class InvitationWithdrawn(Event):
    workspace: str
    invitation: str


@dataclass(frozen=True, slots=True)
class InvitationDeclined(Event):
    workspace: str
    invitation: str


@dataclass(frozen=True, slots=True)
class MemberKeptOut(Event):
    workspace: str
    member: str


@dataclass(frozen=True, slots=True)
class MemberLetInAgain(Event):
    workspace: str
    member: str
