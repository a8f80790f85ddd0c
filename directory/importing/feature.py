"""What the directory adds to `flask import-legacy`."""

from flask import Flask

from directory.importing.events import PeopleImported
from directory.importing.step import people
from extranet.events import reactions
from extranet.importing.run import add_step


def install(app: Flask) -> None:
    """Take part in imports, before those who need to know the people."""
    reactions(app).knows(PeopleImported)
    add_step(app, people)
