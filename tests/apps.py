"""The product inside the tests' own process: put together once for each database, emptied before each test."""

import shutil
from pathlib import Path

import wsgi
from extranet import db
from extranet.app import Extranet
from extranet.db import Base
from extranet.search.registry import search


def make(folder: Path, **settings: str) -> Extranet:
    """The whole product on this folder, its tables made. Settings are environment variables."""
    app = build(folder, **settings)
    with app.app_context():
        Base.metadata.create_all(db.database().engine)
    return app


def build(folder: Path, **settings: str) -> Extranet:
    """The whole product on this folder, its database as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    given = {"RATE_LIMITS": "off", "SECRET_KEY": "a secret only for tests", "LOG_LEVEL": "WARNING", **settings}
    return wsgi.create_app({"DATA_DIR": str(folder), "SITE_URL": "http://localhost", **given})


def empty(app: Extranet) -> None:
    """Take all rows and all kept files away; the tables stay."""
    with app.app_context():
        engine = db.database().engine
    tables = list(Base.metadata.tables)
    with engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        cursor = raw.cursor()
        is_sqlite = engine.dialect.name == "sqlite"
        # Tables point at each other in circles, so nothing is checked meanwhile.
        cursor.execute("PRAGMA foreign_keys=OFF" if is_sqlite else "SET session_replication_role = replica")
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in tables))
        for (name,) in cursor.fetchall():
            cursor.execute(f"DELETE FROM {name}")
        cursor.execute("PRAGMA foreign_keys=ON" if is_sqlite else "SET session_replication_role = DEFAULT")
        raw.commit()
    for kept in ("mail", "attachments"):
        shutil.rmtree(app.settings.data_dir / kept, ignore_errors=True)
    with app.app_context():
        index = search().index
        if index.count():
            index.rebuild([])


def command(app: Extranet, *arguments: str, stdin: str = "") -> str:
    """Run a command of the product in this process; what it said. AssertionError if it failed."""
    done = app.test_cli_runner().invoke(args=arguments, input=stdin, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def end(app: Extranet) -> None:
    """Let go of the database."""
    with app.app_context():
        db.database().engine.dispose()
