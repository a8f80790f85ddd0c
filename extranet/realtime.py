"""News, told to people and never to rooms. Touches Flask-SocketIO alone.

A socket joins one inbox when it connects: that of the credential (signed-in browser or token) it came with. Who gets a
piece of news is read from the database at the moment of sending, and so are their credentials: there is no
subscription to guard or to revoke, and a lost broker cannot leak. What was ended is also closed: by the process itself,
through Redis in the others, and, if Redis is away, by each process's own look at the database.
"""

import json
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from flask import Flask, current_app, request
from flask_socketio import SocketIO, disconnect, join_room
from gevent import sleep, spawn

from extranet import credentials, db, events, identity
from extranet.config import LANGUAGES
from extranet.credentials import Credential, CredentialsEnded, usable
from extranet.doors import Door, Guard, Rule, Unguarded
from extranet.errors import Refusal
from extranet.events import Recorded
from extranet.members import Member

log = logging.getLogger(__name__)

HEARTBEAT = 10.0
"""Seconds between two heartbeats; clients expect one at least every 15."""
MOST_OPEN = 20
"""Sockets that one credential may hold open: tabs of a browser."""
MOST_WORDS = 3
"""Words that a socket may say in a second; a page says one in three seconds."""
_GOODBYE = "extranet:goodbye"

Payload = Mapping[str, Any] | Callable[[str], Mapping[str, Any]]
People = Iterable[str] | sa.Select[str]
Heads = Callable[[Collection[str]], Mapping[str, Mapping[str, int]]]


@dataclass(slots=True)
class Open:
    """An open socket: the credential that it came with, whose it is, and how much it has just said."""

    credential: str
    member: str
    since: float = 0.0
    words: int = 0

    def may_speak(self) -> bool:
        """Whether it has said less than `MOST_WORDS` in the last second; asked once for each word."""
        now = time.monotonic()
        if now - self.since >= 1:
            self.since, self.words = now, 0
        self.words += 1
        return self.words <= MOST_WORDS


class Realtime:
    """One server process's sockets: which credential each came with."""

    def __init__(self, app: Flask, *, redis_url: str) -> None:
        self._app = app
        self._redis_url = redis_url
        self._sockets: dict[str, Open] = {}  # by socket id
        self._heads: list[Heads] = []
        self._started = False
        self.heard: dict[str, Guard] = {}
        self.socketio: Any = SocketIO(
            app,
            async_mode="gevent",
            message_queue=redis_url or None,
            manage_session=False,
            ping_interval=20,
            ping_timeout=15,
            max_http_buffer_size=20_000,
            logger=False,
            engineio_logger=False,
        )
        self.socketio.on_event("connect", self._connect)
        self.socketio.on_event("disconnect", self._disconnect)
        self.socketio.on_error_default(_note_failure)

    def start(self) -> None:
        """Begin the heartbeat, and listen for what other processes end: called once in each server process."""
        if not self._started:
            self._started = True
            spawn(self._beat)
            if self._redis_url:
                spawn(self._listen)

    def beats_with(self, heads: Heads) -> None:
        """Add a source of heads: for some members, their streams' names and last numbers."""
        self._heads.append(heads)

    def hears(self, name: str, door: Door, rule: Rule) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register what is done when a client says `name`, through a door: `handler(member, thing, data)`."""
        self.heard[name] = Guard(door.name, rule.__name__)

        def register(handler: Callable[..., Any]) -> Callable[..., Any]:
            def hear(data: Any = None) -> Any:
                return self._hear(handler, door, rule, data)

            self.socketio.on_event(name, hear)
            return handler

        return register

    def close(self, credential_ids: Collection[str]) -> None:
        """Close what these credentials hold open, here and in the other processes."""
        self._close_here(set(credential_ids))
        if self._redis_url:
            self._tell_the_others(list(credential_ids))

    def _connect(self, auth: Any = None) -> bool:
        """Let in who comes with a credential; whatever goes wrong meanwhile lets nobody in."""
        try:
            credential = self._credential(auth)
            if credential is None or not credential.member.has_accepted_terms or self._has_many(credential.id):
                return False
            sid = _socket_id()
            self._sockets[sid] = Open(credential.id, credential.member_id)
            join_room(inbox(credential.id))
            self._greet(sid, credential.member_id)
        except Exception:
            log.exception("A socket could not be let in")
            self._sockets.pop(_socket_id(), None)
            return False
        return True

    def _has_many(self, credential_id: str) -> bool:
        return sum(1 for held in self._sockets.values() if held.credential == credential_id) >= MOST_OPEN

    def _credential(self, auth: Any) -> Credential | None:
        secret = auth.get("token") if isinstance(auth, dict) else None
        with db.reading():
            return credentials.find(secret, "token") if isinstance(secret, str) else identity.credential_in_cookie()

    def _disconnect(self, _reason: Any = None) -> None:
        self._sockets.pop(_socket_id(), None)

    def _hear(self, handler: Callable[..., Any], door: Door, rule: Rule, data: Any) -> Any:
        held = self._sockets.get(_socket_id())
        if held is None or not isinstance(data, dict):
            return {"status": 400}
        if not held.may_speak():
            return {"status": 429}
        try:
            with db.reading():
                credential = credentials.find_usable(held.credential)
                if credential is None:
                    disconnect()
                    return {"status": 401}
                thing = door.admit(credential.member, rule, _address(door, data))
                return handler(credential.member, thing, data) or {"status": 200}
        except Refusal as refusal:
            return {"status": refusal.status}

    def _greet(self, sid: str, member_id: str) -> None:
        with db.reading():
            self.socketio.emit("head", self._gather([member_id])[member_id], to=sid)

    def _beat(self) -> None:
        while True:
            sleep(HEARTBEAT)
            try:
                with self._app.app_context():
                    self.beat()
            except Exception:
                log.exception("A heartbeat failed; the next one follows")

    def beat(self) -> None:
        """Close what was ended meanwhile and tell everyone connected here how far their workspaces are."""
        here = dict(self._sockets)
        credentials_here = {held.credential for held in here.values()}
        with db.reading():
            live = _still_usable(credentials_here)
            heads = self._gather({held.member for held in here.values()})
        self._close_here(credentials_here - live)
        for sid, held in here.items():
            if held.credential in live:
                self.socketio.emit("head", heads.get(held.member, {}), to=sid)

    def _gather(self, member_ids: Collection[str]) -> dict[str, dict[str, int]]:
        gathered: dict[str, dict[str, int]] = {member: {} for member in member_ids}
        if gathered:
            for heads in self._heads:
                for member, numbers in heads(member_ids).items():
                    gathered[member].update(numbers)
        return gathered

    def _close_here(self, ended: set[str]) -> None:
        for sid, held in list(self._sockets.items()):
            if held.credential in ended:
                self._sockets.pop(sid, None)
                self.socketio.server.disconnect(sid)

    def _tell_the_others(self, ended: list[str]) -> None:
        import redis

        try:
            redis.Redis.from_url(self._redis_url).publish(_GOODBYE, json.dumps(ended))
        except redis.RedisError as error:
            log.warning("Redis is away; the other processes close ended sockets at their next heartbeat: %s", error)

    def _listen(self) -> None:
        import redis

        while True:
            try:
                subscription = cast(Any, redis.Redis.from_url(self._redis_url)).pubsub(ignore_subscribe_messages=True)
                subscription.subscribe(_GOODBYE)
                for message in subscription.listen():
                    self._close_here(set(json.loads(message["data"])))
            except redis.RedisError as error:
                log.warning("Redis is away: %s", error)
                sleep(1)


def install(app: Flask, *, redis_url: str) -> None:
    """Give the app its sockets; what ends a credential closes them."""
    app.extensions["realtime"] = Realtime(app, redis_url=redis_url)
    events.reactions(app).at_once(CredentialsEnded, _close_what_they_hold_open)


def realtime(app: Flask | None = None) -> Realtime:
    """The app's sockets."""
    return cast(Realtime, (app or current_app).extensions["realtime"])


