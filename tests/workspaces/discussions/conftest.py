"""What the tests of discussions begin with."""

import pytest

from tests.cast import Cast
from tests.conftest import Backend, Servers
from tests.workspaces.discussions.talk import Talk


@pytest.fixture
def talk(cast: Cast, backend: Backend, running: Servers) -> Talk:
    """A thread in a workspace that Ada hosts and Grace has joined."""
    return running.scenes.place(f"{backend.name}-talk", cast, Talk)
