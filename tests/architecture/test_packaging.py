"""What is not named in setup.cfg is silently left out of the wheel, and the first to notice would be a site."""

import configparser
from pathlib import Path

from tests.servers import ROOT


def test_every_package_is_named() -> None:
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for package in ("extranet", "directory", "workspaces")
        for path in (ROOT / package).rglob("*.py")
    }
    assert found <= _named(), "setup.cfg's list of packages lacks these"


def test_every_named_package_is_there() -> None:
    mapped = {"extranet.static": "static", "extranet.templates": "templates"}
    assert [name for name in _named() if not Path(ROOT, mapped.get(name, name.replace(".", "/"))).is_dir()] == []


def _named() -> set[str]:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return set(setup["options"]["packages"].split())
