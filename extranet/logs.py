"""What the server says of itself: a line for each thing that somebody may have to look at, on standard error."""

import logging


def install(level: str) -> None:
    """Write what is of this level or above; of others' libraries what is trouble, and each of it once."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    for name in ("engineio.server", "socketio.server"):  # with a level they bring no writer of their own
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.getLogger("engineio.server").addFilter(_is_trouble)


def _is_trouble(record: logging.LogRecord) -> bool:
    """A session that is not known is none: its client was there before a restart, and comes anew."""
    return not record.getMessage().startswith("Invalid session ")
