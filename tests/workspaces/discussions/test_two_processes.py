"""Two server processes with PostgreSQL and Redis between them: news and endings go across, also while Redis is away."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests import apps, servers
from tests.cast import Cast, Person
from tests.conftest import Servers
from tests.workspaces.discussions.talk import Talk
from tests.workspaces.discussions.test_live import Ears

pytestmark = pytest.mark.once


@dataclass
class Pair:
    """Two processes of one site, and a discussion on it."""

    one: servers.Site
    other: servers.Site
    cast: Cast
    talk: Talk
    redis: ExitStack
    redis_port: int

    def cookie(self, person: Person) -> dict[str, str]:
        """What the person's browser sends."""
        cookie = person.client.get_cookie("extranet")
        assert cookie is not None
        return {"Cookie": f"extranet={cookie.value}"}

    def listen(self, person: Person, at: servers.Site) -> Ears:
        """Connect as this person's browser does."""
        return Ears(at.url, transport="websocket", headers=self.cookie(person))

    def send(self, person: Person, path: str, at: servers.Site, **fields: str) -> requests.Response:
        """Send a form to one of the processes."""
        data = {"csrf_token": person.csrf_token, **fields}
        headers = {**self.cookie(person), "Accept": "application/json"}
        return requests.post(at.url + path, data=data, headers=headers, allow_redirects=False, timeout=15)


    @contextmanager
    def without_redis(self) -> Iterator[None]:
        """Within the block Redis is gone."""
        self.redis.close()
        yield
        self.redis.enter_context(servers.redis(self.redis_port))


@pytest.fixture
def pair(running: Servers, tmp_path: Path) -> Iterator[Pair]:
    """Two processes on a PostgreSQL of the worker's and a Redis of their own."""
    url = running.get("postgresql", servers.postgresql)
    shared = running.apps.get("postgresql")
    app = shared or apps.make(tmp_path / "app", DATABASE_URL=url)
    apps.empty(app)
    key = app.settings.secret_key
    settings = {"DATABASE_URL": url, "SECRET_KEY": key, "SITE_URL": "http://localhost"}
    with ExitStack() as open_ones, ExitStack() as redis:
        port = servers.free_port()
        settings["REDIS_URL"] = redis.enter_context(servers.redis(port))
        one = open_ones.enter_context(servers.site(tmp_path / "one", **settings))
        other = open_ones.enter_context(servers.site(tmp_path / "other", **settings))
        cast = Cast(app)
        yield Pair(one, other, cast, Talk(cast), redis, port)
    apps.empty(app)
    if shared is None:
        apps.end(app)


def test_news_and_endings_go_across(pair: Pair) -> None:
    ada, grace = pair.cast.ada, pair.cast.grace
    ears = pair.listen(grace, pair.other)
    said = pair.send(ada, pair.talk.path("/messages"), pair.one, body="Across!")
    assert said.status_code == 201
    change = ears.wait_for("change", seconds=5)
    assert change["message"]["body"] == "Across!"
    assert pair.send(grace, "/sign-out", pair.one).status_code == 302
    assert ears.closed_within(2)


def test_who_was_removed_while_redis_was_away_hears_nothing_when_it_is_back(pair: Pair) -> None:
    ada, grace = pair.cast.ada, pair.cast.grace
    ears = pair.listen(grace, pair.other)
    pair.send(ada, pair.talk.path("/messages"), pair.one, body="Before")
    ears.wait_for("change", seconds=5)
    with pair.without_redis():
        removal = pair.talk.place.path(f"/members/{grace.member_id}/remove")
        assert pair.send(ada, removal, pair.one).status_code == 302
        after = pair.send(ada, pair.talk.path("/messages"), pair.one, body="While it was away")
        assert after.status_code == 201
    so_far = len([name for name, _content in ears.heard if name == "change"])
    assert pair.send(ada, pair.talk.path("/messages"), pair.one, body="After").status_code == 201
    time.sleep(1.5)
    assert len([name for name, _content in ears.heard if name == "change"]) == so_far
    assert "While it was away" not in str(ears.heard)
