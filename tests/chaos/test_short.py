"""The short form: every fault once, on a site of two processes and on one of one. `make chaos` is the long form."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos import faults
from tests.chaos.stage import Stage, two_processes
from tests.chaos.trial import Trial

pytestmark = pytest.mark.once


@contextmanager
def trial(stage: Stage) -> Iterator[Trial]:
    """People on a stage; at the end of the block they are judged."""
    found = Trial(stage)
    try:
        yield found
    finally:
        found.close()
    try:
        found.judge()
    finally:
        print(found.table())


def test_two_processes_keep_their_promises_while_things_break(tmp_path: Path) -> None:
    with two_processes(tmp_path) as stage, trial(stage) as people:
        for fault in faults.OF_TWO_PROCESSES:
            fault(people)
