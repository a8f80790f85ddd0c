"""The one place that opens, commits and closes: a request is one transaction, and so is a `writing()` block.

SQLite is the embedded default, PostgreSQL the other. A transaction that may write begins as a writer (BEGIN IMMEDIATE):
upgrading a read would fail at once. SQLite's own wait is switched off, because it stops the whole gevent loop; instead
the beginning is tried again with a cooperative sleep. What follows a commit is registered with `after_commit`.
"""

import enum
import errno
import functools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, current_app, g, has_request_context, request
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column

from extranet.ids import new_id

PATIENCE = 5.0
"""Seconds for which a writer waits for others before the answer is 503."""
RESTED = 1.0
"""Seconds after which a connection to PostgreSQL is asked whether it is still there before it is used."""

_NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware moment, always in UTC, on both databases."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Bytewise = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that is compared byte by byte on both databases: sort keys and tree paths."""


class Base(DeclarativeBase):
    """All tables of the extranet. `str` is unbounded text; `datetime` is an aware moment in UTC."""

    metadata = sa.MetaData(naming_convention=_NAMING)
    type_annotation_map = {str: sa.Text(), datetime: UtcDateTime()}


def id_column() -> Any:
    """The random primary key that every addressable thing has."""
    return mapped_column(sa.String(12), primary_key=True, default=new_id)


class Trouble(enum.Enum):
    """Why the database did not take something through no fault of the request."""

    BUSY = "busy"
    FULL = "full"


class Database:
    """One engine, and how its transactions begin."""

    def __init__(self, url: str) -> None:
        self.url = sa.make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._sqlite() if self.is_sqlite else self._postgresql()

    def begin(self, *, write: bool) -> Session:
        """A session whose transaction has begun, as a writer or as a reader of one moment."""
        session = Session(self.engine, expire_on_commit=False, autoflush=True)
        try:
            session.connection(execution_options=self._how(write=write))
        except BaseException:
            session.close()
            raise
        return session

    def _how(self, *, write: bool) -> dict[str, Any]:
        if self.is_sqlite or write:
            return {"begins_as_writer": write}
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def _sqlite(self) -> Engine:
        engine = sa.create_engine(
            self.url, pool_size=20, max_overflow=80, connect_args={"timeout": 0, "check_same_thread": False},
            hide_parameters=True,
        )
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _postgresql(self) -> Engine:
        engine = sa.create_engine(
            self.url, pool_size=20, max_overflow=30, pool_timeout=PATIENCE, pool_recycle=1800,
            json_serializer=_json, hide_parameters=True, connect_args=_ANSWERS_OR_IS_GONE,
        )
        sa.event.listen(engine, "connect", _prepare_postgresql)
        sa.event.listen(engine, "checkin", _note_when)
        sa.event.listen(engine, "checkout", functools.partial(_see_that_it_lives, engine.dialect))
        return engine


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
        "cache_size=-16000",
    ):
        _patiently(functools.partial(connection.execute, f"PRAGMA {pragma}"))


