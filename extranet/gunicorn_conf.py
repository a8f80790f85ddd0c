"""What each gunicorn worker does once it has the app.

Imports nothing of the product: the master reads this before gevent has patched anything, and what is imported then
stays unpatched in the workers.
"""

import gc
import sys
from typing import Any

TURN = 0.000_2
"""Seconds for which a thread beside the loop, as the index's, may keep it from Python: who writes to many sockets gives
way to it at each of them."""


def post_worker_init(worker: Any) -> None:
    """Begin the work that runs beside requests."""
    from gevent import spawn

    from extranet.app import start

    start(worker.wsgi)
    spawn(_end_the_sockets, worker)
    sys.setswitchinterval(TURN)
    # What is here now stays until the end: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()


def _end_the_sockets(worker: Any) -> None:
    """Close the sockets once the worker is to end, which waits for requests: also for those that wait for news."""
    from gevent import sleep

    from extranet.realtime import realtime

    while worker.alive:
        sleep(0.2)
    while True:
        realtime(worker.wsgi).stop()
        sleep(0.2)
