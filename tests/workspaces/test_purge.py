"""`flask purge`: nothing is left of a workspace but one line in the trail."""

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from click.testing import Result

from extranet import clock, db, outbox
from extranet.app import Extranet
from extranet.db import Base
from extranet.events import EventRow, OutboxRow, Stream
from extranet.importing.models import FormerId
from extranet.mail import letters_in
from extranet.members import Member
from extranet.search.registry import search
from tests.cast import Cast, keeping, looking
from tests.pace import PATIENCE, eventually
from tests.servers import Letterbox, flask, site
from tests.workspaces.places import Place, drain, open_place
from workspaces import service
from workspaces.discussions import service as discussions
from workspaces.discussions.models import Thread
from workspaces.discussions.reading import service as reading
from workspaces.models import Workspace

MARKER = "hävitettäväksimerkitty"
MONTH = timedelta(days=30, minutes=1)


def purge(app: Extranet, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["purge", *options])


def marked(cast: Cast) -> Place:
    """A workspace with the marker in every place that takes words, in the trash."""
    place = open_place(cast, name=f"{MARKER} nimi", purpose=f"{MARKER} tarkoitus")
    with keeping(cast.app) as held:
        workspace, ada = held.get_one(Workspace, place.id), held.get_one(Member, cast.ada.member_id)
        first = discussions.open_thread(workspace, title=f"{MARKER} otsikko", body=f"{MARKER} viesti", by=ada)
        thread = held.get_one(Thread, first.thread_id)
        edited = discussions.post(thread, workspace, f"{MARKER} ennen", by=ada, answers=first)
        discussions.edit(edited, workspace, f"{MARKER} jälkeen", by=ada)
        reading.mark_read(thread, edited.seq, by=ada)
        held.add(FormerId(kind="thread", former="t-1", id=thread.id, within=workspace.id))
    cast.mallory.post(place.path("/ask"), {"why": f"{MARKER} pyyntö"})
    cast.ada.post(place.path("/invite"), {"email": f"{MARKER.encode('idna').decode()}@example.org"})
    cast.moses.post(place.path("/ask"), {"why": "toinen"})
    cast.ada.post(place.path(f"/requests/{cast.moses.member_id}/decline"), {"reason": f"{MARKER} ei"})
    cast.ada.post(place.path(f"/members/{cast.mallory.member_id}/keep-out"), {"reason": f"{MARKER} syy"})
    drain(cast.app)
    place.trash(cast.ada)
    drain(cast.app)
    return place


def rows_that_say(app: Extranet, words: str) -> list[str]:
    """The tables whose rows hold these words."""
    with looking(app) as held:
        return [
            table.name
            for table in Base.metadata.sorted_tables
            for row in held.execute(sa.select(table))
            if words in repr(tuple(row))
        ]


def files_that_say(folder: Path, words: str) -> list[str]:
    """The files below a folder that hold these words, in whatever encoding the database or the index uses.

    A server may take files away meanwhile.
    """
    forms = [words.encode(), words.encode("utf-16-le"), words.encode("unicode-escape")]
    found = []
    for place, _folders, names in os.walk(folder):
        for path in (Path(place, name) for name in names):
            with suppress(FileNotFoundError):
                content = path.read_bytes()
                found += [str(path.relative_to(folder))] if any(form in content for form in forms) else []
    return found


