"""Every entrance, every kind of person: the answers of `entrances.TABLE`, and nothing told by how a refusal looks.

What a row does is given up at the end of its request, so that all rows share one scene.
"""

import re
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from extranet import db
from extranet.credentials import Credential
from extranet.realtime import realtime
from tests import entrances
from tests.cast import Person
from tests.conftest import Backend
from tests.counting import counted
from tests.entrances import Call, Row
from tests.factories import VISIBILITIES, Scene
from tests.scenes import Furnish


@pytest.fixture
def scene(furnish: Furnish, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Everybody and everything; from here on no request keeps what it writes."""
    scene = furnish()
    keep_nothing(monkeypatch)
    return scene


def keep_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on no request keeps what it writes, nor that somebody was here."""
    monkeypatch.setattr(db, "settle", _give_up)
    monkeypatch.setattr(Credential, "is_worth_noting", False)


def _give_up() -> None:
    """Write all, so that the database can object, and keep nothing."""
    held = g.pop("db_session", None)
    if held is not None:
        held.flush()
        held.expunge_all()  # what was read stays readable
        held.rollback()
        held.close()
    g.db_is_settled = True


def test_the_table_has_every_entrance_and_no_other(app: Flask) -> None:
    there = {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    there |= {f"SOCKET {name}" for name in ("connect", *realtime(app).heard)}
    assert {f"{row.method} {row.rule}" for row in entrances.rows()} == there


@pytest.mark.timeout(1_800)
def test_everybody_gets_the_answer_of_the_table_at_every_entrance(scene: Scene, backend: Backend) -> None:
    wrong = []
    people = entrances.people(scene)
    for row in [*entrances.rows(), *entrances.more_rows()]:
        for place, visibility in enumerate(VISIBILITIES if row.depends_on_workspace else ("listed",)):
            if row.depends_on_workspace and visibility == "listed" and backend.name != "sqlite":
                continue  # every query is written once for both databases: one workspace is enough of the second
            for name, answers in row.answers.items():
                got = word(ask(row, scene, people[name], visibility))
                if got != answers[place]:
                    wrong.append(f"{row}, {visibility}, {name}: {got} instead of {answers[place]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.once  # who may is asked of both above; how it looks is made here
@pytest.mark.timeout(1_800)
def test_what_is_forbidden_looks_like_what_never_was(scene: Scene) -> None:
    people, different = entrances.people(scene), []
    for row in (row for row in entrances.rows() if "<" in row.rule and row.note in ("", "trash", "who left")):
        for place, visibility in enumerate(VISIBILITIES if row.depends_on_workspace else ("listed",)):
            for name in ("visitor", "outside", "moderator", "left", "suspended"):
                if row.answers[name][place] not in ("404", "sign-in") or "filename" in row.rule:
                    continue
                there, steps = _looks(row, scene, people[name], visibility)
                never, as_many = _looks(row, scene, people[name], visibility, is_there=False)
                if there != never or abs(steps - as_many) > 1:
                    different.append(f"{row}, {visibility}, {name}: {steps} queries, not {as_many}\n{there}\n{never}")
    assert not different, "\n".join(different)


def _looks(row: Row, scene: Scene, person: Person, visibility: str, *, is_there: bool = True) -> tuple[str, int]:
    """All that an answer tells but the address and the form's token, and how many queries it took."""
    space = entrances.space_of(row, scene, visibility)
    call = entrances.call(row, scene, space)
    names = [part for part in call.path.partition("?")[0].split("/") if part not in row.rule.split("/")]
    if not is_there:
        for name in names:
            call.path = call.path.replace(f"/{name}", f"/{_never(name)}")
    with counted(scene.app) as queries:
        answer = _send(row, call, scene, person)
    assert isinstance(answer, TestResponse)
    headers = sorted((key, value) for key, value in answer.headers if key not in ("Set-Cookie", "Date"))
    text = f"{answer.status}\n{headers}\n{answer.text}"
    for name in names:
        text = text.replace(name if is_there else _never(name), "…")
    return re.sub(r'(csrf[-_]token"[^>]*(?:value|content)=")[^"]*', r"\1", text), len(queries)


def _never(name: str) -> str:
    """An address of the same form that nothing ever had."""
    return name[:-6] + "".join("b" if letter == "a" else "a" for letter in name[-6:])


def ask(row: Row, scene: Scene, person: Person, visibility: str) -> TestResponse | bool | int:
    """Do what a row says as this person: the answer, or of a socket whether it was let in or a status."""
    return _send(row, entrances.call(row, scene, entrances.space_of(row, scene, visibility)), scene, person)


def _send(row: Row, call: Call, scene: Scene, person: Person) -> TestResponse | bool | int:
    if row.method == "SOCKET":
        return _by_socket(row.rule, scene.app, person, call.fields)
    if row.rule.startswith("/api/"):
        body = call.body if row.method != "GET" else {}
        return person.api(row.method, call.path.removeprefix("/api/v1"), buffered=True, **body)
    browser = copied(person)
    headers = {"Accept-Language": "en"}
    if row.method == "GET":
        return browser.get(call.path, headers=headers, buffered=True)
    return browser.open(
        call.path, method=row.method, data={"csrf_token": person.csrf_token, **call.fields}, headers=headers
    )


def word(answer: TestResponse | bool | int) -> str:
    """An answer as the table says it."""
    if isinstance(answer, bool):
        return "ok" if answer else "sign-in"
    status = answer if isinstance(answer, int) else answer.status_code
    if status == 401:
        return "sign-in"
    if not isinstance(answer, int) and status in (302, 303):
        return "sign-in" if "/sign-in?" in answer.headers["Location"] else "ok"
    return "ok" if status < 300 else str(status)


def copied(person: Person) -> FlaskClient:
    """A browser of its own with a copy of the person's cookie."""
    browser = person.app.test_client()
    cookie = person.client.get_cookie("extranet")
    if cookie is not None:
        browser.set_cookie("extranet", cookie.value)
    return browser


def _by_socket(event: str, app: Flask, person: Person, said: dict[str, Any]) -> bool | int:
    socket = realtime(app).socketio.test_client(app, flask_test_client=copied(person))
    if not socket.is_connected() or event == "connect":
        return bool(socket.is_connected())
    answer = socket.emit(event, said, callback=True)
    socket.disconnect()
    status: int = answer["status"]
    return status
