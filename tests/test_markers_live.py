"""The same on open connections: what people do reaches nobody who may not read it, and ends when membership ends.

A real server in a process of its own; by WebSocket and by long polling; also its log and its letters are read.
"""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import requests
import socketio
import websocket

from extranet import credentials, outbox
from extranet.app import Extranet
from extranet.members import Member
from tests import servers
from tests.cast import PASSWORD, Person, looking
from tests.factories import Scene
from tests.markers import Markers, everybody, readers
from tests.pace import PATIENCE, eventually
from tests.workspaces.discussions.test_live import Ears

pytestmark = pytest.mark.once

LISTENERS = ("mallory", "lee", "moses", "kim", "rita", "ingrid", "hanna", "nina", "grace", "ada")


@dataclass
class Stage:
    """A server with a whole scene on it; what is done goes over the wire."""

    site: servers.Site
    scene: Scene
    planted: Markers

    def listen(self, person: Person, transport: str = "websocket") -> Ears:
        ears = Ears(self.site.url, transport=transport, headers={"Cookie": cookie(person)})
        ears.wait_for("head", lambda _heads: True)
        return ears

    def send(self, person: Person, path: str, **fields: str) -> requests.Response:
        data = {"csrf_token": person.csrf_token, **fields}
        answer = requests.post(
            self.site.url + path, data=data, headers={"Cookie": cookie(person)}, allow_redirects=False,
            timeout=PATIENCE,
        )  # fmt: skip
        assert answer.status_code in (200, 201, 302), f"{path}: {answer.status_code}\n{answer.text}"
        return answer

    def wait_until_calm(self) -> None:
        """Return when the server has kept all its promises: letters, the index."""
        assert eventually(self._is_calm, every=0.1) < math.inf, "the outbox is not empty"

    def _is_calm(self) -> bool:
        with looking(self.scene.app):
            return outbox.backlog() == 0

    def get(self, path: str, **headers: str) -> requests.Response:
        return requests.get(self.site.url + path, headers=headers, allow_redirects=False, timeout=PATIENCE)


def cookie(person: Person) -> str:
    """What the person's browser sends."""
    found = person.client.get_cookie("extranet")
    return f"extranet={found.value}" if found is not None else ""


SPACES = ("unlisted", "listed")


@pytest.fixture
def stage(served: tuple[servers.Site, Extranet], request: pytest.FixtureRequest) -> Stage:
    """A scene of one workspace, or of those that the test is parametrized with."""
    site, app = served
    planted = Markers(request.node.name)
    return Stage(site, Scene(app, planted.say, spaces=getattr(request, "param", SPACES[:1])), planted)


@pytest.mark.parametrize("stage", [SPACES], indirect=True)
def test_open_connections_bring_nobody_a_marker_that_is_not_theirs(stage: Stage) -> None:
    people = everybody(stage.scene)
    ears = {
        (name, transport): stage.listen(people[name], transport)
        for name in LISTENERS
        for transport in ("websocket", "polling")
    }
    for space in SPACES:
        _do_everything(stage, space)
    for transport in ("websocket", "polling"):
        ears["ada", transport].wait_for("change", lambda change: change["kind"] == "workspace-reopened")
    leaks = []
    for (name, transport), listener in ears.items():
        listener.catch_up()
        found = stage.planted.found_in(json.dumps(listener.heard, ensure_ascii=False))
        leaks += [f"{name} hears «{place}» by {transport}" for place in found if name not in readers(place)]
        if name in ("grace", "ada", "nina"):
            whats = _HEARD if name != "nina" else _HEARD[:2]
            assert {f"{space}: {what}" for space in SPACES for what in whats} <= found
        listener.client.disconnect()
    assert not leaks, "\n".join(leaks)
    stage.wait_until_calm()
    assert not stage.planted.found_in(_without_addresses(stage.site.log, stage))


_HEARD = ("thread", "later message", "edited message", "retraction reason")


