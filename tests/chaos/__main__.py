"""The long form, `make chaos`: until there have been so many kills and so many acknowledgements, or the time is over.

The environment says how much: CHAOS_KILLS (200), CHAOS_ACKS (100000), CHAOS_RUNS (100 faulted browser runs),
CHAOS_MINUTES (120, at most), CHAOS_WRITERS (8), CHAOS_SEED. Half of the kills are tried on one process with SQLite,
half on two with PostgreSQL and Redis; more of the messages on one, which takes them faster on a machine that all share
with those who watch. Ends with status 1 if a promise was broken.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.chaos import faults
from tests.chaos.faults import Fault
from tests.chaos.stage import Stage, one_process, two_processes
from tests.chaos.trial import Round, Trial
from tests.chaos.typed import Typist, some_mishaps
from tests.servers import chromium

EVERY = 4
"""Of so many faults one is a kill at least."""
ROOM = 700
"""Megabytes of the small disk: enough for what is written in hours."""
GO_ON = 6.0
"""Seconds of plain writing between faults, while acknowledgements are still wanted."""


@dataclass(frozen=True)
class Wanted:
    """How much is to be tried."""

    kills: int
    acknowledgements: int
    until: float

    def part(self, *, kills: float, acknowledgements: float, until: float) -> "Wanted":
        """These shares of it."""
        return Wanted(round(self.kills * kills), round(self.acknowledgements * acknowledgements), until)


def main() -> int:
    """Try it. The exit code: 1 if a promise was broken."""
    began = time.monotonic()
    seed = _number("CHAOS_SEED", random.randrange(10_000))
    minutes = _number("CHAOS_MINUTES", 120)
    wanted = Wanted(_number("CHAOS_KILLS", 200), _number("CHAOS_ACKS", 100_000), began + minutes * 60)
    print(f"seed {seed}; at most {minutes} minutes", flush=True)
    chance = random.Random(seed)
    broken = _typed(_number("CHAOS_RUNS", 100), seed, until=began + minutes * 60 * 0.2)
    one = wanted.part(kills=0.5, acknowledgements=0.7, until=began + minutes * 60 * 0.6)
    roomy = partial(one_process, megabytes=ROOM)
    broken += _tried("one process, SQLite", roomy, faults.OF_ONE_PROCESS, one, chance)
    two = wanted.part(kills=0.5, acknowledgements=0.3, until=wanted.until)
    broken += _tried("two processes, PostgreSQL and Redis", two_processes, faults.OF_TWO_PROCESSES, two, chance)
    print(f"\n{time.monotonic() - began:.0f} s. " + ("Every promise was kept." if not broken else "Broken promises:"))
    print("\n".join(dict.fromkeys(broken)))
    return 1 if broken else 0


def _tried(
    name: str, make: Callable[[Path], AbstractContextManager[Stage]], known: Sequence[Fault], wanted: Wanted,
    chance: random.Random,
) -> list[str]:
    with _folder() as folder, make(folder) as stage:
        trial = Trial(stage, writers=_number("CHAOS_WRITERS", 8))
        try:
            for fault in _drawn(known, chance):
                if time.monotonic() > wanted.until or _is_enough(trial, wanted):
                    break
                fault(trial)
                if len(trial.book.acknowledged) < wanted.acknowledgements:
                    with trial.fault("between faults", before=GO_ON):
                        pass
                _say(trial, fault)
        finally:
            trial.close()
        broken = trial.broken_promises()
        print(f"\n# {name}\n{_summary(trial)}", flush=True)
        return [f"{name}: {what}" for what in broken]


def _drawn(known: Sequence[Fault], chance: random.Random) -> Iterator[Fault]:
    """Each fault once, then by chance, with many kills among them; what takes long comes once only."""
    yield from known
    others = [fault for fault in known if fault not in (faults.kill, faults.nothing, faults.clients_are_lost)]
    while True:
        yield chance.choice([faults.kill, faults.kill_worker])
        for _turn in range(chance.randrange(EVERY)):
            yield chance.choice(others)


def _is_enough(trial: Trial, wanted: Wanted) -> bool:
    return trial.kills >= wanted.kills and len(trial.book.acknowledged) >= wanted.acknowledgements


def _typed(runs: int, seed: int, *, until: float) -> list[str]:
    lost: list[str] = []
    done = 0
    with _folder() as folder, one_process(folder) as stage, chromium() as browser:
        typist = Typist(browser, stage)
        for place, (mishap, sends) in enumerate(some_mishaps(typist, runs, seed)):
            if time.monotonic() > until:
                break
            lost.append(typist.lose(mishap, text=f"Typed {place} before {mishap}", sends=sends))
            done += 1
    lost = list(filter(None, lost))
    print(f"\n# Browser\n{done} faulted runs, {len(lost)} typed texts lost", flush=True)
    return lost


def _say(trial: Trial, fault: Fault) -> None:
    said = f"{trial.kills} kills, {len(trial.book.acknowledged)} acknowledged, {len(trial.book.complaints)} complaints"
    print(f"{fault.__name__:<28} {said}", flush=True)


def _summary(trial: Trial) -> str:
    by_fault: dict[str, list[Round]] = {}
    for one in trial.rounds:
        by_fault.setdefault(one.fault, []).append(one)
    lines = [f"{'fault':<32} {'times':>5} {'acknowledged':>12} {'agreed after, median':>21} {'slowest':>9} {'aim':>5}"]
    for name, rounds in by_fault.items():
        took = [one.converged for one in rounds]
        lines.append(
            f"{name:<32} {len(rounds):>5} {sum(one.acknowledged for one in rounds):>12} "
            f"{statistics.median(took):>19.2f} s {max(took):>7.2f} s {rounds[0].aim:>3.0f} s"
        )
    return "\n".join([*lines, *trial.table().splitlines()[len(trial.rounds) + 1 :]])


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _number(name: str, default: int) -> int:
    return int(os.environ.get(name) or default)


if __name__ == "__main__":
    sys.exit(main())
