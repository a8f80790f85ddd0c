"""What every page has: headers that keep it safe, addresses of built assets, navigation, and what templates may ask."""

import json
import mimetypes
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from jinja2.ext import Extension
from jinja2.runtime import new_context
from markupsafe import Markup
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.security import safe_join

from extranet import i18n
from extranet.config import LANGUAGES, Settings
from extranet.doors import public
from extranet.html import from_template, mark, to_text
from extranet.i18n import LANGUAGE_NAMES
from extranet.identity import STATIC, current_member, member_or_sign_in
from extranet.members import Member

MAX_BODY = 1_000_000
"""Bytes that a request may have."""

_CSP = (
    "default-src 'self'; img-src 'self' data:; connect-src 'self'{sockets}; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)

_SMALLER = (("br", ".br"), ("gzip", ".gz"))
"""How a browser asks for a built file made small, and what the small file is called."""

_ADDRESSES = "addresses"
_INDENT = re.compile(r"^[ \t]+", re.M)

settings_pages = Blueprint("settings", __name__, url_prefix="/settings")


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of a navigation; `count` asks for a number beside it, `shown` whether it is for this member."""

    key: str
    label: Any
    endpoint: str
    count: Callable[[Member], int | None] | None = None
    shown: Callable[[Member], bool] | None = None
    place: int = 50


@dataclass(frozen=True, slots=True)
class ShownItem:
    """A navigation entry as a template shows it."""

    key: str
    label: str
    url: str
    is_current: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a member's home: a template that gets `panel`, what `facts(member)` gives; left out when None.

    A home that has only parts `is_for_all` says where to begin too.
    """

    template: str
    facts: Callable[[Member], Any]
    place: int = 50
    is_for_all: bool = False


class Web:
    """The app's navigation, the home's panels and built assets."""

    def __init__(self, static: Path) -> None:
        self._static = static
        self._manifest: dict[str, str] = {}
        self._read_at = 0.0
        self.nav: list[NavItem] = []
        self.account: list[NavItem] = []
        self.panels: list[Panel] = []

    def asset(self, name: str) -> str:
        """The address of a built asset, which changes with its content."""
        path = self._static / "build" / "manifest.json"
        changed = path.stat().st_mtime if path.exists() else 0.0
        if changed != self._read_at:
            self._manifest = json.loads(path.read_text(encoding="utf-8")) if changed else {}
            self._read_at = changed
        return url_for("static", filename=f"build/{self._manifest.get(name, name)}")


def install(app: Flask, settings: Settings, *, static: Path) -> None:
    """Add to the app what all its pages have."""
    app.extensions["web"] = Web(static)
    app.config.update(
        SESSION_COOKIE_NAME="__Host-extranet" if settings.is_secure else "extranet",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.is_secure,
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        COMPRESS_MIN_SIZE=500,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_STREAMS=False,
    )
    Compress(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.add_extension(_WithoutIndents)
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.filters.update(plain=to_text, mark=mark)
    app.context_processor(lambda: _facts(settings))
    app.before_request(_refuse_nul)
    app.after_request(_headers)
    app.view_functions[STATIC] = public("styles, scripts and pictures hold nothing about anybody")(static_file)
    app.register_blueprint(settings_pages)
    app.add_url_rule("/", "home", home)
    app.add_url_rule("/healthz", "healthz", healthz)


def web(app: Flask | None = None) -> Web:
    """The app's navigation and built assets; a feature's `install(app)` adds its entries."""
    found: Web = (app or current_app).extensions["web"]
    return found


def add_nav(app: Flask, *items: NavItem) -> None:
    """Add entries to the main navigation, ordered by their place."""
    web(app).nav.extend(items)
    web(app).nav.sort(key=lambda item: item.place)


def add_account(app: Flask, *items: NavItem) -> None:
    """Add entries to the member's own menu, ordered by their place."""
    web(app).account.extend(items)
    web(app).account.sort(key=lambda item: item.place)


def add_panels(app: Flask, *panels: Panel) -> None:
    """Add parts to the members' home, ordered by their place."""
    web(app).panels.extend(panels)
    web(app).panels.sort(key=lambda panel: panel.place)


@public("visitors see what this is and how to join")
def home() -> ResponseReturnValue:
    """The landing page for visitors, the member's own page for members."""
    if current_member() is None:
        return render_template("landing.html")
    member = member_or_sign_in()
    asked = [(panel, panel.facts(member)) for panel in web().panels]
    shown = [(panel, facts) for panel, facts in asked if facts is not None]
    return render_template(
        "home.html",
        panels=[(panel.template, facts) for panel, facts in shown],
        is_bare=all(panel.is_for_all for panel, _facts in shown),
    )


def static_file(filename: str) -> Response:
    """A file that is the same for everybody; what was built, as small as it was made for who can read it so."""
    folder = cast(str, current_app.static_folder)
    for coding, ending in _SMALLER:
        if request.accept_encodings[coding] and filename.startswith("build/") and _is_there(folder, filename + ending):
            response = send_from_directory(folder, filename + ending, mimetype=mimetypes.guess_type(filename)[0])
            response.headers["Content-Encoding"] = coding
            response.vary.add("Accept-Encoding")
            return response
    response = send_from_directory(folder, filename)
    if filename.startswith("build/"):
        response.vary.add("Accept-Encoding")
    return response


def _is_there(folder: str, filename: str) -> bool:
    path = safe_join(folder, filename)
    return path is not None and Path(path).is_file()


@public("a load balancer asks whether the process answers; it learns nothing else")
def healthz() -> ResponseReturnValue:
    """Whether the process and its database answer."""
    from extranet import db

    db.session()
    return Response("ok", mimetype="text/plain")


def back_to(fallback: str) -> str:
    """The local address in `next`, else `fallback`: never another site's."""
    target = request.values.get("next", "")
    return target if _is_here(target) and _can_be_opened(target) else fallback


def _can_be_opened(target: str) -> bool:
    """Whether an address has a page: some only take forms."""
    try:
        current_app.url_map.bind("localhost").match(urlsplit(target).path, method="GET")
    except HTTPException:
        return False
    return True


def _is_here(target: str) -> bool:
    """Whether an address stays on this site. Browsers drop tabs and line ends from it, and read a backslash as /."""
    has_tricks = "\\" in target or any(ord(c) < 32 or ord(c) == 127 for c in target)
    return target.startswith("/") and not target.startswith("//") and not has_tricks


@settings_pages.post("/language")
@public("a visitor reads in their language too")
def language() -> ResponseReturnValue:
    """Choose the language of the pages: kept for the member, and in this browser."""
    from extranet import db

    code = request.form.get("language", "")
    response = redirect(back_to(url_for("home")))
    if code in LANGUAGES:
        member = current_member()
        if member is not None:
            member.language = code
            db.session().flush()
        response.set_cookie(
            i18n.COOKIE, code, max_age=31_536_000, samesite="Lax", httponly=True,
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        )
    return response


def part(name: str, language: str, **facts: Any) -> Markup:
    """A template as a part of pages in this language, the same for everybody.

    It gets `facts` and `url_for`, and nothing of who asks: not what other templates are given, nor their context.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    jinja = app.jinja_env
    with app.app_context(), i18n.in_language(language):
        template = jinja.get_template(name)
        given = {**jinja.globals, "url_for": _addresses(app), **facts}
        # Without `globals` of its own, or each import within would compare them with the imported template's.
        context = new_context(jinja, template.name, template.blocks, given, shared=True, globals=None)
        return from_template(jinja.concat(template.root_render_func(context)))


def _addresses(app: Flask) -> Callable[..., str]:
    """What `url_for` gives within the site, where there is no request too."""
    found: Callable[..., str] | None = app.extensions.get(_ADDRESSES)
    if found is None:
        build = app.url_map.bind("localhost", app.config["APPLICATION_ROOT"]).build
        found = app.extensions[_ADDRESSES] = lambda endpoint, **values: build(endpoint, values)
    return found


def say(sentence: Any, kind: str = "success") -> None:
    """Tell the person, on the next page, what was done: `success`, `info` or `error`."""
    flash(str(sentence), kind)


def _facts(settings: Settings) -> dict[str, Any]:
    member = current_member()
    return {
        "current_member": member,
        "site_name": settings.site_name,
        "site_url": settings.site_url,
        "contact_email": settings.contact_email,
        "locale": i18n.current_locale(),
        "text_direction": i18n.text_direction(),
        "languages": list(LANGUAGE_NAMES.items()),
        "asset": web().asset,
        "nav_items": LazyItems(web().nav, member),
        "account_items": LazyItems(web().account, member),
    }


class _WithoutIndents(Extension):
    """Templates are indented for who writes them; pages go over the wire without that, an eighth smaller."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The template with one space before what is indented."""
        return _INDENT.sub(" ", source) if name is not None and name.endswith(".html") else source


class LazyItems:
    """Navigation entries, worked out (and counted) only when a template shows them."""

    def __init__(self, items: list[NavItem], member: Member | None) -> None:
        self._items, self._member = items, member
        self._shown: list[ShownItem] | None = None

    def __iter__(self) -> Any:
        if self._shown is None:
            self._shown = self._work_out()
        return iter(self._shown)

    def _work_out(self) -> list[ShownItem]:
        member = self._member
        if member is None or not member.has_accepted_terms:
            return []
        return [_shown(item, member) for item in self._items if item.shown is None or item.shown(member)]


def _shown(item: NavItem, member: Member) -> ShownItem:
    url = url_for(item.endpoint)
    is_current = request.path == url or (url != "/" and request.path.startswith(url.rstrip("/") + "/"))
    return ShownItem(item.key, str(item.label), url, is_current, item.count(member) if item.count else None)


def _refuse_nul() -> None:
    """No text of ours holds the character NUL, and PostgreSQL cannot be asked for it."""
    asked = [request.path, *request.args.keys(), *(value for values in request.args.lists() for value in values[1])]
    if any("\x00" in text for text in asked):
        raise BadRequest
    if request.form and any("\x00" in text for values in request.form.lists() for text in values[1]):
        raise BadRequest


def _headers(response: Response) -> Response:
    headers = response.headers
    host = request.host
    headers.setdefault("Content-Security-Policy", _CSP.format(sockets=f" ws://{host} wss://{host}"))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(), microphone=(), camera=(), payment=()")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint == STATIC and response.status_code in (200, 206, 304):
        is_built = request.path.startswith("/static/build/")
        headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_built else "public, max-age=3600"
    else:
        headers.setdefault("Cache-Control", "no-store")
    return response
