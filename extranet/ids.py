"""Random identifiers, because a counter in an address tells how much exists."""

import re
import secrets
import unicodedata

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # base58: no look-alikes
_LENGTH = 12


def new_id() -> str:
    """Twelve base58 characters, 70 random bits: the primary key of everything that has an address."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def new_secret() -> str:
    """A bearer secret of 256 random bits, safe in an address and in a header."""
    return secrets.token_urlsafe(32)


def slug_of(name: str) -> str:
    """A name made fit for an address, with a random tail, so that it never tells whether another has the same name."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:40].strip("-")
    tail = new_id()[:8].lower()
    return f"{words}-{tail}" if words else tail
