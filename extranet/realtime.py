"""News, told to people and never to rooms. Touches Flask-SocketIO alone.

A socket is kept under the credential (signed-in browser or token) that it came with. Who gets a piece of news is read
from the database at the moment of sending, and so are their credentials: there is no subscription to guard or to
revoke, and a lost broker cannot leak. News are written to the sockets of this process only: what led to them is known
in the other processes too, and each asks by itself whom of its own people they may reach (`extranet.processes`).
What was ended is closed before the answer that says so, with all that still waits for it.
"""

import json
import logging
import math
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from engineio.packet import MESSAGE
from flask import Flask, current_app
from flask_socketio import SocketIO
from gevent import sleep, spawn
from socketio.packet import DISCONNECT, Packet

from extranet import clock, credentials, db, events, identity
from extranet.config import LANGUAGES
from extranet.credentials import Credential, CredentialsEnded, usable, usable_at
from extranet.doors import Door, Guard, Rule, Unguarded
from extranet.errors import Refusal
from extranet.events import Recorded, in_every_process
from extranet.members import Member
from extranet.processes import Processes
from extranet.sockets import LONGEST, PATIENCE, PING_EVERY, News, Register, Session, lighten, news

log = logging.getLogger(__name__)

HEARTBEAT = 10.0
"""Seconds between two heartbeats; clients expect one at least every 15."""
AT_ONCE = 200
"""Sockets that a part of a heartbeat is for: the others, and requests, go on between two parts."""
MOST_OPEN = 20
"""Sockets that one credential may hold open: tabs of a browser."""
MOST_WORDS = 3
"""Words that a socket may say in a second; a page says one in three seconds."""
FRESH = 5.0
"""Seconds after which news that another process asks to tell are forgotten."""
_GOODBYE = Packet(DISCONNECT, namespace="/").encode()

