"""Keyset pages: what comes after the last one seen, however long the list, without counting what was skipped."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from extranet.errors import Invalid
from extranet.i18n import lazy

Item = TypeVar("Item")
_MOST = 2**53
"""What a number in a cursor may be: more is none of ours."""


class BadCursor(Invalid):
    """The place in the list is not one that we gave."""

    status = 400
    sentence = lazy("This place in the list does not exist. Go back to the beginning of the list.")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a list and the cursors of its neighbours, None where there is none."""

    items: Sequence[Item]
    next: str | None = None
    previous: str | None = None


def page_of(found: Sequence[Item], size: int, key: Callable[[Item], Sequence[Any]]) -> Page[Item]:
    """A page from `size + 1` rows asked for, in order: the one too many tells that there is more."""
    items = found[:size]
    return Page(items, next=write_cursor(key(items[-1])) if len(found) > size else None)


def write_cursor(values: Sequence[Any]) -> str:
    """The sort values of a row as a word that fits in an address."""
    return base64.urlsafe_b64encode(json.dumps(list(values), separators=(",", ":")).encode()).decode().rstrip("=")


def read_cursor(cursor: str, *kinds: type) -> tuple[Any, ...]:
    """The sort values in a cursor, which must be of these kinds; a `datetime` stands in it as text.

    Nothing comes out that no database can be asked for. Raises `BadCursor`.
    """
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadCursor from error
    if not isinstance(values, list) or len(values) != len(kinds):
        raise BadCursor
    return tuple(_value(value, kind) for value, kind in zip(values, kinds, strict=True))


def _value(value: Any, kind: type) -> Any:
    if kind is datetime and isinstance(value, str):
        return _moment(value)
    if type(value) is not kind:
        raise BadCursor
    if isinstance(value, str) and not _is_plain(value):
        raise BadCursor
    if isinstance(value, int | float) and not -_MOST <= value <= _MOST:
        raise BadCursor
    return value


def _is_plain(text: str) -> bool:
    """Whether it is without the character NUL and halves of characters."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadCursor from error
    if moment.tzinfo is None or not 1900 <= moment.year <= 9000:
        raise BadCursor
    return moment
