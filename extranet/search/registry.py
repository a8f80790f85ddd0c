"""What can be found, as features tell it: how things become documents, which facts change them, how hits are shown.

The ground imports no feature, so each tells the search what it needs in its `install(app)`, once for each kind.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app

from extranet import events
from extranet.events import Event
from extranet.members import Member
from extranet.search import analysis
from extranet.search.analysis import Analysis
from extranet.search.index import Document, Index
from extranet.search.whoosh_engine import WhooshIndex

KEY = "search"


@dataclass(frozen=True, slots=True)
class Result:
    """A thing that was found, as the database has it and this member may see it. All texts are plain.

    `endpoint` and `address` are for `url_for`; of `text` the part around a match is shown; `notes` are small facts
    (organisation, workspace, author), `tag` a state such as «Archived».
    """

    id: str
    endpoint: str
    address: Mapping[str, Any]
    title: str
    text: str = ""
    notes: Sequence[Any] = ()
    at: datetime | None = None
    tag: Any = None


def in_no_scope(_member: Member) -> Collection[str]:
    """For things that belong to no workspace."""
    return ()


@dataclass(frozen=True, slots=True)
class Searchable:
    """One kind of thing that can be found. The functions are called with a session open, reading.

    - `label`: what many of it are called, lazily translated («Contacts»); `place` orders the kinds on the page;
    - `load(ids)`: the documents of those that exist and may be found at all; the others leave the index;
    - `every()`: all documents, for a rebuild;
    - `shown(member, ids)`: of these ids, by id, what the member may see: a query scoped to the member;
    - `scopes(member)`: the scopes whose documents the member may find, beside those of no scope;
    - `changed_by`: for a kind of fact, which ids' documents may now be others;
    - `ended_by`: for a kind of fact, the scope (or None) whose documents it ended: they leave the disk too;
    - `forgotten_by`: facts after which what they changed must also be gone from the disk (erasure, retraction).
    """

    kind: str
    label: Any
    load: Callable[[Sequence[str]], Iterable[Document]]
    every: Callable[[], Iterable[Document]]
    shown: Callable[[Member, Sequence[str]], Mapping[str, Result]]
    changed_by: Mapping[type[Event], Callable[[Any], Iterable[str]]]
    scopes: Callable[[Member], Collection[str]] = in_no_scope
    ended_by: Mapping[type[Event], Callable[[Any], str | None]] = field(default_factory=dict)
    forgotten_by: Collection[type[Event]] = ()
    place: int = 50


class Search:
    """The app's index and what is in it."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self.index: Index = WhooshIndex(data_dir / "index", self.analysis)
        self.kinds: dict[str, Searchable] = {}

    def analysis(self) -> Analysis:
        """How words are read; the first call of a process loads the dictionaries."""
        return analysis.load(self._data_dir)


def searchable(app: Flask, *kinds: Searchable) -> None:
    """Make kinds of things found: a feature's `install(app)` calls it."""
    from extranet.search.reactions import bring_the_index_up_to_date

    found = search(app)
    for kind in kinds:
        found.kinds[kind.kind] = kind
    found.kinds = dict(sorted(found.kinds.items(), key=lambda pair: pair[1].place))
    follow = events.reactions(app)
    for event in {event for kind in kinds for event in (*kind.changed_by, *kind.ended_by)}:
        _together, promises = follow.of(event.kind())
        if not any(promise.run is bring_the_index_up_to_date for promise in promises):
            follow.later_in_batches(event, bring_the_index_up_to_date)


def search(app: Flask | None = None) -> Search:
    """The app's search."""
    return cast(Search, (app or current_app).extensions[KEY])
