"""Who may do what with a thread or a message: pure functions of the member and of where they stand."""

from typing import Protocol

from extranet.members import Member
from workspaces.policy import Stands, may_enter, may_write

__all__ = ["may_edit", "may_enter", "may_read_history", "may_retract", "may_write"]


class StandsBeside(Stands, Protocol):
    """What a rule needs to know of where a member stands to a message."""

    @property
    def is_author(self) -> bool: ...


def may_edit(_member: Member, standing: StandsBeside) -> bool:
    """Only the author says it otherwise."""
    return standing.is_joined and standing.is_author


def may_retract(_member: Member, standing: StandsBeside) -> bool:
    """The author takes it back; so does a host, with a reason."""
    return standing.is_joined and (standing.is_author or standing.is_host)


def may_read_history(_member: Member, standing: StandsBeside) -> bool:
    """What a message said before is its author's business."""
    return standing.is_joined and standing.is_author
