"""The index is made anew beside all else: the database is only looked into, for a moment at a time."""

from typing import Any

import pytest
from flask import g

from extranet.app import Extranet
from extranet.search import reactions, whoosh_engine
from extranet.search.registry import search
from tests.cast import Cast
from tests.workspaces.discussions.talk import Talk


def test_no_transaction_is_held_while_words_are_read(
    app: Extranet, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(cast)
    said = {talk.say(cast.grace, f"Message {number}") for number in range(5)}
    monkeypatch.setattr(reactions, "BATCH", 2)
    monkeypatch.setattr(whoosh_engine, "_BATCH", 3)
    held: list[Any] = []
    add = whoosh_engine._add

    def noted(*given: Any) -> None:
        held.append(g.get("db_session"))
        add(*given)

    monkeypatch.setattr(whoosh_engine, "_add", noted)
    with app.app_context():
        written = reactions.rebuild(search())
        assert len(held) >= 3 and held == [None] * len(held)
        assert written == search().index.count()
        assert set(search().index.matching("message", "message", [talk.place.id])) >= said
