"""How words are read, the same for every engine: folded, brought to base form, taken apart.

A word is indexed by what was written and by its base forms in Finnish, Swedish and English, whichever of them know
it: people mix the languages within a sentence, so nothing is gained by guessing one. The parts of a compound go
beside it with less weight. simplemma's dictionaries are used through its tries, which must be built once (seconds,
700 MB) and are then mapped into memory; Voikko is asked first for Finnish where it is installed.

`python -m extranet.search.analysis --build [DIR]` builds them at set-up.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from simplemma import __version__ as simplemma_version
from simplemma.strategies import DefaultStrategy, DictionaryLookupStrategy
from simplemma.strategies.dictionaries import TrieDictionaryFactory

from extranet.search.voikko import Voikko, find_voikko

VERSION = 2
"""Raise this when the same text would give other terms than before: indexes are then rebuilt by themselves."""

LANGUAGES = ("fi", "sv", "en")
MAX_WORD = 64
"""Longer words are cut here, in text and in queries alike."""

_DICTIONARIES = f"simplemma-{simplemma_version}"
_REMEMBERED_WORDS = 32_768


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a text: what it is found by, and where it stands (characters of the text as given).

    `is_joined` marks the whole of what is written in pieces (O’Brien, TE-toimisto, a phone number), terms themselves.
    """

    surface: str
    bases: tuple[str, ...]
    parts: tuple[str, ...]
    start: int
    end: int
    is_joined: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """What the word equals: its surface form first, then its base forms."""
        return (self.surface, *self.bases)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query: any of `keys` will do, or all of `pieces` where it was written in pieces.

    `surface` is what was typed, for prefixes and misspellings; `parts` are a compound's.
    """

    surface: str
    keys: tuple[str, ...]
    pieces: tuple["Word", ...] = ()
    parts: tuple[str, ...] = ()


class Analysis:
    """Reads words with the dictionaries of one folder. Makes no difference between threads; keeps what it has read."""

    def __init__(self, dictionaries: Path, voikko: Voikko | None) -> None:
        factory = TrieDictionaryFactory(disk_cache_dir=str(dictionaries))
        self._lookup = DictionaryLookupStrategy(factory)
        self._search = DefaultStrategy(dictionary_factory=factory)
        self._voikko = voikko
        self.name = f"{'-'.join(LANGUAGES)}/{VERSION} simplemma/{simplemma_version} voikko/{_version_of(voikko)}"
        self._read = lru_cache(_REMEMBERED_WORDS)(self._read_word)

    def terms(self, text: str) -> list[Term]:
        """The words of a text in their order, each whole after its pieces."""
        terms: list[Term] = []
        for pieces, whole in self._groups(text):
            terms += pieces
            if whole:
                terms.append(whole)
        return terms

    def words(self, query: str) -> list[Word]:
        """What a query asks for; little words (ja, och, the) count only when there is nothing else."""
        words = []
        for pieces, whole in self._groups(query):
            singles = tuple(Word(piece.surface, piece.keys, parts=piece.parts) for piece in pieces)
            if whole:
                words.append(Word(whole.surface, whole.keys, pieces=singles))
            else:
                words += singles
        return [word for word in words if word.surface not in _LITTLE_WORDS] or words

    def bases(self, word: str) -> tuple[str, ...]:
        """The base forms of a single word, other than itself."""
        return self._read(word)[1]

    def _groups(self, text: str) -> Iterator[tuple[list[Term], Term | None]]:
        """What stands together: a word, or the pieces of one and the whole."""
        position = 0
        for number in _PHONE.finditer(text):
            yield from self._chunks(text, position, number.start())
            pieces = [piece for group, _ in self._chunks(text, number.start(), number.end()) for piece in group]
            yield pieces, Term(_dialled(number.group()), (), (), number.start(), number.end(), is_joined=True)
            position = number.end()
        yield from self._chunks(text, position, len(text))

    def _chunks(self, text: str, start: int, end: int) -> Iterator[tuple[list[Term], Term | None]]:
        for chunk in _CHUNK.finditer(text, start, end):
            pieces = self._pieces(chunk)
            yield pieces, _join(pieces) if len(pieces) > 1 else None

    def _pieces(self, chunk: "re.Match[str]") -> list[Term]:
        text = chunk.group()
        if text.isalnum():
            return [Term(*self._read(text), chunk.start(), chunk.end())]
        pieces = [piece for piece in _PIECE.finditer(text) if not _is_case_ending(text, piece)]
        start = chunk.start()
        return [Term(*self._read(piece.group()), start + piece.start(), start + piece.end()) for piece in pieces]

    def _read_word(self, written: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """The folded form of a word, its base forms, and its parts if it is a compound."""
        word = unicodedata.normalize("NFC", written).lower()[:MAX_WORD]
        surface = fold(written)[:MAX_WORD]
        if not _LATIN.fullmatch(word):
            return surface, (), ()
        bases: list[str] = []
        parts: list[str] = []
        readings = self._voikko.readings(word) if self._voikko else []
        for reading in readings:
            bases.append(reading.base)
            parts += reading.parts
        languages = LANGUAGES if not readings else LANGUAGES[1:]
        for language in languages:
            # A name is in the dictionary with its capital, an everyday word without, and typists care for neither.
            bases += [self._lookup.exact_lemma(form, language) or "" for form in (word, word.capitalize())]
            bases.append(self._search.get_lemma(word, language) or "")
        if not readings:
            bases += self._second_readings(word)
            known = set(filter(None, bases))
            whole, found = self._take_apart(word, "fi", known)
            if not found and not any(self._is_known(word, language) for language in ("fi", "en")):
                whole, found = self._take_apart(word, "sv", known - {word})
            bases.append(whole)
            parts += found
        return surface, _distinct(bases, but=surface), _distinct(parts, but=surface)

    def _second_readings(self, word: str) -> list[str]:
        """Finnish nouns that the form could belong to: the dictionary holds one reading, often the verb's."""
        found = []
        for ending, replacement in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                stem = word[: -len(ending)] + replacement
                strong = stem[:-1] + stem[-2] + stem[-1] if len(stem) > 2 and stem[-2] in "kpt" else None
                found += [base for base in (stem, strong) if base and self._is_base(base)]
        return found

    def _is_base(self, word: str) -> bool:
        return any(self._lookup.exact_lemma(form, "fi") == form for form in (word, word.capitalize()))

    def _is_known(self, word: str, language: str) -> bool:
        return self._lookup.get_lemma(word, language) is not None

    def _take_apart(self, word: str, language: str, known: set[str]) -> tuple[str, list[str]]:
        """A compound's base form and those of its two parts by one language's dictionary; empty if it is none.

        Where base forms are `known`, the whole must be one of them: tilastoissa is no tila with a stoa in it.
        """
        for cut in _cuts(word):
            first = self._first_part(word[:cut], language)
            last = self._lookup.exact_lemma(word[cut:], language)
            if first and last and len(first) >= 3 and len(last) >= 3 and (not known or word[:cut] + last in known):
                return word[:cut] + last, [first, last]
        return "", []

    def _first_part(self, part: str, language: str) -> str | None:
        if language == "fi" and part.endswith("s") and self._lookup.exact_lemma(part[:-1] + "nen", "fi"):
            return part[:-1] + "nen"  # kotoutumis- stands for kotoutuminen
        base = self._lookup.exact_lemma(part, language)
        is_genitive = part.endswith("n" if language == "fi" else "s")  # lasten-, arbets-
        return base if base == part or is_genitive else None


