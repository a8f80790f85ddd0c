"""The scripts that need no page, tried by Node's own test runner with as much of a browser as they ask for."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.mark.once
@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.mjs")))
def test_scripts(name: str) -> None:
    node = Path(sys.executable).with_name("node")
    done = subprocess.run(
        [node, "--test", "--test-reporter=tap", HERE / name], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
