"""Nothing that was typed is lost, whatever happens to the page, the server or the sign-in: the short form."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.chaos.stage import one_process
from tests.chaos.typed import Typist

pytestmark = pytest.mark.browser

SHORT = (
    ("the page crashes", False),
    ("the server is killed", True),
    ("the sign-in ends", False),
    ("the proxy answers 503", True),
    ("there is no network", True),
)


def test_what_was_typed_is_found_again(browser: Browser, tmp_path: Path) -> None:
    with one_process(tmp_path) as stage:
        typist = Typist(browser, stage)
        lost = [
            typist.lose(mishap, text=f"Typed {place} before {mishap}", sends=sends)
            for place, (mishap, sends) in enumerate(SHORT)
        ]
    assert not list(filter(None, lost))
