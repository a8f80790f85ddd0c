"""The port that every engine stands behind. The index suggests, the database decides: a hit is a kind and an id.

A document belongs to a scope (a workspace), or to none and then to all. Scopes and kinds are filtered by the engine
itself, so that what the asker may not see takes no place among the first hits; the rows that are shown still come
from a query scoped to the member. A stale index can hide, never leak.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MAX_QUERY = 200
"""Characters of a query that are looked at."""


class IndexBusy(Exception):
    """Another process is writing to the index; the same call works later."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a thing is found by. `title` counts more than `text`; `at` puts the newer of two equals first.

    `kind` and `id` are unique together. `scope` is the id of the workspace that one must have joined, or None.
    """

    kind: str
    id: str
    title: str = ""
    text: str = ""
    scope: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A suggestion; the better ones have the higher scores, and of equals the newer the higher `order`.

    It carries no text: that is the database's to show.
    """

    kind: str
    id: str
    score: float
    order: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: all of the words (the last may be unfinished), of these kinds, in none or these scopes.

    `after` continues a list of hits below the one that it ended with.
    """

    words: str
    kinds: Collection[str]
    scopes: Collection[str] = ()
    limit: int = 20
    after: Hit | None = None


class Index(Protocol):
    """A full-text index of documents. Reading never waits for writing; of writers there is one at a time."""

    def put(self, documents: Iterable[Document]) -> None:
        """Index these documents in one commit, in place of those of the same kind and id. Raises `IndexBusy`."""

    def remove(self, kind: str, ids: Iterable[str]) -> None:
        """Take documents out of what is found; `purge` also takes them off the disk. Raises `IndexBusy`."""

    def remove_scope(self, scope: str) -> None:
        """Take all documents of a scope out of what is found, and off the disk. Raises `IndexBusy`."""

    def purge(self) -> None:
        """Take what was removed or replaced off the disk. Raises `IndexBusy`."""

    def rebuild(self, documents: Iterable[Document]) -> int:
        """Make the index anew from all documents; the old one answers meanwhile. Returns how many it has.

        Raises `IndexBusy`.
        """

    def search(self, query: Query) -> list[Hit]:
        """The best hits, at most `query.limit`, best first."""

    def matching(self, words: str, kind: str, scopes: Collection[str] = ()) -> Sequence[str]:
        """The ids of all documents of one kind that match, best first: for filters and counts in the database."""

    def is_stale(self) -> bool:
        """Whether there is no index that can be read, or one of another analysis: it is time to rebuild."""

    def count(self, kind: str | None = None) -> int:
        """How many documents are found, of one kind or of all."""
