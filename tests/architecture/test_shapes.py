"""What no linter looks at: who may say that text is safe, what pages may not hold, who may commit."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import ROOT

PACKAGES = ("extranet", "directory", "workspaces")
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MODULES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
SAFE = "extranet/html.py"
COMMITS = {
    "extranet/db.py",
    "extranet/outbox.py",  # the lock of the one who drains, no row
    "extranet/search/whoosh_engine.py",  # the index's own files
}
FORBIDDEN_IN_PAGES = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "inline style": re.compile(r"<style|<\w[^>]*\sstyle\s*=", re.I),
    "event attribute": re.compile(r"<\w[^>]*\son[a-z]+\s*=\s*[\"']", re.I),
    "text said to be safe": re.compile(r"\|\s*safe\b|autoescape\s+false", re.I),
    "another site's file": re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//[^\"']+\.(?:js|css|woff2?)", re.I),
}


@pytest.mark.parametrize("what", FORBIDDEN_IN_PAGES)
def test_no_page_holds(what: str) -> None:
    assert TEMPLATES, "there are templates"
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in TEMPLATES
        if "mail" not in path.parts  # a letter's style stands in its elements, or mail programs drop it
        for line in path.read_text(encoding="utf-8").splitlines()
        if FORBIDDEN_IN_PAGES[what].search(line)
    ]
    assert found == []


def test_only_one_module_says_that_text_is_safe() -> None:
    assert _where("Markup") <= {SAFE}


def test_only_the_database_module_commits() -> None:
    assert _where("commit") <= COMMITS


def test_only_wsgi_knows_every_feature() -> None:
    names = {"extranet", *PACKAGES}
    knowing = {path.name for path in ROOT.glob("*.py") if names <= _imported(path)}
    assert knowing == {"wsgi.py"}
    assert [str(path.relative_to(ROOT)) for path in MODULES if "wsgi" in _imported(path)] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_why_it_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "it has no docstring"


def _where(name: str) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in MODULES if name in _called(path)}


def _called(path: Path) -> Iterator[str]:
    """The names of what a module calls; an empty text can do no harm and is left out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(args=[ast.Constant(value="")]):
                continue
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                yield name


def _imported(path: Path) -> set[str]:
    """The top packages that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found
