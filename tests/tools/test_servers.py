"""The tests' own servers are what they say: a test on a server that is not there would prove nothing."""

import smtplib

import psycopg
import pytest
from playwright.sync_api import Browser
from redis import Redis

from tests.conftest import Backend
from tests.servers import Letterbox, postgresql


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
