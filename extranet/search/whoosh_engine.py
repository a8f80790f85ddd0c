"""The embedded engine: Whoosh on disk, one writer, readers that notice what was written.

The index lies in a folder of its own beside the file `current`, which names it together with its analysis. A rebuild
writes a fresh folder and then replaces that file, so readers see the old index or the new one, never half of one.
"""

import fcntl
import json
import logging
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from heapq import nlargest
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex
from whoosh.reading import SegmentReader

from extranet.beside import Beside
from extranet.search.analysis import Analysis, Word
from extranet.search.index import MAX_QUERY, Document, Hit, IndexBusy, Query
from extranet.search.whoosh_reader import Found, Reader, Search, Segment
from extranet.search.whoosh_schema import Codec, key_of, row, schema

log = logging.getLogger(__name__)

MAX_WORDS = 12
"""Words of a query that are looked at."""
_BATCH = 500

Result = TypeVar("Result")


class WhooshIndex:
    """`extranet.search.index.Index` on disk in `folder`. Safe to use from several greenlets and threads."""

    def __init__(self, folder: Path, load_analysis: Callable[[], Analysis]) -> None:
        self._folder = folder
        self._load_analysis = load_analysis
        self._lock = RLock()
        self._reader: Reader | None = None
        self._segments: dict[str, Segment] = {}
        self._broken: str | None = None

    def put(self, documents: Iterable[Document]) -> None:
        latest = {(document.kind, document.id): document for document in documents}
        if not latest:
            return
        analysis = self._load_analysis()  # may start a process, which only the main thread can under gevent
        with self._writing(), self._changing() as index:
            _outside_the_loop(lambda: _put(index, list(latest.values()), analysis))

    def remove(self, kind: str, ids: Iterable[str]) -> None:
        keys = [key_of(kind, id_) for id_ in ids]
        if keys:
            with self._writing(), self._changing() as index:
                _outside_the_loop(lambda: _delete(index, "key", keys))

    def remove_scope(self, scope: str) -> None:
        with self._writing(), self._changing() as index:
            _outside_the_loop(lambda: _delete(index, "scope", [scope], purge=True))

    def purge(self) -> None:
        with self._writing(), self._changing() as index:
            _outside_the_loop(lambda: _delete(index, "key", [], purge=True))

    def rebuild(self, documents: Iterable[Document]) -> int:
        with self._writing():
            return self._rebuild(documents)

    def search(self, query: Query) -> list[Hit]:
        analysis, words = self._words(query.words)

        def find(reader: Reader) -> list[Hit]:
            found = _find(reader, analysis, words, query.kinds, query.scopes)
            if query.after is not None:
                last = (query.after.score, query.after.order)
                found = [one for one in found if (one.score, one.order) < last]
            return [reader.hit(one) for one in nlargest(query.limit, found)]

        return self._read(find, []) if words else []

    def matching(self, words: str, kind: str, scopes: Collection[str] = ()) -> Sequence[str]:
        analysis, asked = self._words(words)

        def find(reader: Reader) -> list[str]:
            found = _find(reader, analysis, asked, (kind,), scopes)
            return [reader.id_of(one) for one in sorted(found, reverse=True)]

        return self._read(find, []) if asked else []

    def is_stale(self) -> bool:
        current = self._current()
        if current is None or current["analysis"] != self._load_analysis().name:
            return True
        return self._read(lambda _reader: False, True)

    def count(self, kind: str | None = None) -> int:
        return self._read(lambda reader: reader.count(kind), 0)

    # How it is written

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Hold the lock that makes this the one writer among all processes."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise IndexBusy("The index is being written by another process") from None
            yield

    @contextmanager
    def _changing(self) -> Iterator[FileIndex]:
        current = self._current()
        if current is None:
            self._rebuild(())
            current = self._current()
        assert current is not None
        try:
            yield FileIndex(FileStorage(str(self._folder / current["folder"])), schema=schema())
        finally:
            self._forget_reader()

    def _rebuild(self, documents: Iterable[Document]) -> int:
        analysis = self._load_analysis()
        fresh = f"index-{secrets.token_hex(6)}"
        (self._folder / fresh).mkdir()
        try:
            index = FileIndex.create(FileStorage(str(self._folder / fresh)), schema())
            written = _fill(index, documents, analysis)
            self._make_current(fresh, analysis.name)
        except BaseException:
            self._sweep(fresh, f"{fresh}.current")
            raise
        self._forget_reader()
        self._sweep(*(old.name for old in self._folder.glob("index-*") if old.name != fresh))
        return written

    def _make_current(self, folder: str, analysis: str) -> None:
        temporary = self._folder / f"{folder}.current"
        temporary.write_text(json.dumps({"folder": folder, "analysis": analysis}), encoding="utf-8")
        temporary.replace(self._folder / "current")

    def _sweep(self, *names: str) -> None:
        for name in names:
            shutil.rmtree(self._folder / name, ignore_errors=True)
            with suppress(OSError):
                (self._folder / name).unlink()

    def _forget_reader(self) -> None:
        """Let go of the files: what was purged stays on the disk while anybody holds it open."""
        with self._lock:
            if self._reader is not None:
                self._reader.close()
            self._reader = None

    # How it is read

    def _current(self) -> dict[str, str] | None:
        """The folder and the analysis of the index in use."""
        try:
            current = json.loads((self._folder / "current").read_text(encoding="utf-8"))
            return {"folder": str(current["folder"]), "analysis": str(current["analysis"])}
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _read(self, work: Callable[[Reader], Result], without: Result) -> Result:
        """Do `work` with a reader of the present index; `without` is the answer if none can be read."""
        current = self._current()
        while current is not None and current["folder"] != self._broken:
            with self._lock:
                try:
                    return work(self._fresh_reader(current["folder"]))
                except Exception:  # damaged files fail in every way there is
                    self._reader = None
                    before, current = current, self._current()
                    if current == before:  # else it was rebuilt meanwhile, and the old files are gone
                        log.exception("The search index cannot be read and has to be rebuilt")
                        self._broken = before["folder"]
        return without

    def _fresh_reader(self, folder: str) -> Reader:
        if self._reader is not None and self._reader.is_fresh(folder):
            return self._reader
        self._forget_reader()
        self._reader = Reader(self._folder, folder, self._segments)
        self._segments = {leaf.segment.name: leaf.segment for leaf in self._reader.leaves}
        return self._reader

    def _words(self, text: str) -> tuple[Analysis, list[Word]]:
        analysis = self._load_analysis()
        return analysis, analysis.words(text[:MAX_QUERY])[:MAX_WORDS]


