"""The short form: every fault once, on a site of two processes or on one of one. `make chaos` is the long form."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos import faults
from tests.chaos.faults import Fault
from tests.chaos.stage import Stage, one_process, two_processes
from tests.chaos.trial import Trial

pytestmark = [pytest.mark.once, pytest.mark.timeout(300)]


ONLY_LONG = (faults.nothing, faults.kill_worker, faults.clients_are_lost)
ONLY_LONG_IN_ONE = (faults.nothing, faults.kill, faults.restart, faults.clients_are_cut, faults.at_once)


def test_two_processes_keep_their_promises_while_things_break(tmp_path: Path) -> None:
    with two_processes(tmp_path) as stage, trial(stage, faults.OF_TWO_PROCESSES, but=ONLY_LONG) as people:
        assert people.mover.moved > 5 and people.marks.samples > 20 and len(people.book.acknowledged) > 50


def test_one_process_keeps_its_promises_while_things_break(tmp_path: Path) -> None:
    with one_process(tmp_path) as stage:
        needed = {"a small disk": stage.disk, "a clock that can be set wrong": stage.clock}
        with trial(stage, faults.OF_ONE_PROCESS, but=ONLY_LONG_IN_ONE) as people:
            assert people.mover.moved and people.marks.samples and len(people.book.acknowledged) > 20
    if missing := [name for name, found in needed.items() if found is None]:
        pytest.skip(f"the rest went well, but this machine gives no {' and no '.join(missing)}")


@contextmanager
def trial(stage: Stage, what_breaks: Sequence[Fault], *, but: Sequence[Fault]) -> Iterator[Trial]:
    """People on a stage while it breaks; they are judged before the block, in which the trial itself is looked at."""
    people = Trial(stage)
    try:
        for fault in what_breaks:
            if fault not in but:
                fault(people)
    finally:
        people.close()
    try:
        people.judge()
        yield people
    finally:
        print(people.table())
