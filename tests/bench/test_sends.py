"""What a message costs its writer: a durable reply by the API, against a durable insert of a bare app.

On the same disk, taking turns; the author's clock. What follows the answer (news, index, letters) is not in it, but its
queries are counted.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

from extranet.app import Extranet
from tests import apps
from tests.bench import bare
from tests.bench.table import note, note_alone
from tests.cast import Cast
from tests.counting import counted
from tests.workspaces.discussions.talk import Talk

pytestmark = pytest.mark.bench

ROUNDS = 150
AT_MOST = 6.0
"""Times the bare insert that a reply may take, with room for the machine's moods; the aim is 3."""
BODY = "Kotoutumissuunnitelmaan kirjattiin myös matalan kynnyksen toimintaa, ja osallistujia on ollut kymmenestä."


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Extranet]:
    """The product in this process, on the disk that the reference is on; what follows an answer is put off."""
    app = apps.make(tmp_path / "data", MAIL_URL="")
    yield app
    apps.end(app)


def test_a_reply_costs_a_small_multiple_of_a_bare_insert(on_disk: Extranet, tmp_path: Path) -> None:
    talk = Talk(Cast(on_disk))
    ada = talk.cast.ada
    headers = {"Authorization": f"Bearer {ada.token}"}
    ours, theirs = on_disk.test_client(), bare.make(tmp_path, []).test_client()
    path, said = f"/api/v1/threads/{talk.thread_id}/messages", {"body": BODY, "answers": talk.first}
    on_disk.extensions["soon"].put = lambda _work: None
    took: dict[str, list[float]] = {"ours": [], "bare": []}
    worked: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(ROUNDS):
        for name, client, address in (("bare", theirs, "/"), ("ours", ours, path)):
            began, processor = time.perf_counter(), time.process_time()
            answer = client.post(address, data=json.dumps(said), content_type="application/json", headers=headers)
            if number >= 10:  # the first ones warm up
                took[name].append(time.perf_counter() - began)
                worked[name].append(time.process_time() - processor)
            assert answer.status_code in (200, 201)
    with counted(on_disk) as queries:
        ours.post(path, json=said, headers=headers)
    p50 = {name: median(times) * 1000 for name, times in took.items()}
    ratio = note("a durable reply, p50", p50["ours"], p50["bare"], "ms", aim=3)
    cost = {name: median(times) * 1000 for name, times in worked.items()}
    note("the same, of the processor", cost["ours"], cost["bare"], "ms", aim=3)
    note("replies a second, one writer", 1000 / p50["ours"], 1000 / p50["bare"], "/s", aim=0.33, more_is_better=True)
    note_alone("queries of a reply", len(queries), "", aim="")
    assert ratio <= AT_MOST
