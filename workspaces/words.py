"""What people read for the codes that are kept: one place for pages, letters and search."""

from typing import Any

from flask import Flask

from extranet.i18n import lazy

KINDS: dict[str, Any] = {
    "project": lazy("Project"),
    "event": lazy("Event"),
    "working-group": lazy("Working group"),
}
VISIBILITIES: dict[str, Any] = {
    "listed": lazy("Listed: all members see its name, purpose and hosts"),
    "unlisted": lazy("Unlisted: only those who have joined know of it"),
}
JOININGS: dict[str, Any] = {
    "open": lazy("Every member may join at once"),
    "request": lazy("Members ask, and a host decides"),
    "invitation": lazy("Only by invitation from a host"),
}
SHORT_JOININGS: dict[str, Any] = {
    "open": lazy("Open to join"),
    "request": lazy("Join by request"),
    "invitation": lazy("Join by invitation"),
}


def install(app: Flask) -> None:
    """Let templates name the codes."""
    app.jinja_env.filters.update(
        workspace_kind=lambda code: KINDS[code],
        workspace_visibility=lambda code: VISIBILITIES[code],
        workspace_joining=lambda code: JOININGS[code],
        workspace_joining_short=lambda code: SHORT_JOININGS[code],
    )
