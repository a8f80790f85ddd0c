"""Waiting for what a test is about, and holding the product to spans of time that it promises, on any machine.

A machine that does other things too is slow, or stands still for seconds. Where a span is promised, some small thing is
done again and again while it passes: on top of the span, `STEPS` times what the slowest of these took is allowed. That
is next to nothing on a machine at rest.
"""

import math
import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds for which something is waited for that comes sooner or not at all: nothing is measured by it."""
STEPS = 10
"""Small things that are done one after the other, at most, between what is done and what is seen of it."""


def eventually(
    is_so: Callable[[], object], *, seconds: float = PATIENCE, step: Callable[[], object] | None = None,
    every: float = 0.02,
) -> float:
    """Wait until it is so; the seconds that it took, or infinity if it did not come in that time.

    Where `step` is slow just now, the time is longer: that is the small thing that is done meanwhile.
    """
    began, slowest = time.monotonic(), 0.0
    while True:
        passed = time.monotonic() - began  # whatever holds us up from here on is no lateness
        if is_so():
            return passed
        if passed > seconds + STEPS * slowest:
            return math.inf
        if step is not None:
            slowest = max(slowest, _took(step, every))
        else:
            time.sleep(every)


def slowest(step: Callable[[], object], *, seconds: float, every: float = 0.02) -> float:
    """Let this time pass; the seconds that the slowest of the steps took which were done meanwhile."""
    began, found = time.monotonic(), 0.0
    while time.monotonic() - began < seconds:
        found = max(found, _took(step, every))
    return found


def _took(step: Callable[[], object], pause: float) -> float:
    began = time.monotonic()
    step()
    time.sleep(pause)
    return time.monotonic() - began - pause
