"""The rules of a workspace alone: the queries behind the doors find only what somebody has joined, and should one of
them find more, the rule still lets nobody in.
"""

from collections.abc import Callable
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from extranet.members import Member
from workspaces import policy as here
from workspaces.discussions import policy as of_messages
from workspaces.discussions.threads import policy as of_threads

ROLES = ("host", "author", "opener")
INSIDE: tuple[tuple[Callable[..., bool], str], ...] = (
    (here.may_enter, ""), (here.may_write, ""),
    (of_messages.may_edit, "author"), (of_messages.may_retract, "author host"),
    (of_messages.may_read_history, "author"),
    (of_threads.may_rename, "opener host"), (of_threads.may_accept, "opener host"),
    (of_threads.may_decide, "opener host"), (of_threads.may_pin, "host"), (of_threads.may_lock, "host"),
    (of_threads.may_move, "host"),
)  # fmt: skip
"""What only those inside may, and as what, one of the roles being enough; none is named where all may."""


@pytest.mark.parametrize(("rule", "roles"), INSIDE, ids=lambda told: getattr(told, "__name__", None))
def test_only_who_joined_may_and_only_as_what_it_takes(rule: Callable[..., bool], roles: str) -> None:
    for joined, *are in product((False, True), repeat=1 + len(ROLES)):
        mine = dict(zip(ROLES, are, strict=True))
        standing = SimpleNamespace(is_joined=joined, **{f"is_{role}": held for role, held in mine.items()})
        may = joined and (not roles or any(mine[role] for role in roles.split()))
        assert rule(Member(role="moderator"), standing) is may, standing


@pytest.mark.parametrize(("role", "is_host", "may"), [
    ("member", False, False), ("member", True, True), ("moderator", False, True), ("administrator", False, True),
])  # fmt: skip
def test_hosts_and_moderators_govern(role: Any, is_host: bool, may: bool) -> None:
    standing = SimpleNamespace(is_joined=is_host, is_host=is_host)
    assert here.may_govern(Member(role=role), standing) is may
