"""The parts of the desk: applications and members are here; other features add theirs."""

from typing import cast

from flask import Flask, current_app

from extranet.identity import current_member
from extranet.web import LazyItems, NavItem

_KEY = "desk"


def install(app: Flask) -> None:
    """Give the app a desk without parts; templates know them as `desk_items`."""
    app.extensions[_KEY] = []
    app.context_processor(lambda: {"desk_items": LazyItems(_parts(), current_member())})


def add_parts(app: Flask, *parts: NavItem) -> None:
    """Add parts to the desk, ordered by their place. Their pages stand under `/desk`."""
    _parts(app).extend(parts)
    _parts(app).sort(key=lambda part: part.place)


def _parts(app: Flask | None = None) -> list[NavItem]:
    return cast(list[NavItem], (app or current_app).extensions[_KEY])
