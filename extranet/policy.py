"""The rules that every feature may name: pure functions of the member and the thing."""

from typing import Any

from extranet.members import Member


def anyone(_member: Member, _thing: Any) -> bool:
    """The rule that whoever sees the thing may do it."""
    return True


def may_moderate(member: Member, _thing: Any) -> bool:
    """Moderators manage who is in."""
    return member.is_moderator
