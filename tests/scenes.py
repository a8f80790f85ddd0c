"""Whole scenes, furnished once: what a scene left in the database and in the folder is put back for every later test.

The same for a place among people of a cast, which many tests begin with.

To furnish one takes seconds, to put it back takes hundredths of one. It is put back beneath the product, row for row
and file for file, so every test begins with what the first one began with, whatever was done in between.
"""

import copy
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Protocol, TypeVar

from flask import Flask

from extranet import db
from extranet.app import Extranet
from extranet.db import Base
from tests.cast import Cast, Person
from tests.factories import Say, Scene
from tests.servers import Letterbox

FOLDERS = ("attachments", "index")
"""What a scene leaves in the folder of its site; its letters are in the letterbox."""


Place = TypeVar("Place", bound="HasCast")


class HasCast(Protocol):
    """Something that a cast takes part in; what it keeps besides is where things are, and stays as it is."""

    cast: Cast


class Furnish(Protocol):
    """What gives a whole scene to a test, as the fixture of that name says."""

    def __call__(self, say: Say | None = None, *, name: str = "plain", is_settled: bool = False) -> Scene: ...


@dataclass
class Kept:
    """A scene and all that it left behind."""

    scene: Scene
    rows: dict[str, Any]
    folder: Path
    cookies: dict[str, str]
    letters: list[EmailMessage]
    places: list[str]
    """Where something was said, in the order of the saying."""


@dataclass
class KeptPlace:
    """A place, its people with what their browsers keep, and all rows."""

    place: Any
    rows: dict[str, Any]
    people: dict[str, Person]
    cookies: dict[str, str]


class Scenes:
    """The scenes and places that this worker has furnished, each for one app."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, Kept] = {}
        self._places: dict[str, KeptPlace] = {}

    def place(self, name: str, cast: Cast, make: Callable[[Cast], Place]) -> Place:
        """What `make` makes of a cast of an empty app, which leaves nothing but rows; made when first asked for."""
        kept = self._places.get(name)
        if kept is None or vars(cast).keys() & kept.people.keys():
            made = make(cast)
            if kept is None:
                self._places[name] = _remember(cast, made)
            return made
        _write(cast.app, kept.rows)
        for key, person in kept.people.items():
            vars(cast)[key] = copy.copy(person)
            if cookie := kept.cookies.get(key):
                vars(cast)[key].client = cast.app.test_client()
                vars(cast)[key].client.set_cookie("extranet", cookie)
        place: Place = copy.copy(kept.place)
        place.cast = cast
        return place

    def give(self, name: str, app: Extranet, box: Letterbox, say: Say | None, *, is_settled: bool) -> Scene:
        """The scene of that name on an app that is empty; furnished when first asked for."""
        if name in self._kept:
            _put_back(self._kept[name], app, box)
            if say is not None:  # whoever chose the words learns where they stand
                for place in self._kept[name].places:
                    say(place)
        else:
            self._kept[name] = _furnish(app, box, say, self._folder / f"scene-{name}", is_settled=is_settled)
        return self._kept[name].scene


def _remember(cast: Cast, made: HasCast) -> KeptPlace:
    cookies, people = {}, {}
    for key, person in _people(cast).items():
        browser = vars(person).get("client")
        if browser is not None and (cookie := browser.get_cookie("extranet")) is not None:
            cookies[key] = cookie.value
        people[key] = Person.__new__(Person)
        facts = {name: fact for name, fact in vars(person).items() if name not in ("client", "token")}
        vars(people[key]).update(facts)
    return KeptPlace(copy.copy(made), _rows(cast.app), people, cookies)


def _furnish(app: Extranet, box: Letterbox, say: Say | None, folder: Path, *, is_settled: bool) -> Kept:
    places: list[str] = []
    scene = Scene(app, say and _noting(places, say))
    cookies = {}
    for name, person in _people(scene).items():
        cookie = person.client.get_cookie("extranet")
        cookies[name] = cookie.value if cookie is not None else ""
        if person.member_id:
            person.token  # noqa: B018 – what they are known by is part of the scene
    if is_settled:
        scene.reload()
    for kept in FOLDERS:
        if (app.settings.data_dir / kept).exists():
            shutil.copytree(app.settings.data_dir / kept, folder / kept)
    return Kept(scene, _rows(app), folder, cookies, list(box.letters), places)


def _noting(places: list[str], say: Say) -> Say:
    def noting(place: str) -> str:
        places.append(place)
        return say(place)

    return noting


def _put_back(kept: Kept, app: Extranet, box: Letterbox) -> None:
    for name in FOLDERS:
        if (kept.folder / name).exists():
            shutil.rmtree(app.settings.data_dir / name, ignore_errors=True)
            shutil.copytree(kept.folder / name, app.settings.data_dir / name)
    _write(app, kept.rows)
    box.letters.extend(kept.letters)
    for name, person in _people(kept.scene).items():
        person.client = person.app.test_client()
        if kept.cookies[name]:
            person.client.set_cookie("extranet", kept.cookies[name])


def _people(scene: Scene | Cast) -> dict[str, Person]:
    return {name: person for name, person in vars(scene).items() if isinstance(person, Person)}


def _rows(app: Flask) -> dict[str, Any]:
    """Everything that the tables hold, as the driver gives it: rows of SQLite, a copy in bytes of PostgreSQL."""
    rows: dict[str, Any] = {}
    with app.app_context(), db.database().engine.connect() as connection:
        cursor = connection.connection.cursor()
        for name in Base.metadata.tables:
            if db.database().is_sqlite:
                rows[name] = cursor.execute(f"SELECT * FROM {name}").fetchall()
            else:
                with cursor.copy(f"COPY {name} TO STDOUT (FORMAT binary)") as copy:
                    rows[name] = b"".join(copy)
    return {name: held for name, held in rows.items() if held}


def _write(app: Flask, rows: dict[str, Any]) -> None:
    with app.app_context(), db.database().engine.connect() as connection:
        raw = connection.connection
        cursor, is_sqlite = raw.cursor(), db.database().is_sqlite
        # Tables point at each other in circles, so nothing is checked meanwhile.
        cursor.execute("PRAGMA foreign_keys=OFF" if is_sqlite else "SET session_replication_role = replica")
        if is_sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        for name, held in rows.items():
            if is_sqlite:
                cursor.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(held[0]))})", held)
            else:
                with cursor.copy(f"COPY {name} FROM STDIN (FORMAT binary)") as copy:
                    copy.write(held)
        raw.commit()
        cursor.execute("PRAGMA foreign_keys=ON" if is_sqlite else "SET session_replication_role = DEFAULT")
        raw.commit()
