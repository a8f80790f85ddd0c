"""What a member finds: suggestions of the index, confirmed and shown by the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from extranet.members import Member
from extranet.paging import read_cursor, write_cursor
from extranet.search import marking
from extranet.search.index import MAX_QUERY, Hit, Query
from extranet.search.marking import Fragment
from extranet.search.registry import Result, Search, Searchable, search

_ROUNDS = 4
"""How often the index is asked for more where the database confirms too few."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing found, the words that were looked for marked in its title, in a piece of its text and in its notes."""

    result: Result
    title: Sequence[Fragment]
    text: Sequence[Fragment]
    notes: Sequence[Sequence[Fragment]]


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind; `next` is the cursor of what comes after, None if nothing does."""

    kind: str
    label: Any
    items: Sequence[Item]
    next: str | None = None


def find(
    member: Member, words: str, *, kind: str | None = None, after: str | None = None, limit: int = 20
) -> list[Group]:
    """The best things for `words` that the member may see, for each kind or for one, at most `limit` of each.

    `after` is the cursor of a group and needs its `kind`. Raises `BadCursor`. Every thing in the answer has been
    confirmed by the database; what the member may not see has left no trace in it, nor in whether there is more.
    """
    found = search()
    kinds = [found.kinds[kind]] if kind is not None else list(found.kinds.values())
    hit = read_place(kind, after) if kind is not None and after else None
    return [_group(found, one, member, words, hit, limit) for one in kinds]


def matching(kind: str, words: str) -> Sequence[str]:
    """The ids of all documents of a kind outside workspaces that match, best first; rows come from a scoped query."""
    return search().index.matching(words, kind)


def is_readable(words: str) -> bool:
    """Whether there is anything to look for: a letter or a digit."""
    return bool(search().analysis().words(words[:MAX_QUERY]))


def marked(text: str, words: str) -> Sequence[Fragment]:
    """A whole text in fragments, those that match marked; the filter `mark` shows them."""
    return marking.mark(text, words, search().analysis())


def snippet(text: str, words: str, *, length: int = 240) -> Sequence[Fragment]:
    """The piece of a text around the first match, in fragments; the filter `mark` shows them."""
    return marking.snippet(text, words, search().analysis(), length=length)


def read_place(kind: str, cursor: str) -> Hit:
    """The last hit of the page before. Raises `BadCursor`."""
    score, order = read_cursor(cursor, float, int)
    return Hit(kind, "", score, order)


def _group(found: Search, kind: Searchable, member: Member, words: str, after: Hit | None, limit: int) -> Group:
    pairs = _confirmed(found, kind, member, words, after, limit + 1)
    shown = pairs[:limit]
    last = shown[-1][0] if len(pairs) > limit else None
    items = [_item(result, words) for _hit, result in shown]
    return Group(kind.kind, kind.label, items, write_cursor((last.score, last.order)) if last else None)


def _item(result: Result, words: str) -> Item:
    notes = [marked(str(note), words) for note in result.notes if note]
    return Item(result, marked(result.title, words), snippet(result.text, words), notes)


def _confirmed(
    found: Search, kind: Searchable, member: Member, words: str, after: Hit | None, wanted: int
) -> list[tuple[Hit, Result]]:
    """The first hits that the database confirms, with what it shows of them."""
    confirmed: list[tuple[Hit, Result]] = []
    scopes = kind.scopes(member)
    size = wanted
    for _round in range(_ROUNDS):
        hits = found.index.search(Query(words, (kind.kind,), scopes, size, after))
        results = kind.shown(member, [hit.id for hit in hits]) if hits else {}
        confirmed += [(hit, results[hit.id]) for hit in hits if hit.id in results]
        if len(confirmed) >= wanted or len(hits) < size:
            break
        after, size = hits[-1], size * 4
    return confirmed[:wanted]