Payload = Mapping[str, Any] | Callable[[str], Mapping[str, Any]]
People = Iterable[str] | sa.Select[str]
Heads = Callable[[Collection[str]], Mapping[str, Mapping[str, int]]]
Told = list[tuple[Mapping[str, Any], list[str]]]
Handler = Callable[[Member, Any, dict[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Audience:
    """A query, put together once, for the ids of members and a number about each; with the values that it takes."""

    statement: sa.Select[str, int]
    values: Mapping[str, Any]


@dataclass(slots=True)
class Open:
    """An open socket: the credential that it came with, whose it is, and how much it has just said."""

    credential: str
    member: str
    session: Session | None = None
    came_at: float = 0.0
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
        self._sockets: dict[str, Open] = {}  # by socket id
        self._of: dict[str, list[str]] = {}  # socket ids by credential
        self._heads: list[Heads] = []
        self._handlers: dict[str, tuple[Door, Rule, Handler]] = {}
        self._started = False
        self.heard: dict[str, Guard] = {}
        self.processes = Processes(app, redis_url=redis_url, heard=self._pass_on, missed=self.beat)
        register = Register()
        self.socketio: Any = SocketIO(
            app,
            async_mode="gevent",
            client_manager=register,
            async_handlers=False,
            manage_session=False,
            ping_interval=PING_EVERY,
            ping_timeout=PATIENCE,
            max_http_buffer_size=LONGEST,
            logger=False,
            engineio_logger=False,
        )
        self._server: Any = cast(Any, self.socketio).server
        self._engine = lighten(self._server, register)
        self._server.on("connect", self._connect)
        self._server.on("disconnect", self._leave)
        self._handle_event = self._server._handle_event
        self._server._handle_event = self._take_event
        app.wsgi_app = _Fork(app, self._engine.handle_request, app.wsgi_app.wsgi_app)  # type: ignore[attr-defined, method-assign]

    def start(self) -> None:
        """Begin the heartbeat, and follow what other processes do: called once in each server process."""
        if not self._started:
            self._started = True
            self.processes.start()
            spawn(self._engine.look_after)
            spawn(self._beat)

    def stop(self) -> None:
        """Close all sockets, whose clients come again: the process is about to end.

        Who polls is told nothing, since the goodbye of Engine.IO means to some clients that they shall not come again.
        """
        for session in list(self._engine.sockets.values()):
            session.close(abort=not session.upgraded)

    def beats_with(self, heads: Heads) -> None:
        """Add a source of heads: for some members, their streams' names and last numbers."""
        self._heads.append(heads)

    def hears(self, name: str, door: Door, rule: Rule) -> Callable[[Handler], Handler]:
        """Register what is done when a client says `name`, through a door: `handler(member, thing, data)`."""
        self.heard[name] = Guard(door.name, rule.__name__)

        def register(handler: Handler) -> Handler:
            self._handlers[name] = door, rule, handler
            self._server.on(name, lambda sid, data=None, *_more: self._hear(name, sid, data))
            return handler

        return register

    def close(self, credential_ids: Collection[str]) -> None:
        """Close what these credentials hold open in this process; nothing reaches it any more."""
        for credential_id in credential_ids:
            for sid in list(self._of.get(credential_id, ())):
                with _although("A socket could not be closed"):
                    self._end(sid)

    def part(self, member_id: str) -> None:
        """Let nothing that waits reach a member's sockets any more, tell them what is still theirs, and close them.

        They come again, as who they are now.
        """
        theirs = [sid for sid, held in self._sockets.items() if held.member == member_id]
        if theirs:
            heads = _packet("head", self._gather([member_id])[member_id])
            for sid in theirs:
                self._end(sid, heads)

    def tell(self, credential_ids: Iterable[str], packet: News, *, sent_at: float = math.inf) -> None:
        """Send a packet to what these credentials hold open in this process, and have since before it was sent."""
        sockets, of = self._sockets, self._of
        for credential_id in credential_ids:
            for sid in tuple(of.get(credential_id, ())):
                if (held := sockets.get(sid)) is not None and held.came_at <= sent_at:
                    self._send(sid, packet)

    def _send(self, sid: str, packet: News) -> None:
        held = self._sockets.get(sid)
        if held is None:
            return
        if held.session is not None:
            held.session.send(packet)
        else:  # a client within the process, as tests have
            self._server._send_eio_packet(self._server.manager.eio_sid_from_sid(sid, "/"), packet)

    def _end(self, sid: str, *last: News) -> None:
        held = self._sockets.get(sid)
        if held is None:
            return
        if held.session is not None:
            held.session.end(*last, News(MESSAGE, _GOODBYE))
            return
        for packet in last:
            self._send(sid, packet)
        self._server.disconnect(sid)

    def _take_event(self, eio_sid: str, namespace: str | None, word_id: int | None, said: Any) -> None:
        """Pass on what is heard behind a door and nothing else.

        python-socketio calls the handler of any name that a client says: "connect" and "disconnect" too, which are no
        words of a client's, and come with an environment that it wrote itself.
        """
        if isinstance(said, list) and said and isinstance(said[0], str) and said[0] in self._handlers:
            self._handle_event(eio_sid, namespace, word_id, said)

    def _connect(self, sid: str, environ: dict[str, Any], auth: Any = None) -> bool:
        """Let in who comes with a credential; whatever goes wrong meanwhile lets nobody in."""
        try:
            with self._app.request_context(environ):
                return self._let_in(sid, auth)
        except Exception:
            log.exception("A socket could not be let in")
            self._disconnect(sid)
            return False

    def _let_in(self, sid: str, auth: Any) -> bool:
        eio_sid = self._server.manager.eio_sid_from_sid(sid, "/")
        session = self._engine.sockets.get(eio_sid)
        with db.reading():
            credential = self._credential(auth)
            if credential is None or not credential.member.has_accepted_terms:
                return False
            mine = self._of.setdefault(credential.id, [])
            if len(mine) >= MOST_OPEN:
                return False
            mine.append(sid)
            self._sockets[sid] = Open(credential.id, credential.member_id, session, time.monotonic())
            heads = self._gather([credential.member_id])[credential.member_id]
        if sid not in self._sockets or (session is not None and session.closed):  # it was ended meanwhile, or left
            self._disconnect(sid)
            return False
        self._server.environ.pop(eio_sid, None)
        self._send(sid, _packet("head", heads))
        return True

    def _credential(self, auth: Any) -> Credential | None:
        secret = auth.get("token") if isinstance(auth, dict) else None
        return credentials.find(secret, "token") if isinstance(secret, str) else identity.credential_in_cookie()

    def _leave(self, sid: str, _reason: Any = None) -> None:
        """Forget who has gone, with what waits for them: who only says so could not be closed by anything later."""
        held = self._sockets.get(sid)
        self._disconnect(sid)
        if held is not None and held.session is not None and not held.session.closing:
            held.session.end()

    def _disconnect(self, sid: str) -> None:
        held = self._sockets.pop(sid, None)
        if held is not None:
            mine = self._of[held.credential]
            mine.remove(sid)
            if not mine:
                del self._of[held.credential]

    def _hear(self, name: str, sid: str, data: Any) -> Any:
        held = self._sockets.get(sid)
        if held is None or not isinstance(data, dict):
            return {"status": 400}
        if not held.may_speak():
            return {"status": 429}
        try:
            with self._app.app_context(), db.reading():
                return self._do(name, sid, held, data)
        except Refusal as refusal:
            return {"status": refusal.status}
        except Exception:
            log.exception("What a socket said could not be done")
            return {"status": 500}

    def _do(self, name: str, sid: str, held: Open, data: dict[str, Any]) -> Any:
        door, rule, handler = self._handlers[name]
        credential = credentials.find_usable(held.credential)
        if credential is None:
            self._end(sid)
            return {"status": 401}
        thing = door.admit(credential.member, rule, _address(door, data))
        return handler(credential.member, thing, data) or {"status": 200}

    def _pass_on(self, message: Mapping[str, Any], sent_at: float) -> None:
        """Tell the people of this process what another one asks to.

        Whose right to hear it may have ended since: so what has been recorded is followed first, which closes their
        sockets, and who came after it was sent does not get it.
        """
        if time.monotonic() - sent_at > FRESH:
            return
        self.processes.follow()
        with db.reading():
            live = _still_usable([one for _content, to in message["news"] for one in to if one in self._of])
        for content, to in message["news"]:
            self.tell([one for one in to if one in live], _packet(message["event"], content), sent_at=sent_at)

    def _beat(self) -> None:
        while True:
            began = time.monotonic()
            with _although("A heartbeat failed; the next one follows"), self._app.app_context():
                self.beat(within=0.8 * HEARTBEAT)
            sleep(max(1.0, HEARTBEAT - (time.monotonic() - began)))

    def beat(self, *, within: float = 0) -> None:
        """Close what was ended meanwhile and tell everyone connected here how far their workspaces are.

        In parts, so that it takes about `within` seconds in which others go on.
        """
        here = list(self._sockets)
        parts = [here[begin : begin + AT_ONCE] for begin in range(0, len(here), AT_ONCE)]
        for part in parts:
            with _although("A part of a heartbeat failed; the others follow"):
                self._beat_for(part)
            sleep(within / len(parts))

    def _beat_for(self, sids: Collection[str]) -> None:
        here = {sid: held for sid in sids if (held := self._sockets.get(sid)) is not None}
        credentials_here = {held.credential for held in here.values()}
        with db.reading():
            live = _still_usable(credentials_here)
            heads = self._gather({held.member for held in here.values()})
        self.close(credentials_here - live)
        packets = {member_id: _packet("head", numbers) for member_id, numbers in heads.items()}
        for sid, held in here.items():
            with _although("A socket took no heartbeat"):
                self._send(sid, packets[held.member])

    def _gather(self, member_ids: Collection[str]) -> dict[str, dict[str, int]]:
        gathered: dict[str, dict[str, int]] = {member: {} for member in member_ids}
        if gathered:
            for heads in self._heads:
                for member, numbers in heads(member_ids).items():
                    gathered[member].update(numbers)
        return gathered


class _Fork:
    """What comes for the sockets goes to them, all the rest to the pages."""

    def __init__(self, app: Flask, sockets: Any, pages: Any) -> None:
        self._app = app
        self._sockets = sockets
        self.wsgi_app = pages

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if str(environ.get("PATH_INFO")).startswith("/socket.io/"):
            return self._sockets(environ | {"flask.app": self._app}, start_response)
        return self.wsgi_app(environ, start_response)


def install(app: Flask, *, redis_url: str) -> None:
    """Give the app its sockets; what ends a credential closes them."""
    app.extensions["realtime"] = sockets = Realtime(app, redis_url=redis_url)
    follow = events.reactions(app)
    follow.elsewhere = sockets.processes
    follow.before_answer(CredentialsEnded, _close_what_they_hold_open)


def realtime(app: Flask | None = None) -> Realtime:
    """The app's sockets."""
    return cast(Realtime, (app or current_app).extensions["realtime"])


def tell(people: People, event: str, payload: Payload) -> None:
    """Send news to members: `people` are their ids, or a query for them, read now, in one query with their credentials.

    `payload` is a mapping, or makes one for a language, once for each language that somebody reads; each is encoded
    once. In a reaction to a fact, which each process has, it tells the people of this process; elsewhere it also asks
    the other processes to tell theirs.
    """
    members = people if isinstance(people, sa.Select) else list(people)
    rows = db.session().execute(
        sa.select(Credential.id, Member.language, Credential.language)
        .join(Member, Member.id == Credential.member_id)
        .where(Credential.member_id.in_(members), usable())
    )
    by_language: dict[str, list[str]] = {}
    for credential_id, chosen, browser in rows:
        by_language.setdefault(_language(chosen, browser), []).append(credential_id)
    _tell(event, [(payload(one) if callable(payload) else payload, ids) for one, ids in by_language.items()])


def tell_each(
    audience: Audience, event: str, view: Callable[[int], Any], payload: Callable[[Any, str], Mapping[str, Any]]
) -> None:
    """Send news to members who do not all see the same: still with one query, and each thing encoded once.

    `view(number)` is what somebody with that number sees, the same object for those who see the same;
    `payload(view, language)` makes it news.
    """
    rows = db.session().execute(_credentials_of(audience.statement), {**audience.values, "now": clock.now()})
    views: dict[int, Any] = {}
    groups: dict[tuple[int, str], list[str]] = {}
    seen: dict[int, Any] = {}
    for credential_id, chosen, browser, number in rows:
        if number not in views:
            views[number] = view(number)
            seen[id(views[number])] = views[number]
        groups.setdefault((id(views[number]), _language(chosen, browser)), []).append(credential_id)
    _tell(event, [(payload(seen[which], language), ids) for (which, language), ids in groups.items()])


def check(app: Flask) -> None:
    """Raise `Unguarded` if a socket event is heard that no door guards."""
    sockets = realtime(app)
    known = {"connect", "disconnect", *sockets.heard}
    handlers = {str(name) for namespace in sockets.socketio.server.handlers.values() for name in namespace}
    if handlers - known:
        raise Unguarded(f"These socket events name no rule: {', '.join(sorted(handlers - known))}")


def _tell(event: str, news: Told) -> None:
    here = realtime()
    for content, credential_ids in news:
        here.tell(credential_ids, _packet(event, content))
    if news and not in_every_process.get():
        here.processes.say({"news": news, "event": event})


@contextmanager
def _although(it_failed: str) -> Iterator[None]:
    """Log what fails within, and go on with what comes next."""
    try:
        yield
    except Exception:
        log.exception(it_failed)


@cache
def _credentials_of(audience: sa.Select[str, int]) -> sa.Select[str, str | None, str | None, int]:
    people = audience.subquery()
    member_id, number = people.columns
    return (
        sa.select(Credential.id, Member.language, Credential.language, number)
        .join(Member, Member.id == Credential.member_id)
        .join(people, member_id == Member.id)
        .where(usable_at(sa.bindparam("now", type_=db.UtcDateTime())))
    )


def _language(chosen: str | None, browser: str | None) -> str:
    return chosen if chosen in LANGUAGES else browser if browser in LANGUAGES else "fi"


def _packet(event: str, content: Mapping[str, Any]) -> News:
    return news(event, json.dumps(content, ensure_ascii=False, separators=(",", ":")))


def _still_usable(credential_ids: Collection[str]) -> set[str]:
    statement = sa.select(Credential.id).join(Credential.member).where(usable())
    return set(db.session().scalars(statement.where(Credential.id.in_(credential_ids))))


def _address(door: Door, data: Mapping[str, Any]) -> dict[str, str]:
    return {part: _plain(data.get(part)) for part in door.parts}


def _plain(said: Any) -> str:
    """What a client says in place of an id, without what no database can be asked for."""
    text = said[:100] if isinstance(said, str) else ""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _close_what_they_hold_open(recorded: Recorded) -> None:
    realtime().close(recorded.event.credentials)
