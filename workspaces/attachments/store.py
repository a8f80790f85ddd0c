"""Where files are kept: in `attachments` of the site's data, outside all that the web server gives out by itself.

Each is called by its id, in a folder of the id's first two characters; a preview stands beside it. A file is written to
the end, and its name to the folder, before any row says that it is there; so what has no row, and is not just being
written, belongs to nothing and may be swept away.
"""

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from flask import current_app

_CHUNK = 1_000_000
_PREVIEW = ".preview"
_INCOMING = "incoming"
UNTOUCHED = 3_600.0
"""Seconds after which a file without a row is not one that is just being written."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept: its bytes, and their SHA-256."""

    size: int
    digest: str


class Store:
    """The files in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def whole(self, file_id: str) -> Path:
        """Where a file stands."""
        return self._folder / file_id[:2] / file_id

    def preview(self, file_id: str) -> Path:
        """Where a file's preview stands, if it has one."""
        return self._folder / file_id[:2] / f"{file_id}{_PREVIEW}"

    def workplace(self, file_id: str) -> tuple[Path, Path]:
        """Where a file and its preview are written before they are kept."""
        folder = self._made(self._folder / _INCOMING)
        return folder / file_id, folder / f"{file_id}{_PREVIEW}"

    def keep(self, file_id: str, source: IO[bytes]) -> Kept:
        """Keep a copy of an open file."""
        part, _preview = self.workplace(file_id)
        source.seek(0)
        with open(part, "xb", opener=_private) as target:
            while block := source.read(_CHUNK):
                target.write(block)
        return self.keep_written(file_id)

    def keep_written(self, file_id: str) -> Kept:
        """Keep what was written at the workplace, a preview too if there is one."""
        whole, preview = self.workplace(file_id)
        folder = self._made(self.whole(file_id).parent)
        kept = _settle(whole, self.whole(file_id))
        if preview.exists():
            _settle(preview, self.preview(file_id))
        _sync_folder(folder)
        return kept

    def remove(self, file_ids: Iterable[str]) -> None:
        """Take files away with all that was made of them; twice does no harm."""
        for file_id in file_ids:
            for path in (self.whole(file_id), self.preview(file_id), *self.workplace(file_id)):
                path.unlink(missing_ok=True)

    def old_ids(self) -> Iterator[str]:
        """The ids of the files that are there and have not just come."""
        before = time.time() - UNTOUCHED
        for path in self._folder.glob("*/*"):
            try:
                if path.stat().st_mtime < before:
                    yield path.name.removesuffix(_PREVIEW)
            except FileNotFoundError:
                continue

    def _made(self, folder: Path) -> Path:
        for one in (self._folder, folder):
            one.mkdir(mode=0o700, exist_ok=True)
        return folder


def store() -> Store:
    """The files of the running app."""
    return Store(cast(Any, current_app).settings.data_dir / "attachments")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _settle(part: Path, place: Path) -> Kept:
    """Bring a written file to the disk and to its place, in this order."""
    digest, size = hashlib.sha256(), 0
    with open(part, "rb+") as file:
        while block := file.read(_CHUNK):
            digest.update(block)
            size += len(block)
        os.fsync(file.fileno())
    part.chmod(0o600)
    part.replace(place)
    return Kept(size, digest.hexdigest())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
