"""A request is a transaction, writers wait their turn, and a database in trouble is answered, not crashed on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session

from extranet import db
from extranet.app import Extranet
from extranet.members import Member
from tests import servers
from tests.cast import Cast, Person, keeping, looking
from tests.conftest import Servers


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers give up at once, so that the test need not wait for them."""
    monkeypatch.setattr(db, "PATIENCE", 0.05)


@pytest.fixture
def ada(cast: Cast) -> Person:
    """Ada, made before the test opens a transaction of its own."""
    return cast.ada


@contextmanager
def _another_writes(app: Extranet) -> Iterator[sa.Connection]:
    with app.app_context():
        engine = db.database().engine
    with engine.execution_options(begins_as_writer=True).begin() as connection:
        yield connection


def _name_of(app: Extranet, member_id: str) -> str:
    with looking(app) as held:
        return held.get_one(Member, member_id).name


def test_a_block_that_ends_well_is_kept(app: Extranet, ada: Person) -> None:
    with keeping(app) as held:
        held.get_one(Member, ada.member_id).name = "Ada Byron"
    assert _name_of(app, ada.member_id) == "Ada Byron"


def test_a_block_that_fails_changes_nothing(app: Extranet, ada: Person) -> None:
    with pytest.raises(ZeroDivisionError), keeping(app) as held:
        held.get_one(Member, ada.member_id).name = "Ada Byron"
        held.flush()
        raise ZeroDivisionError
    assert _name_of(app, ada.member_id) == "Ada Lovelace"


