"""Languages: which one this person reads, and the texts, dates and numbers in it. Touches Flask-Babel alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from babel import Locale, dates
from babel.units import format_unit
from flask import Flask, g, has_request_context, request
from flask_babel import (
    Babel,
    force_locale,
    format_date,
    format_decimal,
    format_timedelta,
    get_locale,
    get_timezone,
    get_translations,
    gettext,
    lazy_gettext,
    lazy_ngettext,
    ngettext,
)

from extranet.config import LANGUAGES

__all__ = [
    "LANGUAGE_NAMES", "_", "current_locale", "in_language", "install", "lazy", "lazy_ngettext", "ngettext",
    "show_ago", "show_date", "show_moment", "show_number", "show_size", "texts",
]

_ = gettext
lazy = lazy_gettext

LANGUAGE_NAMES = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
"""Each language by its own name, as the language switch shows it."""

COOKIE = "language"

# As they are written in Finland: Babel's Swedish is Sweden's, its English America's.
_DATES = {"fi": "d.M.y", "sv": "d.M.y", "en": "d MMM y"}
_MOMENTS = {"fi": "d.M.y 'klo' H.mm", "sv": "d.M.y 'kl.' H.mm", "en": "d MMM y, HH:mm"}
_MOMENTS_KEPT = 8_192
_CATALOGUE = "catalogue"


def install(app: Flask, *, timezone: str, default: str, packages: list[str]) -> None:
    """Read the catalogues of `packages` (folders `translations` in them) and choose a language for each request."""
    root = Path(__file__).resolve().parent.parent
    folders = [str(root / package / "translations") for package in packages]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = ";".join(folders)
    app.config["BABEL_DEFAULT_LOCALE"] = default
    Babel(app, locale_selector=_choose, timezone_selector=lambda: timezone, default_timezone=timezone)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: _catalogue().ugettext(text),
        lambda one, many, number: _catalogue().ungettext(one, many, number),
        newstyle=True,
    )
    app.jinja_env.filters.update(date=show_date, moment=show_moment, ago=show_ago, number=show_number, size=show_size)


def texts(language: str) -> Callable[[str], str]:
    """What gives a text as the catalogues have it in this language."""
    with in_language(language):
        return cast(Callable[[str], str], get_translations().ugettext)


def _catalogue() -> Any:
    """The translations that templates use now, until the language is another; Flask-Babel looks for them at each word.
    """
    found = g.get(_CATALOGUE)
    if found is None:
        found = get_translations()
        setattr(g, _CATALOGUE, found)
    return found


def _choose() -> str | None:
    if not has_request_context():
        return None
    member = g.get("member")
    # `language` is theirs too, also when no more can be known of them.
    chosen = (member.language if member is not None else g.get("language")) or request.cookies.get(COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES)


def current_locale() -> str:
    """The language code of what is being made now: fi, sv or en."""
    locale = get_locale()
    return locale.language if locale is not None else "fi"


@contextmanager
def in_language(code: str) -> Iterator[None]:
    """Within the block, texts and dates are in this language, whoever asks."""
    g.pop(_CATALOGUE, None)
    with force_locale(_locale(code)):
        try:
            yield
        finally:
            g.pop(_CATALOGUE, None)


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


def show_date(value: date | datetime, style: str = "medium") -> str:
    """A day as its readers write it: 21.11.2026; in style `long` 21. marraskuuta 2026."""
    pattern = _DATES.get(current_locale(), style) if style == "medium" else style
    return cast(str, format_date(value, pattern))


def show_moment(value: datetime) -> str:
    """A day and a time of day, in the site's time zone: 21.11.2026 klo 16.00."""
    return _moment(value.replace(second=0, microsecond=0), current_locale(), get_timezone())


@lru_cache(maxsize=_MOMENTS_KEPT)
def _moment(value: datetime, language: str, timezone: tzinfo) -> str:
    return dates.format_datetime(value, _MOMENTS.get(language, "short"), timezone, locale=language)


def show_ago(value: datetime) -> str:
    """How long ago, roughly: «3 tuntia sitten»."""
    from extranet.clock import now

    if abs(value - now()) < timedelta(minutes=1):
        return str(_("just now"))
    return cast(str, format_timedelta(value - now(), granularity="second", add_direction=True))


def show_number(value: int | float) -> str:
    """A number with the language's separators."""
    return cast(str, format_decimal(value))


def show_size(value: int) -> str:
    """A number of bytes as its readers write it: 1,2 Mt."""
    name, unit = next(((name, unit) for name, unit in _UNITS if value >= unit), _UNITS[-1])
    amount = round(value / unit, 1 if value < 10 * unit and unit > 1_000 else 0)
    return str(format_unit(amount or 1, f"digital-{name}", "short", locale=locale_object()))


_UNITS = (("gigabyte", 1_000_000_000), ("megabyte", 1_000_000), ("kilobyte", 1_000))


def locale_object() -> Locale:
    """Babel's own locale, for names of languages and the like."""
    return cast(Locale, get_locale() or Locale.parse("fi"))


def text_direction() -> str:
    """`ltr` or `rtl`, for the html element."""
    return cast(Any, locale_object()).text_direction or "ltr"
