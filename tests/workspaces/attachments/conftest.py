"""What the tests of attachments begin with."""

import pytest

from extranet.app import Extranet
from tests.cast import Cast
from tests.workspaces.discussions.talk import Talk


@pytest.fixture
def talk(app: Extranet, cast: Cast) -> Talk:
    """A thread in a workspace that Ada hosts and Grace has joined."""
    return Talk(cast)
