"""What presence adds to an app."""

from flask import Flask

from extranet.app import setting_of
from workspaces.discussions.presence import sockets
from workspaces.discussions.presence.book import Book, Memory, Shared


def install(app: Flask) -> None:
    """Hear who is here and who is typing."""
    redis_url = setting_of(app).redis_url
    book: Book = Shared(redis_url) if redis_url else Memory()
    app.extensions[sockets.EXTENSION] = book
    sockets.install(app)
