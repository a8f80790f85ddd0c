"""Two server processes with PostgreSQL and Redis between them: news and endings go across, also while Redis is away."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest
import requests

from extranet.app import Extranet
from tests import apps, servers
from tests.cast import Cast, Person
from tests.conftest import Servers
from tests.pace import PATIENCE
from tests.workspaces.discussions.talk import Talk
from tests.workspaces.discussions.test_live import Ears, Poll

pytestmark = pytest.mark.once


@dataclass
class Pair:
    """Two processes of one site, and a discussion on it."""

    one: servers.Site
    other: servers.Site
    cast: Cast
    talk: Talk
    redis: servers.Service

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
        return requests.post(at.url + path, data=data, headers=headers, allow_redirects=False, timeout=PATIENCE)

    def say(self, body: str, at: servers.Site) -> None:
        """Let Ada say something."""
        assert self.send(self.cast.ada, self.talk.path("/messages"), at, body=body).status_code == 201

    def remove(self, person: Person, at: servers.Site) -> None:
        """Let Ada take somebody out."""
        path = self.talk.place.path(f"/members/{person.member_id}/remove")
        assert self.send(self.cast.ada, path, at).status_code == 302

    @contextmanager
    def without_redis(self) -> Iterator[None]:
        """Within the block Redis is gone."""
        self.redis.stop()
        try:
            yield
        finally:
            self.redis.start()


@pytest.fixture(scope="module")
def processes(
    running: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Extranet, servers.Site, servers.Site, servers.Service]]:
    """Two processes on a PostgreSQL of the worker's and a Redis of their own, and the same product in this one."""
    folder, url = tmp_path_factory.mktemp("pair"), running.get("postgresql", servers.postgresql)
    shared = running.apps.get("postgresql")
    app = shared or apps.make(folder / "app", DATABASE_URL=url)
    apps.empty(app)
    settings = {"DATABASE_URL": url, "SECRET_KEY": app.settings.secret_key, "SITE_URL": "http://localhost"}
    with ExitStack() as started:
        redis = started.enter_context(servers.redis_service())
        settings["REDIS_URL"] = redis.url
        one = started.enter_context(servers.site(folder / "one", **settings))
        other = started.enter_context(servers.site(folder / "other", **settings))
        yield app, one, other, redis
    apps.empty(app)
    if shared is None:
        apps.end(app)


@pytest.fixture
def pair(processes: tuple[Extranet, servers.Site, servers.Site, servers.Service]) -> Pair:
    """The two processes, with a discussion and people of one's own."""
    app, one, other, redis = processes
    cast = Cast(app)
    return Pair(one, other, cast, Talk(cast), redis)


def test_news_and_endings_go_across(pair: Pair) -> None:
    ada, grace = pair.cast.ada, pair.cast.grace
    ears = pair.listen(grace, pair.other)
    said = pair.send(ada, pair.talk.path("/messages"), pair.one, body="Across!")
    assert said.status_code == 201
    change = ears.wait_for("change", lambda change: change.get("message", {}).get("body") == "Across!")
    assert change["message"]["body"] == "Across!"
    assert pair.send(grace, "/sign-out", pair.one).status_code == 302
    assert ears.closed_within(2)


def test_who_was_removed_while_redis_was_away_hears_nothing_when_it_is_back(pair: Pair) -> None:
    ears, ada = pair.listen(pair.cast.grace, pair.other), pair.listen(pair.cast.ada, pair.other)
    pair.say("Before", pair.one)
    ears.wait_for("change", lambda change: "Before" in str(change))
    with pair.without_redis():
        pair.remove(pair.cast.grace, pair.one)
        pair.say("While it was away", pair.one)
    pair.say("After", pair.one)
    ada.wait_for("change", lambda change: "After" in str(change))
    assert ears.closed_within(1)
    assert "While it was away" not in str(ears.heard) and "After" not in str(ears.heard)


def test_what_waits_in_redis_while_somebody_is_removed_never_comes(pair: Pair) -> None:
    ears, ada = pair.listen(pair.cast.grace, pair.other), pair.listen(pair.cast.ada, pair.other)
    pair.say("Before", pair.one)
    ears.wait_for("change", lambda change: "Before" in str(change))
    with pair.redis.paused():
        pair.remove(pair.cast.grace, pair.one)
        pair.say("While it stood still", pair.one)
    ada.wait_for("change", lambda change: "While it stood still" in str(change))
    assert ears.closed_within(1)
    assert "While it stood still" not in str(ears.heard)


@pytest.mark.parametrize("where", ["here", "there"])
def test_what_waits_for_somebody_who_polls_goes_when_they_are_removed(pair: Pair, where: str) -> None:
    poll, ada = Poll(pair.one.url, pair.cookie(pair.cast.grace)), pair.listen(pair.cast.ada, pair.one)
    pair.say("Between two questions", pair.one)
    ada.wait_for("change", lambda change: "Between two questions" in str(change))
    pair.remove(pair.cast.grace, pair.one if where == "here" else pair.other)
    if where == "there":  # facts are followed in their order
        pair.say("Since then", pair.other)
        ada.wait_for("change", lambda change: "Since then" in str(change))
    assert "Between two questions" not in poll.ask().text
