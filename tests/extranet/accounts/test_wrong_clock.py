"""A clock that is wrong, or machines whose clocks differ, sign nobody out: the database knows when a sign-in ends."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from itsdangerous import TimestampSigner

from extranet import clock
from extranet.credentials import Credential
from tests.cast import Cast, keeping
from tests.workspaces.discussions.talk import Talk


@contextmanager
def clock_off_by(seconds: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Within the block cookies are signed and read by a clock that is so many seconds ahead."""
    with monkeypatch.context() as patch:
        patch.setattr(TimestampSigner, "get_timestamp", lambda _self: int(time.time()) + seconds)
        yield


@pytest.mark.parametrize("seconds", [-3600, -2, 3600])
def test_who_is_signed_in_stays_so(cast: Cast, monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    talk = Talk(cast)
    assert "/sign-out" in cast.grace.get("/").text
    with clock_off_by(seconds, monkeypatch):
        assert "/sign-out" in cast.grace.get("/").text
        talk.say(cast.grace, "At another time")
    assert "/sign-out" in cast.grace.get("/").text


def test_a_sign_in_that_was_not_used_for_its_time_has_ended_all_the_same(cast: Cast) -> None:
    assert "/sign-out" in cast.grace.get("/").text
    with keeping(cast.app) as held:
        held.execute(sa.update(Credential).values(expires_at=clock.now() - timedelta(seconds=1)))
    assert "/sign-out" not in cast.grace.get("/").text


def test_a_cookie_that_somebody_made_opens_nothing(cast: Cast) -> None:
    cast.grace.client.set_cookie("extranet", "eyJfdXNlcl9pZCI6IngifQ.aaaaaa.bbbbbb")
    assert "/sign-out" not in cast.grace.get("/").text
