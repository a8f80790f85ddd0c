"""What each gunicorn worker does once it has the app."""

from typing import Any

from extranet.app import start


def post_worker_init(worker: Any) -> None:
    """Begin the work that runs beside requests."""
    start(worker.wsgi)
