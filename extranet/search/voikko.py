"""Voikko, the Finnish morphology, where a site has installed it (Debian: libvoikko1 and voikko-fi).

It knows all readings of a Finnish form and takes compounds apart, better than a dictionary does. It is never required.
The binding is ours because the one in the package index has not moved since 2019; it is the few calls that we need.
"""

import ctypes
import re
from dataclasses import dataclass
from pathlib import Path

_LIBRARIES = ("libvoikko.so.1", "libvoikko.1.dylib", "libvoikko-1.dll")
_WORD_BASES = re.compile(r"\+([^(+]+)\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a form: its base form, and the base forms of a compound's parts (empty for a plain word)."""

    base: str
    parts: tuple[str, ...]


class Voikko:
    """A Finnish morphology behind a handle of libvoikko; not to be shared by operating-system threads."""

    def __init__(self, library: ctypes.CDLL, handle: int) -> None:
        self._library = library
        self._handle = handle
        self.version = ctypes.string_at(library.voikkoGetVersion()).decode()

    def readings(self, word: str) -> list[Reading]:
        """All readings of one word; empty when it is not known, or is not Finnish."""
        found = self._library.voikkoAnalyzeWordCstr(self._handle, word.encode())
        if not found:
            return []
        try:
            readings = []
            position = 0
            while found[position]:
                readings.append(self._reading(found[position]))
                position += 1
            return [reading for reading in readings if reading.base]
        finally:
            self._library.voikko_free_mor_analysis(found)

    def _reading(self, analysis: int) -> Reading:
        pieces = _WORD_BASES.findall(self._value(analysis, b"WORDBASES"))
        parts = [_base_of(piece, base) for piece, base in pieces if not base.startswith("+")]
        return Reading(self._value(analysis, b"BASEFORM"), tuple(parts) if len(parts) > 1 else ())

    def _value(self, analysis: int, key: bytes) -> str:
        pointer = self._library.voikko_mor_analysis_value_cstr(analysis, key)
        if not pointer:
            return ""
        try:
            return ctypes.string_at(pointer).decode()
        finally:
            self._library.voikko_free_mor_analysis_value_cstr(pointer)


def find_voikko(library: str | None = None, dictionary: Path | None = None) -> Voikko | None:
    """Voikko if both the library and a Finnish dictionary are installed, else None."""
    for name in (library,) if library else _LIBRARIES:
        try:
            # PyDLL keeps the interpreter's lock: a handle must not be used by two threads at once.
            loaded = _declare(ctypes.PyDLL(name))
        except (OSError, AttributeError):
            continue
        error = ctypes.c_char_p()
        path = str(dictionary).encode() if dictionary else None
        handle = loaded.voikkoInit(ctypes.byref(error), b"fi", path)
        if handle:
            return Voikko(loaded, handle)
    return None


def _base_of(piece: str, base: str) -> str:
    """Of kotoutumis(kotoutua) the noun, as a person would look for it; else the base form as Voikko gives it."""
    if piece.endswith("mis") and base != piece:
        return piece[:-1] + "nen"
    return base.split("=")[-1]


def _declare(library: ctypes.CDLL) -> ctypes.CDLL:
    handle, text, analyses = ctypes.c_void_p, ctypes.c_char_p, ctypes.POINTER(ctypes.c_void_p)
    for name, result, arguments in (
        ("voikkoInit", handle, [ctypes.POINTER(text), text, text]),
        ("voikkoGetVersion", ctypes.c_void_p, []),
        ("voikkoAnalyzeWordCstr", analyses, [handle, text]),
        ("voikko_mor_analysis_value_cstr", ctypes.c_void_p, [ctypes.c_void_p, text]),
        ("voikko_free_mor_analysis_value_cstr", None, [ctypes.c_void_p]),
        ("voikko_free_mor_analysis", None, [analyses]),
    ):
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library
