"""Facts have gapless numbers in their stream; their reactions follow at the right moment, and promises are kept."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from extranet import clock, db, events, outbox
from extranet.app import Extranet
from extranet.events import Event, EventRow, OutboxRow, Reactions, Recorded
from extranet.ids import new_id
from tests.breaking import breaking
from tests.cast import keeping, looking
from tests.pace import PATIENCE


@dataclass(frozen=True, slots=True)
class BellRung(Event):
    bell: str


@pytest.fixture
def follow(app: Extranet) -> Iterator[Reactions]:
    """The app's reactions, without those that the test adds once it is over."""
    before = app.extensions[Reactions.KEY]
    fresh = Reactions()
    fresh.knows(BellRung)
    app.extensions[Reactions.KEY] = fresh
    yield fresh
    app.extensions[Reactions.KEY] = before


def _ring(app: Extranet, stream: str | None = None) -> Recorded:
    with keeping(app):
        return events.record(BellRung("church"), by=None, stream=stream)


def _new_stream(app: Extranet) -> str:
    stream = new_id()
    with keeping(app):
        events.open_stream(stream)
    return stream


def _drain(app: Extranet) -> int:
    with app.app_context():
        return outbox.drain()


def _waiting(app: Extranet) -> list[tuple[int, str | None]]:
    with looking(app) as held:
        return [(row.attempts, row.error) for row in held.scalars(sa.select(OutboxRow).order_by(OutboxRow.id))]


