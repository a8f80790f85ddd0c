"""What moderators decide about who is in. `stream` is the member's or the application's id: their trail."""

from dataclasses import dataclass

from extranet.events import Event


@dataclass(frozen=True, slots=True)
class ApplicationDeclined(Event):
    """A moderator has declined an application, with a reason that stands in it."""

    application_id: str


@dataclass(frozen=True, slots=True)
class MemberSuspended(Event):
    """A member is shut out until restored."""

    member_id: str


@dataclass(frozen=True, slots=True)
class MemberRestored(Event):
    """A suspended member is in again."""

    member_id: str


@dataclass(frozen=True, slots=True)
class RoleChanged(Event):
    """An administrator has appointed or dismissed a moderator or an administrator."""

    member_id: str
    role: str


@dataclass(frozen=True, slots=True)
class NameChanged(Event):
    """A moderator has changed a member's name on request."""

    member_id: str


@dataclass(frozen=True, slots=True)
class PasswordLetterAsked(Event):
    """A moderator has asked for a letter by which a member sets a password."""

    member_id: str
