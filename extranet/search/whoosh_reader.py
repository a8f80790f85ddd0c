"""How a Whoosh index is searched: which documents match is decided here, by intersecting the postings that it keeps.

A search page needs whole lists (for the directory's counts), scopes filtered before anything is weighed, and scores
that depend on nothing that the asker may not see. Weights are settled when a document is written, so that searching
only adds them up. What is read of an immutable segment stays in memory, within limits, from one commit to the next.
"""

import math
from array import array
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice, product
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from extranet.search.analysis import Analysis, Word
from extranet.search.index import Hit
from extranet.search.marking import SHORTEST_BEGINNING, may_be_misspelt
from extranet.search.whoosh_schema import NO_SCOPE, schema

FORM_WEIGHT, PREFIX_WEIGHT, SLIP_WEIGHT = 0.9, 0.5, 0.5
MAX_PREFIX_WORDS = 500
"""Words of the index that an unfinished word may stand for."""

_COMMON = 1e6
_KEPT_POSTINGS, _KEPT_MASKS, _KEPT_SLIPS = 1_000_000, 4_000_000, 10_000
_LETTERS = "abcdefghijklmnopqrstuvwxyzåäö"
_WITH_DOTS = {"a": "aåä", "o": "oö", "å": "åa", "ä": "äa", "ö": "öo"}

Kept = TypeVar("Kept")
Weights = dict[int, float]
Postings = tuple["array[int]", "array[float]"]


class Found(NamedTuple):
    """A document that matches: how well, its place among equals, and where it lies."""

    score: float
    order: int
    leaf: int
    document: int


class Search:
    """One search: a word gives, for each leaf of the index, the weights of the visible documents that have it."""

    def __init__(self, reader: "Reader", analysis: Analysis, visible: "list[bytearray]") -> None:
        self._leaves = reader.leaves
        self._analysis = analysis
        self._visible = visible

    def word(self, word: Word, *, is_last: bool) -> list[Weights]:
        """The documents that have the word: in any form; else misspelt; else, for a compound, its parts."""
        found = self._as_written(word)
        if is_last and len(word.surface) >= SHORTEST_BEGINNING:
            found = _best_of([found, self._beginning(word.surface)])
        if not any(found) and may_be_misspelt(word):
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
        near = [slip for leaf in self._leaves for slip in leaf.near(surface)]
        bases = [base for slip in near for base in self._analysis.bases(slip)]
        return self._any_of(dict.fromkeys([*near, *bases], SLIP_WEIGHT))

    def _any_of(self, terms: Mapping[str, float]) -> list[Weights]:
        return [leaf.documents(terms, visible) for leaf, visible in zip(self._leaves, self._visible, strict=True)]


class Segment:
    """What is kept of one immutable segment of the index between commits; deletions are the leaf's business."""

    def __init__(self, name: str, reader: Any) -> None:
        self.name = name
        size = reader.doc_count_all()
        column = reader.column_reader("order")
        self.orders = array("Q", (column[document] for document in range(size)))
        self.kinds = _labels(reader, "kind", size)
        self.scopes = _labels(reader, "scope", size)
        self._masks: _Memory[bytes] = _Memory(_KEPT_MASKS, len)
        self._postings: _Memory[Postings] = _Memory(_KEPT_POSTINGS, lambda postings: len(postings[0]))
        self._slips: _Memory[tuple[str, ...]] = _Memory(_KEPT_SLIPS, lambda slips: 1 + len(slips))
        self.ids: dict[int, str] = {}

    def mask(self, kinds: frozenset[str], scopes: frozenset[str]) -> bytes:
        """One byte for each document: 1 if it is of one of the kinds, and of no scope or one of these."""

        def make() -> bytes:
            kind_codes = self.kinds.codes(kinds)
            scope_codes = self.scopes.codes(scopes | {NO_SCOPE})
            pairs = zip(self.kinds.of, self.scopes.of, strict=True)
            return bytes(kind in kind_codes and scope in scope_codes for kind, scope in pairs)

        return self._masks.get((kinds, scopes), make)

    def postings(self, term: str, reader: Any) -> Postings:
        """All documents that have the term, deleted ones too, and its weights in them."""
        return self._postings.get(term, lambda: _postings(reader, "words", term))

    def near(self, surface: str, has: Callable[[str], bool]) -> tuple[str, ...]:
        """The words here of which one slip makes this one: hundreds are looked up, and a page asks for each kind."""
        return self._slips.get(surface, lambda: tuple(filter(has, _slips(surface))))


class Leaf:
    """One segment as it is in one generation of the index."""

    def __init__(self, reader: Any, segment: Segment) -> None:
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

    def near(self, surface: str) -> tuple[str, ...]:
        """The words here of which one slip makes this one."""
        return self.segment.near(surface, self.has)

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


class Reader:
    """One generation of the index, open."""

    def __init__(self, root: Path, folder: str, known: Mapping[str, Segment]) -> None:
        self._folder = folder
        self._files = Files(str(root / folder))
        try:
            self._index = FileIndex(self._files, schema=schema())
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


class Files(FileStorage):  # type: ignore[misc]
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


class _Memory(Generic[Kept]):
    """The values used last, as many as are together no larger than `most`."""

    def __init__(self, most: int, size: Callable[[Kept], int]) -> None:
        self._values: OrderedDict[Any, Kept] = OrderedDict()
        self._most, self._size = most, size
        self._held = 0

    def get(self, key: Any, make: Callable[[], Kept]) -> Kept:
        value = self._values.pop(key, None)
        if value is None:
            value = make()
            self._held += self._size(value)
        self._values[key] = value
        while self._held > self._most and len(self._values) > 1:
            self._held -= self._size(self._values.popitem(last=False)[1])
        return value


class Labels(NamedTuple):
    """One label for each document, as a number; 0 is none."""

    of: "array[int]"
    numbers: dict[str, int]

    def codes(self, labels: Collection[str]) -> frozenset[int]:
        return frozenset(self.numbers[label] for label in labels if label in self.numbers)


def _leaf(folder: str, reader: Any, known: Mapping[str, Segment]) -> Leaf:
    name = f"{folder}/{reader.segment().segment_id()}"
    return Leaf(reader, known.get(name) or Segment(name, reader))


def _postings(reader: Any, field: str, term: str) -> Postings:
    # The reader's own `postings` would leave the deleted ones out, one by one; the leaf's mask does that for all terms.
    matcher = reader._terms.matcher(field, term.encode(), reader.schema[field].format)
    documents, weights = array("I"), array("f")
    while matcher.is_active():
        documents.append(matcher.id())
        weights.append(matcher.weight())
        matcher.next()
    return documents, weights


def _labels(reader: Any, field: str, size: int) -> Labels:
    of = array("I", bytes(4 * size))
    numbers = {}
    for number, term in enumerate(reader.lexicon(field), start=1):
        label = term.decode()
        numbers[label] = number
        for document in _postings(reader, field, label)[0]:
            of[document] = number
    return Labels(of, numbers)


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