def _do_everything(stage: Stage, key: str) -> None:
    scene, say = stage.scene, stage.planted.say
    space = scene.spaces[key]
    at, thread = f"/workspaces/{space.slug}", f"/workspaces/{space.slug}/threads/{space.thread_id}"
    stage.send(scene.ada, f"{at}/threads", title=say(f"{key}: thread"), body=say(f"{key}: later message"))
    stage.send(scene.grace, f"{thread}/messages", body=say(f"{key}: later message"), answers=space.messages["first"])
    stage.send(scene.grace, f"{at}/messages/{space.messages['own']}/edit", body=say(f"{key}: edited message") + "!")
    said = say(f"{key}: retraction reason")
    stage.send(scene.ada, f"{at}/messages/{space.messages['left']}/retract", reason=said)
    stage.send(scene.ada, f"{at}/requests/{scene.rita.member_id}/decline", reason="Full")
    stage.send(scene.ada, f"{at}/members/{scene.olga.member_id}/appoint")
    stage.send(scene.ada, f"{at}/members/{scene.olga.member_id}/dismiss")
    stage.send(scene.ada, f"{at}/members/{scene.olga.member_id}/keep-out", reason=say(f"{key}: reason of keeping out"))
    facts = {"kind": "project", "visibility": key, "joining": "request"}
    stage.send(scene.ada, f"{at}/settings", name=say(f"{key}: name"), purpose=say(f"{key}: purpose"), **facts)
    stage.send(scene.ada, f"{at}/archive", done=say(f"{key}: outcome"))
    stage.send(scene.ada, f"{at}/reopen")


def _without_addresses(log: str, stage: Stage) -> str:
    """A log may say which address was asked for; who reads the log runs the server."""
    for space in stage.scene.spaces.values():
        log = log.replace(space.slug, "…")
    return log


def test_who_is_removed_reads_and_hears_nothing_more(stage: Stage) -> None:
    scene, planted = stage.scene, stage.planted
    space = scene.spaces["unlisted"]
    ears = [stage.listen(scene.grace, "websocket"), stage.listen(scene.grace, "polling")]
    witness = stage.listen(scene.ada)
    stage.send(scene.ada, f"/workspaces/{space.slug}/members/{scene.grace.member_id}/remove")
    heard = [len(listener.heard) for listener in ears]  # a heartbeat from before may still be on its way
    body = planted.say("unlisted: message after the removal")
    stage.send(scene.ada, f"/workspaces/{space.slug}/threads/{space.thread_id}/messages", body=body)
    witness.wait_for("change", lambda change: body in json.dumps(change, ensure_ascii=False))
    for path in (f"/workspaces/{space.slug}", f"/workspaces/{space.slug}/threads/{space.thread_id}"):
        assert stage.get(path, Cookie=cookie(scene.grace)).status_code == 404
    for path in (f"workspaces/{space.slug}/changes", f"threads/{space.thread_id}", f"messages/{space.messages['own']}"):
        assert stage.get(f"/api/v1/{path}", Authorization=f"Bearer {scene.grace.token}").status_code == 404
    assert all(listener.closed_within(1) for listener in ears)
    for listener, before in zip(ears, heard, strict=True):
        later = listener.heard[before:]
        told = planted.found_in(json.dumps(later, ensure_ascii=False))
        assert not [place for place in told if place.startswith("unlisted: ")]
        assert {name for name, _content in later} <= {"head"}
        listener.client.disconnect()
    assert ears[0].heard[-1] == ("head", {}), "who has a WebSocket hears what is still theirs before it ends"
    witness.client.disconnect()


@pytest.mark.parametrize("ending", ["suspension", "signing out", "a new password", "revoking the token"])
def test_what_is_ended_is_closed_within_a_second_and_opens_nothing(stage: Stage, ending: str) -> None:
    scene = stage.scene
    by_token = Ears(stage.site.url, transport="websocket", auth={"token": scene.grace.token})
    ears = {"websocket": stage.listen(scene.grace), "polling": stage.listen(scene.grace, "polling"), "token": by_token}
    stolen = cookie(scene.grace)
    _end(stage, ending)
    dead = {
        "suspension": {"websocket", "polling", "token"},
        "signing out": {"websocket", "polling"},
        "a new password": {"websocket", "polling"},
        "revoking the token": {"token"},
    }[ending]
    took = eventually(lambda: not _open_of(ears, dead), seconds=1, step=lambda: stage.get("/sign-in"))
    assert took < math.inf, f"still open: {_open_of(ears, dead)}"
    assert _open_of(ears) == ears.keys() - dead
    for name in _open_of(ears):
        ears[name].client.disconnect()
    is_cookie_dead, is_token_dead = "websocket" in dead, "token" in dead
    assert (stage.get("/directory", Cookie=stolen).status_code == 302) is is_cookie_dead
    assert (stage.get("/api/v1/me", Cookie=stolen).status_code == 401) is is_cookie_dead
    assert (stage.get("/api/v1/me", Authorization=f"Bearer {scene.grace.token}").status_code == 401) is is_token_dead
    assert _is_let_in(stage, headers={"Cookie": stolen}) is not is_cookie_dead
    assert _is_let_in(stage, auth={"token": scene.grace.token}) is not is_token_dead


