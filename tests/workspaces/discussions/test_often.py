"""What is said, marked or changed in discussions is taken so often from one member as people do it, and no oftener."""

import pytest
from flask import Flask
from flask_limiter.util import get_qualified_name

from extranet import limits
from extranet.app import Extranet
from tests.cast import Cast
from tests.workspaces.discussions.talk import Talk

WRITES = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.once
def test_every_entrance_that_writes_is_limited(app: Flask) -> None:
    counted = limits._limiter.limit_manager
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if WRITES & (rule.methods or set())}
    views = {app.view_functions[endpoint] for endpoint in endpoints}
    names = {get_qualified_name(view) for view in views if ".discussions" in view.__module__}
    assert len(names) > 40
    assert not [name for name in sorted(names) if not counted.decorated_limits(name)]


def test_nobody_fills_the_stream_with_changes_of_mind(limited: Extranet) -> None:
    talk = Talk(Cast(limited))
    path = f"/threads/{talk.thread_id}/bell"
    found = [talk.cast.ada.api("POST", path, {"follows": True}).status_code for _number in range(61)]
    assert found == [*[200] * 60, 429]