_ANSWERS_OR_IS_GONE = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""After how long a PostgreSQL that says nothing counts as gone, so that who waits for it is told (libpq's words)."""


def _prepare_postgresql(connection: Any, _record: Any) -> None:
    """Nobody waits for ever for what another holds, nor holds it for ever: a process may stand still.

    PostgreSQL asks as often whether we are there: a machine that died may have been the one that keeps the promises.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {int(PATIENCE * 1000)}")
        cursor.execute("SET idle_in_transaction_session_timeout = '1min'")
        for name in ("keepalives_idle", "keepalives_interval", "keepalives_count"):
            cursor.execute(f"SET tcp_{name} = {_ANSWERS_OR_IS_GONE[name]}")
    connection.commit()


def _note_when(_connection: Any, record: Any) -> None:
    record.info["idle_since"] = time.monotonic()


def _see_that_it_lives(dialect: Dialect, connection: Any, record: Any, _proxy: Any) -> None:
    """Ask a connection that has rested whether it still is one; a busy one says so itself, for a round trip less."""
    if time.monotonic() - record.info.get("idle_since", float("inf")) < RESTED:
        return
    try:
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise DisconnectionError("PostgreSQL has gone") from error


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("begins_as_writer", False)
    statement = "BEGIN IMMEDIATE" if writes else "BEGIN"
    _patiently(lambda: connection.exec_driver_sql(statement))


def _patiently(attempt: Callable[[], Any]) -> None:
    """Try until SQLite is free, sleeping so that the other greenlets go on meanwhile."""
    deadline = time.monotonic() + PATIENCE
    pause = 0.001
    while True:
        try:
            attempt()
            return
        except Exception as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(pause)
        pause = min(pause * 2, 0.05)


def install(app: Flask, url: str) -> None:
    """Give the app its database."""
    app.extensions["database"] = Database(url)
    app.teardown_appcontext(_close)


def database() -> Database:
    """The database of the running app."""
    return cast(Database, current_app.extensions["database"])


def session() -> Session:
    """The session of this request or block. A request's begins when first used: a writer unless the method is safe."""
    held = g.get("db_session")
    if held is None:
        held = database().begin(write=_may_write())
        g.db_session = held
    return cast(Session, held)


def _may_write() -> bool:
    return has_request_context() and request.method not in SAFE_METHODS and not g.get("db_is_settled", False)


def insert(thing: type[Base]) -> Any:
    """An INSERT that can say what is to be done if the row is there: `on_conflict_do_…`, the same on both databases."""
    return (sqlite.insert if database().is_sqlite else postgresql.insert)(thing)


def settle() -> None:
    """Commit the request's transaction, then let its consequences run. Only `app.py` calls it, once a request."""
    held = g.get("db_session")
    if held is not None:
        _commit(held)
    g.db_is_settled = True


def rollback() -> None:
    """Give up the request's transaction; what is read after it is read afresh."""
    _close()
    g.db_is_settled = True


def release() -> None:
    """End the request's transaction without writing, before slow work (hashing); the next use begins a new one."""
    _close()


@contextmanager
def writing() -> Iterator[Session]:
    """A transaction of its own that may write: committed at the end of the block, given up on an exception."""
    yield from _block(write=True)


@contextmanager
def reading() -> Iterator[Session]:
    """A transaction of its own that only reads, all of one moment."""
    yield from _block(write=False)


def _block(*, write: bool) -> Iterator[Session]:
    held = database().begin(write=write)
    outer, g.db_session = g.get("db_session"), held
    try:
        yield held
        if write:
            _commit(held)
    finally:
        try:
            held.close()
            _close()  # what followed the commit may have begun another
        finally:
            g.pop("db_session", None)
            if outer is not None:
                g.db_session = outer


def after_commit(consequence: Callable[[], None]) -> None:
    """Run `consequence` once the present transaction is kept; never if it is given up."""
    session().info.setdefault("after_commit", []).append(consequence)


def _commit(held: Session) -> None:
    held.commit()
    consequences = held.info.pop("after_commit", [])
    held.close()
    if g.get("db_session") is held:
        g.pop("db_session")
    for consequence in consequences:
        consequence()


def _close(_error: BaseException | None = None) -> None:
    held = g.pop("db_session", None)
    if held is not None:
        held.close()


def trouble(error: BaseException) -> Trouble | None:
    """Whether an exception means that the database is busy, away or full, so that trying later may help."""
    if isinstance(error, PoolTimeout):
        return Trouble.BUSY
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return Trouble.FULL
    if not isinstance(error, DBAPIError):
        return None
    text = str(error.orig).lower()
    if "disk is full" in text or "no space left" in text:
        return Trouble.FULL
    if isinstance(error, OperationalError) or error.connection_invalidated:
        return Trouble.BUSY
    return None
