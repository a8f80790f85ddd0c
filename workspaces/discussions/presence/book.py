"""Who has said lately that they are in a workspace. Nothing of it is kept: it is forgotten within a minute.

One process keeps it in memory; several share it through Redis, and each goes on with its own memory while Redis is
away. It is a hint for politeness only: who may see whom is asked of the database each time.
"""

import logging
import time
from collections.abc import Sequence
from typing import Any, Protocol

log = logging.getLogger(__name__)

LASTS = 60.0
"""Seconds for which a word counts; an open page says one every 25."""
MOST = 200
"""Members that are kept in mind of one workspace, the latest."""


class Book(Protocol):
    """Who is where."""

    def note(self, workspace_id: str, member_id: str) -> bool:
        """Keep in mind that the member is here. Whether that is news."""

    def strike(self, workspace_id: str, member_id: str) -> bool:
        """Forget it. Whether they were here."""

    def read(self, workspace_id: str) -> Sequence[str]:
        """The ids of who is here, who came last first."""


class Memory:
    """The book of one process."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, float]] = {}

    def note(self, workspace_id: str, member_id: str) -> bool:
        """See `Book`."""
        seen = self._fresh(workspace_id)
        is_news = member_id not in seen
        seen.pop(member_id, None)
        seen[member_id] = time.monotonic()
        while len(seen) > MOST:
            del seen[next(iter(seen))]
        self._seen[workspace_id] = seen
        return is_news

    def strike(self, workspace_id: str, member_id: str) -> bool:
        """See `Book`."""
        return self._fresh(workspace_id).pop(member_id, None) is not None

    def read(self, workspace_id: str) -> Sequence[str]:
        """See `Book`."""
        return list(reversed(self._fresh(workspace_id)))

    def _fresh(self, workspace_id: str) -> dict[str, float]:
        """Who is still here; a workspace without anybody takes no room."""
        oldest = time.monotonic() - LASTS
        seen = {member: at for member, at in self._seen.get(workspace_id, {}).items() if at >= oldest}
        if seen:
            self._seen[workspace_id] = seen
        else:
            self._seen.pop(workspace_id, None)
        return seen


class Shared:
    """The book of several processes, in Redis."""

    def __init__(self, redis_url: str) -> None:
        import redis

        # A broker that is away must not hold anybody up.
        self._redis: Any = redis.Redis.from_url(redis_url, socket_timeout=0.5, socket_connect_timeout=0.5)
        self._away: type[Exception] = redis.RedisError
        self._own = Memory()
        self._tried_in_vain = 0.0

    def note(self, workspace_id: str, member_id: str) -> bool:
        """See `Book`."""
        is_news = self._own.note(workspace_id, member_id)
        now, key = time.time(), _key(workspace_id)

        def ask(pipe: Any) -> None:
            pipe.zremrangebyscore(key, 0, now - LASTS)
            pipe.zadd(key, {member_id: now})
            pipe.zremrangebyrank(key, 0, -MOST - 1)
            pipe.expire(key, int(LASTS) + 1)

        answers = self._ask(ask)
        return bool(answers[1]) if answers else is_news

    def strike(self, workspace_id: str, member_id: str) -> bool:
        """See `Book`."""
        was_here = self._own.strike(workspace_id, member_id)
        answers = self._ask(lambda pipe: pipe.zrem(_key(workspace_id), member_id))
        return bool(answers[0]) if answers else was_here

    def read(self, workspace_id: str) -> Sequence[str]:
        """See `Book`."""
        oldest = time.time() - LASTS
        answers = self._ask(lambda pipe: pipe.zrevrangebyscore(_key(workspace_id), "+inf", oldest))
        return [member.decode() for member in answers[0]] if answers else self._own.read(workspace_id)

    def _ask(self, what: Any) -> list[Any] | None:
        """What Redis answers, or None while it is away; then it is left alone for some seconds."""
        if time.monotonic() - self._tried_in_vain < 5:
            return None
        try:
            with self._redis.pipeline() as pipe:
                what(pipe)
                return list(pipe.execute())
        except self._away as error:
            self._tried_in_vain = time.monotonic()
            log.warning("Redis is away; who is here is known to each process alone: %s", error)
            return None


def _key(workspace_id: str) -> str:
    return f"extranet:here:{workspace_id}"
