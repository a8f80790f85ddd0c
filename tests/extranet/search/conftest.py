"""An analysis with real dictionaries, and an index on a real disk."""

from collections.abc import Callable
from pathlib import Path

import pytest

from extranet.search.analysis import Analysis, find_dictionaries
from extranet.search.whoosh_engine import WhooshIndex
from tests.conftest import Servers


@pytest.fixture(scope="session")
def analysis(running: Servers) -> Analysis:
    """The dictionaries of the environment, or built for this run; without Voikko, as on most machines."""
    return Analysis(find_dictionaries(running.folder), voikko=None)


@pytest.fixture
def open_index(tmp_path: Path, analysis: Analysis) -> Callable[[], WhooshIndex]:
    """Opens the index of this test, as another process would each time."""
    return lambda: WhooshIndex(tmp_path / "index", lambda: analysis)


@pytest.fixture
def index(open_index: Callable[[], WhooshIndex]) -> WhooshIndex:
    """An index that is still empty."""
    return open_index()
