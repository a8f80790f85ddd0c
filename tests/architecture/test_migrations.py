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
