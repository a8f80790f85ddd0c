"""The embedded engine: Whoosh on disk, one writer, readers that notice what was written.

Whoosh keeps the postings; which documents match is decided here, by intersecting them: a search page needs whole lists
(for the directory's counts), scopes filtered before anything is weighed, and scores that depend on nothing that the
asker may not see. Weights are settled when a document is written, so that searching only adds them up.

The index lies in a folder of its own beside the file `current`, which names it together with its analysis. A rebuild
writes a fresh folder and then replaces that file, so readers see the old index or the new one, never half of one.
"""

import fcntl
import json
import logging
import math
import secrets
import shutil
import zlib
from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from heapq import nlargest
from itertools import islice, product
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple, TypeVar

from gevent import get_hub
from gevent.monkey import is_module_patched
from whoosh import columns, fields, formats
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from extranet.search.analysis import Analysis, Word
from extranet.search.index import MAX_QUERY, Document, Hit, IndexBusy, Query
from extranet.search.marking import SHORTEST_FUZZY

log = logging.getLogger(__name__)

TITLE_WEIGHT, TEXT_WEIGHT, PART_WEIGHT = 3.0, 1.0, 0.4
FORM_WEIGHT, PREFIX_WEIGHT, SLIP_WEIGHT = 0.9, 0.5, 0.5
MAX_WORDS = 12
"""Words of a query that are looked at."""
MAX_PREFIX_WORDS = 500
"""Words of the index that an unfinished word may stand for."""

_SATURATION, _LENGTH_SHARE, _USUAL_LENGTH = 1.2, 0.4, 60.0
_COMMON = 1e6
_NO_SCOPE = "-"
_BATCH = 500
_KEPT_POSTINGS, _KEPT_MASKS = 256, 16
_LETTERS = "abcdefghijklmnopqrstuvwxyzåäö"
_WITH_DOTS = {"a": "aåä", "o": "oö", "å": "åa", "ä": "äa", "ö": "öo"}

Result = TypeVar("Result")
Weights = dict[int, float]


class Terms(fields.FieldType):  # type: ignore[misc]
    """A field of Whoosh whose value is a mapping of terms to weights already."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), analyzer=None, scorable=False, stored=False)

    def index(self, value: Mapping[str, float], **_: Any) -> Iterator[tuple[bytes, int, float, bytes]]:
        """What Whoosh asks of a field: (term, frequency, weight, value) of each term."""
        return ((term.encode(), 1, weight, b"") for term, weight in value.items())


class Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's own, without asking the disk for a field length at each posting, which nothing here needs."""

    length_stats = False


class Found(NamedTuple):
    """A document that matches: how well, its place among equals, and where it lies."""

    score: float
    order: int
    leaf: int
    document: int


