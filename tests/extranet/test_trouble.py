"""What cannot be kept is said to be so, with when to try again and what was typed; what is said to be kept is kept."""

import re
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from extranet import clock
from extranet.app import Extranet
from extranet.credentials import Credential
from tests.breaking import breaking, is_full
from tests.cast import PASSWORD, Cast, keeping
from tests.conftest import Backend
from tests.workspaces.discussions.talk import JSON, Talk

TYPED = "Something that took a whole evening to write"


def keeping_nothing(app: Extranet, backend: Backend, *, table: str = "messages") -> AbstractContextManager[None]:
    """Within the block the database ends the session, or finds its disk full, when a message is to be kept."""

    def ends(cursor: Any) -> None:
        with psycopg.connect(backend.url) as other:
            other.execute("SELECT pg_terminate_backend(%s, 60000)", [cursor.connection.info.backend_pid])

    return breaking(app, f"INSERT INTO {table} ", how=is_full if backend.name == "sqlite" else ends)


@pytest.mark.parametrize("headers", [{}, JSON], ids=["page", "script"])
def test_what_cannot_be_kept_is_said_to_be_so(
    app: Extranet, cast: Cast, backend: Backend, headers: dict[str, str]
) -> None:
    talk = Talk(cast)
    with keeping_nothing(app, backend):
        answer = talk.post(cast.grace, TYPED, headers={"Origin": "http://localhost", **headers})
    assert answer.status_code == (507 if backend.name == "sqlite" else 503), answer.text
    assert int(answer.headers["Retry-After"]) > 0
    if headers:
        assert answer.mimetype == "application/problem+json" and answer.json and answer.json["detail"]
    else:
        assert TYPED in answer.text and 'rel="stylesheet"' in answer.text
    assert [message.body for message in talk.messages()] == ["Hello"]


def test_one_press_sends_it_once_more(app: Extranet, cast: Cast, backend: Backend) -> None:
    talk = Talk(cast)
    with keeping_nothing(app, backend):
        page = talk.post(cast.grace, TYPED, headers={"Origin": "http://localhost"}).text
    form = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert f'action="{talk.path("/messages")}"' in page and form["body"] == TYPED
    for _press in range(2):
        assert cast.grace.client.post(talk.path("/messages"), data=form).status_code == 302
    assert [message.body for message in talk.messages()] == ["Hello", TYPED]


def test_a_password_stands_in_no_page(app: Extranet, cast: Cast, backend: Backend) -> None:
    with keeping_nothing(app, backend, table="credentials"):
        fields = {"email": cast.grace.email, "password": PASSWORD, "csrf_token": cast.visitor.csrf_token}
        page = cast.visitor.client.post("/sign-in", data=fields, headers={"Origin": "http://localhost"})
    assert page.status_code in (503, 507) and PASSWORD not in page.text


def test_the_page_of_trouble_is_in_the_readers_language(app: Extranet, cast: Cast, backend: Backend) -> None:
    talk, aino = Talk(cast), cast.member("Aino Virtanen", language="fi")
    talk.place.let_in(aino, by=cast.ada)
    with keeping_nothing(app, backend):
        answer = talk.post(aino, TYPED, headers={"Accept-Language": "en"})
    assert '<html lang="fi"' in answer.text


def test_a_program_is_told_too(app: Extranet, cast: Cast, backend: Backend) -> None:
    talk = Talk(cast)
    with keeping_nothing(app, backend):
        answer = cast.grace.api("POST", f"/threads/{talk.thread_id}/messages", {"body": TYPED})
    assert answer.status_code in (503, 507) and int(answer.headers["Retry-After"]) > 0
    assert answer.json and answer.json["code"] in ("unavailable", "no-space")


def test_a_message_is_kept_also_when_the_sign_in_was_last_used_long_ago(app: Extranet, cast: Cast) -> None:
    talk = Talk(cast)
    talk.say(cast.grace, "Before lunch")
    with keeping(app) as held:
        held.execute(sa.update(Credential).values(used_at=clock.now() - timedelta(hours=1)))
    message_id = talk.say(cast.grace, "After lunch")
    assert talk.message(message_id).body == "After lunch"
