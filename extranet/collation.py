"""An alphabetical order of our own, because databases do not agree on one.

SQLite compares bytes, PostgreSQL follows whatever locale its cluster was made with, and neither knows that a member's
name should stand where a Finn or a Swede looks for it. `sort_key` turns a text into lower-case ASCII letters and digits
whose plain order is the Finnish and Swedish alphabet, so one stored column sorts alike everywhere: å, ä and ö after z,
v and w apart, ü with y, other marks folded onto their letters, other scripts last. Letters and digits alone are used,
since clusters with a language's locale pass over spaces and punctuation.
"""

import unicodedata

_SPACE = "0"
_DIGIT = "1"
_OWN_LETTERS = {"z": "za", "å": "zb", "ä": "zc", "æ": "zc", "ö": "zd", "ø": "zd", "œ": "zd", "ő": "zd"}
_NEAR_LETTERS = {"ü": "y", "ű": "y", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h", "ŋ": "n", "ŧ": "t"}
_LETTERS = _OWN_LETTERS | _NEAR_LETTERS
_OTHER_SCRIPT = "ze"


def sort_key(text: str) -> str:
    """The text as ASCII letters and digits that sort, byte by byte, in Finnish and Swedish alphabetical order.

    Case, apostrophes and surrounding space do not count; hyphens and other separators count as one space. Different
    texts may have the same key, so a list adds an id of its own as the last criterion.
    """
    words = _words(unicodedata.normalize("NFC", text.casefold()))
    return _SPACE.join("".join(_code(letter) for letter in word) for word in words)


def _words(text: str) -> list[str]:
    kept = (letter if _counts(letter) else " " for letter in text if not _is_silent(letter))
    return "".join(kept).split()


def _counts(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LNMS"


def _is_silent(letter: str) -> bool:
    return letter in "'’ʼ‘`´" or unicodedata.category(letter) == "Cf"


def _code(letter: str) -> str:
    if letter in _LETTERS:
        return _LETTERS[letter]
    plain = unicodedata.normalize("NFKD", letter)
    return "".join(_plain_code(part) for part in plain if not unicodedata.combining(part))


def _plain_code(letter: str) -> str:
    if "0" <= letter <= "9":
        return _DIGIT + letter
    if letter == "z":
        return _OWN_LETTERS["z"]
    if "a" <= letter <= "y":
        return letter
    return f"{_OTHER_SCRIPT}{ord(letter):06x}" if not letter.isspace() else ""
