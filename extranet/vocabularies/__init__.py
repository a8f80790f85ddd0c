"""The fixed words a site chooses from: regions, municipalities, organisation types, themes and languages.

They are facts that many places ask for by code and show by name, so they are read once and never change while the
server runs. Their names are data, not gettext: a site that works on another field puts its own `themes.csv` (or any of
the five files) into `DATA_DIR/vocabularies` and needs no translator. Language names come from CLDR.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Protocol, TypeVar

from babel import Locale
from flask import Flask, current_app, has_app_context

from extranet.collation import sort_key
from extranet.config import BadSetting

__all__ = [
    "Language", "Municipality", "Term", "Vocabularies", "Vocabulary", "install", "languages", "load", "municipalities",
    "organisation_types", "regions", "themes",
]  # fmt: skip

EXTENSION = "vocabularies"
CLDR_CODES = {"prs": "fa_AF"}
NATIONAL_LANGUAGES = ("fi", "sv", "en")
ALAND = "21"
REQUIRED_COLUMNS = {
    "regions": {"code", "name_fi"},
    "municipalities": {"code", "name_fi", "name_sv", "region_code"},
    "organisation_types": {"code", "name_fi"},
    "themes": {"code", "name_fi"},
    "languages": {"code"},
}


class Named(Protocol):
    @property
    def code(self) -> str: ...

    def name(self, locale: str) -> str: ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class Term:
    """One entry: a stable code and its name in each language; `plain` is the name in plain Finnish."""

    code: str
    fi: str
    sv: str
    en: str
    plain: str = ""

    def name(self, locale: str) -> str:
        """The name in the language of `locale` (`fi`, `sv_FI`, `en`…); any other language reads English."""
        match language_of(locale):
            case "fi":
                return self.fi
            case "sv":
                return self.sv
            case _:
                return self.en

    def plain_name(self) -> str:
        """The name in plain Finnish, which is the Finnish name where nothing plainer is known."""
        return self.plain or self.fi


@dataclass(frozen=True, slots=True)
class Municipality(Term):
    region: Term = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its ISO 639 code, named by CLDR in the reader's language."""

    code: str

    def name(self, locale: str) -> str:
        return _language_name(CLDR_CODES.get(self.code, self.code), language_of(locale)) or self.code


