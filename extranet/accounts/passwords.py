"""Passwords: hashed slowly, beside the event loop, and compared as long where there is none. Touches argon2 alone."""

from functools import cache
from importlib import resources

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from extranet.beside import Beside
from extranet.i18n import _

SHORTEST = 10
LONGEST = 200
"""Characters; a longer text would only keep the processor busy."""

_hasher = PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)
_beside = Beside(2)


def hashed(password: str) -> str:
    """The password as it is kept. Takes tens of milliseconds; hold no transaction meanwhile."""
    return _beside(_hasher.hash, password)


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password that was kept; takes the same time where none was."""
    nobodys = _beside(_nobodys)
    return _beside(_verify, kept or nobodys, password) and kept is not None


def weakness(password: str, *, name: str, email: str) -> str | None:
    """Why the password will not do, in a sentence; None if it will."""
    folded = password.casefold()
    if len(password) < SHORTEST:
        return str(_("Use at least %(num)s characters. Three or four words are easy to remember.", num=SHORTEST))
    if len(password) > LONGEST:
        return str(_("Use at most %(num)s characters.", num=LONGEST))
    if folded in _common() or len(set(folded)) < 4:
        return str(_("This password is among the first that anybody would guess. Choose another one."))
    if _is_made_of(folded, name, email):
        return str(_("A password may not be your name or your e-mail address. Choose another one."))
    return None


@cache
def _common() -> frozenset[str]:
    return frozenset((resources.files("extranet") / "data" / "common-passwords.txt").read_text("utf-8").split())


def _is_made_of(folded: str, name: str, email: str) -> bool:
    letters = _letters(folded)
    address = email.casefold().strip()
    own = {_letters(text) for text in (name, "".join(reversed(name.split())), address, address.partition("@")[0])}
    return (letters != "" and letters in own) or folded == address


def _letters(text: str) -> str:
    """Only the letters, because «Aino-Virtanen-1» is a name too."""
    return "".join(c for c in text.casefold() if c.isalpha())


def _verify(kept: str, password: str) -> bool:
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody's password")