def inbox(credential_id: str) -> str:
    """The one room that a socket joins."""
    return f"inbox:{credential_id}"


def tell(people: People, event: str, payload: Payload) -> None:
    """Send news to members: `people` are their ids, or a query for them, read now, in one query with their credentials.

    `payload` is a mapping, or makes one for a language, once for each language that somebody reads.
    """
    for language, inboxes in _inboxes(people).items():
        content = payload(language) if callable(payload) else payload
        realtime().socketio.emit(event, content, to=inboxes)


def check(app: Flask) -> None:
    """Raise `Unguarded` if a socket event is heard that no door guards."""
    sockets = realtime(app)
    known = {"connect", "disconnect", *sockets.heard}
    handlers = {str(name) for namespace in sockets.socketio.server.handlers.values() for name in namespace}
    if handlers - known:
        raise Unguarded(f"These socket events name no rule: {', '.join(sorted(handlers - known))}")


def _inboxes(people: People) -> dict[str, list[str]]:
    members = people if isinstance(people, sa.Select) else list(people)
    rows = db.session().execute(
        sa.select(Credential.id, Member.language, Credential.language)
        .join(Member, Member.id == Credential.member_id)
        .where(Credential.member_id.in_(members), usable())
    )
    by_language: dict[str, list[str]] = {}
    for credential_id, chosen, browser in rows:
        language = next((code for code in (chosen, browser) if code in LANGUAGES), "fi")
        by_language.setdefault(language, []).append(inbox(credential_id))
    return by_language


def _still_usable(credential_ids: Collection[str]) -> set[str]:
    statement = sa.select(Credential.id).join(Credential.member).where(usable())
    return set(db.session().scalars(statement.where(Credential.id.in_(credential_ids))))


def _socket_id() -> str:
    return cast(str, cast(Any, request).sid)


def _address(door: Door, data: Mapping[str, Any]) -> dict[str, str]:
    return {part: _plain(data.get(part)) for part in door.parts}


def _plain(said: Any) -> str:
    """What a client says in place of an id, without what no database can be asked for."""
    text = said[:100] if isinstance(said, str) else ""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _close_what_they_hold_open(recorded: Recorded) -> None:
    realtime().close(recorded.event.credentials)


def _note_failure(error: BaseException) -> None:
    log.error("A socket's event failed", exc_info=error)