def test_numbers_of_a_stream_have_no_gap_whoever_writes_at_once(app: Extranet, follow: Reactions) -> None:
    stream = _new_stream(app)
    writers = [threading.Thread(target=lambda: [_ring(app, stream) for _turn in range(10)]) for _writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with looking(app) as held:
        numbers = held.scalars(sa.select(EventRow.seq).where(EventRow.stream == stream).order_by(EventRow.id)).all()
        assert list(numbers) == list(range(1, 41))
        assert events.head_of(stream) == 40


def test_a_number_that_was_given_up_is_given_again(app: Extranet, follow: Reactions) -> None:
    stream = _new_stream(app)
    with pytest.raises(ZeroDivisionError), keeping(app):
        assert events.record(BellRung("church"), by=None, stream=stream).seq == 1
        raise ZeroDivisionError
    assert _ring(app, stream).seq == 1


def test_a_fact_comes_back_as_it_was(app: Extranet, follow: Reactions) -> None:
    recorded = _ring(app, _new_stream(app))
    with looking(app) as held:
        assert follow.revive(held.scalars(sa.select(EventRow).where(EventRow.id == recorded.id)).one()) == recorded


def test_together_is_in_the_same_transaction(app: Extranet, follow: Reactions) -> None:
    def refuse(_recorded: Recorded) -> None:
        raise ZeroDivisionError

    follow.together(BellRung, refuse)
    with pytest.raises(ZeroDivisionError):
        _ring(app)
    with looking(app) as held:
        assert held.scalar(sa.select(sa.func.count()).select_from(EventRow)) == 0


def test_at_once_comes_after_the_commit_and_its_failure_harms_nothing(app: Extranet, follow: Reactions) -> None:
    seen: list[int] = []

    def look(recorded: Recorded) -> None:
        row = db.session().get(EventRow, recorded.id)
        seen.append(row.id if row is not None else 0)

    def fail(_recorded: Recorded) -> None:
        raise ZeroDivisionError

    follow.at_once(BellRung, fail, look)
    assert seen == []
    assert _ring(app).id == seen[0]


def test_later_is_done_once_when_drained(app: Extranet, follow: Reactions) -> None:
    done: list[int] = []
    follow.later(BellRung, lambda recorded: done.append(recorded.id))
    recorded = _ring(app)
    assert done == []
    assert _drain(app) == 1
    assert done == [recorded.id]
    assert _drain(app) == 0
    assert done == [recorded.id]


def test_a_promise_that_fails_is_kept_later_with_a_growing_pause(
    app: Extranet, follow: Reactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts, began = list[str](), clock.now()
    monkeypatch.setattr(clock, "now", lambda: began + clock._ahead.get())

    def fail_twice(_recorded: Recorded) -> None:
        attempts.append("tried")
        if len(attempts) < 3:
            raise OSError("the mail server is away")

    follow.later(BellRung, fail_twice)
    _ring(app)
    assert _drain(app) == 0
    assert _waiting(app) == [(1, "OSError: the mail server is away")]
    assert _drain(app) == 0
    assert len(attempts) == 1, "not before its time"
    with clock.later(timedelta(seconds=6)):
        assert _drain(app) == 0
    with clock.later(timedelta(seconds=12)):
        assert _drain(app) == 0
        assert len(attempts) == 2
    with clock.later(timedelta(seconds=30)):
        assert _drain(app) == 1
    assert _waiting(app) == []


@pytest.mark.parametrize("attempts", [0, 1])
def test_a_promise_that_was_made_while_the_clock_was_ahead_is_kept(
    app: Extranet, follow: Reactions, attempts: int
) -> None:
    rung: list[str] = []
    follow.later(BellRung, lambda recorded: rung.append(recorded.event.bell))
    _ring(app)
    with keeping(app) as held:
        held.execute(sa.update(OutboxRow).values(due_at=clock.now() + timedelta(days=1), attempts=attempts))
    with app.app_context():
        outbox.drain()
    assert rung == ["church"]


def test_one_that_fails_does_not_hold_up_the_others(app: Extranet, follow: Reactions) -> None:
    done: list[int] = []

    def fail(_recorded: Recorded) -> None:
        raise ZeroDivisionError

    follow.later(BellRung, fail)
    follow.later(BellRung, lambda recorded: done.append(recorded.id))
    recorded = _ring(app)
    assert _drain(app) == 1
    assert done == [recorded.id]


def test_a_batch_with_a_bad_one_in_it_is_tried_one_by_one(app: Extranet, follow: Reactions) -> None:
    done: list[int] = []
    bad: list[int] = []

    def index(recorded: Sequence[Recorded]) -> None:
        if any(one.id in bad for one in recorded):
            raise ZeroDivisionError
        done.extend(one.id for one in recorded)

    follow.later_in_batches(BellRung, index)
    rung = [_ring(app) for _turn in range(3)]
    bad.append(rung[1].id)
    assert _drain(app) == 0
    with clock.later(timedelta(minutes=1)):
        assert _drain(app) == 2
    assert sorted(done) == [rung[0].id, rung[2].id]
    assert len(_waiting(app)) == 1


def test_what_was_kept_and_could_not_be_crossed_out_is_not_done_again(app: Extranet, follow: Reactions) -> None:
    done: list[int] = []
    follow.later(BellRung, lambda recorded: done.append(recorded.id))
    one, two = _ring(app).id, _ring(app).id
    with breaking(app, "DELETE FROM outbox", "UPDATE outbox"):
        for _time in range(3):
            with pytest.raises((sqlite3.OperationalError, OperationalError)):
                _drain(app)
    assert done == [one]
    assert len(_waiting(app)) == 2
    _drain(app)
    assert done == [one, two]
    assert _waiting(app) == []


def test_what_is_done_for_many_at_a_time_does_not_wait_for_what_is_slow(
    app: Extranet, follow: Reactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "ROUND", 0.01)
    done: list[str] = []

    def letter(recorded: Recorded) -> None:
        done.append(f"letter {recorded.event.bell}")
        if done == [*["index church"] * 3, "letter church"]:
            with keeping(app):
                events.record(BellRung("school"), by=None)
        time.sleep(0.02)

    def index(recorded: Sequence[Recorded]) -> None:
        done.extend(f"index {one.event.bell}" for one in recorded)

    follow.later(BellRung, letter)
    follow.later_in_batches(BellRung, index)
    for _turn in range(3):
        _ring(app)
    _drain(app)
    letters = ["letter church", "letter church", "letter school"]
    assert done == [*["index church"] * 3, "letter church", "index school", *letters]


def test_what_does_not_answer_is_waited_for_once_however_long_that_takes(
    app: Extranet, follow: Reactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "ROUND", 0.01)
    waited: list[int] = []

    def letter(recorded: Recorded) -> None:
        promise = outbox.present()
        assert promise is not None
        if "post" in promise.away:
            raise outbox.NotTried("the post does not answer")
        waited.append(recorded.id)
        time.sleep(0.02)
        promise.away.add("post")
        raise TimeoutError

    follow.later(BellRung, letter)
    for _turn in range(3):
        _ring(app)
    _drain(app)
    assert len(waited) == 1 and len(_waiting(app)) == 3


@pytest.mark.parametrize("row", [{"kind": "bell-forgotten"}, {"data": {"no": "bell"}}], ids=["unknown", "incomplete"])
def test_a_fact_that_this_version_cannot_read_holds_up_no_other(
    app: Extranet, follow: Reactions, row: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []
    follow.later(BellRung, lambda recorded: done.append(recorded.id))
    strange, other = _ring(app).id, _ring(app).id
    with keeping(app) as held:
        before = held.execute(sa.select(EventRow.kind, EventRow.data).where(EventRow.id == strange)).one()
        held.execute(sa.update(EventRow).where(EventRow.id == strange).values(**row))
    assert _drain(app) == 1
    assert done == [other]
    ((attempts, error),) = _waiting(app)
    assert attempts == 1 and error is not None
    assert row.get("kind", "bell-rung") in caplog.text
    with keeping(app) as held:
        held.execute(sa.update(EventRow).where(EventRow.id == strange).values(kind=before.kind, data=before.data))
    with clock.later(timedelta(minutes=1)):
        assert _drain(app) == 1
    assert done == [other, strange]


def test_a_promise_that_has_got_the_number_of_another_one_is_kept(app: Extranet, follow: Reactions) -> None:
    """SQLite gives the numbers of the last rows again once these have gone, as when a workspace is destroyed."""
    done: list[str] = []
    stream = _new_stream(app)

    def destroyed_meanwhile(recorded: Recorded) -> None:
        done.append(recorded.event.bell)
        if recorded.stream is None:
            return
        with keeping(app) as held:
            task = held.scalars(sa.select(OutboxRow)).one()
            fact = held.get_one(EventRow, recorded.id)
            numbers = {"id": task.id, "event_id": task.event_id, "reaction": task.reaction}
            again = {"id": fact.id, "kind": fact.kind, "data": {"bell": "school"}, "at": clock.now()}
            events.forget_stream(stream)
            held.execute(sa.insert(EventRow), [again])
            held.execute(sa.insert(OutboxRow), [{**numbers, "due_at": clock.now(), "attempts": 0}])

    follow.later(BellRung, destroyed_meanwhile)
    _ring(app, stream)
    _drain(app)
    assert done == ["church", "school"]
    assert _waiting(app) == []


def test_only_one_process_drains_at_a_time(app: Extranet, follow: Reactions) -> None:
    inside, go_on = threading.Event(), threading.Event()
    done: list[int] = []

    def wait(recorded: Recorded) -> None:
        inside.set()
        go_on.wait(PATIENCE)
        done.append(recorded.id)

    follow.later(BellRung, wait)
    recorded = _ring(app)
    first = threading.Thread(target=_drain, args=(app,))
    first.start()
    assert inside.wait(PATIENCE)
    assert _drain(app) == 0
    go_on.set()
    first.join()
    assert done == [recorded.id]


def test_forgetting_a_stream_leaves_nothing_of_it(app: Extranet, follow: Reactions) -> None:
    follow.later(BellRung, lambda _recorded: None)
    stream, other = _new_stream(app), _new_stream(app)
    _ring(app, stream)
    _ring(app, other)
    with keeping(app):
        events.forget_stream(stream)
    with looking(app) as held:
        left: list[Any] = list(held.scalars(sa.select(EventRow.stream)))
        assert left == [other]
        assert held.scalar(sa.select(sa.func.count()).select_from(OutboxRow)) == 1
        assert events.heads_of([stream, other]) == {other: 1}
