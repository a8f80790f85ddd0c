"""Working days in Finland: Monday to Friday without the public holidays. The one module that touches `holidays`.

That library loads the calendars of all countries (0.1 s, 19 MB), so it is loaded when the first question waits.
"""

from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

SITE = ZoneInfo("Europe/Helsinki")
ANSWER_WITHIN = 3
"""Working days after which a question is shown as unanswered."""
_ONE = timedelta(days=1)
_SATURDAY = 5


def is_working_day(day: date) -> bool:
    """Whether offices are open: Midsummer Eve and Christmas Eve are no working days either."""
    return day.weekday() < _SATURDAY and day not in _finland()


def working_days_since(moment: datetime, today: date) -> int:
    """How many working days have begun after the day of a moment, up to and with today."""
    return _between(moment.astimezone(SITE).date(), today)


def asked_before(today: date, days: int = ANSWER_WITHIN) -> datetime:
    """The moment before which a question was asked that has waited for so many working days."""
    day, left = today, days
    while left:
        left -= is_working_day(day)
        day -= _ONE
    return datetime.combine(day + _ONE, time(), SITE)


@lru_cache(maxsize=1_024)
def _between(day: date, today: date) -> int:
    return sum(is_working_day(day + number * _ONE) for number in range(1, (today - day).days + 1))


@cache
def _finland() -> Any:
    from holidays.countries.finland import Finland

    return Finland()  # type: ignore[no-untyped-call]
