"""What the mentions add to an app."""

from flask import Flask

from workspaces.discussions.mentions import models  # noqa: F401  the tables are known from here on


def install(app: Flask) -> None:
    """Add the pages, the operations and what follows them."""
