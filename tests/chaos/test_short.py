"""The short form: every fault once, on a site of two processes or on one of one. `make chaos` is the long form."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.chaos import faults
from tests.chaos.faults import Fault
from tests.chaos.stage import Stage, one_process, two_processes
from tests.chaos.trial import Trial

pytestmark = [pytest.mark.once, pytest.mark.timeout(1_800)]

ONLY_LONG = (faults.nothing, faults.kill_worker, faults.clients_are_lost)
ONLY_LONG_IN_ONE = (faults.nothing, faults.kill, faults.restart, faults.clients_are_cut, faults.at_once)
MOST_MORE = 60
"""Rounds in which nothing breaks, where the machine is so slow that little has been done in those before."""


def test_two_processes_keep_their_promises_while_things_break(tmp_path: Path) -> None:
    with two_processes(tmp_path) as stage:
        _try(stage, faults.OF_TWO_PROCESSES, but=ONLY_LONG, moved=6, samples=20, acknowledged=50)


def test_one_process_keeps_its_promises_while_things_break(tmp_path: Path) -> None:
    with one_process(tmp_path) as stage:
        needed = {"a small disk": stage.disk, "a clock that can be set wrong": stage.clock}
        _try(stage, faults.OF_ONE_PROCESS, but=ONLY_LONG_IN_ONE, moved=1, samples=1, acknowledged=20)
    if missing := [name for name, found in needed.items() if found is None]:
        pytest.skip(f"the rest went well, but this machine gives no {' and no '.join(missing)}")


def _try(
    stage: Stage, what_breaks: Sequence[Fault], *, but: Sequence[Fault], moved: int, samples: int, acknowledged: int
) -> None:
    """People on a stage while it breaks, and then until there has been so much of everything; they are judged."""
    people = Trial(stage)

    def has_been_enough() -> bool:
        there = (people.mover.moved, people.marks.samples, len(people.book.acknowledged))
        return all(one >= wanted for one, wanted in zip(there, (moved, samples, acknowledged), strict=True))

    try:
        for fault in what_breaks:
            if fault not in but:
                fault(people)
        for _more in range(MOST_MORE):
            if not has_been_enough():
                faults.nothing(people)
    finally:
        people.close()
    try:
        people.judge()
        assert has_been_enough(), "else the trial tried nothing"
    finally:
        print(people.table())
