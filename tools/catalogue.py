"""Keeps the catalogues of translations: English is the text in the code, Finnish and Swedish stand in three catalogues.

    catalogue.py extract [--missing]     what the code and the templates say, as JSON; or only what lacks a translation
    catalogue.py add PACKAGE FILE.json   translations into a package's catalogue ("-" reads standard input), a list of
                                         {"id": "Send", "fi": "Lähetä", "sv": "Skicka"} and
                                         {"id": "%(num)s reply", "plural": "%(num)s replies",
                                          "fi": ["…", "…"], "sv": ["…", "…"]}
    catalogue.py update [--prune]        writes the catalogues anew; --prune leaves out what nothing says any more
    catalogue.py compile                 .po to .mo, where the .po is newer
    catalogue.py check                   tells what is missing, empty, fuzzy, contradictory or has other placeholders

A text of a template may be translated in any of the three: they are merged when the server runs. Whoever adds takes a
lock first, so several may do it at once.
"""

import argparse
import ast
import fcntl
import io
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("extranet", "directory", "workspaces")
LANGUAGES = ("fi", "sv")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "lazy": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
}
JINJA = {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


@dataclass
class Said:
    """A text that the code says: its English, its plural where it has one, and where it stands."""

    id: str
    plural: str | None = None
    places: list[str] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract").add_argument("--missing", action="store_true")
    add = commands.add_parser("add")
    add.add_argument("package", choices=PACKAGES)
    add.add_argument("file", type=argparse.FileType(encoding="utf-8"))
    commands.add_parser("update").add_argument("--prune", action="store_true")
    commands.add_parser("compile")
    commands.add_parser("check")
    chosen = parser.parse_args(arguments)
    if chosen.command == "extract":
        return extract(only_missing=chosen.missing)
    if chosen.command == "add":
        return add_translations(chosen.package, json.load(chosen.file))
    if chosen.command == "update":
        return update(prune=chosen.prune)
    if chosen.command == "compile":
        return compile_all()
    return check()


def extract(*, only_missing: bool) -> int:
    said = what_is_said()
    known = {language: _merged(language) for language in LANGUAGES}
    rows = []
    for text in sorted(said.values(), key=lambda text: text.id):
        lacking = [language for language in LANGUAGES if text.id not in known[language]]
        if only_missing and not lacking:
            continue
        row: dict[str, Any] = {"id": text.id}
        if text.plural:
            row["plural"] = text.plural
        for language in LANGUAGES:
            message = known[language].get(text.id)
            row[language] = message.string if message else (["", ""] if text.plural else "")
        rows.append(row | {"where": text.places[:3]})
    print(json.dumps(rows, ensure_ascii=False, indent=1))
    return 0


def add_translations(package: str, entries: list[dict[str, Any]]) -> int:
    """Put entries into a package's catalogues; a text that is there already gets the new translation."""
    faults = [fault for entry in entries for fault in _faults_of_entry(entry)]
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    with _alone():
        for language in LANGUAGES:
            elsewhere = {name: _read(name, language) for name in PACKAGES}
            touched = {package}
            for entry in entries:
                home = next((name for name in PACKAGES if entry["id"] in elsewhere[name]), package)
                key = (entry["id"], entry["plural"]) if "plural" in entry else entry["id"]
                elsewhere[home].delete(entry["id"])
                elsewhere[home].add(key, entry[language])
                touched.add(home)
            for name in touched:
                _write(name, language, elsewhere[name])
    print(f"{package}: {len(entries)} texts")
    return 0


def update(*, prune: bool) -> int:
    with _alone():
        said = what_is_said()
        for package in PACKAGES:
            for language in LANGUAGES:
                catalogue = _read(package, language)
                for message in [message for message in catalogue if message.id]:
                    if prune and _id(message) not in said:
                        catalogue.delete(_id(message))
                _write(package, language, catalogue)
    return 0


def compile_all() -> int:
    for package in PACKAGES:
        for language in LANGUAGES:
            source = _path(package, language)
            target = source.with_suffix(".mo")
            if not source.exists() or (target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns):
                continue
            content = io.BytesIO()
            write_mo(content, _read(package, language))
            fresh = target.with_suffix(".mo.new")
            fresh.write_bytes(content.getvalue())
            fresh.replace(target)
    return 0


def check() -> int:
    said = what_is_said()
    faults = list(_unextractable())
    for language in LANGUAGES:
        faults += _contradictions(language)
        known = _merged(language)
        for text in sorted(said.values(), key=lambda text: text.id):
            message = known.get(text.id)
            place = text.places[0]
            if message is None:
                faults.append(f"{place}: no {language} for {text.id!r}")
            else:
                faults += [f"{place}: {language} of {text.id!r} {fault}" for fault in _faults(message, text)]
    unused = {name for language in LANGUAGES for name in _merged(language)} - set(said)
    if unused:
        print(f"note: {len(unused)} translated texts are said nowhere; `update --prune` leaves them out")
    for fault in faults:
        print(fault)
    print(f"{len(said)} texts, {len(faults)} faults in {', '.join(LANGUAGES)}")
    return 1 if faults else 0


def what_is_said() -> dict[str, Said]:
    """All texts in the code and in the templates, by their English."""
    said: dict[str, Said] = {}
    for path in _python_files():
        _collect(said, path, "python", {})
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file() and path.suffix in {".html", ".txt", ".xml", ".svg"}:
            _collect(said, path, "jinja2.ext:babel_extract", JINJA)
    return said


def _collect(said: dict[str, Said], path: Path, method: str, options: dict[str, str]) -> None:
    shown = path.relative_to(ROOT)
    try:
        found = list(extract_from_file(method, path, KEYWORDS, options=options))
    except Exception as error:
        error.add_note(f"while reading {shown}")
        raise
    for line, text, _comments, _context in found:
        singular, plural = (text[0], text[1]) if isinstance(text, tuple) else (text, None)
        if singular:
            known = said.setdefault(singular, Said(singular, plural))
            known.plural = known.plural or plural
            known.places.append(f"{shown}:{line}")


def _python_files() -> list[Path]:
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [*files, *ROOT.glob("wsgi.py")]


def _unextractable() -> Iterator[str]:
    """Texts put together before they are translated: no catalogue can hold them."""
    for path in _python_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[ast.JoinedStr() | ast.BinOp(), *_]) if name in KEYWORDS:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}: a text is built before it is translated"


