"""Who may do what with a whole thread: pure functions of the member and of where they stand."""

from typing import Protocol

from extranet.members import Member
from workspaces.policy import Stands, may_enter

__all__ = ["may_accept", "may_decide", "may_enter", "may_lock", "may_move", "may_pin", "may_rename"]


class StandsByThread(Stands, Protocol):
    """What a rule needs to know of where a member stands to a thread."""

    @property
    def is_opener(self) -> bool: ...


def may_rename(_member: Member, standing: StandsByThread) -> bool:
    """Who opened it and hosts say what it is called and of which kind it is."""
    return standing.is_joined and (standing.is_opener or standing.is_host)


def may_accept(_member: Member, standing: StandsByThread) -> bool:
    """Who asked and hosts say which message is the answer."""
    return standing.is_joined and (standing.is_opener or standing.is_host)


def may_decide(_member: Member, standing: StandsByThread) -> bool:
    """Who opened it and hosts write the decision, and withdraw it."""
    return standing.is_joined and (standing.is_opener or standing.is_host)


def may_pin(_member: Member, standing: Stands) -> bool:
    """Hosts say which threads stand first."""
    return standing.is_joined and standing.is_host


def may_lock(_member: Member, standing: Stands) -> bool:
    """Hosts say that nothing more is written, and that it is again."""
    return standing.is_joined and standing.is_host


def may_move(_member: Member, standing: Stands) -> bool:
    """Hosts of where it is move it; where to, they have joined."""
    return standing.is_joined and standing.is_host
