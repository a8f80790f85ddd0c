"""A page of a thread goes along the thread's paths from where it begins: what is not on it is neither read nor ordered.
"""

from typing import Any

import pytest
import sqlalchemy as sa

from extranet import db
from extranet.app import Extranet
from tests.workspaces.discussions.talk import Talk


@pytest.mark.once
@pytest.mark.parametrize("at", ["first", "last", "message", "before", "after"])
def test_who_sees_how_a_thread_began_has_nothing_ordered(app: Extranet, talk: Talk, at: str) -> None:
    above = talk.first
    for number in range(60):
        above = talk.say(talk.cast.ada, f"Message {number}", answers=above if number % 3 else "")
    grace, page = talk.cast.grace, {"Accept": "application/json"}
    newest = grace.get(talk.path("?at=last"), headers=page).json
    oldest = grace.get(talk.path("?at=first"), headers=page).json
    assert newest is not None and oldest is not None
    asked = {"message": f"at={above}", "before": f"before={newest['previous']}", "after": f"after={oldest['next']}"}
    plans = _plans(app, lambda: grace.get(talk.path(f"?{asked.get(at, f'at={at}')}"), headers=page))
    (plan,) = [plan for statement, plan in plans if "messages.path" in statement]
    assert "thread_id=?" in plan, "the premise: it is the plan of the thread's messages"
    assert "TEMP B-TREE" not in plan, plan


def _plans(app: Extranet, run: Any) -> list[tuple[str, str]]:
    """The statements that something takes, each with how SQLite goes about it."""
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        said.append((statement, parameters))

    with app.app_context():
        engine = db.database().engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        run()
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        cursor = raw.cursor()
        plans = []
        for statement, parameters in said:
            if statement.startswith("SELECT"):
                cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
                plans.append((statement, "\n".join(row[3] for row in cursor.fetchall())))
        return plans
