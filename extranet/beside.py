"""Slow work beside the event loop: in threads of its own where a server's greenlets would have to wait for it."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from gevent.monkey import is_module_patched
from gevent.threadpool import ThreadPool

Result = TypeVar("Result")


class Beside:
    """Calls functions in threads, at most `at_a_time`; hold no transaction meanwhile. In commands, at once."""

    def __init__(self, at_a_time: int) -> None:
        self._at_a_time = at_a_time

    def __call__(self, work: Callable[..., Result], *given: Any) -> Result:
        if not is_module_patched("threading"):
            return work(*given)
        outcome: _Outcome[Result] = self._threads.apply(_attempt, (work, given))
        return outcome.result()

    @cached_property
    def _threads(self) -> ThreadPool:
        return ThreadPool(self._at_a_time)


class _Outcome(Generic[Result]):
    """What came of a call. What it raises is the caller's; the pool would write it to the log as its own."""

    def __init__(self, value: Result | None = None, error: BaseException | None = None) -> None:
        self._value, self._error = value, error

    def result(self) -> Result:
        error, self._error = self._error, None
        if error is None:
            return self._value  # type: ignore[return-value]
        try:
            raise error
        finally:
            del error  # else it and this frame would hold each other, and all that the work had open


def _attempt(work: Callable[..., Result], given: tuple[Any, ...]) -> _Outcome[Result]:
    try:
        return _Outcome(work(*given))
    except BaseException as error:
        return _Outcome(error=error)
