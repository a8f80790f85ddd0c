"""A catalogue that lacks a text, or has lost a placeholder, must not pass: somebody would read half a sentence."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tools import catalogue

REPLIES = {
    "id": "%(num)s reply",
    "plural": "%(num)s replies",
    "fi": ["%(num)s vastaus", "%(num)s vastausta"],
    "sv": ["%(num)s svar", "%(num)s svar"],
}
SEND = {"id": "Send", "fi": "Lähetä", "sv": "Skicka"}


@pytest.fixture(autouse=True)
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A product of its own that says three texts."""
    monkeypatch.setattr(catalogue, "ROOT", tmp_path)
    code = 'title = _("Send")\ncount = ngettext("%(num)s reply", "%(num)s replies", 2)\n'
    for path, text in {
        "extranet/texts.py": code,
        "templates/page.html": "{% trans %}\n  Two\n  lines\n{% endtrans %}",
        "directory/empty.py": "",
        "workspaces/empty.py": "",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def test_what_code_and_templates_say_is_found() -> None:
    assert set(catalogue.what_is_said()) == {"Send", "%(num)s reply", "Two lines"}


def test_a_missing_translation_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogue.add_translations("extranet", [SEND, REPLIES]) == 0
    assert catalogue.check() == 1
    assert "no sv for 'Two lines'" in capsys.readouterr().out


def test_a_complete_catalogue_passes() -> None:
    catalogue.add_translations("extranet", [SEND, REPLIES])
    catalogue.add_translations("workspaces", [{"id": "Two lines", "fi": "Kaksi riviä", "sv": "Två rader"}])
    assert catalogue.check() == 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"fi": ["%(num)s vastaus", "vastausta"]}, "other placeholders"),
        ({"fi": ["%(num)s vastaus", "%(num) vastausta"]}, "other placeholders"),
        ({"sv": "%(num)s svar"}, "list of two texts"),
        ({"sv": ["", "%(num)s svar"]}, "is empty"),
    ],
)
def test_a_wrong_entry_is_not_taken(wrong: dict[str, object], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert catalogue.add_translations("extranet", [REPLIES | wrong]) == 1
    assert told in capsys.readouterr().err


def test_a_text_has_one_home() -> None:
    catalogue.add_translations("extranet", [SEND])
    catalogue.add_translations("workspaces", [SEND | {"fi": "Lähetä viesti"}])
    homes = [path for path in catalogue.ROOT.rglob("fi/**/messages.po") if "Send" in path.read_text(encoding="utf-8")]
    assert [path.relative_to(catalogue.ROOT).parts[0] for path in homes] == ["extranet"]
    assert "Lähetä viesti" in homes[0].read_text(encoding="utf-8")


def test_several_may_add_at_once() -> None:
    entries = [{"id": f"Text {number}", "fi": f"Teksti {number}", "sv": f"Text {number}"} for number in range(12)]
    with ThreadPoolExecutor(4) as helpers:
        list(helpers.map(lambda entry: catalogue.add_translations("directory", [entry]), entries))
    kept = (catalogue.ROOT / "directory/translations/fi/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    assert [entry["id"] for entry in entries if json.dumps(entry["fi"], ensure_ascii=False) not in kept] == []


def test_a_text_built_before_its_translation_is_told(product: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (product / "extranet/texts.py").write_text('title = _(f"Hello {name}")\n', encoding="utf-8")
    assert catalogue.check() == 1
    assert "extranet/texts.py:1" in capsys.readouterr().out
