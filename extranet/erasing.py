"""Wiping what was deleted off the database's files: deleting alone leaves it in a log or in free space.

SQLite zeroes what is deleted (`secure_delete`), but its write-ahead log keeps former pages until it is cut to nothing;
PostgreSQL keeps dead rows until they are vacuumed, and words of them in its statistics until these are made anew.
"""

import time

from extranet import db
from extranet.db import Base

PATIENCE = 10.0
"""Seconds for which readers of SQLite's log are waited for."""


def wipe_free_space() -> bool:
    """Wipe what was deleted. Call it outside every transaction; safe at any time. Returns whether all is wiped.

    It is not if somebody went on reading SQLite's log all the while: a later call does it.
    """
    return _cut_the_log() if db.database().is_sqlite else _vacuum()


def _cut_the_log() -> bool:
    connection = db.database().engine.raw_connection()
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy = cursor.fetchall()[0][0]
            cursor.close()
            if not is_busy or time.monotonic() > deadline:
                return not is_busy
            time.sleep(0.05)
    finally:
        connection.close()


def _vacuum() -> bool:
    with db.database().engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in Base.metadata.sorted_tables:
            connection.exec_driver_sql(f'VACUUM (ANALYZE) "{table.name}"')
    return True
