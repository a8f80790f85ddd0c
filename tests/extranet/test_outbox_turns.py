"""When a server looks at what it has promised: soon, but once for many things."""

import gevent
import pytest
from gevent.event import Event

from extranet import outbox
from extranet.app import Extranet

pytestmark = pytest.mark.once


def test_what_comes_at_about_the_same_time_is_done_at_once(app: Extranet, monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[int] = []
    gathers, has_gathered = Event(), Event()

    def gather(seconds: float) -> None:
        assert seconds == outbox.GATHER
        gathers.set()
        has_gathered.wait()
        has_gathered.clear()

    monkeypatch.setattr(outbox, "sleep", gather)
    monkeypatch.setattr(outbox, "drain", lambda: rounds.append(1))
    monkeypatch.setattr(outbox, "PAUSE", 600.0)
    drainer = gevent.spawn(app.extensions["drainer"]._run)
    try:
        for so_far in range(2):
            for _promise in range(5):
                with app.app_context():
                    outbox.wake()
                assert gathers.wait(60)
                gevent.sleep(0)
                assert len(rounds) == so_far
            gathers.clear()
            has_gathered.set()
            with gevent.Timeout(60):
                while has_gathered.is_set():
                    gevent.sleep(0)
            assert len(rounds) == so_far + 1
    finally:
        drainer.kill()