def test_nothing_is_left_but_one_line_of_the_trail(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = marked(cast)
    folder = app.settings.data_dir
    assert rows_that_say(app, MARKER)
    with app.app_context(), db.reading():
        assert search().index.matching(MARKER, "workspace") == []  # in the trash it is not found
        assert search().index.matching(MARKER, "message", [place.id])
    with clock.later(MONTH):
        answer = purge(app)
    assert answer.exit_code == 0, answer.output
    assert "purged: 1" in answer.output
    assert rows_that_say(app, MARKER) == []
    assert rows_that_say(app, place.slug) == []
    assert files_that_say(folder, MARKER) == []
    assert files_that_say(folder.parent, MARKER) == []
    with app.app_context(), db.reading():
        assert search().index.matching(MARKER, "message", [place.id]) == []
    with looking(app) as held:
        (line,) = held.scalars(sa.select(EventRow).where(sa.cast(EventRow.data, sa.Text).contains(place.id)))
        assert (line.kind, line.stream, line.actor_id) == ("workspace-purged", None, cast.ada.member_id)
        assert held.get(Stream, place.id) is None
        assert held.scalars(sa.select(OutboxRow)).all() == []
    assert [name for name in rows_that_say(app, place.id) if name != "events"] == []


def test_what_is_not_due_stays(app: Extranet, cast: Cast) -> None:
    kept, trashed = open_place(cast), open_place(cast)
    trashed.trash(cast.ada)
    with clock.later(timedelta(days=29)):
        assert "purged: 0" in purge(app).output
    assert trashed.row().is_trashed
    assert "purged: 1" in purge(app, "--now").output
    assert kept.row().is_active
    with looking(app) as held:
        assert held.get(Workspace, trashed.id) is None


def test_the_doctor_tells_when_it_has_not_been_run(app: Extranet, cast: Cast) -> None:
    open_place(cast).trash(cast.ada)
    doctor = app.test_cli_runner().invoke
    assert "purged" not in doctor(args=["doctor"]).output
    with clock.later(timedelta(days=33)):
        assert "should have been purged by now: 1." in doctor(args=["doctor"]).output


def test_running_it_twice_changes_nothing(app: Extranet, cast: Cast) -> None:
    open_place(cast).trash(cast.ada)
    assert "purged: 1" in purge(app, "--now").output
    answer = purge(app, "--now")
    assert (answer.exit_code, answer.output) == (0, "Workspaces purged: 0.\n")


def test_what_was_restored_meanwhile_stays(app: Extranet, cast: Cast) -> None:
    place = open_place(cast)
    place.archive(cast.ada)
    with keeping(app) as held, pytest.raises(service.NotDue):
        service.purge(held.get_one(Workspace, place.id), at_once=True)
    assert place.row().is_archived


def test_the_neighbour_keeps_everything(app: Extranet, cast: Cast) -> None:
    neighbour = open_place(cast, name="Naapuri")
    before = neighbour.facts()
    marked(cast)
    purge(app, "--now")
    assert neighbour.facts() == before
    assert neighbour.role(cast.grace) == "joined"
    assert cast.grace.get(neighbour.path()).status_code == 200


def test_others_letters_stay_whatever_they_say(
    app: Extranet, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["post"], "_url", "")  # as where there is no mail server
    neighbour, gone = open_place(cast, name="Naapuri"), open_place(cast, name="Hello")
    for place in (neighbour, gone):
        cast.ada.post(place.path("/invite"), {"email": f"new-{place.name.lower()}@example.org"})
    cast.mallory.post(gone.path("/ask"), {"why": "Mukaan"})
    gone.appoint(cast.grace, by=cast.ada)
    drain(app)
    gone.trash(cast.ada)
    folder = app.settings.data_dir / "mail"
    assert len(letters_that_say(app.settings.data_dir, "“Hello”")) > 1
    before = {path.name for path in letters_in(folder)}
    purge(app, "--now")
    left = {path.name for path in letters_in(folder)}
    assert letters_that_say(app.settings.data_dir, "“Hello”") == []
    assert [name for name in left if "new-naapuri" in name] and left < before  # «Hello new-naapuri…!»


def test_a_letter_that_a_server_is_just_writing_goes_too(
    app: Extranet, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["post"], "_url", "")
    gone = open_place(cast, name="Hello")
    cast.ada.post(gone.path("/invite"), {"email": "new@example.org"})
    drain(app)
    gone.trash(cast.ada)
    (letter,) = (path for path in letters_in(app.settings.data_dir / "mail") if "new@" in path.name)
    said, go_on = letter.read_bytes(), outbox.drain

    def finish_and_go_on() -> int:
        letter.with_name("finished.eml").write_bytes(said)
        return go_on()

    monkeypatch.setattr(outbox, "drain", finish_and_go_on)
    assert purge(app, "--now").exit_code == 0
    assert letters_that_say(app.settings.data_dir, "“Hello”") == []


@pytest.mark.once
def test_beside_a_running_server_and_with_letters_in_a_folder_nothing_is_left_either(tmp_path: Path) -> None:
    data = tmp_path / "data"
    flask("seed", environment={**os.environ, "DATA_DIR": str(data)})
    with site(data) as running:
        token = running.flask("create-token", "aino.virtanen@tampere.example").strip()

        _open_and_trash(running.url, token, lambda: eventually(lambda: len(letters_that_say(data, MARKER)) >= 2))
        assert len(letters_that_say(data, MARKER)) == 2
        assert kept_files_that_say(data, MARKER)
        running.flask("purge", "--now")
        assert kept_files_that_say(data, MARKER) == []
        assert letters_that_say(data, MARKER) == []


def _open_and_trash(url: str, token: str, wait_for_letters: Callable[[], object]) -> None:
    with requests.Session() as calls:
        calls.headers["Authorization"] = f"Bearer {token}"

        def post(path: str, **said: str) -> Any:
            answer = calls.post(f"{url}/api/v1{path}", json=said, timeout=PATIENCE)
            assert answer.ok, answer.text
            return answer.json()

        facts = {"kind": "project", "visibility": "unlisted", "joining": "request"}
        slug = post("/workspaces", name=f"{MARKER} nimi", purpose=f"{MARKER} tarkoitus", **facts)["slug"]
        opened = post(f"/workspaces/{slug}/threads", title=f"{MARKER} otsikko", body=f"{MARKER} viesti")
        thread = (opened.get("thread") or opened)["id"]
        for number in range(20):
            post(f"/threads/{thread}/messages", body=f"{MARKER} {number}")
        for name in ("one", "two"):
            post(f"/workspaces/{slug}/invitations", email=f"{name}@example.org")
        wait_for_letters()
        post(f"/workspaces/{slug}/archive", outcome=f"{MARKER} tulos")
        post(f"/workspaces/{slug}/delete", name=f"{MARKER} nimi")


def kept_files_that_say(folder: Path, words: str) -> list[str]:
    """All but what the server of the test wrote to its console."""
    return [name for name in files_that_say(folder, words) if not name.startswith("process-")]


def letters_that_say(folder: Path, words: str) -> list[str]:
    found = []
    for path in letters_in(folder / "mail"):
        body = BytesParser(policy=default).parsebytes(path.read_bytes()).get_body(("plain",))
        if body is not None and words in body.get_content():
            found.append(path.name)
    return found
