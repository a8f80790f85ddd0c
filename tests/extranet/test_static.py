"""What is the same for everybody goes out small, is kept by browsers, and carries nothing of the one who asks."""

import json

import pytest
from werkzeug.test import TestResponse

from extranet.app import Extranet
from tests.cast import Cast, Person
from tests.counting import counted
from tests.servers import ROOT

pytestmark = pytest.mark.once


@pytest.fixture
def script() -> str:
    """The address of the built script."""
    manifest = json.loads((ROOT / "static/build/manifest.json").read_text(encoding="utf-8"))
    return f"/static/build/{manifest['app.js']}"


@pytest.mark.parametrize(
    ("asked", "coding"), [("br, gzip", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)]
)
def test_a_built_file_comes_as_small_as_it_can_be_read(cast: Cast, script: str, asked: str, coding: str | None) -> None:
    whole = _get(cast.visitor, script)
    answer = _get(cast.visitor, script, asked)
    assert answer.status_code == 200
    assert answer.headers.get("Content-Encoding") == coding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.mimetype == whole.mimetype == "text/javascript"
    if coding:
        assert len(answer.data) < len(whole.data) / 2
    assert "immutable" in answer.headers["Cache-Control"]


def test_it_carries_no_sign_in_and_asks_no_database(app: Extranet, cast: Cast, script: str) -> None:
    assert "Set-Cookie" in cast.ada.get("/").headers, "other answers renew it"
    with counted(app) as queries:
        answer = _get(cast.ada, script)
    assert queries == []
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers["Vary"]


def test_what_is_not_there_is_not_kept(cast: Cast) -> None:
    for path in ("/static/build/app-gone.js", "/static/img/gone.svg", "/static/build/../../setup.cfg"):
        answer = _get(cast.ada, path, "br")
        assert answer.status_code == 404
        assert answer.headers["Cache-Control"] == "no-store"


def _get(person: Person, path: str, asked: str = "") -> TestResponse:
    answer = person.get(path, headers={"Accept-Encoding": asked})
    answer.get_data()
    answer.close()
    return answer