class WhooshIndex:
    """`extranet.search.index.Index` on disk in `folder`. Safe to use from several greenlets and threads."""

    def __init__(self, folder: Path, load_analysis: Callable[[], Analysis]) -> None:
        self._folder = folder
        self._load_analysis = load_analysis
        self._lock = RLock()
        self._reader: _Reader | None = None
        self._segments: dict[str, _Segment] = {}
        self._broken: str | None = None

    def put(self, documents: Iterable[Document]) -> None:
        latest = {(document.kind, document.id): document for document in documents}
        if not latest:
            return
        analysis = self._load_analysis()  # may start a process, which only the main thread can under gevent
        with self._writing(), self._changing() as index:
            _outside_the_loop(lambda: _put(index, list(latest.values()), analysis))

    def remove(self, kind: str, ids: Iterable[str]) -> None:
        keys = [_key(kind, id_) for id_ in ids]
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
        def find(reader: _Reader) -> list[Hit]:
            found = self._find(reader, query.words, query.kinds, query.scopes)
            if query.after is not None:
                last = (query.after.score, query.after.order)
                found = [one for one in found if (one.score, one.order) < last]
            return [reader.hit(one) for one in nlargest(query.limit, found)]

        return self._read(find, [])

    def matching(self, words: str, kind: str, scopes: Collection[str] = ()) -> Sequence[str]:
        def find(reader: _Reader) -> list[str]:
            found = self._find(reader, words, (kind,), scopes)
            return [reader.id_of(one) for one in sorted(found, reverse=True)]

        return self._read(find, [])

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
            yield FileIndex(FileStorage(str(self._folder / current["folder"])), schema=_schema())
        finally:
            self._forget_reader()

    def _rebuild(self, documents: Iterable[Document]) -> int:
        analysis = self._load_analysis()
        fresh = f"index-{secrets.token_hex(6)}"
        (self._folder / fresh).mkdir()
        try:
            index = FileIndex.create(FileStorage(str(self._folder / fresh)), _schema())
            written = _fill(index, documents, analysis)
        except BaseException:
            shutil.rmtree(self._folder / fresh, ignore_errors=True)
            raise
        self._make_current(fresh, analysis.name)
        return written

    def _make_current(self, folder: str, analysis: str) -> None:
        temporary = self._folder / f"{folder}.current"
        temporary.write_text(json.dumps({"folder": folder, "analysis": analysis}), encoding="utf-8")
        temporary.replace(self._folder / "current")
        self._forget_reader()
        for old in self._folder.glob("index-*"):
            if old.name != folder:
                shutil.rmtree(old, ignore_errors=True)

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

    def _read(self, work: "Callable[[_Reader], Result]", without: Result) -> Result:
        """Do `work` with a reader of the present index; `without` is the answer if none can be read."""
        current = self._current()
        if current is None or current["folder"] == self._broken:
            return without
        with self._lock:
            try:
                return work(self._fresh_reader(current["folder"]))
            except Exception:  # damaged files fail in every way there is
                log.exception("The search index cannot be read and has to be rebuilt")
                self._broken = current["folder"]
                self._reader = None
                return without

    def _fresh_reader(self, folder: str) -> "_Reader":
        if self._reader is not None and self._reader.is_fresh(folder):
            return self._reader
        self._forget_reader()
        self._reader = _Reader(self._folder, folder, self._segments)
        self._segments = {leaf.segment.name: leaf.segment for leaf in self._reader.leaves}
        return self._reader

    def _find(self, reader: "_Reader", text: str, kinds: Collection[str], scopes: Collection[str]) -> list[Found]:
        analysis = self._load_analysis()
        words = analysis.words(text[:MAX_QUERY])[:MAX_WORDS]
        if not words:
            return []
        kinds, scopes = frozenset(kinds), frozenset(scopes)
        search = _Search(reader, analysis, [leaf.visible(kinds, scopes) for leaf in reader.leaves])
        found = [search.word(word, is_last=word is words[-1]) for word in words]
        return search.all_of(found)


class _Search:
    """One search: a word gives, for each leaf of the index, the weights of the visible documents that have it."""

    def __init__(self, reader: "_Reader", analysis: Analysis, visible: "list[bytearray]") -> None:
        self._leaves = reader.leaves
        self._analysis = analysis
        self._visible = visible

    def word(self, word: Word, *, is_last: bool) -> list[Weights]:
        """The documents that have the word: in any form; else misspelt; else, for a compound, its parts."""
        found = self._as_written(word)
        if is_last and len(word.surface) > 1:
            found = _best_of([found, self._beginning(word.surface)])
        if not any(found) and len(word.surface) >= SHORTEST_FUZZY:
            found = self._misspelt(word.surface)
        if not any(found) and word.parts:
            found = _shared([self._any_of({part: SLIP_WEIGHT}) for part in word.parts])
        return found

    def all_of(self, words: list[list[Weights]]) -> list[Found]:
        """The documents that have all words, with the sum of what each is worth: the rarer, the more."""
        result = []
        worths = [_worth(word) for word in words]
        for number, leaf in enumerate(self._leaves):
            weights = [word[number] for word in words]
            documents = _in_all(weights)
            orders = leaf.segment.orders
            for document in documents:
                score = sum(worth * one[document] for worth, one in zip(worths, weights, strict=True))
                result.append(Found(round(score, 4), orders[document], number, document))
        return result

    def _as_written(self, word: Word) -> list[Weights]:
        found = self._any_of({**dict.fromkeys(word.keys, FORM_WEIGHT), word.surface: 1.0})
        if word.pieces:
            found = _best_of([found, _shared([self._as_written(piece) for piece in word.pieces])])
        return found

    def _beginning(self, start: str) -> list[Weights]:
        """Words that begin so; a word that was meant whole is found by its forms already, so these count less."""
        longer = {term: PREFIX_WEIGHT for leaf in self._leaves for term in leaf.beginning(start, MAX_PREFIX_WORDS)}
        longer.pop(start, None)
        return self._any_of(longer)

    def _misspelt(self, surface: str) -> list[Weights]:
        near = [slip for slip in _slips(surface) if any(leaf.has(slip) for leaf in self._leaves)]
        bases = [base for slip in near for base in self._analysis.bases(slip)]
        return self._any_of(dict.fromkeys([*near, *bases], SLIP_WEIGHT))

    def _any_of(self, terms: Mapping[str, float]) -> list[Weights]:
        return [leaf.documents(terms, visible) for leaf, visible in zip(self._leaves, self._visible, strict=True)]