def _find(
    reader: Reader, analysis: Analysis, words: Sequence[Word], kinds: Collection[str], scopes: Collection[str]
) -> list[Found]:
    visible = [leaf.visible(frozenset(kinds), frozenset(scopes)) for leaf in reader.leaves]
    search = Search(reader, analysis, visible)
    found = []
    for word in words:
        weights = search.word(word, is_last=word is words[-1])
        if not any(weights):
            return []  # nothing has all words; what looks for the others in every spelling would be in vain
        found.append(weights)
    return search.all_of(found)


def _writer(index: FileIndex) -> Any:
    """Without Whoosh's own lock, which stays shut where a disk is full: `_writing` holds one, and lets go of it."""
    return index.writer(codec=Codec(), limitmb=64, _lk=False)


def _put(index: FileIndex, documents: Sequence[Document], analysis: Analysis) -> None:
    writer = _writer(index)
    try:
        for document in documents:
            writer.delete_by_term("key", key_of(document.kind, document.id))
            writer.add_document(**row(document, analysis))
        writer.commit()
        _keep(index)
    except BaseException:
        _cancel(writer)
        raise


def _fill(index: FileIndex, documents: Iterable[Document], analysis: Analysis) -> int:
    """Write all documents of an index in one commit, reading them here and working on them outside the loop."""
    writer = _writer(index)
    seen: set[str] = set()
    rest = iter(documents)
    try:
        while batch := list(islice(rest, _BATCH)):
            fresh = [document for document in batch if not _is_among(key_of(document.kind, document.id), seen)]
            _outside_the_loop(lambda fresh=fresh: _add(writer, fresh, analysis))
        _outside_the_loop(writer.commit)
        _outside_the_loop(lambda: _keep(index))
    except BaseException:
        _cancel(writer)
        raise
    return len(seen)


def _is_among(key: str, seen: set[str]) -> bool:
    if key in seen:
        return True
    seen.add(key)
    return False


def _add(writer: Any, documents: Sequence[Document], analysis: Analysis) -> None:
    for document in documents:
        writer.add_document(**row(document, analysis))


def _delete(index: FileIndex, field: str, values: Sequence[str], *, purge: bool = False) -> None:
    writer = _writer(index)
    try:
        for value in values:
            writer.delete_by_term(field, value)
        writer.commit(mergetype=_rewrite_what_has_deletions if purge else None, merge=False)
        _keep(index)
    except BaseException:
        _cancel(writer)
        raise


def _rewrite_what_has_deletions(writer: Any, segments: Iterable[Any]) -> list[Any]:
    """A merge policy: deleted text stays in a segment's files until the segment is written anew."""
    kept = []
    for segment in segments:
        if segment.has_deletions():
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
        else:
            kept.append(segment)
    return kept


def _keep(index: FileIndex) -> None:
    """Wait until the disk has it: the promise to index is forgotten after this."""
    folder = Path(index.storage.folder)
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _cancel(writer: Any) -> None:
    """Leave the index as it was; what a writer leaves on a disk that takes no farewell, the next one sweeps up."""
    try:
        if not writer.is_closed:
            writer.cancel()
    except Exception as error:  # Whoosh says it with errors of every kind
        log.debug("A writer could not clean up after itself: %r", error)


_outside_the_loop = Beside(1)
"""Does what takes the processor for long on a thread of its own, so that a server's other work goes on."""