def test_a_block_that_cannot_begin_leaves_the_one_around_it_as_it_was(
    app: Extranet, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with looking(app) as outer:
        with monkeypatch.context() as broken:
            broken.setattr(db.Database, "begin", _fail)
            with pytest.raises(OSError), db.reading():
                pytest.fail("it cannot begin")
        assert db.session() is outer
        assert outer.get_one(Member, ada.member_id).name == "Ada Lovelace"


def test_a_block_whose_end_fails_leaves_the_one_around_it_as_it_was(
    app: Extranet, ada: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with looking(app) as outer:
        with monkeypatch.context() as broken, pytest.raises(OSError), db.reading() as inner:
            close = inner.close
            broken.setattr(inner, "close", _fail)
        close()
        assert db.session() is outer
        assert outer.get_one(Member, ada.member_id).name == "Ada Lovelace"


def test_what_a_consequence_begins_ends_with_the_block(app: Extranet, ada: Person) -> None:
    begun: list[Session] = []
    with keeping(app):
        db.after_commit(lambda: begun.append(db.session()))
    assert len(begun) == 1 and not begun[0].in_transaction()


def _fail(*_given: Any, **_more: Any) -> None:
    raise OSError("The database has gone")


def test_what_follows_a_commit_does_not_follow_a_failure(app: Extranet, ada: Person) -> None:
    seen: list[str] = []
    with pytest.raises(ZeroDivisionError), keeping(app):
        db.after_commit(lambda: seen.append("failed"))
        raise ZeroDivisionError
    with keeping(app):
        db.after_commit(lambda: seen.append("kept"))
        assert seen == []
    assert seen == ["kept"]


def test_a_reader_sees_one_moment(app: Extranet, ada: Person) -> None:
    with looking(app) as held:
        before = held.scalar(sa.select(Member.name).where(Member.id == ada.member_id))
        other = threading.Thread(target=_rename, args=(app, ada.member_id, "Ada Byron"))
        other.start()
        other.join()
        assert held.scalar(sa.select(Member.name).where(Member.id == ada.member_id)) == before
    assert _name_of(app, ada.member_id) == "Ada Byron"


def test_writers_come_one_after_the_other_and_lose_nothing(app: Extranet, ada: Person) -> None:
    def append(letter: str) -> None:
        for _turn in range(10):
            with keeping(app) as held:
                member = held.get_one(Member, ada.member_id, with_for_update=True)
                member.name += letter

    writers = [threading.Thread(target=append, args=(letter,)) for letter in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(_name_of(app, ada.member_id)) == len("Ada Lovelace") + 40


@pytest.mark.once
def test_a_request_that_cannot_write_in_time_is_asked_to_come_again(
    app: Extranet, ada: Person, impatient: None
) -> None:
    ada.get("/directory")
    with _another_writes(app):
        answer = ada.post("/settings/language", {"language": "sv"})
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "try again" in answer.text
    assert ada.post("/settings/language", {"language": "sv"}).status_code == 302


def test_nobody_waits_for_ever_for_who_stands_still(app: Extranet, ada: Person, impatient: None) -> None:
    database = db.Database(app.settings.database_url)
    try:
        with database.begin(write=True) as one:
            one.get_one(Member, ada.member_id, with_for_update=True)
            with pytest.raises(OperationalError) as refused, database.begin(write=True) as other:
                other.get_one(Member, ada.member_id, with_for_update=True)
    finally:
        database.engine.dispose()
    assert db.trouble(refused.value) is db.Trouble.BUSY


@pytest.mark.once
def test_reading_goes_on_while_another_writes(app: Extranet, ada: Person) -> None:
    ada.get("/directory")
    with _another_writes(app) as connection:
        connection.execute(sa.update(Member).values(theme="dark"))
        assert ada.get("/directory").status_code == 200


def test_a_full_disk_and_a_busy_database_are_told_apart(app: Extranet) -> None:
    full = OperationalError("INSERT", {}, Exception("database or disk is full"))
    busy = OperationalError("INSERT", {}, Exception("database is locked"))
    assert db.trouble(full) is db.Trouble.FULL
    assert db.trouble(OSError(28, "No space left on device")) is db.Trouble.FULL
    assert db.trouble(busy) is db.Trouble.BUSY
    assert db.trouble(ValueError("something else")) is None


def test_a_moment_comes_back_aware_and_in_utc(app: Extranet, ada: Person) -> None:
    helsinki = datetime(2026, 11, 21, 23, 30, tzinfo=timezone(timedelta(hours=2)))
    with keeping(app) as held:
        held.get_one(Member, ada.member_id).admitted_at = helsinki
    with looking(app) as held:
        kept = held.get_one(Member, ada.member_id).admitted_at
    assert kept == helsinki
    assert kept.tzinfo is UTC


def test_a_moment_without_a_time_zone_is_refused(app: Extranet, ada: Person) -> None:
    with pytest.raises(StatementError), keeping(app) as held:
        held.get_one(Member, ada.member_id).admitted_at = datetime(2026, 11, 21)  # noqa: DTZ001
        held.flush()


def _rename(app: Extranet, member_id: str, name: str) -> None:
    with keeping(app) as held:
        held.get_one(Member, member_id).name = name


@pytest.mark.once
@pytest.mark.parametrize(("rested", "is_noticed_first"), [(0.0, True), (60.0, False)])
def test_a_connection_that_died_while_it_rested_is_replaced(
    running: Servers, monkeypatch: pytest.MonkeyPatch, rested: float, is_noticed_first: bool
) -> None:
    monkeypatch.setattr(db, "RESTED", rested)
    url = running.get("postgresql", servers.postgresql).replace("postgresql:", "postgresql+psycopg:")
    database, another = db.Database(url), sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with database.begin(write=True) as held:
            process = held.scalar(sa.text("SELECT pg_backend_pid()"))
        with another.connect() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:process, 60000)"), {"process": process})
        with nullcontext() if is_noticed_first else pytest.raises(OperationalError), database.begin(write=True) as held:
            held.scalar(sa.text("SELECT 1"))
        with database.begin(write=False) as held:
            assert held.scalar(sa.text("SELECT pg_backend_pid()")) != process
    finally:
        database.engine.dispose()
        another.dispose()


@pytest.mark.once
def test_postgresql_asks_whether_a_process_is_still_there(running: Servers) -> None:
    """The machine may have died that holds the lock of who keeps the promises."""
    url = running.get("postgresql", servers.postgresql).replace("postgresql:", "postgresql+psycopg:")
    database = db.Database(url)
    try:
        with database.begin(write=True) as held:
            asked = [held.scalar(sa.text(f"SHOW tcp_keepalives_{name}")) for name in ("idle", "interval", "count")]
    finally:
        database.engine.dispose()
    assert asked == ["15", "5", "3"]
