"""When a server looks at what it has promised: soon, but once for many things."""

import gevent
import pytest

from extranet import outbox
from extranet.app import Extranet

pytestmark = pytest.mark.once


def test_what_comes_at_about_the_same_time_is_done_at_once(app: Extranet, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []
    monkeypatch.setattr(outbox, "drain", lambda: rounds.append(1))
    monkeypatch.setattr(outbox, "PAUSE", 60.0)
    drainer = gevent.spawn(app.extensions["drainer"]._run)
    try:
        with app.app_context():
            for _promise in range(5):
                gevent.sleep(outbox.GATHER / 20)
                outbox.wake()
        assert not rounds
        gevent.sleep(outbox.GATHER * 1.5)
        assert rounds == [1]
        with app.app_context():
            outbox.wake()
        gevent.sleep(outbox.GATHER * 1.5)
        assert rounds == [1, 1]
    finally:
        drainer.kill()
