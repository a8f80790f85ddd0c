"""Words that stand in one private place each, to be looked for everywhere else.

A marker is a word of no language, which the search reads like any other word, and no two are alike; in numbers and
addresses it has their form. Who may read which is said here, in one place.
"""

import random
import re

from tests.cast import Person
from tests.factories import Scene

INSIDE = frozenset({"ada", "hugo", "grace", "olga"})
NEWCOMER = frozenset({"nina"})
"""Has joined, and sees nothing that was said before."""
HOSTS = frozenset({"ada", "hugo"})
MODERATORS = frozenset({"moses", "irma"})
MEMBERS = INSIDE | NEWCOMER | MODERATORS | {"mallory", "lee", "rita", "kim", "ingrid", "hanna"}
NOBODY: frozenset[str] = frozenset()

OF_A_WORKSPACE = {
    "purpose": INSIDE | NEWCOMER,
    "thread": INSIDE | NEWCOMER,
    "later message": INSIDE | NEWCOMER,
    "message": INSIDE,
    "edited message": INSIDE,
    "message of who left": INSIDE,
    "message of who is suspended": INSIDE,
    "retraction reason": INSIDE,
    "outcome": INSIDE | NEWCOMER,
    "question": INSIDE,
    "answer": INSIDE,
    "matter": INSIDE,
    "title before": NOBODY,
    "reason": INSIDE,
    "decision": INSIDE,
    "message before its edit": frozenset({"grace"}),
    "draft": frozenset({"grace"}),
    "thanks": INSIDE,
    "file name": INSIDE,
    "file content": INSIDE,
    "picture content": INSIDE,
    "preview": INSIDE,
    "what a picture shows": INSIDE,
    "unsent file": frozenset({"grace"}),
    "name of an unsent file": frozenset({"grace"}),
    "file taken back": NOBODY,
    "name of a file taken back": NOBODY,
    "message taken back": NOBODY,
    "retracted message": NOBODY,
    "request": HOSTS | MODERATORS | {"rita"},
    "reason of keeping out": HOSTS | MODERATORS,
    "invited address": HOSTS | MODERATORS,
}
OF_A_MEMBER = {
    "phone": MEMBERS,
    "hidden phone": frozenset({"grace"}),
    "hidden e-mail": frozenset({"grace"}),
    "hidden organisation": frozenset({"grace"}),
    "hidden ask about": frozenset({"grace"}),
    "hidden account address": MODERATORS | {"grace"},
    "hidden card: title": frozenset({"hanna"}),
    "hidden card: ask about": frozenset({"hanna"}),
    "hidden card: account address": MODERATORS | {"hanna"},
    "token: name": frozenset({"ada"}),
    "suspension reason": MODERATORS,
}


class Markers:
    """The markers that were planted, by place."""

    def __init__(self, seed: str = "") -> None:
        self._seed = seed
        self.words: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self._pattern = re.compile("(?!)")

    def say(self, place: str) -> str:
        """What to write into a place: a text of its kind with the place's marker in it."""
        word = self.words.setdefault(place, self._new(place))
        self._places[word] = place
        self._pattern = re.compile("|".join(self._places))
        if "phone" in place:
            return f"+358{word}"
        if "e-mail" in place or "address" in place:
            return f"{word}@example.org"
        return f"Se {word} on"

    def _new(self, place: str) -> str:
        chance = random.Random(self._seed + place)
        if "phone" in place:
            return "50" + "".join(chance.choice("123456789") for _digit in range(7))
        return "".join(chance.choice("bdfgqwxz") + chance.choice("aiou") for _syllable in range(6))

    def found_in(self, text: str) -> set[str]:
        """The places whose markers a text has."""
        return {self._places[word] for word in self._pattern.findall(text.casefold())}

    def private_from(self, name: str) -> list[str]:
        """The places that this person may not read."""
        return [place for place in self.words if name not in readers(place)]


def readers(place: str) -> frozenset[str]:
    """Who may read what stands in a place."""
    if place.startswith("application: "):
        return MODERATORS
    if place.startswith("unconfirmed: "):
        return NOBODY
    if place in OF_A_MEMBER:
        return OF_A_MEMBER[place]
    space, _colon, what = place.partition(": ")
    if space.endswith("trash"):
        return HOSTS | MODERATORS if what == "name" else NOBODY
    if what == "name" or (what == "purpose" and space.startswith(("listed", "open"))):
        if space.startswith(("listed", "open")):
            return MEMBERS
        return INSIDE | NEWCOMER | MODERATORS | ({"ingrid"} if space == "unlisted" else NOBODY)
    return OF_A_WORKSPACE[what]


def everybody(scene: Scene) -> dict[str, Person]:
    """All people of a scene by the names that are used here."""
    names = (
        "visitor", "mallory", "lee", "sue", "moses", "kim", "rita", "ingrid", "hanna", "grace", "nina",
        "ada",
    )  # fmt: skip
    return {name: getattr(scene, name) for name in names}


def inflected(word: str) -> list[str]:
    """Forms in which somebody may look for a word."""
    return [word, f"{word}n", f"{word}ssa"]

