"""What a site decides, read once from the environment; an impossible value stops the start with a sentence."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LANGUAGES = ("fi", "sv", "en")


class BadSetting(Exception):
    """A setting has a value that cannot be used; says which and why."""


@dataclass(frozen=True, slots=True)
class Option:
    """One environment variable: its name, default (as text), meaning, and how its text becomes a value."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], Any] = str
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a site decides. Paths are absolute, addresses have no trailing slash."""

    data_dir: Path
    database_url: str
    redis_url: str
    secret_key: str
    host: str
    port: int
    site_name: str
    site_url: str
    mail_url: str
    mail_from: str
    contact_email: str
    trusted_proxies: int
    timezone: str
    default_language: str
    session_days: int
    attachment_mb: int
    rate_limits: bool
    log_level: str

    @property
    def is_embedded(self) -> bool:
        """Whether the database is the embedded SQLite file."""
        return self.database_url.startswith("sqlite")

    @property
    def is_secure(self) -> bool:
        """Whether the site is served over https, as its address says."""
        return self.site_url.startswith("https://")


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.strip().isdigit() or not low <= int(text) <= high:
            raise ValueError(f"it must be a whole number from {low} to {high}")
        return int(text)

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"it must be one of: {', '.join(choices)}")
        return text

    return parse


def _switch(text: str) -> bool:
    return _one_of("on", "off")(text) == "on"


_NEED_A_HOST = frozenset({"http", "https", "smtp", "smtps", "redis", "rediss"})


def _address(schemes: tuple[str, ...], *, may_be_empty: bool = False) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not text and may_be_empty:
            return text
        parts = urlsplit(text)
        if parts.scheme not in schemes:
            raise ValueError(f"it must begin with {' or '.join(s + '://' for s in schemes)}")
        if parts.scheme in _NEED_A_HOST and not parts.hostname:
            raise ValueError("it names no host")
        if parts.port is not None and not 0 < parts.port < 65536:
            raise ValueError("its port is not possible")
        return text.rstrip("/") if parts.scheme.startswith("http") else text

    return parse


def _mailbox(text: str) -> str:
    if text and "@" not in parseaddr(text)[1]:
        raise ValueError("it must be an e-mail address, such as Extranet <no-reply@example.org>")
    return text


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("it must be the name of a time zone, such as Europe/Helsinki") from error
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("it must not be empty")
    return text.strip()


OPTIONS: tuple[Option, ...] = (
    Option("DATA_DIR", "var", "folder for all that the site keeps on disk: database, index, mail folder", _filled),
    Option(
        "DATABASE_URL",
        "",
        "database: sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME; empty: SQLite in DATA_DIR",
        _address(("sqlite", "postgresql", "postgres", "postgresql+psycopg"), may_be_empty=True),
        is_secret=True,
    ),
    Option(
        "REDIS_URL",
        "",
        "Redis that joins several server processes: redis://HOST:PORT/0; empty: one process",
        _address(("redis", "rediss", "unix"), may_be_empty=True),
        is_secret=True,
    ),
    Option("SECRET_KEY", "", "signs cookies; empty: made once and kept in DATA_DIR/secret-key", str, is_secret=True),
    Option("HOST", "127.0.0.1", "address on which the server listens", _filled),
    Option("PORT", "8000", "port on which the server listens", _number(1, 65535)),
    Option("SITE_NAME", "Kumppanuusalusta", "name of the site, on every page and letter", _filled),
    Option(
        "SITE_URL",
        "",
        "address that people use, for links in letters and the secure cookie; empty: http://HOST:PORT",
        _address(("http", "https"), may_be_empty=True),
    ),
    Option(
        "MAIL_URL",
        "",
        "smtp://USER:PASSWORD@HOST:587 (STARTTLS where offered) or smtps://…; empty: to DATA_DIR/mail and the console",
        _address(("smtp", "smtps"), may_be_empty=True),
        is_secret=True,
    ),
    Option("MAIL_FROM", "", "sender of letters; empty: SITE_NAME <no-reply@the site's host>", _mailbox),
    Option("CONTACT_EMAIL", "", "address of the people who keep the site, shown on the privacy page", _mailbox),
    Option("TRUSTED_PROXIES", "0", "reverse proxies in front, whose X-Forwarded headers count", _number(0, 9)),
    Option("TIMEZONE", "Europe/Helsinki", "time zone in which dates are shown", _timezone),
    Option("DEFAULT_LANGUAGE", "fi", "language where neither member nor browser says", _one_of(*LANGUAGES)),
    Option("SESSION_DAYS", "30", "days after which a sign-in that was not used ends", _number(1, 365)),
    Option("ATTACHMENT_MB", "20", "megabytes that one file of a message may have", _number(1, 500)),
    Option("RATE_LIMITS", "on", "on or off; off only to measure or test a server of one's own", _switch),
    Option("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR", _one_of("DEBUG", "INFO", "WARNING", "ERROR")),
)


def read(environment: Mapping[str, str]) -> Settings:
    """Settings from environment variables. Raises `BadSetting` with a sentence that names the variable."""
    given: dict[str, Any] = {}
    for option in OPTIONS:
        text = environment.get(option.name, option.default)
        try:
            given[option.name.lower()] = option.parse(text)
        except ValueError as error:
            shown = "" if option.is_secret else f" ({text!r})"
            raise BadSetting(f"{option.name}{shown} cannot be used: {error}.") from error
    return _complete(given)


def _complete(given: dict[str, Any]) -> Settings:
    folder = Path(given["data_dir"]).expanduser().resolve()
    given["data_dir"] = folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"DATA_DIR ({folder}) cannot be used: {error.strerror}.") from error
    given["database_url"] = _driver(given["database_url"]) or f"sqlite:///{folder / 'extranet.sqlite3'}"
    given["secret_key"] = given["secret_key"] or _kept_secret(folder)
    if len(given["secret_key"]) < 16:
        raise BadSetting("SECRET_KEY cannot be used: it must have at least 16 characters.")
    given["site_url"] = given["site_url"] or f"http://{given['host']}:{given['port']}"
    host = urlsplit(given["site_url"]).hostname or "localhost"
    given["mail_from"] = given["mail_from"] or f"{given['site_name']} <no-reply@{host}>"
    return Settings(**{field.name: given[field.name] for field in fields(Settings)})


def _driver(url: str) -> str:
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _kept_secret(folder: Path) -> str:
    path = folder / "secret-key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
