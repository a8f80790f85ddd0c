"""Slow work beside the event loop: in threads of its own where a server's greenlets would have to wait for it."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

from gevent.monkey import is_module_patched
from gevent.threadpool import ThreadPool

Result = TypeVar("Result")


class Beside:
    """Calls functions in threads, at most `at_a_time`; hold no transaction meanwhile. In commands, at once."""

    def __init__(self, at_a_time: int) -> None:
        self._at_a_time = at_a_time

    def __call__(self, work: Callable[..., Result], *given: Any) -> Result:
        if is_module_patched("threading"):
            return self._threads.apply(work, given)
        return work(*given)

    @cached_property
    def _threads(self) -> ThreadPool:
        return ThreadPool(self._at_a_time)
