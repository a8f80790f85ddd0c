"""The index follows the facts: through the outbox, many at a time, and as often as it takes.

What the database holds now is what is indexed, so doing it twice, or late, or in another order makes no difference.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from extranet import db
from extranet.events import Recorded
from extranet.search.index import Document
from extranet.search.registry import Search, Searchable, search

BATCH = 200
"""Documents that are read from the database and put into the index at a time."""


def bring_the_index_up_to_date(facts: Sequence[Recorded]) -> None:
    """Index anew what these facts changed; all of it if the index cannot be used. Raises `IndexBusy`."""
    found = search()
    if found.index.is_stale():
        rebuild(found)
        return
    for kind in found.kinds.values():
        for ids in _batches(_changed(kind, facts)):
            _refresh(found, kind, ids)
    for scope in _ended(found.kinds.values(), facts):
        found.index.remove_scope(scope)
    if any(type(fact.event) in kind.forgotten_by for kind in found.kinds.values() for fact in facts):
        found.index.purge()


def rebuild(found: Search) -> int:
    """Make the index anew from the database; returns the number of documents. Raises `IndexBusy`."""
    return found.index.rebuild(_in_short_looks(document for kind in found.kinds.values() for document in kind.every()))


def _in_short_looks(documents: Iterator[Document]) -> Iterator[Document]:
    """All of them, each batch read in a transaction of its own: the work on it goes on for long, and holds none.

    What is changed meanwhile has its promise, which is kept once the index is made.
    """
    while batch := _next(documents):
        yield from batch


def _next(documents: Iterator[Document]) -> list[Document]:
    with db.reading():
        return list(islice(documents, BATCH))


def _changed(kind: Searchable, facts: Sequence[Recorded]) -> list[str]:
    ids: dict[str, None] = {}
    for fact in facts:
        if (ids_of := kind.changed_by.get(type(fact.event))) is not None:
            ids.update(dict.fromkeys(ids_of(fact.event)))
    return list(ids)


def _refresh(found: Search, kind: Searchable, ids: Sequence[str]) -> None:
    with db.reading():
        documents: list[Document] = list(kind.load(ids))
    there = {document.id for document in documents}
    found.index.put(documents)
    found.index.remove(kind.kind, [id_ for id_ in ids if id_ not in there])


def _ended(kinds: Iterable[Searchable], facts: Sequence[Recorded]) -> list[str]:
    scopes: dict[str, None] = {}
    for kind in kinds:
        for fact in facts:
            scope_of = kind.ended_by.get(type(fact.event))
            if scope_of is not None and (scope := scope_of(fact.event)) is not None:
                scopes[scope] = None
    return list(scopes)


def _batches(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
