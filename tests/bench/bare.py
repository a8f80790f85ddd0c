"""The reference: a bare Flask app with SQLAlchemy, Jinja and SQLite: no rights, no languages, no layout.

A page, many messages as JSON, and a durable insert.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, render_template_string, request
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

_PAGE = """<!doctype html><title>Bare</title>
{% for message in messages %}<article id="m-{{ message.id }}"><h2>{{ message.author }}</h2>
<time>{{ message.at }}</time><p>{{ message.body }}</p></article>{% endfor %}"""


class Base(DeclarativeBase):
    """The reference's tables."""


class Message(Base):
    """A message with all that its page shows."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    author: Mapped[str]
    body: Mapped[str]
    at: Mapped[datetime]


def make(folder: Path, bodies: list[str]) -> Flask:
    """The app: `/` shows the first 50 messages, `/changes` gives the first 1,000, a POST to `/` adds one durably."""
    engine = sa.create_engine(f"sqlite:///{folder / 'bare.sqlite3'}")
    sa.event.listen(engine, "connect", _be_durable)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add_all(
            Message(author=f"Author {number}", body=body, at=datetime(2026, 1, 1))  # noqa: DTZ001
            for number, body in enumerate(bodies)
        )
        session.commit()
    app = Flask("bare")

    @app.get("/")
    def page() -> str:
        with Session(engine) as session:
            messages = session.scalars(sa.select(Message).order_by(Message.id).limit(50)).all()
            return render_template_string(_PAGE, messages=messages)

    @app.get("/changes")
    def changes() -> list[dict[str, Any]]:
        with Session(engine) as session:
            messages = session.scalars(sa.select(Message).order_by(Message.id).limit(1_000)).all()
            return [_told(message) for message in messages]

    @app.post("/")
    def add() -> dict[str, Any]:
        with Session(engine) as session:
            message = Message(author="Author", body=request.get_json()["body"], at=datetime(2026, 1, 1))  # noqa: DTZ001
            session.add(message)
            session.commit()
            return _told(message)

    return app


def _told(message: Message) -> dict[str, Any]:
    return {"id": message.id, "author": message.author, "body": message.body, "at": message.at.isoformat()}


def _be_durable(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
