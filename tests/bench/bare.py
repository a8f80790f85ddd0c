"""The reference: a page of a bare Flask app with SQLAlchemy, Jinja and SQLite: no rights, no languages, no layout."""

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, render_template_string
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
    """The app, whose page `/` shows the first 50 messages."""
    engine = sa.create_engine(f"sqlite:///{folder / 'bare.sqlite3'}")
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

    return app