class Vocabulary(Mapping[str, T]):
    """Entries by code, in the order of their file; `in`, `[]`, `get` and `len` as in any mapping."""

    def __init__(self, entries: list[T]) -> None:
        self._entries = {entry.code: entry for entry in entries}
        self._codes_by_name: dict[str, str] = {}
        self._choices: dict[str, list[tuple[str, str]]] = {}
        for language in NATIONAL_LANGUAGES:
            for entry in entries:
                self._codes_by_name.setdefault(_folded(entry.name(language)), entry.code)

    def __getitem__(self, code: str) -> T:
        return self._entries[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def name(self, code: str, locale: str) -> str:
        """The name of a code; a code that the site has since taken out of its list is shown as it is."""
        entry = self._entries.get(code)
        return entry.name(locale) if entry else code

    def by_name(self, name: str) -> T | None:
        """The entry whose Finnish, Swedish or English name this is, whatever its case; Finnish goes first."""
        code = self._codes_by_name.get(_folded(name))
        return self._entries[code] if code else None

    def sorted(self, locale: str) -> list[T]:
        """All entries in the alphabetical order of their names in the reader's language."""
        return sorted(self._entries.values(), key=lambda entry: sort_key(entry.name(locale)))

    def choices(self, locale: str) -> list[tuple[str, str]]:
        """(code, name) of every entry in alphabetical order, as a form's list of options wants them."""
        language = language_of(locale)
        if language not in self._choices:  # asked for many times a page
            self._choices[language] = [(entry.code, entry.name(language)) for entry in self.sorted(language)]
        return list(self._choices[language])


@dataclass(frozen=True, slots=True)
class Vocabularies:
    """The five vocabularies of one site."""

    regions: Vocabulary[Term]
    municipalities: Vocabulary[Municipality]
    organisation_types: Vocabulary[Term]
    themes: Vocabulary[Term]
    languages: Vocabulary[Language]


def regions() -> Vocabulary[Term]:
    """The 19 regions (maakunta) by their official two-digit code."""
    return _current().regions


def municipalities() -> Vocabulary[Municipality]:
    """The municipalities by their official three-digit code, each with its region."""
    return _current().municipalities


def organisation_types() -> Vocabulary[Term]:
    """What an organisation can be, by a code that never changes (`municipality`, `association`…)."""
    return _current().organisation_types


def themes() -> Vocabulary[Term]:
    """What members know about, by a code that never changes (`quota_refugees`, `housing`…)."""
    return _current().themes


def languages() -> Vocabulary[Language]:
    """The languages offered to members, by ISO 639 code."""
    return _current().languages


def install(app: Flask, folder: Path) -> None:
    """Give the app the vocabularies of its site: `folder` (`DATA_DIR/vocabularies`) may hold some files, or none.

    Raises `BadSetting` if one of the files cannot be used.
    """
    try:
        app.extensions[EXTENSION] = load(folder)
    except (ValueError, OSError) as error:
        raise BadSetting(f"{folder} cannot be used: {error}.") from error


def load(folder: Path | None = None) -> Vocabularies:
    """Read the five files, each from `folder` if it is there, else the defaults.

    Raises ValueError, naming the file, for one that lacks a column or names a region that does not exist.
    """
    region_terms = Vocabulary([_term(row) for row in _rows("regions", folder)])
    return Vocabularies(
        regions=region_terms,
        municipalities=Vocabulary([_municipality(row, region_terms) for row in _rows("municipalities", folder)]),
        organisation_types=Vocabulary([_term(row) for row in _rows("organisation_types", folder)]),
        themes=Vocabulary([_term(row) for row in _rows("themes", folder)]),
        languages=Vocabulary([Language(row["code"]) for row in _rows("languages", folder)]),
    )


def language_of(locale: str) -> str:
    """`sv_FI` and `sv-FI` are `sv`."""
    return locale.replace("-", "_").partition("_")[0]


def _current() -> Vocabularies:
    if has_app_context() and EXTENSION in current_app.extensions:
        site: Vocabularies = current_app.extensions[EXTENSION]
        return site
    return _defaults()


@cache
def _defaults() -> Vocabularies:
    return load()


@cache
def _language_name(cldr_code: str, language: str) -> str | None:
    name: str | None = Locale.parse(language).languages.get(cldr_code)
    return name


def _term(row: dict[str, str]) -> Term:
    fi = row["name_fi"]
    return Term(row["code"], fi, row.get("name_sv") or fi, row.get("name_en") or fi, row.get("name_plain") or "")


def _municipality(row: dict[str, str], region_terms: Vocabulary[Term]) -> Municipality:
    region = region_terms.get(row["region_code"])
    if region is None:
        raise ValueError(f"municipalities.csv: {row['code']} is in the region {row['region_code']}, which is not known")
    # English writes Swedish names on Åland and Finnish names elsewhere; the file has no English column.
    en = row["name_sv"] if region.code == ALAND else row["name_fi"]
    return Municipality(row["code"], row["name_fi"], row["name_sv"], en, region=region)


def _rows(name: str, folder: Path | None) -> list[dict[str, str]]:
    own = folder / f"{name}.csv" if folder else None
    source = own if own and own.is_file() else resources.files(__name__) / f"{name}.csv"
    rows = list(csv.DictReader(io.StringIO(source.read_text("utf-8-sig"))))
    if not rows:
        raise ValueError(f"{name}.csv has no rows")
    missing = REQUIRED_COLUMNS[name] - rows[0].keys()
    if missing:
        raise ValueError(f"{name}.csv has no column {', '.join(sorted(missing))}")
    return rows


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
