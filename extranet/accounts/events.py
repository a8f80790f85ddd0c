"""What happens between a person and their membership. `stream` is the member's or the application's id: their trail."""

from dataclasses import dataclass

from extranet.events import Event


@dataclass(frozen=True, slots=True)
class ApplicationSent(Event):
    """Somebody has applied; whose address it is remains to be seen."""

    application_id: str


@dataclass(frozen=True, slots=True)
class ApplicationConfirmed(Event):
    """The applicant has shown that the address is theirs; a moderator can read the application."""

    application_id: str


@dataclass(frozen=True, slots=True)
class MemberAdmitted(Event):
    """Somebody is a member now; by an application, or, without one, by the site's keeper."""

    member_id: str
    application_id: str | None


@dataclass(frozen=True, slots=True)
class TermsAccepted(Event):
    """A member has accepted the terms of use and the privacy notice, in these versions."""

    member_id: str
    terms_version: str
    privacy_version: str


@dataclass(frozen=True, slots=True)
class EmailChanged(Event):
    """A moderator has changed a member's e-mail address on request."""

    member_id: str
    former_id: str


@dataclass(frozen=True, slots=True)
class PasswordForgotten(Event):
    """Somebody has asked for a letter that sets a new password."""

    request_id: str


@dataclass(frozen=True, slots=True)
class PasswordSet(Event):
    """A member has a new password, set by a link or by knowing the old one; or, `is_first`, a password at last."""

    member_id: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class TokenMade(Event):
    """A member has made a personal access token."""

    credential_id: str


@dataclass(frozen=True, slots=True)
class TokenRevoked(Event):
    """A member has revoked a personal access token."""

    credential_id: str


@dataclass(frozen=True, slots=True)
class PresenceTurned(Event):
    """A member lets others see that they are here, or lets them no more."""

    member_id: str
