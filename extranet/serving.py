"""`flask serve`: how the server is started. It puts the app together itself, so nothing of it is imported before.

The command is all that the app of this module has; `wsgi.py` gives it to who asks for nothing else.
"""

import os
import socket
import sys
from collections.abc import Sequence

import click
from flask import Flask

from extranet import config
from extranet.config import Settings


def is_all_that_is_asked(arguments: Sequence[str]) -> bool:
    """Whether these are the arguments of `flask --app wsgi serve`."""
    return len(arguments) > 1 and arguments[-1] == "serve" and "flask" in arguments[0]


def launcher() -> Flask:
    """An app that has the command, and nothing else."""
    app = Flask("extranet")
    app.cli.add_command(serve)
    return app


@click.command()
def serve() -> None:
    """Serve the extranet with gunicorn on HOST and PORT, as in earnest."""
    try:
        settings = config.read(os.environ)
    except config.BadSetting as error:
        sys.exit(str(error))
    arguments = [
        sys.executable, "-m", "gunicorn", "--worker-class", "gevent", "--workers", "1", "--worker-connections", "12000",
        "--bind", f"{settings.host}:{settings.port}", "--no-control-socket",
        "--config", "python:extranet.gunicorn_conf",
        "--graceful-timeout", "10", "--log-level", _level(settings),
        "--forwarded-allow-ips", "*" if settings.trusted_proxies else "127.0.0.1",
        "wsgi:create_app()",
    ]
    if (why := _why_not_to_be_listened_on(settings)) is not None:
        sys.exit(why)
    click.echo(f"{settings.site_name}: {settings.site_url}")
    sys.stdout.flush()
    os.execv(sys.executable, arguments)


def _level(settings: Settings) -> str:
    """How much gunicorn says; never all, which is every address with the secrets of links in it."""
    return settings.log_level.lower().replace("debug", "info")


def _why_not_to_be_listened_on(settings: Settings) -> str | None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        with socket.socket(family) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind((settings.host, settings.port))
    except OSError as error:
        return f"HOST {settings.host} and PORT {settings.port} cannot be listened on: {error.strerror or error}."
    return None
