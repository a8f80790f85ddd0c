"""The reference: bare Flask-SocketIO on gevent, in a process of its own: no rights, no database, no rendering."""

from typing import Any

from flask import Flask
from flask_socketio import SocketIO, emit, join_room

app = Flask("bare")
socketio: Any = SocketIO(app, async_mode="gevent", max_http_buffer_size=1_000_000)


@socketio.on("connect")
def come(auth: Any = None) -> None:
    """Join the one room that there is; the author only speaks."""
    if auth != {"author": True}:
        join_room("all")


@socketio.on("say")
def say(content: Any) -> None:
    """Tell everyone."""
    emit("change", content, to="all")
