"""The commands by which a site is kept; what cannot be done is a sentence.

Most are run inside the tests' own process; two are typed as people type them, in processes of their own.
"""

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import wsgi
from extranet.app import Extranet
from extranet.config import OPTIONS
from tests import apps
from tests.servers import flask, free_port

pytestmark = pytest.mark.once

PASSWORD = "seven-quiet-lakes-in-may\n"
IRMA = (
    "create-member", "--email", "irma@example.org", "--name", "Irma Admin", "--role", "administrator",
    "--password-stdin",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> dict[str, str]:
    """An empty site."""
    return {"DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Extranet]:
    """An empty site in this process, made as a command makes it."""
    app = apps.build(tmp_path / "data", MAIL_URL="smtp://localhost:2525")
    yield app
    apps.end(app)


def _refuses(app: Extranet, *arguments: str, stdin: str = "") -> str:
    done = app.test_cli_runner().invoke(args=arguments, input=stdin, catch_exceptions=False)
    assert done.exit_code == 1, done.output
    return done.output


def test_a_member_is_made_with_a_password_that_was_piped_in(folder: dict[str, str]) -> None:
    assert "is now an administrator" in flask(*IRMA, environment=folder, stdin=PASSWORD)
    assert Path(folder["DATA_DIR"]).stat().st_mode & 0o077 == 0


def test_a_port_that_is_taken_is_a_sentence(folder: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(subprocess.CalledProcessError) as raised:
            flask("serve", environment={**folder, "PORT": str(port)})
    said = str(raised.value.stdout) + str(raised.value.stderr)
    assert f"PORT {port}" in said
    assert "Traceback" not in said


def test_a_member_and_a_token_are_made_and_doctor_is_content(kept: Extranet) -> None:
    assert "is now an administrator" in apps.command(kept, *IRMA, stdin=PASSWORD)
    assert "already" in _refuses(kept, *IRMA, stdin=PASSWORD)
    token = apps.command(kept, "create-token", "irma@example.org")
    assert token.startswith("ext_")
    assert len(token.split()) == 1
    assert "no member" in _refuses(kept, "create-token", "nobody@example.org")
    apps.command(kept, "reindex")
    assert apps.command(kept, "doctor") == "Nothing is wrong.\n"


def test_config_tells_every_setting(kept: Extranet) -> None:
    told = apps.command(kept, "config")
    assert all(option.name in told and option.meaning in told for option in OPTIONS)


def test_who_cannot_apply_cannot_be_made_either(kept: Extranet) -> None:
    for email, name, why in (
        ("notmail", "Irma Admin", "not an e-mail address"),
        ("i@example.org", "  ", "1 to 200"),
        ("i@example.org", "x" * 201, "1 to 200"),
    ):
        made = ("create-member", "--email", email, "--name", name, "--password-stdin")
        assert why in _refuses(kept, *made, stdin=PASSWORD)


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////proc/none/x.sqlite3"])
def test_a_database_that_cannot_be_used_is_a_sentence(
    folder: dict[str, str], url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        wsgi.create_app({**folder, "DATABASE_URL": url})
    assert raised.value.code
    assert "the database cannot be used" in capsys.readouterr().err


def test_doctor_tells_of_a_redis_that_is_away(folder: dict[str, str]) -> None:
    app = apps.build(Path(folder["DATA_DIR"]), REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")
    assert "Redis does not answer" in _refuses(app, "doctor")
    apps.end(app)
