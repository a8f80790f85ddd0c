"""Work that follows an answer: soon, in order, in this process, in its own app context.

In a server it runs in one greenlet after the other request work; in commands and tests, which nobody waits for,
at once.
"""

import logging
from collections.abc import Callable

from flask import Flask, current_app
from gevent import spawn
from gevent.queue import Queue

from extranet import db

log = logging.getLogger(__name__)


class Soon:
    """A queue with one consumer, so that news leave in the order of their commits."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._queue: Queue[Callable[[], None]] = Queue()
        self.is_serving = False

    def start(self) -> None:
        """Begin to consume: called once in each server process."""
        if not self.is_serving:
            self.is_serving = True
            spawn(self._consume)

    def put(self, work: Callable[[], None]) -> None:
        """Do `work` soon; at once where no server runs."""
        if self.is_serving:
            self._queue.put(work)
        else:
            attempt(work)

    def _consume(self) -> None:
        while True:
            work = self._queue.get()
            with self._app.app_context():
                attempt(work)


def install(app: Flask) -> None:
    """Give the app its queue."""
    app.extensions["soon"] = Soon(app)


def soon(work: Callable[[], None]) -> None:
    """Do `work` after what is being done; its failure is noted and harms nothing else."""
    current_app.extensions["soon"].put(work)


def attempt(work: Callable[[], None]) -> None:
    """Do `work` now, reading; its failure is noted and harms nothing else."""
    try:
        with db.reading():
            work()
    except Exception:
        log.exception("What should have followed an answer failed")
