"""How two versions of a text differ, word by word.

rapidfuzz finds the longest common sequence of words bit by bit: two texts of 20,000 characters take some tens of
milliseconds, where difflib takes seconds for texts that somebody makes for it. What has more words than anybody writes,
or changed in more places than anybody reads, is shown as one change: the whole process waits while it is compared.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Literal

from rapidfuzz.distance import LCSseq, Opcode

Kind = Literal["same", "removed", "added"]

MOST_PIECES = 300
"""Pieces of a text that is shown word by word."""
_MOST_COMPARED = 40_000_000
"""Words of one text times words of the other; 20,000 characters of prose have some 6,000 words and spaces."""
_MOST_STEPS = 4_000
"""Steps from one text to the other before those beside each other are joined; each takes some microseconds."""

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed, was removed or was added."""

    kind: Kind
    text: str


def differences(before: str, after: str) -> list[Piece]:
    """What stayed, was removed and was added from one text to the next, in the order of reading.

    The pieces that are no additions make the earlier text, those that are no removals the later one.
    """
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    start = _same_at_start(old, new)
    end = _same_at_start(old[start:][::-1], new[start:][::-1])
    changed = _changed(old[start : len(old) - end], new[start : len(new) - end])
    pieces = [_same(old[:start]), *changed, _same(old[len(old) - end :])]
    return list(_joined(_tidied([piece for piece in pieces if piece.text])))


def _same_at_start(one: Sequence[str], other: Sequence[str]) -> int:
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _same(words: Sequence[str]) -> Piece:
    return Piece("same", "".join(words))


def _changed(old: Sequence[str], new: Sequence[str]) -> Sequence[Piece]:
    if len(old) * len(new) <= _MOST_COMPARED:
        numbers = {word: number for number, word in enumerate(dict.fromkeys([*old, *new]))}
        steps = LCSseq.opcodes([numbers[word] for word in old], [numbers[word] for word in new])
        if len(steps) <= _MOST_STEPS:
            pieces = list(_pieces(old, new, steps))
            if sum(1 for _piece in _joined(_tidied(pieces))) < MOST_PIECES:
                return pieces
    return [Piece("removed", "".join(old)), Piece("added", "".join(new))]


def _pieces(old: Sequence[str], new: Sequence[str], steps: Iterable[Opcode]) -> Iterator[Piece]:
    for step in steps:
        if step.tag == "equal":
            yield Piece("same", "".join(old[step.src_start : step.src_end]))
            continue
        if step.src_start < step.src_end:
            yield Piece("removed", "".join(old[step.src_start : step.src_end]))
        if step.dest_start < step.dest_end:
            yield Piece("added", "".join(new[step.dest_start : step.dest_end]))


def _tidied(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """A space or a comma that stayed between two changes changes with them: so whole phrases stand together."""
    last = len(pieces) - 1
    for place, piece in enumerate(pieces):
        is_between = 0 < place < last and pieces[place - 1].kind != "same" and pieces[place + 1].kind != "same"
        if piece.kind == "same" and is_between and not re.search(r"\w|\n", piece.text):
            yield Piece("removed", piece.text)
            yield Piece("added", piece.text)
        else:
            yield piece


def _joined(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Of a run of changes first all that was removed, then all that was added; space that both end with stays."""
    for is_same, run in groupby(pieces, lambda piece: piece.kind == "same"):
        stretch = list(run)
        if is_same:
            yield Piece("same", _text(stretch, "same"))
            continue
        removed, added = _text(stretch, "removed"), _text(stretch, "added")
        space = _space_behind(removed, added)
        changed: tuple[tuple[Kind, str], ...] = (("removed", removed), ("added", added))
        yield from (Piece(kind, text[: len(text) - len(space)]) for kind, text in changed if len(text) > len(space))
        if space:
            yield Piece("same", space)


def _text(pieces: Sequence[Piece], kind: Kind) -> str:
    return "".join(piece.text for piece in pieces if piece.kind == kind)


def _space_behind(one: str, other: str) -> str:
    """The space that both texts end with."""
    pairs = zip(reversed(one), reversed(other), strict=False)
    length = sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1] and pair[0].isspace(), pairs))
    return one[len(one) - length :]
