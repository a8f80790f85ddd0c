"""The database's tables: made when there are none, brought up to date by `flask upgrade`. Touches Alembic alone.

Alembic comes in when something is to be done with it: a server that only looks starts a third sooner.
"""

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from extranet import db
from extranet.db import Base

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

log = logging.getLogger(__name__)

_SCRIPTS = Path(__file__).resolve().parent / "migrations"


def make_if_empty(folder: Path) -> None:
    """Make the tables in an empty database; leave any other as it is. `folder` holds the lock between processes."""
    with _alone(folder), db.database().engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            connection.rollback()
            _upgrade()
        elif connection.scalar(sa.text("SELECT version_num FROM alembic_version")) != _newest_by_name():
            log.warning("The database is older than the program: run «flask --app wsgi upgrade».")


def upgrade(folder: Path, *, to: str = "head") -> None:
    """Bring the tables up to date, or up to a revision."""
    with _alone(folder):
        _upgrade(to)


def current(connection: Connection) -> str | None:
    """The revision that the database is at."""
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The one newest revision. Raises if there are two."""
    return _scripts().get_current_head()


def difference(connection: Connection) -> list[Any]:
    """What the models have and the tables have not, and the other way round; empty when they agree."""
    from alembic import autogenerate
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return cast(list[Any], autogenerate.compare_metadata(context, Base.metadata))


def write(message: str) -> None:
    """Write a revision from the difference between models and tables."""
    from alembic import command

    with _connected() as config:
        command.revision(config, message, autogenerate=True, rev_id=f"{_next_number():04d}")


def _upgrade(to: str = "head") -> None:
    from alembic import command

    with _connected() as config:
        command.upgrade(config, to)


def _next_number() -> int:
    return len(list(_scripts().walk_revisions())) + 1


def _newest_by_name() -> str | None:
    """What `newest` says, by the names of the files, which begin with their revisions' numbers."""
    return max((path.name.partition("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*.py")), default=None)


def _scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


@contextmanager
def _connected() -> Iterator["Config"]:
    config = _config()
    engine = db.database().engine.execution_options(begins_as_writer=True)
    with engine.connect() as connection, _without_references(connection), connection.begin():
        config.attributes["connection"] = connection
        yield config
        _refuse_loose_ends(connection)


@contextmanager
def _without_references(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by copying it: to drop the old one must not delete the rows that refer to it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    held = cast(Any, connection.connection.dbapi_connection)
    held.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        held.execute("PRAGMA foreign_keys=ON")


def _refuse_loose_ends(connection: Connection) -> None:
    """Raise if a step has left a row that refers to none."""
    if connection.dialect.name == "sqlite":
        loose = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if loose:
            raise RuntimeError(f"A step of the database leaves rows that refer to none: {loose[:3]}")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "upgrade.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
