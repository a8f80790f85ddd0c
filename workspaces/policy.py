"""Who may do what in a workspace: pure functions of the member and of where they stand in it."""

from typing import Protocol

from extranet.members import Member


class Stands(Protocol):
    """What a rule needs to know of where a member stands in a workspace."""

    @property
    def is_joined(self) -> bool: ...

    @property
    def is_host(self) -> bool: ...


def may_see(_member: Member, _standing: Stands) -> bool:
    """Whoever has it in their scope sees that it exists and how to join."""
    return True


def may_enter(_member: Member, standing: Stands) -> bool:
    """Members, discussions, search hits and counts are for those who joined."""
    return standing.is_joined


def may_write(member: Member, standing: Stands) -> bool:
    """Whoever may enter may write; that it is archived is the model's refusal."""
    return may_enter(member, standing)


def may_govern(member: Member, standing: Stands) -> bool:
    """Hosts and moderators manage who is in and what becomes of the workspace."""
    return standing.is_host or member.is_moderator


def may_open(member: Member, _thing: object) -> bool:
    """Every member may open a workspace."""
    return not member.is_suspended
