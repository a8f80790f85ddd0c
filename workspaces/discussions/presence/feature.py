"""What the presence add to an app."""

from flask import Flask


def install(app: Flask) -> None:
    """Add the pages, the operations and what follows them."""
