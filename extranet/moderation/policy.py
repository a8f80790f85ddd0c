"""Who may decide what on the desk. Moderators look after members; only administrators look after moderators."""

from typing import Any

from extranet.members import Member


def may_decide(member: Member, _application: Any) -> bool:
    """Moderators read applications and decide on them."""
    return member.is_moderator


def may_look_after(member: Member, other: Member) -> bool:
    """Change a name or an address, send a letter: of members; of moderators and administrators only administrators."""
    return member.is_administrator or (member.is_moderator and not other.is_moderator)


def may_shut_out(member: Member, other: Member) -> bool:
    """Suspend and restore: the same, but never oneself."""
    return member.id != other.id and may_look_after(member, other)


def may_appoint(member: Member, other: Member) -> bool:
    """Administrators appoint and dismiss, but never themselves."""
    return member.is_administrator and member.id != other.id
