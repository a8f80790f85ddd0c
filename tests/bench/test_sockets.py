"""What an open socket costs, and that pages are answered beside ten thousand of them.

Server and clients are processes of their own: a process may hold 20,000 files. Everybody has several sockets open, as
somebody with many tabs; what a socket costs does not depend on it.
"""

import resource
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from extranet.realtime import MOST_OPEN
from tests.bench import stage
from tests.bench.table import note_alone

pytestmark = pytest.mark.bench

SOCKETS = 10_000
MOST_EACH = 80_000
"""Bytes of the server's memory that a socket may take, its part of all that was there before included.

What the process took for its start and gave back it uses again, so its growth alone would flatter.
"""


@pytest.fixture
def many_files() -> Iterator[None]:
    """Let this process and those it starts hold as many files as the system allows."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (before[1], before[1]))
    if before[1] < SOCKETS + 1_000:
        pytest.skip(f"a process may hold only {before[1]} files here")
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_files")
def test_ten_thousand_sockets_cost_little_and_hold_up_no_page(tmp_path: Path) -> None:
    people = SOCKETS // MOST_OPEN
    with stage.product(tmp_path / "data", people) as product, stage.crowd() as crowd:
        one, opened = [stage.hello(token) for token in product.tokens], 0
        crowd("open", port=product.port, hellos=one)
        _open_a_page(product)
        before = stage.resident(product.pid)
        began = time.monotonic()
        for _round in range(MOST_OPEN - 1):
            opened = crowd("open", port=product.port, hellos=one)["open"]
        took = time.monotonic() - began
        whole = stage.resident(product.pid)
        each, more = whole / opened, (whole - before) / (opened - people)
        assert opened == SOCKETS
        crowd("forget")
        author = product.author()
        sent = author.say()
        done = crowd("wait", each=1, seconds=30)
        assert done["closed"] == 0 and done["news"] == SOCKETS
        pages = [_open_a_page(product) for _page in range(40)]
        crowd("wait", each=2, seconds=11)  # a heartbeat passes
        beside = [_open_a_page(product) for _page in range(40)]
    note_alone(f"memory for each of {SOCKETS:,} sockets, with the whole process", each / 1000, "kB", aim="≤ 80")
    note_alone("growth of the process for each socket", more / 1000, "kB", aim="")
    note_alone(f"opening {SOCKETS:,} sockets", (opened - people) / took, "/s", aim="")
    note_alone(f"a message to {SOCKETS:,} sockets, the last", (done["last"] - sent) * 1000, "ms", aim="")
    note_alone("a page beside them, p50", median(pages) * 1000, "ms", aim="")
    note_alone("a page beside them, longest", max(pages + beside) * 1000, "ms", aim="≤ 1000")
    assert each <= MOST_EACH
    assert max(pages + beside) < 1.0


def _open_a_page(product: stage.Product) -> float:
    began = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{product.port}/sign-in", timeout=30) as answer:
        answer.read()
    return time.monotonic() - began
