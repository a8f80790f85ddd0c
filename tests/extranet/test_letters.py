"""Letters to several people: each gets theirs once, whatever becomes of the others and of the mail server."""

import logging
import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from extranet import clock, mail, outbox
from extranet.events import OutboxRow
from extranet.mail import Post
from tests.cast import Cast, Person, looking
from tests.servers import Letterbox
from tests.workspaces.places import Place, open_place

GONE = "550 5.1.1 no such mailbox"


@pytest.fixture
def place(cast: Cast, smtp: Letterbox) -> Place:
    """A workspace that Ada and Hedy host; no letter is on its way."""
    place = open_place(cast)
    hedy = cast.member("Hedy Host", email="hedy@example.org")
    place.let_in(hedy, by=cast.ada)
    place.appoint(hedy, by=cast.ada)
    _drain(cast.app)
    smtp.empty()
    return place


def test_a_mailbox_that_is_gone_is_given_up_and_keeps_nobody_from_their_letter(
    cast: Cast, place: Place, smtp: Letterbox, caplog: pytest.LogCaptureFixture
) -> None:
    for gone, there in ((cast.ada.email, "hedy@example.org"), ("hedy@example.org", cast.ada.email)):
        smtp.empty()
        smtp.closed[gone] = GONE
        with caplog.at_level(logging.WARNING):
            _ask(cast, place)
        assert (len(smtp.to(there)), len(smtp.to(gone))) == (1, 0)
        assert _waiting(cast.app) == []
    assert "550 5.1.1" in caplog.text
    assert "hedy@example.org" not in caplog.text and cast.ada.email not in caplog.text


def test_who_got_their_letter_does_not_get_it_again_while_another_is_tried(
    cast: Cast, place: Place, smtp: Letterbox
) -> None:
    smtp.closed[cast.ada.email] = "450 4.2.1 not now"
    _ask(cast, place)
    assert len(smtp.to("hedy@example.org")) == 1
    for minutes in (1, 2, 3):
        _drain(cast.app, timedelta(minutes=minutes))
    ((attempts, error),) = _waiting(cast.app)
    assert attempts == 4 and error is not None and "450 4.2.1" in error and cast.ada.email not in error
    smtp.closed.clear()
    _drain(cast.app, timedelta(hours=1))
    assert _waiting(cast.app) == []
    assert (len(smtp.to(cast.ada.email)), len(smtp.to("hedy@example.org"))) == (1, 1)


def test_a_mailbox_that_is_closed_to_this_site_is_tried_for_some_days(
    cast: Cast, place: Place, smtp: Letterbox
) -> None:
    smtp.closed[cast.ada.email] = "554 5.7.1 relay access denied"
    _ask(cast, place)
    assert len(_waiting(cast.app)) == 1
    _drain(cast.app, mail.HOPE + timedelta(hours=1))
    assert _waiting(cast.app) == []


def test_the_same_letter_of_a_promise_has_the_same_mark_and_another_one_another(
    cast: Cast, place: Place, smtp: Letterbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was taken and counts as failed, because the answer was lost, is sent again; a mail system knows it."""
    handed = Post._by_smtp

    def lose_the_answer(self: Post, message: Any) -> None:
        handed(self, message)
        raise TimeoutError

    with monkeypatch.context() as patched:
        patched.setattr(Post, "_by_smtp", lose_the_answer)
        _ask(cast, place)
    _drain(cast.app, timedelta(minutes=1))
    letters = [*smtp.to(cast.ada.email), *smtp.to("hedy@example.org")]
    marks = [str(letter["Message-ID"]) for letter in letters]
    assert len(marks) == 3 and len(set(marks)) == 2


@pytest.mark.once
def test_what_was_taken_is_sent_whatever_becomes_of_the_farewell(
    cast: Cast, place: Place, smtp: Letterbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = smtplib.SMTP.docmd

    def fail(server: smtplib.SMTP, command: str, *more: str) -> tuple[int, bytes]:
        if command.upper() == "QUIT":
            raise TimeoutError
        return ask(server, command, *more)

    monkeypatch.setattr(smtplib.SMTP, "docmd", fail)
    _ask(cast, place)
    assert _waiting(cast.app) == []
    assert (len(smtp.to(cast.ada.email)), len(smtp.to("hedy@example.org"))) == (1, 1)


@pytest.mark.once
def test_of_a_mail_server_that_hangs_one_letter_a_round_waits(
    cast: Cast, place: Place, smtp: Letterbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        _ask(cast, place, cast.member(f"Asker{number} Keen"), drains=False)
    with monkeypatch.context() as patched, _hanging(cast.app) as silent:
        patched.setattr(mail, "TIMEOUT", 0.5)
        _drain(cast.app)
        assert len(_waited(silent)) == 1
    waiting = _waiting(cast.app)
    assert [attempts for attempts, _error in waiting] == [1, 1, 1, 1]
    assert [str(error).startswith("NotTried") for _attempts, error in waiting] == [False, True, True, True]
    _drain(cast.app, timedelta(minutes=1))
    assert _waiting(cast.app) == []
    assert len(smtp.to(cast.ada.email)) == len(smtp.to("hedy@example.org")) == 4


@contextmanager
def _hanging(app: Flask) -> Iterator[socket.socket]:
    """Within the block the mail server, which is given, takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        post = app.extensions["post"]
        before, post._url = post._url, f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        try:
            yield silent
        finally:
            post._url = before


def _waited(silent: socket.socket) -> list[Any]:
    """Who has connected to a server and waited in vain."""
    silent.setblocking(False)
    came = []
    with suppress(BlockingIOError):
        while True:
            connection, address = silent.accept()
            connection.close()
            came.append(address)
    return came


def _ask(cast: Cast, place: Place, person: Person | None = None, *, drains: bool = True) -> None:
    """Somebody asks to join, of which all hosts are told."""
    asking = person or cast.member("Asker Keen")
    answer = asking.post(place.path("/ask"), {"why": "Because"})
    assert answer.status_code == 302, answer.text
    if drains:
        _drain(cast.app)


def _drain(app: Flask, later: timedelta = timedelta()) -> None:
    with app.app_context(), clock.later(later):
        outbox.drain()


def _waiting(app: Flask) -> list[tuple[int, str | None]]:
    with looking(app) as held:
        return [(row.attempts, row.error) for row in held.scalars(sa.select(OutboxRow).order_by(OutboxRow.id))]
