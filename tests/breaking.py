"""A database in trouble: some statements fail, the others go on."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from tests.counting import before_each


def is_full(_cursor: Any) -> None:
    """What SQLite says to a write where the disk is full."""
    raise sqlite3.OperationalError("database or disk is full")


@contextmanager
def breaking(app: Flask, *beginnings: str, how: Callable[[Any], None] = is_full) -> Iterator[None]:
    """Within the block the database is in trouble before each statement that begins so: `how(cursor)` makes it."""

    def fail(cursor: Any, statement: str) -> None:
        if statement.startswith(beginnings):
            how(cursor)

    with before_each(app, fail):
        yield
