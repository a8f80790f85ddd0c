"""How an extranet is put together from settings and features: the mechanism; the choice is `wsgi.py`'s."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from flask import Flask, Response

from extranet import (
    api,
    cli,
    db,
    doors,
    errors,
    events,
    forms,
    i18n,
    identity,
    limits,
    logs,
    mail,
    outbox,
    realtime,
    soon,
    templating,
    uploads,
    vocabularies,
    web,
)
from extranet.config import Settings

HERE = Path(__file__).resolve().parent


class Feature(Protocol):
    """A module with `install(app)` that adds everything the feature does."""

    __name__: str

    def install(self, app: Flask) -> None: ...


class Extranet(Flask):
    """A Flask app in which a request is a transaction: kept if the answer is good, given up if it is a refusal."""

    settings: Settings
    jinja_environment = templating.Templates

    def dispatch_request(self) -> Any:
        response: Response = self.make_response(super().dispatch_request())
        if response.status_code < 400:
            db.settle()
        else:
            db.rollback()
        return response


def assemble(settings: Settings, features: Sequence[Feature]) -> Extranet:
    """An app of the ground and these features. Raises `doors.Unguarded` if one of its entrances names no rule."""
    logs.install(settings.log_level)
    static = _folder("static")
    templates = _folder("templates")
    app = Extranet(
        "extranet", static_folder=str(static), static_url_path="/static", template_folder=str(templates)
    )
    app.settings = settings
    app.config["SECRET_KEY"] = settings.secret_key
    address = urlsplit(settings.site_url)
    app.config.update(SERVER_NAME=address.netloc, PREFERRED_URL_SCHEME=address.scheme)
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=settings.session_days)
    _lay_the_ground(app, settings, static, [feature.__name__.partition(".")[0] for feature in features])
    for feature in features:
        feature.install(app)
    doors.check(app)
    realtime.check(app)
    return app


def start(app: Flask) -> None:
    """Begin what runs beside the requests of a server process: news, the outbox, the heartbeat."""
    app.extensions["soon"].start()
    app.extensions["drainer"].start()
    realtime.realtime(app).start()
    for begin in app.extensions["starters"]:
        begin(app)


def at_start(app: Flask, begin: Callable[[Flask], None]) -> None:
    """Let a feature do something once in each server process, when it begins to serve."""
    app.extensions["starters"].append(begin)


def _lay_the_ground(app: Extranet, settings: Settings, static: Path, packages: list[str]) -> None:
    app.extensions["starters"] = []
    db.install(app, settings.database_url)
    i18n.install(
        app, timezone=settings.timezone, default=settings.default_language,
        packages=list(dict.fromkeys(["extranet", *packages])),
    )
    vocabularies.install(app, settings.data_dir / "vocabularies")
    soon.install(app)
    events.install(app)
    outbox.install(app)
    uploads.read_early(app)
    identity.install(app)
    uploads.install(app)
    forms.install(app)
    limits.install(app, settings)
    mail.install(app, settings)
    web.install(app, settings, static=static)
    errors.install(app)
    api.install(app)
    realtime.install(app, redis_url=settings.redis_url)
    cli.install(app)


def _folder(name: str) -> Path:
    """`templates` or `static`: inside the package when installed, beside it in a checkout."""
    inside = HERE / name
    return inside if inside.is_dir() else HERE.parent / name


def setting_of(app: Flask) -> Settings:
    """The settings of a running app."""
    assert isinstance(app, Extranet)
    return app.settings


