"""Files on their way out: streamed to who stood at the door, and to no other site, frame or cache."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from flask import Response, send_file
from werkzeug.wsgi import ClosingIterator

from extranet.errors import NotHere
from workspaces.attachments.kinds import BY_TYPE
from workspaces.attachments.models import Attachment
from workspaces.attachments.store import store

_LOCKED = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""What comes in by others runs nothing, loads nothing and belongs to no page, whatever a browser takes it for."""
_AS_PDF = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""Browsers show PDF by a program of their own, which a sandbox would keep from running."""
_SHOWN = ("picture", "pdf")


def whole(file: Attachment) -> Response:
    """A file: pictures and PDF are shown, the others saved."""
    family = BY_TYPE[file.media_type].family
    answer = _streamed(store().whole(file.id), file, file.media_type, saved=family not in _SHOWN)
    if family == "pdf":
        answer.headers["Content-Security-Policy"] = _AS_PDF
    return answer


def preview(file: Attachment) -> Response:
    """A picture's preview. Raises `NotHere` if it has none."""
    if not file.has_preview:
        raise NotHere
    return _streamed(store().preview(file.id), file, "image/webp")


def saved(file: Attachment) -> Response:
    """A file for programs, which know its type from elsewhere."""
    return _streamed(store().whole(file.id), file, "application/octet-stream", saved=True)


def _streamed(path: Path, file: Attachment, media_type: str, *, saved: bool = False) -> Response:
    name = f"{Path(file.name).stem}.webp" if media_type != file.media_type and not saved else file.name
    try:
        answer = send_file(
            path, mimetype=media_type, as_attachment=saved, download_name=name, etag=f"{file.digest[:32]}-{media_type}",
        )
    except FileNotFoundError as error:
        raise NotHere from error
    answer.response = ClosingIterator(_with_pauses(answer.response), getattr(answer.response, "close", None))
    answer.headers["Content-Security-Policy"] = _LOCKED
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _with_pauses(blocks: Iterable[Any]) -> Iterator[Any]:
    """What goes out quickly would let nobody else go on meanwhile."""
    for number, block in enumerate(blocks):
        if number % 8 == 7:
            time.sleep(0)
        yield block
