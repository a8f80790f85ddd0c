"""Dates and times as they are written in Finland, in each language."""

from datetime import UTC, datetime, timedelta

import pytest

from extranet import clock, i18n
from extranet.app import Extranet

MOMENT = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


@pytest.mark.once
@pytest.mark.parametrize(
    ("language", "day", "moment", "long"),
    [
        ("fi", "21.11.2026", "21.11.2026 klo 16.05", "21. marraskuuta 2026"),
        ("sv", "21.11.2026", "21.11.2026 kl. 16.05", "21 november 2026"),
        ("en", "21 Nov 2026", "21 Nov 2026, 16:05", "November 21, 2026"),
    ],
)
def test_dates_are_written_as_in_finland(app: Extranet, language: str, day: str, moment: str, long: str) -> None:
    with app.test_request_context("/"), i18n.in_language(language):
        assert (i18n.show_date(MOMENT), i18n.show_moment(MOMENT)) == (day, moment)
        assert i18n.show_date(MOMENT, "long") == long


@pytest.mark.once
@pytest.mark.parametrize(("language", "said"), [("fi", "juuri nyt"), ("sv", "alldeles nyss"), ("en", "just now")])
def test_within_a_minute_it_is_just_now(app: Extranet, language: str, said: str) -> None:
    with app.test_request_context("/"), i18n.in_language(language):
        assert i18n.show_ago(clock.now() - timedelta(seconds=40)) == said
        assert i18n.show_ago(clock.now() - timedelta(minutes=2)) != said
