"""Why a text was found: its words that match a query, marked. It works on the database's text, never on the index.

The result is plain fragments; the template writes `<mark>` around the matching ones and escapes them all.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extranet.search.analysis import Analysis, Term, Word, is_near

SHORTEST_BEGINNING = 3
"""Letters after which the last word of a query may be the beginning of a longer one."""
SHORTEST_FUZZY = 5
"""Letters that a word must have before a slip of the finger is forgiven."""
LONGEST_FUZZY = 24
"""Letters beyond which none is looked for: there are sixty ways to slip at each, and few who type so long a word."""


class Fragment(NamedTuple):
    """A piece of a text, and whether it is what was looked for."""

    text: str
    is_match: bool


def mark(text: str, query: str, analysis: Analysis) -> list[Fragment]:
    """The whole text in fragments, the words of `query` marked in any of their forms."""
    return _fragments(text, _spans(text, query, analysis))


def snippet(text: str, query: str, analysis: Analysis, *, length: int = 240) -> list[Fragment]:
    """About `length` characters of the text around the first match, in fragments; white space is closed up."""
    text = " ".join(text.split())
    spans = _spans(text, query, analysis)
    start, end = _window(text, spans[0][0] if spans else 0, length)
    inside = [(first - start, last - start) for first, last in spans if start <= first and last <= end]
    fragments = _fragments(text[start:end], inside)
    if start > 0:
        fragments.insert(0, Fragment("… ", False))
    if end < len(text):
        fragments.append(Fragment(" …", False))
    return fragments


def _spans(text: str, query: str, analysis: Analysis) -> list[tuple[int, int]]:
    words = list(_flat(analysis.words(query)))
    if not words:
        return []
    terms = analysis.terms(text)
    found = [term for term in terms if _is_meant(term, words)]
    if not found:
        found = [term for term in terms if any(_is_slip(term, word) for word in words)]
    return _merged((term.start, term.end) for term in found)


def _flat(words: Iterable[Word]) -> Iterable[Word]:
    for word in words:
        yield word
        yield from word.pieces


def _is_meant(term: Term, words: Sequence[Word]) -> bool:
    keys = {*term.keys, *term.parts}
    return any(not keys.isdisjoint(word.keys) for word in words) or (
        len(words[-1].surface) >= SHORTEST_BEGINNING and term.surface.startswith(words[-1].surface)
    )


def may_be_misspelt(word: Word) -> bool:
    """Whether a word is of a length at which a slip of the finger is forgiven."""
    return SHORTEST_FUZZY <= len(word.surface) <= LONGEST_FUZZY


def _is_slip(term: Term, word: Word) -> bool:
    return may_be_misspelt(word) and any(is_near(word.surface, key) for key in term.keys)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _fragments(text: str, spans: Iterable[tuple[int, int]]) -> list[Fragment]:
    fragments = []
    done = 0
    for start, end in spans:
        fragments += [Fragment(text[done:start], False), Fragment(text[start:end], True)]
        done = end
    fragments.append(Fragment(text[done:], False))
    return [fragment for fragment in fragments if fragment.text]


def _window(text: str, match: int, length: int) -> tuple[int, int]:
    """Where to cut, between words, with the match in the first third."""
    if len(text) <= length:
        return 0, len(text)
    start = max(0, min(match - length // 3, len(text) - length))
    if start > 0:
        space = text.find(" ", start, match)
        start = space + 1 if space >= 0 else start
    end = min(len(text), start + length)
    if end < len(text):
        space = text.rfind(" ", max(start, match), end)
        end = space if space > match else end
    return start, end
