"""What looks like personal data is found by the server and by the page's script alike; other text is left alone."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from extranet.personal_data import look_for
from tests.servers import ROOT

VECTORS = ROOT / "tests/data/personal-data.json"
CASES = json.loads(VECTORS.read_text(encoding="utf-8"))
SCRIPT = """
import { readFileSync } from "node:fs";
const { lookFor } = await import(process.argv[2]);
const cases = JSON.parse(readFileSync(process.argv[3], "utf8"));
console.log(JSON.stringify(cases.map(([text]) => lookFor(text).map(({ kind }) => kind))));
"""


@pytest.mark.once
@pytest.mark.parametrize(("text", "kinds"), CASES)
def test_the_server_finds(text: str, kinds: list[str]) -> None:
    assert [finding.kind for finding in look_for(text)] == kinds


@pytest.mark.once
def test_the_script_finds_the_same(tmp_path: Path) -> None:
    script = (ROOT / "static/js/personal-data.js").read_text(encoding="utf-8")
    data = (ROOT / "extranet/data/personal-data.json").as_uri()
    imported = f'import said from "{data}" with {{ type: "json" }};\nconst {{ patterns }} = said;'
    alone, count = re.subn(r"^import .*$", lambda _found: imported, script, flags=re.M)
    assert count == 1
    (tmp_path / "looking.mjs").write_text(alone, encoding="utf-8")
    (tmp_path / "asking.mjs").write_text(SCRIPT, encoding="utf-8")
    asked = [Path(sys.executable).with_name("node"), tmp_path / "asking.mjs", tmp_path / "looking.mjs", VECTORS]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [kinds for _text, kinds in CASES]


@pytest.mark.once
def test_a_long_text_is_looked_through_at_once() -> None:
    assert look_for("0" * 20_000 + " 0-" * 5_000 + "A" * 20_000) == []
