"""The three pages that people open most, against a bare page with the same 50 messages; and what goes over the wire.

Processor time is compared, not the clock, and both apps take turns, so that what else the machine does falls on both.
"""

import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
import sqlalchemy as sa

from extranet.app import Extranet
from extranet.members import Member
from tests.bench import bare
from tests.bench.table import note, note_alone
from tests.cast import Cast, Person, keeping
from tests.counting import counted
from workspaces.discussions import service as discussions
from workspaces.discussions.models import Thread
from workspaces.models import Workspace
from workspaces.service import open_workspace

pytestmark = pytest.mark.bench

ROUNDS = 60
AT_MOST = {"thread": 4.0, "home": 4.0, "directory": 3.0}
"""How many times the bare page's processor time a page may take: what holds now, with room for the machine's moods."""
AIM = 4.0
MOST_BYTES, MOST_QUERIES = 15_000, 10

BODY = "Kotoutumissuunnitelmaan kirjattiin myös matalan kynnyksen toimintaa, ja osallistujia on ollut kymmenestä."
LETTERS = "aaaaiiiitttnnneeesssllookkuuäämmvvrjhypdög"
"""As often as Finnish has them."""


@pytest.fixture
def thread(app: Extranet, cast: Cast) -> str:
    """The address of a thread of 500 messages in Ada's workspace."""
    ada = cast.ada
    with keeping(app) as held:
        member = held.get_one(Member, ada.member_id)
        workspace = open_workspace(name="Mittaus", purpose="Mitataan.", kind="project", by=member)
        first = discussions.open_thread(workspace, title="Pitkä", body=BODY, by=member)
        thread = held.get_one(Thread, first.thread_id)
        above, chance = first, random.Random(1)
        for number in range(499):
            answers = above if number % 3 else None
            above = discussions.post(thread, workspace, _said(chance), by=member, answers=answers)
        slug = held.scalars(sa.select(Workspace.slug)).one()
        return f"/workspaces/{slug}/threads/{first.thread_id}"


def test_pages_cost_a_small_multiple_of_a_bare_page(app: Extranet, cast: Cast, thread: str, tmp_path: Path) -> None:
    reference = bare.make(tmp_path, [BODY] * 500).test_client()
    pages = {"thread": thread, "home": "/", "directory": "/directory"}
    cost = _costs(
        {
            "bare": lambda: reference.get("/"),
            **{name: (lambda path=path: _open(cast.ada, path)) for name, path in pages.items()},  # type: ignore[misc]
        }
    )
    ratios = {
        name: note(f"{name}, processor", cost[name] * 1000, cost["bare"] * 1000, "ms", aim=AIM) for name in pages
    }
    assert {name: ratio for name, ratio in ratios.items() if ratio > AT_MOST[name]} == {}


@pytest.mark.parametrize("path", ["/", "/directory", "/workspaces"])
def test_the_next_page_is_small_on_the_wire(cast: Cast, path: str) -> None:
    answer = cast.ada.get(path, headers={"Accept-Encoding": "gzip"})
    note_alone(f"{path} with gzip", len(answer.data) / 1000, "kB", aim=f"≤ {MOST_BYTES / 1000:g}")
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) <= MOST_BYTES


def test_a_page_of_a_long_thread_is_small_on_the_wire(cast: Cast, thread: str) -> None:
    answer = cast.ada.get(thread, headers={"Accept-Encoding": "gzip"})
    note_alone("a page of a thread of 500 with gzip", len(answer.data) / 1000, "kB", aim=f"≤ {MOST_BYTES / 1000:g}")
    assert len(answer.data) <= MOST_BYTES


def test_a_long_thread_takes_as_many_queries_as_a_short_one(app: Extranet, cast: Cast, thread: str) -> None:
    with counted(app) as queries:
        _open(cast.ada, thread)
    note_alone("queries of a thread page", len(queries), "", aim=f"≤ {MOST_QUERIES}")
    assert len(queries) <= MOST_QUERIES


def _said(chance: random.Random) -> str:
    """As many words as `BODY` has, each of them made up: nobody says twice the same, and so it goes over the wire."""
    return " ".join("".join(chance.choices(LETTERS, k=len(word))) for word in BODY.split())


def _open(person: Person, path: str) -> None:
    assert person.get(path).status_code == 200


def _costs(what: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The median processor time of each, in seconds, all taking turns."""
    taken: dict[str, list[float]] = {name: [] for name in what}
    for number in range(ROUNDS):
        for name, run in what.items():
            began = time.process_time()
            run()
            if number >= 5:  # the first ones warm up
                taken[name].append(time.process_time() - began)
    return {name: median(times) for name, times in taken.items()}
