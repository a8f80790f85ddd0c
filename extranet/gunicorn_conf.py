"""What each gunicorn worker does once it has the app.

Imports nothing of the product: the master reads this before gevent has patched anything, and what is imported then
stays unpatched in the workers.
"""

import gc
from typing import Any


def post_worker_init(worker: Any) -> None:
    """Begin the work that runs beside requests."""
    from extranet.app import start

    start(worker.wsgi)
    # What is here now stays until the end: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
