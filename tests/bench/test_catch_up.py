"""A thousand missed changes: one request, few queries, and the processor's time against the bare app's same JSON."""

import json
import time
from pathlib import Path
from statistics import median

import pytest

from extranet.app import Extranet
from extranet.members import Member
from tests.bench import bare
from tests.bench.table import note, note_alone
from tests.cast import Cast, keeping
from tests.counting import counted
from tests.workspaces.discussions.talk import Talk
from workspaces.discussions import service as discussions
from workspaces.discussions.models import Thread
from workspaces.models import Workspace

pytestmark = pytest.mark.bench

CHANGES = 1_000
ROUNDS = 15
AT_MOST = 12.0
"""Times the bare answer of as many rows, which are a third as long; the aim is 150 ms on a machine at rest."""
BODY = "Kotoutumissuunnitelmaan kirjattiin myös matalan kynnyksen toimintaa, ja osallistujia on ollut kymmenestä."


@pytest.fixture
def missed(app: Extranet, cast: Cast) -> Talk:
    """A workspace in which a thousand things were said while Grace was away."""
    talk = Talk(cast)
    with keeping(app) as held:
        ada = held.get_one(Member, cast.ada.member_id)
        workspace, thread = held.get_one(Workspace, talk.place.id), held.get_one(Thread, talk.thread_id)
        for _change in range(CHANGES):
            discussions.post(thread, workspace, BODY, by=ada)
    return talk


@pytest.mark.parametrize("by", ["page", "api"])
def test_a_thousand_changes_come_at_once(app: Extranet, missed: Talk, tmp_path: Path, by: str) -> None:
    grace, talk = missed.cast.grace, missed
    after = talk.row().last_seq - CHANGES
    asked = f"/workspaces/{talk.place.slug}/changes?after={after}"
    reference = bare.make(tmp_path, [BODY] * CHANGES).test_client()

    def ours() -> int:
        answer = grace.get(asked, headers={"Accept": "application/json"}) if by == "page" else grace.api("GET", asked)
        return len(json.loads(answer.data)["items"])

    def theirs() -> int:
        return len(json.loads(reference.get("/changes").data))

    took: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(ROUNDS):
        for name, ask in (("bare", theirs), ("ours", ours)):
            began = time.process_time()
            assert ask() == CHANGES
            if number:
                took[name].append(time.process_time() - began)
    with counted(app) as queries:
        ours()
    p50 = {name: median(times) * 1000 for name, times in took.items()}
    ratio = note(f"catch-up of {CHANGES:,} changes, {by}", p50["ours"], p50["bare"], "ms", aim=10)
    note_alone(f"queries of it, {by}", len(queries), "", aim="≤ 4 and who asks")
    assert len(queries) <= 5
    assert ratio <= AT_MOST
