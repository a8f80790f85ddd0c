"""Keyset pages: what comes after the last one seen, however long the list, without counting what was skipped."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from extranet.errors import Invalid
from extranet.i18n import lazy

Item = TypeVar("Item")


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
    """The sort values in a cursor, which must be of these kinds. Raises `BadCursor`."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise BadCursor from error
    if not isinstance(values, list) or len(values) != len(kinds):
        raise BadCursor
    if not all(isinstance(value, kind) for value, kind in zip(values, kinds, strict=True)):
        raise BadCursor
    return tuple(values)