def fold(text: str) -> str:
    """Case, width and foreign diacritics taken away; å, ä and ö are letters of their own and stay.

    fold("Şirin Öberg ﬁ") == "sirin öberg fi"
    """
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).translate(_SISTERS)
    return unicodedata.normalize("NFC", "".join(map(_fold_letter, text)))


def is_near(one: str, other: str) -> bool:
    """Whether one slip of the finger makes one word of the other: a letter more, less, other, or two swapped."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) <= 1 or (len(one) == 2 and one == other[::-1])


@lru_cache(maxsize=4)
def load(data_dir: Path) -> Analysis:
    """The analysis of this installation. Builds the dictionaries if nobody has (half a minute at worst, once).

    They are looked for in the environment, where set-up puts them, then in `data_dir`.
    """
    return Analysis(find_dictionaries(data_dir), find_voikko())


def find_dictionaries(data_dir: Path) -> Path:
    """The folder of the built dictionaries, built in `data_dir` by another process if there is none."""
    kept = data_dir / "dictionaries"
    for folder in (default_folder() / _DICTIONARIES, kept / _DICTIONARIES):
        if folder.is_dir():
            return folder
    with _building:
        if not (kept / _DICTIONARIES).is_dir():
            # The builder would leave 225 MB in this process.
            command = [sys.executable, "-m", "extranet.search.analysis", "--build", str(kept)]
            subprocess.run(command, check=True, cwd=Path(__file__).resolve().parents[2])
    return kept / _DICTIONARIES


def default_folder() -> Path:
    """Where set-up keeps the dictionaries: in the environment, so that a new data folder does not cost a build."""
    return Path(sys.prefix) / "share" / "extranet"


def build(folder: Path) -> Path:
    """Build the dictionaries below `folder` unless they are there; whole or not at all. Peaks at 700 MB."""
    target = folder / _DICTIONARIES
    if target.is_dir():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    try:
        factory = TrieDictionaryFactory(disk_cache_dir=str(fresh))
        for language in LANGUAGES:
            factory.get_dictionary(language)
        fresh.chmod(0o755)
        fresh.rename(target)
    except OSError:
        if not target.is_dir():  # else another process was quicker, and its work is as good
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def main(arguments: Sequence[str] | None = None) -> None:
    """The command of set-up."""
    parser = argparse.ArgumentParser(prog="python -m extranet.search.analysis", description="Build the dictionaries.")
    parser.add_argument("--build", metavar="DIR", nargs="?", type=Path, const=default_folder(), required=True)
    build(parser.parse_args(arguments).build)


def _version_of(voikko: Voikko | None) -> str:
    return voikko.version if voikko else "none"


def _distinct(words: list[str], *, but: str) -> tuple[str, ...]:
    folded = dict.fromkeys(fold(word)[:MAX_WORD] for word in words if word)
    for useless in (but, *_PRONOUNS):
        folded.pop(useless, None)
    return tuple(folded)


def _dialled(number: str) -> str:
    """A phone number as it is dialled within the country, however it is written: +358 50 123 is 050 123."""
    digits = re.sub(r"\D", "", number)[:MAX_WORD]
    return "0" + re.sub(r"^(?:00)?3580?", "", digits) if number.startswith(("+358", "00358")) else digits


def _join(pieces: Sequence[Term]) -> Term:
    head = "".join(piece.surface for piece in pieces[:-1])
    surface = (head + pieces[-1].surface)[:MAX_WORD]
    bases = tuple((head + base)[:MAX_WORD] for base in pieces[-1].bases)
    return Term(surface, bases, (), pieces[0].start, pieces[-1].end, is_joined=True)


def _is_case_ending(chunk: str, piece: "re.Match[str]") -> bool:
    """Whether the piece is what Finnish and Swedish hang on an abbreviation by a colon: EU:n, EU:s."""
    return piece.start() > 0 and chunk[piece.start() - 1] == ":" and piece.group() in _CASE_ENDINGS


def _cuts(word: str) -> Iterator[int]:
    """Where a compound may be cut, the longest last part first: it is the likeliest to be a word, not an ending."""
    for cut in range(3, len(word) - 3):
        if cut > 3 or word[:3] in _SHORT_FIRST_PARTS:
            yield cut


def _fold_letter(letter: str) -> str:
    if letter in "åäö":
        return letter
    return "".join(mark for mark in unicodedata.normalize("NFD", letter) if mark not in _MARKS_TO_DROP)


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


_MARKS_TO_DROP = frozenset(map(chr, [*range(0x300, 0x370), 0x640, *range(0x64B, 0x660), 0x670]))
_SISTERS = str.maketrans({"ø": "ö", "æ": "ä", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th"})

# Vowel signs and accents that do not stand alone; without them an Indic or a decomposed word would fall to pieces.
_MARK = "".join(re.escape(chr(n)) for n in range(0x300, 0x10000) if unicodedata.category(chr(n)) in ("Mn", "Mc"))
_LETTERS = rf"[^\W_](?:[^\W_]|[{_MARK}\u200c\u200d])*"
_PIECE = re.compile(_LETTERS)
_CHUNK = re.compile(rf"{_LETTERS}(?:[-\u2010\u2011\u00ad'’ʼ:]{_LETTERS})*")
_PHONE = re.compile(r"(?<![\w+])(?:\+|00)?[0-9](?:[ \u00a0()/.-]{0,2}[0-9]){6,14}(?!\w)")
_LATIN = re.compile(r"[a-zà-öø-ʯ]{2,}")

_CASE_ENDINGS = _set_of(
    "n t a ä ta tä na nä in en an än ien jen iin een aan ään ssa ssä sta stä lla llä lta ltä lle ksi s"
)
_ENDINGS = tuple(
    (ending, replacement)
    for replacement, endings in {
        "": "n a ä ssa ssä sta stä lla llä lta ltä lle na nä ksi t",
        "i": "ien ia iä eja ejä ejen eissa eissä eista eistä eille eilla eillä eilta eiltä eihin een",
    }.items()
    for ending in endings.split()
)
_LITTLE_WORDS = _set_of(
    "ja tai sekä on ei se että kun kuin niin myös och eller är inte det att som i på för med av en ett den de till om "
    "the a an of in to and or is for on at with"
)
# Where the dictionary holds a dialect's pronoun for an everyday word (työ, te), the word is worth more.
_PRONOUNS = ("minä", "sinä", "hän", "se", "tämä", "jag", "du", "ni", "i")
_SHORT_FIRST_PARTS = _set_of("työ maa tie puu jää pää suu kuu väl kul tid led råd lag ung för")
_building = Lock()


if __name__ == "__main__":
    main()
