"""Who may do what with a file: pure functions of the member and of where they stand to it."""

from typing import Protocol

from extranet.members import Member
from workspaces.policy import Stands, may_enter, may_write

__all__ = ["may_drop", "may_enter", "may_write"]


class StandsBesideFile(Stands, Protocol):
    """What a rule needs to know of where a member stands to a file."""

    @property
    def is_unsent(self) -> bool: ...


def may_drop(_member: Member, standing: StandsBesideFile) -> bool:
    """Who brought a file may take it away until it is sent; until then nobody else has it in their scope."""
    return standing.is_joined and standing.is_unsent