class _Segment:
    """What is kept of one immutable segment of the index between commits; deletions are the leaf's business."""

    def __init__(self, name: str, reader: Any) -> None:
        self.name = name
        size = reader.doc_count_all()
        column = reader.column_reader("order")
        self.orders = array("Q", (column[document] for document in range(size)))
        self.kinds = _labels(reader, "kind", size)
        self.scopes = _labels(reader, "scope", size)
        self._masks: OrderedDict[tuple[frozenset[str], frozenset[str]], bytes] = OrderedDict()
        self._postings: OrderedDict[str, tuple[array[int], array[float]]] = OrderedDict()
        self.ids: dict[int, str] = {}

    def mask(self, kinds: frozenset[str], scopes: frozenset[str]) -> bytes:
        """One byte for each document: 1 if it is of one of the kinds, and of no scope or one of these."""

        def make() -> bytes:
            kind_codes = self.kinds.codes(kinds)
            scope_codes = self.scopes.codes(scopes | {_NO_SCOPE})
            pairs = zip(self.kinds.of, self.scopes.of, strict=True)
            return bytes(kind in kind_codes and scope in scope_codes for kind, scope in pairs)

        return _remembered(self._masks, (kinds, scopes), make, _KEPT_MASKS)

    def postings(self, term: str, reader: Any) -> "tuple[array[int], array[float]]":
        """All documents that have the term, deleted ones too, and its weights in them."""
        return _remembered(self._postings, term, lambda: _postings(reader, "words", term), _KEPT_POSTINGS)


class _Leaf:
    """One segment as it is in one generation of the index."""

    def __init__(self, reader: Any, segment: _Segment) -> None:
        self._reader = reader
        self.segment = segment
        self._deleted = reader.deleted_docs_set
        self._keys = reader.column_reader("key")

    def visible(self, kinds: frozenset[str], scopes: frozenset[str]) -> bytearray:
        """One byte for each document: whether it may be found at all."""
        mask = bytearray(self.segment.mask(kinds, scopes))
        for document in self._deleted:
            mask[document] = 0
        return mask

    def documents(self, terms: Mapping[str, float], visible: bytearray) -> Weights:
        """The visible documents that have any of the terms, with the best of weight times factor."""
        found: Weights = {}
        for term, factor in terms.items():
            if not self.has(term):
                continue
            documents, weights = self.segment.postings(term, self._reader)
            pairs = zip(documents, weights, strict=True)
            if not found:
                found = {document: weight * factor for document, weight in pairs if visible[document]}
            else:
                for document, weight in pairs:
                    if visible[document] and weight * factor > found.get(document, 0.0):
                        found[document] = weight * factor
        return found

    def has(self, term: str) -> bool:
        return ("words", term.encode()) in self._reader

    def beginning(self, start: str, limit: int) -> list[str]:
        """The first words of the index that begin so."""
        return [term.decode() for term in islice(self._reader.expand_prefix("words", start.encode()), limit)]

    def key(self, document: int) -> str:
        """The kind and the id."""
        key = self.segment.ids.get(document)
        if key is None:
            key = self.segment.ids[document] = str(self._keys[document])
        return key

    def count(self, kind: str | None) -> int:
        if kind is None:
            return int(self._reader.doc_count())
        codes = self.segment.kinds.codes(frozenset({kind}))
        of = self.segment.kinds.of
        return sum(1 for document, code in enumerate(of) if code in codes and document not in self._deleted)