def _faults_of_entry(entry: dict[str, Any]) -> Iterator[str]:
    name = entry.get("id")
    if not isinstance(name, str) or not name:
        yield f"no id: {entry!r}"
        return
    for language in LANGUAGES:
        wanted = list if "plural" in entry else str
        if not isinstance(entry.get(language), wanted):
            yield f"{name!r}: {language} must be a {'list of two texts' if wanted is list else 'text'}"
            continue
        key = (name, entry["plural"]) if "plural" in entry else name
        message = Message(key, entry[language])
        yield from (f"{name!r}: {language} {fault}" for fault in _faults(message, Said(name, entry.get("plural"))))


def _faults(message: Message, text: Said) -> Iterator[str]:
    forms = [form or "" for form in (message.string if isinstance(message.string, list | tuple) else [message.string])]
    if message.fuzzy:
        yield "is fuzzy"
    if text.plural and len(forms) != 2:
        yield "has no two plural forms"
    if not all(forms):
        yield "is empty"
        return
    wanted = set(PLACEHOLDER.findall(text.id)) | set(PLACEHOLDER.findall(text.plural or ""))
    for number, form in enumerate(forms):
        has = set(PLACEHOLDER.findall(form))
        may_lack = {"num"} if text.plural and number == 0 else set()
        if has - wanted or wanted - has - may_lack:
            yield f"has other placeholders: {form!r}"
        if re.search(r"%(?!\(\w+\)[sd]|%)", form) and wanted:
            yield f"has a broken placeholder: {form!r}"


def _contradictions(language: str) -> list[str]:
    seen: dict[str, tuple[str, Any]] = {}
    faults = []
    for package in PACKAGES:
        for message in _messages(package, language):
            first, string = seen.setdefault(_id(message), (package, message.string))
            if string != message.string:
                faults.append(f"{language}: {first} and {package} translate {_id(message)!r} differently")
    return faults


def _merged(language: str) -> dict[str, Message]:
    return {_id(message): message for package in PACKAGES for message in _messages(package, language)}


def _messages(package: str, language: str) -> list[Message]:
    return [message for message in _read(package, language) if message.id]


def _id(message: Message) -> str:
    return message.id[0] if isinstance(message.id, list | tuple) else message.id


def _path(package: str, language: str) -> Path:
    return ROOT / package / "translations" / language / "LC_MESSAGES" / "messages.po"


def _read(package: str, language: str) -> Catalog:
    path = _path(package, language)
    content = path.read_bytes() if path.exists() else HEADER.format(language=language).encode()
    return read_po(io.BytesIO(content), locale=language)


def _write(package: str, language: str, catalogue: Catalog) -> None:
    content = io.BytesIO()
    write_po(content, catalogue, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True, width=120)
    path = _path(package, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".po.new")
    text = HEADER.format(language=language) + content.getvalue().decode().lstrip()
    fresh.write_text(text.rstrip() + "\n", encoding="utf-8")
    fresh.replace(path)


@contextmanager
def _alone() -> Iterator[None]:
    with open(__file__, "rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
