"""What Whoosh keeps of a document: its terms with their weights, where it belongs, its place among equals; no text."""

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from whoosh import columns, fields, formats
from whoosh.codec.whoosh3 import W3Codec

from extranet.search.analysis import Analysis
from extranet.search.index import Document

TITLE_WEIGHT, TEXT_WEIGHT, PART_WEIGHT = 3.0, 1.0, 0.4
NO_SCOPE = "-"
_SATURATION, _LENGTH_SHARE, _USUAL_LENGTH = 1.2, 0.4, 60.0


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


def schema() -> fields.Schema:
    """The fields of an index."""
    return fields.Schema(
        key=fields.ID(unique=True, sortable=columns.VarBytesColumn()),
        kind=fields.ID(),
        scope=fields.ID(),
        order=fields.COLUMN(columns.NumericColumn("Q")),
        words=Terms(),
    )


def row(document: Document, analysis: Analysis) -> dict[str, Any]:
    """A document as Whoosh's writer takes it."""
    key = key_of(document.kind, document.id)
    return {
        "key": key,
        "kind": document.kind,
        "scope": document.scope or NO_SCOPE,
        "order": _order(document, key),
        "words": _weights(document, analysis),
    }


def key_of(kind: str, id_: str) -> str:
    """By what a document is replaced and removed."""
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
