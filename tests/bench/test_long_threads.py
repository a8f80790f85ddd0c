"""A thread of 5,000 messages opens as fast as one of 20: by the same queries, at the first unread, and page after page.

The short one's page shows 20 messages and the long one's 50, so that the time is compared for what a page shows: the
long thread against one that just fills a page.
"""

import time
from statistics import median

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from extranet.app import Extranet
from extranet.events import Stream
from extranet.ids import new_id
from extranet.members import Member
from tests.cast import Cast, Person, keeping
from tests.counting import counted
from workspaces.discussions import service as discussions
from workspaces.discussions.models import Message, Thread, path_below
from workspaces.models import Workspace
from workspaces.service import open_workspace

pytestmark = pytest.mark.bench

SHORT, ONE_PAGE, LONG = 20, 50, 5_000
ROUNDS = 40
AT_MOST = 1.3
JSON = {"Accept": "application/json"}
BODY = "Kotoutumissuunnitelmaan kirjattiin myös matalan kynnyksen toimintaa, ja osallistujia on ollut kymmenestä."


@pytest.fixture
def threads(app: Extranet, cast: Cast) -> dict[int, str]:
    """For each size the address of a thread that Ada has written and read."""
    writer = cast.ada
    with keeping(app) as held:
        ada = held.get_one(Member, writer.member_id)
        workspace = open_workspace(name="Mittaus", purpose="Mitataan.", kind="project", by=ada)
        slug = workspace.slug
        sizes = (SHORT, ONE_PAGE, LONG)
        return {size: f"/workspaces/{slug}/threads/{_thread_of(held, size, workspace, ada)}" for size in sizes}


def test_a_long_thread_takes_the_queries_of_a_short_one(app: Extranet, cast: Cast, threads: dict[int, str]) -> None:
    numbers = {}
    for size in (SHORT, LONG):
        cast.ada.get(threads[size])
        with counted(app) as queries:
            assert cast.ada.get(threads[size]).status_code == 200
        numbers[size] = len(queries)
    print(f"queries of a thread of {SHORT} and of {LONG}: {numbers[SHORT]} and {numbers[LONG]}")
    # One more finds where the page begins.
    assert numbers[LONG] <= numbers[SHORT] + 1


def test_a_long_thread_opens_as_fast_as_one_that_fills_a_page(cast: Cast, threads: dict[int, str]) -> None:
    long = threads[LONG]
    first = cast.ada.get(long + "?at=first", headers=JSON).json
    assert first is not None
    pages = {
        "a page": threads[ONE_PAGE],
        "beginning": long + "?at=first",
        "newest": long,
        "middle": f"{long}?after={first['next']}",
    }
    cost = _costs(cast.ada, pages)
    for name, seconds in cost.items():
        print(f"{name:<12} {seconds * 1000:6.2f} ms of the processor, {seconds / cost['a page']:4.2f} × a page")
    assert {name: seconds for name, seconds in cost.items() if seconds > AT_MOST * cost["a page"]} == {}


def _costs(person: Person, pages: dict[str, str]) -> dict[str, float]:
    """The median processor time of each page, in seconds, all taking turns."""
    taken: dict[str, list[float]] = {name: [] for name in pages}
    for number in range(ROUNDS):
        for name, path in pages.items():
            began = time.process_time()
            assert person.get(path).status_code == 200
            if number >= 5:  # the first ones warm up
                taken[name].append(time.process_time() - began)
    return {name: median(times) for name, times in taken.items()}


def _thread_of(held: Session, size: int, workspace: Workspace, by: Member) -> str:
    """A thread of `size` messages, every third of which begins anew, the others answering the one before."""
    first = discussions.open_thread(workspace, title=f"{size}", body=BODY, by=by)
    thread = held.get_one(Thread, first.thread_id)
    seq, above = first.seq, first
    for number in range(size - 1):
        seq += 1
        above = Message(
            id=new_id(), workspace_id=workspace.id, thread_id=thread.id, author_id=by.id, seq=seq, body=BODY,
            path=path_below(above if number % 3 else None, seq), html=first.html, posted_at=first.posted_at,
        )
        held.add(above)
    thread.message_count, thread.last_seq = size, seq
    held.execute(sa.update(Stream).where(Stream.id == workspace.id).values(head=seq))
    held.flush()
    return thread.id