class _Reader:
    """One generation of the index, open."""

    def __init__(self, root: Path, folder: str, known: Mapping[str, _Segment]) -> None:
        self._folder = folder
        self._files = _Files(str(root / folder))
        try:
            self._index = FileIndex(self._files, schema=_schema())
            self._generation = self._index.latest_generation()
            self.leaves = [
                _leaf(folder, reader, known)
                for reader, _offset in self._index.reader().leaf_readers()
                if reader.doc_count_all()
            ]
        except BaseException:
            self.close()
            raise

    def is_fresh(self, folder: str) -> bool:
        return folder == self._folder and bool(self._index.latest_generation() == self._generation)

    def hit(self, found: Found) -> Hit:
        kind, _slash, id_ = self.leaves[found.leaf].key(found.document).partition("/")
        return Hit(kind, id_, found.score, found.order)

    def id_of(self, found: Found) -> str:
        return self.leaves[found.leaf].key(found.document).partition("/")[2]

    def count(self, kind: str | None) -> int:
        return sum(leaf.count(kind) for leaf in self.leaves)

    def close(self) -> None:
        self.leaves = []
        self._files.close_all()


class _Files(FileStorage):  # type: ignore[misc]
    """Whoosh's folder, which knows what it has opened: its readers leave files open when they fail."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self._opened: list[Any] = []

    def open_file(self, name: str, **more: Any) -> Any:
        file = super().open_file(name, **more)
        self._opened.append(file)
        return file

    def close_all(self) -> None:
        for file in self._opened:
            if not file.is_closed:
                file.close()
        self._opened.clear()


class _Labels(NamedTuple):
    """One label for each document, as a number; 0 is none."""

    of: "array[int]"
    numbers: dict[str, int]

    def codes(self, labels: Collection[str]) -> frozenset[int]:
        return frozenset(self.numbers[label] for label in labels if label in self.numbers)


def _leaf(folder: str, reader: Any, known: Mapping[str, _Segment]) -> _Leaf:
    name = f"{folder}/{reader.segment().segment_id()}"
    return _Leaf(reader, known.get(name) or _Segment(name, reader))


def _schema() -> fields.Schema:
    return fields.Schema(
        key=fields.ID(unique=True, sortable=columns.VarBytesColumn()),
        kind=fields.ID(),
        scope=fields.ID(),
        order=fields.COLUMN(columns.NumericColumn("Q")),
        words=Terms(),
    )


def _writer(index: FileIndex) -> Any:
    return index.writer(codec=Codec(), limitmb=64)


def _put(index: FileIndex, documents: Sequence[Document], analysis: Analysis) -> None:
    writer = _writer(index)
    try:
        for document in documents:
            writer.delete_by_term("key", _key(document.kind, document.id))
            writer.add_document(**_row(document, analysis))
        writer.commit()
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
            fresh = [document for document in batch if not _is_among(_key(document.kind, document.id), seen)]
            _outside_the_loop(lambda fresh=fresh: _add(writer, fresh, analysis))  # type: ignore[misc]
        _outside_the_loop(writer.commit)
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
        writer.add_document(**_row(document, analysis))


def _delete(index: FileIndex, field: str, values: Sequence[str], *, purge: bool = False) -> None:
    writer = _writer(index)
    try:
        for value in values:
            writer.delete_by_term(field, value)
        writer.commit(mergetype=_rewrite_what_has_deletions if purge else None, merge=False)
    except BaseException:
        _cancel(writer)
        raise


def _rewrite_what_has_deletions(writer: Any, segments: Iterable[Any]) -> list[Any]:
    """A merge policy: deleted text stays in a segment's files until the segment is written anew."""
    from whoosh.reading import SegmentReader

    kept = []
    for segment in segments:
        if segment.has_deletions():
            reader = SegmentReader(writer.storage, writer.schema, segment)
            writer.add_reader(reader)
            reader.close()
        else:
            kept.append(segment)
    return kept


def _cancel(writer: Any) -> None:
    if not writer.is_closed:
        writer.cancel()


def _row(document: Document, analysis: Analysis) -> dict[str, Any]:
    key = _key(document.kind, document.id)
    return {
        "key": key,
        "kind": document.kind,
        "scope": document.scope or _NO_SCOPE,
        "order": _order(document, key),
        "words": _weights(document, analysis),
    }


