"""The tests' own servers are what they say: a test on a server that is not there would prove nothing."""

import math
import smtplib
import socket
import time

import psycopg
import pytest
from playwright.sync_api import Browser
from redis import Redis

from tests.conftest import Backend
from tests.pace import STEPS, eventually, slowest
from tests.servers import Letterbox, free_port, postgresql


def test_each_round_has_the_database_it_is_named_after(backend: Backend) -> None:
    assert backend.url.startswith(backend.name)


@pytest.mark.once
def test_postgresql_answers_and_is_gone_after_the_block() -> None:
    with postgresql() as url, psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
        connection.close()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_redis_answers(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        assert client.ping()


def test_a_letter_arrives_at_whom_it_is_for(smtp: Letterbox) -> None:
    _send(smtp, "ada@example.org")
    assert smtp.wait_for("ada@example.org")["Subject"] == "Tervetuloa"
    assert smtp.to("grace@example.org") == []


def test_the_mail_server_can_refuse(smtp: Letterbox) -> None:
    smtp.refusing = "451 not now"
    with pytest.raises(smtplib.SMTPDataError):
        _send(smtp, "ada@example.org")
    assert smtp.letters == []


def test_a_port_is_kept_for_a_server_and_for_its_next_lives() -> None:
    port = free_port()
    for _life in range(2):
        with socket.create_server(("127.0.0.1", port)):
            socket.create_connection(("127.0.0.1", port), timeout=10).close()
        with pytest.raises(OSError), socket.socket() as other:
            other.bind(("127.0.0.1", port))


def test_what_is_promised_within_a_span_may_take_longer_where_everything_does() -> None:
    taken: list[None] = []

    def step() -> None:
        time.sleep(0.04)
        taken.append(None)

    assert eventually(lambda: len(taken) > STEPS // 2, seconds=0.05, step=step) < math.inf
    assert eventually(lambda: False, seconds=0.05, step=step) == math.inf
    assert eventually(lambda: False, seconds=0.05) == math.inf


def test_the_slowest_step_is_found() -> None:
    pauses = iter([0.01, 0.1])
    assert slowest(lambda: time.sleep(next(pauses, 0)), seconds=0.2) >= 0.1


@pytest.mark.browser
def test_the_browser_runs_scripts(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<p id=here></p><script>here.textContent = 'ran'</script>")
    assert page.inner_text("p") == "ran"
    page.close()


def _send(box: Letterbox, address: str) -> None:
    host, port = box.url.removeprefix("smtp://").split(":")
    with smtplib.SMTP(host, int(port)) as client:
        client.sendmail("site@example.org", [address], "Subject: Tervetuloa\r\n\r\nHei")
