"""The app does not start with an entrance that names no rule."""

import types
from pathlib import Path

import pytest
from flask import Flask

from extranet import config
from extranet.app import assemble
from extranet.doors import Unguarded, public
from extranet.realtime import realtime

pytestmark = pytest.mark.once


def _assemble(folder: Path, install: object) -> Flask:
    feature = types.SimpleNamespace(__name__="trial.feature", install=install)
    settings = config.read({"DATA_DIR": str(folder), "SECRET_KEY": "a secret only for tests"})
    return assemble(settings, [feature])


def test_a_page_without_a_door_stops_the_start_and_is_named(tmp_path: Path) -> None:
    def install(app: Flask) -> None:
        app.add_url_rule("/forgotten", "forgotten_door", lambda: "")

    with pytest.raises(Unguarded, match="forgotten_door"):
        _assemble(tmp_path, install)


def test_a_socket_event_without_a_door_stops_the_start_and_is_named(tmp_path: Path) -> None:
    def install(app: Flask) -> None:
        realtime(app).socketio.on_event("whisper", lambda _data: None)

    with pytest.raises(Unguarded, match="whisper"):
        _assemble(tmp_path, install)


def test_a_public_page_says_why(tmp_path: Path) -> None:
    def install(app: Flask) -> None:
        app.add_url_rule("/open", "open", public("a trial")(lambda: "in"))

    assert _assemble(tmp_path, install).test_client().get("/open").text == "in"
