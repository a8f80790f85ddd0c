"""The trial notices what it is for: what is lost, doubled, seen otherwise, heard after a removal, not said honestly."""

import http.client
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.chaos.moving import leak
from tests.chaos.people import Acknowledged, Answer, Who, ask, dishonest
from tests.chaos.proxy import FROM_THE_PROXY, Gate, proxy
from tests.chaos.trial import POSTED, Kept, wrong_with
from tests.pace import eventually
from tests.servers import free_port

NOBODY = Who()
KEPT = [Kept(1, "member-joined", "", ""), Kept(2, POSTED, "Hello", "Hello"), Kept(3, POSTED, "", "Taken back")]
SEEN = [(1, "member-joined", ""), (2, POSTED, "Hello"), (3, POSTED, "")]
HELLO, TAKEN_BACK = Acknowledged("Hello", 2, 0, 0), Acknowledged("Taken back", None, 0, 0)


def test_nothing_is_wrong_when_nothing_is() -> None:
    assert not list(wrong_with(KEPT, [HELLO, TAKEN_BACK], {"page": SEEN}))


@pytest.mark.parametrize(
    ("kept", "acknowledged", "seen", "said"),
    [
        (KEPT, [Acknowledged("Gone", 4, 0, 0)], SEEN, "lost"),
        ([*KEPT, Kept(4, POSTED, "Hello", "Hello")], [], [*SEEN, (4, POSTED, "Hello")], "twice"),
        ([KEPT[0], KEPT[2]], [], [SEEN[0], SEEN[2]], "gaps"),
        (KEPT, [Acknowledged("Hello", 3, 0, 0)], SEEN, "another number"),
        (KEPT, [HELLO], SEEN[:2], "page shows something else"),
        (KEPT, [HELLO], [*SEEN[:2], (3, POSTED, "Taken back")], "page shows something else"),
    ],
)
def test_what_is_wrong_is_said(
    kept: list[Kept], acknowledged: list[Acknowledged], seen: list[tuple[int, str, str]], said: str
) -> None:
    assert any(said in what for what in wrong_with(kept, acknowledged, {"page": seen}))


def _change(text: str) -> dict[str, object]:
    return {"workspace": "space", "message": {"body": text}}


@pytest.mark.parametrize(
    ("at", "text", "is_leak"),
    [(9.9, "before", False), (10.2, "before", False), (12.0, "before", True), (10.1, "after", True)],
)
def test_what_is_heard_after_a_removal_is_told_from_what_was_on_its_way(at: float, text: str, is_leak: bool) -> None:
    begun = {"before": 9.0, "after": 10.05}
    assert bool(leak([(at, _change(text))], begun, answered=10.0)) is is_leak


PROBLEM = {"content-type": "application/problem+json"}
SAYS = '{"detail": "Full.", "code": "no-space"}'


@pytest.mark.parametrize(
    ("answer", "is_honest"),
    [
        (Answer(201), True),
        (Answer(503, {"retry-after": "2", **PROBLEM}, SAYS), True),
        (Answer(507, {"retry-after": "60"}, "What I typed"), True),
        (Answer(503, PROBLEM, SAYS), False),
        (Answer(503, {"retry-after": "2", **PROBLEM}, "{}"), False),
        (Answer(503, {"retry-after": "2"}, "Sorry"), False),
        (Answer(500), False),
        (Answer(400), False),
    ],
)
def test_an_honest_answer_is_told_from_another(answer: Answer, is_honest: bool) -> None:
    assert (dishonest(answer, typed="What I typed") == "") is is_honest


class Hello(BaseHTTPRequestHandler):
    """Says hello, and which headers it got."""

    def do_GET(self) -> None:
        said = f"hello {self.headers.get('X-Extra')} from {self.server.server_port}".encode()  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *_what: object) -> None:
        pass


@pytest.fixture
def gate() -> Iterator[Gate]:
    """A way to a process that is there; another one is not."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hello)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with proxy([free_port(), server.server_port]) as before:
        yield before.gate(headers={"X-Extra": "world"})
    server.shutdown()
    server.server_close()


def test_what_goes_through_comes_through(gate: Gate) -> None:
    for _turn in range(4):
        assert ask(gate, NOBODY, "GET", "/").body.startswith("hello world")


def test_who_is_not_there_is_answered_for() -> None:
    with proxy([free_port()]) as before:
        answer = ask(before.gate(), NOBODY, "GET", "/")
    assert answer.status == 503 and not answer.is_the_products and FROM_THE_PROXY.lower() in answer.headers


def test_what_is_swallowed_comes_later(gate: Gate) -> None:
    gate.swallow()
    assert ask(gate, NOBODY, "GET", "/", patience=0.3).status == 0
    gate.pass_on()
    assert ask(gate, NOBODY, "GET", "/").status == 200


def test_what_is_cut_is_over(gate: Gate) -> None:
    gate.swallow()
    connection = http.client.HTTPConnection("127.0.0.1", gate.port, timeout=10)
    connection.request("GET", "/")
    eventually(lambda: gate.is_in_use)
    gate.pass_on(what_was_open=False)
    with pytest.raises((OSError, http.client.HTTPException)):
        connection.getresponse()
    connection.close()


def test_who_is_slow_takes_long_and_who_is_refused_is_told(gate: Gate) -> None:
    gate.bytes_a_second = 1_000
    began = time.monotonic()
    assert ask(gate, NOBODY, "GET", "/").status == 200
    assert time.monotonic() - began > 0.2
    gate.bytes_a_second, gate.refuses = None, "413 Content Too Large"
    assert ask(gate, NOBODY, "POST", "/").status == 413
    assert ask(gate, NOBODY, "GET", "/").status == 200