def _open_of(ears: Mapping[str, Ears], among: Collection[str] | None = None) -> set[str]:
    return {name for name, listener in ears.items() if listener.client.connected and (among is None or name in among)}


def _end(stage: Stage, ending: str) -> None:
    scene = stage.scene
    if ending == "suspension":
        stage.send(scene.moses, f"/desk/members/{scene.grace.member_id}/suspend", reason="So")
    elif ending == "signing out":
        stage.send(scene.grace, "/sign-out")
    elif ending == "a new password":
        stage.send(scene.grace, "/settings/password", current=PASSWORD, new="uusi-ja-pitkä-salasana")
    else:
        _revoke_tokens(stage)


def _revoke_tokens(stage: Stage) -> None:
    with looking(stage.scene.app) as held:
        member = held.get_one(Member, stage.scene.grace.member_id)
        token_ids = [token.id for token in credentials.of_member(member, "token")]
    for token_id in token_ids:
        stage.send(stage.scene.grace, f"/settings/credentials/{token_id}/end")


def test_a_connection_needs_a_living_credential_and_comes_from_the_site_itself(stage: Stage) -> None:
    grace, sue = {"Cookie": cookie(stage.scene.grace)}, {"Cookie": cookie(stage.scene.sue)}
    for transport in ("websocket", "polling"):
        assert _is_let_in(stage, transport, headers=grace)
        assert _is_let_in(stage, transport, headers={**grace, "Origin": stage.site.url})
        assert not _is_let_in(stage, transport, headers={**grace, "Origin": "https://evil.example"})
        assert not _is_let_in(stage, transport, headers={**grace, "Origin": "null"})
        assert not _is_let_in(stage, transport)
        assert not _is_let_in(stage, transport, headers=sue)
        assert not _is_let_in(stage, transport, headers={"Cookie": "extranet=made.up"})
        assert not _is_let_in(stage, transport, auth={"token": stage.scene.sue.token})
        assert not _is_let_in(stage, transport, auth={"token": "ext_guess"})
        assert not _is_let_in(stage, transport, auth={"token": ""})
        assert not _is_let_in(stage, transport, auth=["token"])


def test_strange_news_from_a_client_harm_nobody(stage: Stage) -> None:
    scene = stage.scene
    strange: list[Any] = [None, 7, "text", [], {}, {"slug": None}, {"slug": ["x"], "thread_id": {}}, {"slug": "\x00"}]
    strange += [{"slug": "x" * 5000}, {"slug": "\ud800"}, {"thread_id": "nothing"}]
    for said in strange:
        ears = stage.listen(scene.grace)
        for event in ("typing", "here"):
            answer = ears.client.call(event, said)
            assert answer in ({"status": 400}, {"status": 404}), (event, said, answer)
        ears.client.disconnect()
    ears = stage.listen(scene.grace)
    slug = scene.spaces["unlisted"].slug
    assert ears.client.call("here", {"slug": slug})["status"] == 200
    assert "What a socket said could not be done" not in stage.site.log
    ears.client.disconnect()


def _is_let_in(stage: Stage, transport: str = "websocket", **how: Any) -> bool:
    if transport == "websocket":
        return _is_let_in_by_websocket(stage, **how)
    client = socketio.Client(reconnection=False, request_timeout=PATIENCE)
    try:
        client.connect(stage.site.url, transports=[transport], wait_timeout=PATIENCE, **how)
    except socketio.exceptions.ConnectionError:
        return False
    client.disconnect()
    return True


def _is_let_in_by_websocket(stage: Stage, headers: Mapping[str, str] | None = None, auth: Any = None) -> bool:
    """By hand, since the client of the library sends an Origin of its own."""
    given = dict(headers or {})
    origin = given.pop("Origin", None)
    address = stage.site.url.replace("http:", "ws:") + "/socket.io/?EIO=4&transport=websocket"
    try:
        wire = websocket.create_connection(
            address, header=given, origin=origin, suppress_origin=origin is None, timeout=PATIENCE
        )
    except websocket.WebSocketBadStatusException:
        return False
    try:
        wire.send("40" + (json.dumps(auth) if auth is not None else ""))
        said = [str(wire.recv())]
        while not said[-1].startswith(("40", "44")):  # news may come before the answer
            said.append(str(wire.recv()))
        return said[-1].startswith("40")
    finally:
        wire.close()


