"""The one place that asks what time it is, so that a test can say it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_ahead: ContextVar[timedelta] = ContextVar("ahead", default=timedelta(0))


def now() -> datetime:
    """The present moment, aware, in UTC, to the microsecond."""
    return datetime.now(UTC) + _ahead.get()


def today(timezone: str = "Europe/Helsinki") -> date:
    """The present day where the site is."""
    return now().astimezone(ZoneInfo(timezone)).date()


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    """Within the block it is `by` later: how tests wait thirty days."""
    token = _ahead.set(_ahead.get() + by)
    try:
        yield
    finally:
        _ahead.reset(token)
