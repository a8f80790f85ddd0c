"""The commands by which a site is kept, as they are typed; what cannot be done is a sentence."""

import socket
import subprocess
from pathlib import Path

import pytest

from extranet.config import OPTIONS
from tests.servers import flask, free_port

pytestmark = pytest.mark.once

PASSWORD = "seven-quiet-lakes-in-may\n"


@pytest.fixture
def folder(tmp_path: Path) -> dict[str, str]:
    """An empty site."""
    return {"DATA_DIR": str(tmp_path / "data")}


def _fails(*arguments: str, environment: dict[str, str], stdin: str = "") -> str:
    with pytest.raises(subprocess.CalledProcessError) as raised:
        flask(*arguments, environment=environment, stdin=stdin)
    said = str(raised.value.stdout) + str(raised.value.stderr)
    assert "Traceback" not in said
    return said


def test_config_tells_every_setting(folder: dict[str, str]) -> None:
    told = flask("config", environment=folder)
    assert all(option.name in told and option.meaning in told for option in OPTIONS)


def test_a_member_and_a_token_are_made_and_doctor_is_content(folder: dict[str, str]) -> None:
    folder["MAIL_URL"] = "smtp://localhost:2525"
    made = ("create-member", "--email", "irma@example.org", "--name", "Irma Admin", "--role", "administrator")
    assert "is now an administrator" in flask(*made, "--password-stdin", environment=folder, stdin=PASSWORD)
    assert "already" in _fails(*made, "--password-stdin", environment=folder, stdin=PASSWORD)
    token = flask("create-token", "irma@example.org", environment=folder)
    assert token.startswith("ext_")
    assert len(token.split()) == 1
    assert "no member" in _fails("create-token", "nobody@example.org", environment=folder)
    flask("reindex", environment=folder)
    assert flask("doctor", environment=folder) == "Nothing is wrong.\n"
    assert Path(folder["DATA_DIR"]).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("email", "name", "why"),
    [
        ("notmail", "Irma Admin", "not an e-mail address"),
        ("i@example.org", "  ", "1 to 200"),
        ("i@example.org", "x" * 201, "1 to 200"),
    ],
)
def test_who_cannot_apply_cannot_be_made_either(folder: dict[str, str], email: str, name: str, why: str) -> None:
    said = _fails(
        "create-member", "--email", email, "--name", name, "--password-stdin", environment=folder, stdin=PASSWORD
    )
    assert why in said


@pytest.mark.parametrize("url", ["postgresql://nobody@127.0.0.1:1/none", "sqlite:////proc/none/x.sqlite3"])
def test_a_database_that_cannot_be_used_is_a_sentence(folder: dict[str, str], url: str) -> None:
    assert "the database cannot be used" in _fails("doctor", environment={**folder, "DATABASE_URL": url})


def test_a_port_that_is_taken_is_a_sentence(folder: dict[str, str]) -> None:
    port = free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert f"PORT {port}" in _fails("serve", environment={**folder, "PORT": str(port)})


def test_doctor_tells_of_a_redis_that_is_away(folder: dict[str, str]) -> None:
    said = _fails("doctor", environment={**folder, "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"})
    assert "Redis does not answer" in said
