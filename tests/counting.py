"""How many statements something takes: what the budgets of pages are held to."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask

from extranet import db


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the database is sent within the block, but for the beginning of transactions."""
    statements: list[str] = []

    def note(_cursor: Any, statement: str) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    with before_each(app, note):
        yield statements


@contextmanager
def before_each(app: Flask, do: Callable[[Any, str], None]) -> Iterator[None]:
    """Within the block, `do(cursor, statement)` comes before each statement that the database is sent."""

    def hear(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        do(cursor, statement)

    with app.app_context():
        engine = db.database().engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)
