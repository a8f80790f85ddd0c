"""The steps of the database lead to exactly what the models say, on both databases, and there is one way."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from extranet import db, migrating
from extranet.app import Extranet
from tests import apps
from tests.conftest import Backend


@pytest.fixture
def fresh(backend: Backend, tmp_path: Path) -> Iterator[Extranet]:
    """The product on a database without any table."""
    app = apps.build(tmp_path, DATABASE_URL=_another(backend, tmp_path))
    yield app
    apps.end(app)


def test_the_steps_lead_to_what_the_models_say(fresh: Extranet, tmp_path: Path) -> None:
    with fresh.app_context():
        migrating.upgrade(tmp_path)
        with db.database().engine.connect() as connection:
            assert migrating.difference(connection) == []
            assert migrating.current(connection) == migrating.newest()
            assert sa.inspect(connection).has_table("members")


def test_to_upgrade_twice_changes_nothing(fresh: Extranet, tmp_path: Path) -> None:
    with fresh.app_context():
        migrating.upgrade(tmp_path)
        migrating.upgrade(tmp_path)
        with db.database().engine.connect() as connection:
            assert migrating.current(connection) == migrating.newest()


def test_an_upgrade_keeps_what_people_wrote(fresh: Extranet, tmp_path: Path) -> None:
    with fresh.app_context():
        migrating.upgrade(tmp_path, to="0001")
        with db.database().engine.begin() as connection:
            for table, row in _WRITTEN.items():
                names = ", ".join(row)
                values = ", ".join(f":{name}" for name in row)
                connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)
        migrating.upgrade(tmp_path)
        with db.database().engine.connect() as connection:
            for table in _WRITTEN:
                assert connection.scalar(sa.text(f"SELECT count(*) FROM {table}")) == 1, table
            assert connection.scalar(sa.text("SELECT kind FROM threads")) == "discussion"


_AT = "2026-11-01 10:00:00"
_WRITTEN: dict[str, dict[str, object]] = {
    "members": {
        "id": "ada", "name": "Ada", "sort_name": "ada", "email": "ada@example.org", "email_key": "ada@example.org",
        "role": "member", "admitted_at": _AT,
    },
    "workspaces": {
        "id": "space", "slug": "space", "name": "Space", "purpose": "To talk", "kind": "project",
        "visibility": "listed", "joining": "open", "shows_earlier": True, "opened_at": _AT, "active_at": _AT,
        "opened_by_id": "ada",
    },
    "memberships": {
        "id": "seat", "workspace_id": "space", "member_id": "ada", "role": "host", "joined_at": _AT, "joined_seq": 0,
        "sees_from": 0,
    },
    "threads": {
        "id": "talk", "workspace_id": "space", "title": "Plans", "opened_by_id": "ada", "opened_at": _AT,
        "last_at": _AT, "last_seq": 1, "message_count": 1,
    },
    "messages": {
        "id": "said", "workspace_id": "space", "thread_id": "talk", "author_id": "ada", "seq": 1, "path": "000001",
        "body": "Hello", "html": "<p>Hello</p>", "posted_at": _AT,
    },
    "read_marks": {"member_id": "ada", "thread_id": "talk", "seq": 1},
}  # fmt: skip


def _another(backend: Backend, folder: Path) -> str:
    if backend.name == "sqlite":
        return f"sqlite:///{folder / 'fresh.sqlite3'}"
    name = f"fresh_{uuid.uuid4().hex}"
    url = sa.make_url(backend.url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)