def _key(kind: str, id_: str) -> str:
    return f"{kind}/{id_}"


def _order(document: Document, key: str) -> int:
    """A number that puts newer documents after older ones, and differs where they are of the same second."""
    moment = int(document.at.timestamp()) if document.at else 0
    return (min(max(moment, 0), 0xFFFFFFFF) << 32) | zlib.crc32(key.encode())


def _weights(document: Document, analysis: Analysis) -> dict[str, float]:
    """What each term of a document is worth: BM25's saturation and length, settled now instead of at each search."""
    raw: dict[str, float] = {}
    length = 0
    for text, weight in ((document.title, TITLE_WEIGHT), (document.text, TEXT_WEIGHT)):
        for term in analysis.terms(text):
            length += not term.is_joined
            for key in term.keys:
                raw[key] = raw.get(key, 0.0) + weight
            for part in term.parts:
                raw[part] = raw.get(part, 0.0) + weight * PART_WEIGHT
    long = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * length / _USUAL_LENGTH)
    return {term: weight * (_SATURATION + 1) / (weight + long) for term, weight in raw.items()}


def _postings(reader: Any, field: str, term: str) -> "tuple[array[int], array[float]]":
    # The reader's own `postings` would leave the deleted ones out, one by one; the leaf's mask does that for all terms.
    matcher = reader._terms.matcher(field, term.encode(), reader.schema[field].format)
    documents, weights = array("I"), array("f")
    while matcher.is_active():
        documents.append(matcher.id())
        weights.append(matcher.weight())
        matcher.next()
    return documents, weights


def _labels(reader: Any, field: str, size: int) -> _Labels:
    of = array("I", bytes(4 * size))
    numbers = {}
    for number, term in enumerate(reader.lexicon(field), start=1):
        label = term.decode()
        numbers[label] = number
        for document in _postings(reader, field, label)[0]:
            of[document] = number
    return _Labels(of, numbers)


def _remembered(memory: "OrderedDict[Any, Result]", key: Any, make: Callable[[], Result], at_most: int) -> Result:
    value = memory.get(key)
    if value is None:
        value = memory[key] = make()
        if len(memory) > at_most:
            memory.popitem(last=False)
    else:
        memory.move_to_end(key)
    return value


def _best_of(alternatives: list[list[Weights]]) -> list[Weights]:
    """Per leaf, the documents of any of the alternatives, with the best weight they have in one."""
    best = []
    for leaf in zip(*alternatives, strict=True):
        *others, largest = sorted(leaf, key=len)
        largest = dict(largest)
        for other in others:
            for document, weight in other.items():
                if weight > largest.get(document, 0.0):
                    largest[document] = weight
        best.append(largest)
    return best


def _shared(requirements: list[list[Weights]]) -> list[Weights]:
    """Per leaf, the documents that meet all requirements."""
    return [
        {document: sum(one[document] for one in leaf) / len(leaf) for document in _in_all(leaf)}
        for leaf in zip(*requirements, strict=True)
    ]


def _in_all(requirements: Sequence[Weights]) -> set[int]:
    fewest, *others = sorted(requirements, key=len)
    return set(fewest).intersection(*others)


def _worth(word: list[Weights]) -> float:
    return math.log(1 + _COMMON / (1 + sum(map(len, word))))


def _slips(word: str) -> Iterator[str]:
    """What one slip of the finger, or a keyboard without å, ä and ö, may have made this word of."""
    slips: dict[str, None] = {}
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        slips.update((before + letter + after, None) for letter in _LETTERS)
        if after:
            slips[before + after[1:]] = None
            slips.update((before + letter + after[1:], None) for letter in _LETTERS)
        if len(after) > 1:
            slips[before + after[1] + after[0] + after[2:]] = None
    choices = [_WITH_DOTS.get(letter, letter) for letter in word]
    if math.prod(map(len, choices)) <= 1024:
        slips.update(("".join(letters), None) for letters in product(*choices))
    slips.pop(word, None)
    return iter(slips)


def _outside_the_loop(work: Callable[[], Result]) -> Result:
    """Do work that takes the processor for long on a thread of its own, so that a server's other work goes on."""
    if is_module_patched("threading"):
        return get_hub().threadpool.apply(work)
    return work()
