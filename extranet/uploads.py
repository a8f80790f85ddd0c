"""What requests bring: read before the transaction begins, because a slow line must not hold the database.

Most requests are small. An entrance that `takes_files` reads more, of forms with files, from those whom its door lets
in; who they are is asked again when all has come, which may be much later. What is larger than a file may be is read
and thrown away, so that the rest of the form arrives and the answer can say what was too large, beside the field, with
nothing else lost.
"""

import time
from collections import Counter
from collections.abc import Callable
from tempfile import TemporaryFile
from typing import IO, Any, TypeVar, cast

from flask import Flask, Request, current_app, g, request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from extranet import db, identity
from extranet.config import Settings
from extranet.doors import ask_at_door
from extranet.errors import Refusal, SignInFirst, TooLarge
from extranet.i18n import _, lazy
from extranet.identity import current_member
from extranet.members import Member

View = TypeVar("View", bound=Callable[..., Any])

MOST_FILES = 10
"""Files that one request, and one message, may have: more are looked at by nobody."""
MOST_AT_ONCE = 3
"""Requests with files of one member that a process works on at a time: what they bring stands on the disk meanwhile,
and to make a small picture anew may take seconds. Editors bring one after the other.
"""
MOST_FIELDS = 2_000
"""Fields that a form without files may have, as one with files may have a thousand parts."""
_REST = 1_000_000
"""Bytes of a small request, and of a form besides its files."""
_CHUNK = 65_536


class FileTooLarge(Refusal):
    """A file is larger than what the site takes."""

    status = 413
    sentence = lazy("The file is too large.")

    def __init__(self) -> None:
        super().__init__(_("The file is too large. A file may have at most %(num)s megabytes.", num=most_megabytes()))


class TooManyAtOnce(Refusal):
    """The member is sending as much as is read at a time."""

    status = 429
    sentence = lazy("You are sending many files at once. Wait until some have arrived and try again.")
    retry_after = 10


class Incoming:
    """A file as it comes in: without a name on the disk, and no more of it than may be."""

    def __init__(self, folder: Any, most: int) -> None:
        self.file: IO[bytes] = cast(IO[bytes], TemporaryFile(dir=folder))  # noqa: SIM115 – open until `close`
        self._most = most
        self.size = 0

    @property
    def is_too_large(self) -> bool:
        return self.size > self._most

    def write(self, data: bytes) -> int:
        """Take in what still has room."""
        self.file.write(data[: max(0, self._most - self.size)])
        self.size += len(data)
        time.sleep(0)  # what comes in quickly would let nobody else go on meanwhile
        return len(data)

    def seek(self, *to: int) -> int:
        """Go to a place in it."""
        return self.file.seek(*to)

    def read(self, *size: int) -> bytes:
        """Read on."""
        return self.file.read(*size)

    def close(self) -> None:
        """Let go of it: it is gone from the disk."""
        self.file.close()


class Uploading(Request):
    """A request whose files wait on the disk of the site's own data."""

    def _get_file_stream(
        self, total_content_length: int | None, content_type: str | None, filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        del total_content_length, content_type, filename, content_length
        self._brought = getattr(self, "_brought", 0) + 1
        is_wanted = _takes_files(self.endpoint) and self._brought <= MOST_FILES + 1
        settings: Settings = cast(Any, current_app).settings
        return cast(IO[bytes], Incoming(settings.data_dir, most_bytes() if is_wanted else 0))


def read_early(app: Flask) -> None:
    """Read what is small before anything else is done, so before the database is asked who brings it."""
    app.request_class = Uploading
    app.before_request(_read_what_is_small)


def install(app: Flask) -> None:
    """Read files where they are taken, once it is known who brings them."""
    app.extensions["uploads"] = Counter()  # requests with files under way, by member
    app.before_request(_receive)
    app.teardown_request(_is_done)


def takes_files(view: View) -> View:
    """Let an entrance take files. It stands behind a door: whom it does not let in is sent away with all they bring."""
    view.__takes_files__ = True  # type: ignore[attr-defined]
    return view


def most_megabytes() -> int:
    """Megabytes that one file may have, as the site has set it."""
    return cast(int, cast(Any, current_app).settings.attachment_mb)


def most_bytes() -> int:
    """Bytes that one file may have."""
    return most_megabytes() * 1_000_000


def brought(name: str) -> list[FileStorage]:
    """The files that a request brings in a field; one that was not chosen is none."""
    return [file for file in request.files.getlist(name) if file.filename]


def ensure_not_too_large(file: FileStorage) -> None:
    """Raise `FileTooLarge` if not all of it could be taken in."""
    if cast(Incoming, file.stream).is_too_large:
        raise FileTooLarge


def _takes_files(endpoint: str | None) -> bool:
    return getattr(current_app.view_functions.get(endpoint or ""), "__takes_files__", False)


def _read_what_is_small() -> None:
    if request.method in db.SAFE_METHODS or (request.content_length or 0) > _REST or _is_large():
        return  # what says that it is larger is refused wherever it is read, without being waited for
    if request.mimetype == "multipart/form-data":
        request.form  # noqa: B018 – read now
        return
    body = request.get_data()
    if request.mimetype == "application/x-www-form-urlencoded" and body.count(b"&") > MOST_FIELDS:
        request.form, request.files = ImmutableMultiDict(), ImmutableMultiDict()  # for the answer
        raise TooLarge


def _is_large() -> bool:
    """Whether files come that may be large: others than forms with files are never taken beyond `_REST`."""
    if not _takes_files(request.endpoint) or request.mimetype != "multipart/form-data":
        return False
    return request.content_length is None or request.content_length > _REST


def _receive() -> None:
    if not _is_large():
        if _takes_files(request.endpoint) and any(map(brought, request.files)):
            _count(current_member())
        return
    request.max_content_length = (MOST_FILES + 1) * most_bytes() + _REST
    try:
        _ensure_may_bring()
    except Refusal:
        db.release()
        _pour_away()
        raise
    db.release()
    request.form  # noqa: B018 – read now, while nothing waits for it
    identity.ask_again()


def _ensure_may_bring() -> None:
    """Ask at the door before anything is put on the disk, and count. The door asks again when all has come."""
    member = current_member()
    if member is None:
        raise SignInFirst
    ask_at_door(current_app.view_functions[request.endpoint or ""], member, request.view_args or {})
    _count(member)


def _count(member: Member | None) -> None:
    if member is None:
        return  # the door sends them away
    under_way = _under_way()
    if under_way[member.id] >= MOST_AT_ONCE:
        raise TooManyAtOnce
    under_way[member.id] += 1
    g.uploads = member.id


def _is_done(_error: BaseException | None) -> None:
    member_id: str | None = g.pop("uploads", None)
    if member_id is None:
        return
    under_way = _under_way()
    under_way[member_id] -= 1
    if not under_way[member_id]:
        del under_way[member_id]


def _under_way() -> Counter[str]:
    return cast("Counter[str]", current_app.extensions["uploads"])


def _pour_away() -> None:
    """Browsers hear an answer only once they have sent all."""
    while request.stream.read(_CHUNK):
        pass
