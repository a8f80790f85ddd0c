"""What was retracted, removed, forgotten or purged is on no disk any more."""

import os
import time
from datetime import timedelta

import sqlalchemy as sa

from extranet import clock
from extranet.app import Extranet
from tests.cast import Cast, looking
from tests.workspaces.attachments.files import brought, on_disk, pdf, picture, row, sent
from tests.workspaces.discussions.talk import JSON, Talk
from tests.workspaces.places import drain
from tests.workspaces.test_purge import files_that_say, purge, rows_that_say
from workspaces.attachments.models import Attachment
from workspaces.attachments.store import store
from workspaces.attachments.upkeep import sweep

MARKER = "hävitettävätiedosto"
MONTH = timedelta(days=30, minutes=1)


def age(app: Extranet) -> None:
    """Let everything on the disk be two hours old."""
    for path in on_disk(app):
        os.utime(path, (time.time() - 7_200,) * 2)


def test_a_retracted_message_has_no_files(app: Extranet, talk: Talk, cast: Cast) -> None:
    file, kept = sent(talk, cast.grace, picture(), "a.jpg"), sent(talk, cast.grace)
    cast.grace.post(talk.at(file["message"], "/retract"))
    assert cast.ada.get(file["url"], buffered=True).status_code == 404  # at once
    drain(app)
    assert row(app, file["id"]) is None
    assert [path.name for path in on_disk(app)] == [kept["id"]]


def test_who_brought_it_takes_it_away_until_it_is_sent(app: Extranet, talk: Talk, cast: Cast) -> None:
    file, gone = brought(talk, cast.grace, picture(), "a.jpg"), sent(talk, cast.grace)
    at = talk.place.path(f"/attachments/{file['id']}/remove")
    assert cast.ada.post(at, headers=JSON).status_code == 404
    assert cast.grace.post(at, headers=JSON).json == {"done": True}
    assert row(app, file["id"]) is None
    assert [path.name for path in on_disk(app)] == [gone["id"]]
    for person in (cast.grace, cast.ada):
        there = talk.place.path(f"/attachments/{gone['id']}/remove")
        assert person.post(there, headers=JSON).status_code == 403


def test_what_was_never_sent_goes_after_a_month(app: Extranet, talk: Talk, cast: Cast) -> None:
    file, kept = brought(talk, cast.grace), sent(talk, cast.grace)
    with app.app_context():
        assert sweep() == 0
        with clock.later(MONTH):
            assert sweep() == 1
    assert row(app, file["id"]) is None
    assert [path.name for path in on_disk(app)] == [kept["id"]]


def test_what_belongs_to_nothing_is_swept_away_unless_it_has_just_come(app: Extranet, talk: Talk, cast: Cast) -> None:
    kept = sent(talk, cast.grace, picture(), "a.jpg")
    with app.app_context():
        part, _preview = store().workplace("neverthere56")
        for path in (store().whole("neverthere12"), store().preview("neverthere34"), part):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("left over")
        assert sweep() == 0
        age(app)
        assert sweep() == 3
    assert sorted(path.name for path in on_disk(app)) == [kept["id"], f"{kept['id']}.preview"]


def test_a_purge_leaves_nothing_of_files(app: Extranet, talk: Talk, cast: Cast) -> None:
    neighbour = sent(Talk(cast), cast.ada, pdf("naapuri"), "n.pdf")
    sent(talk, cast.grace, pdf(MARKER), f"{MARKER}.pdf")
    sent(talk, cast.grace, picture(), "a.jpg", alt=MARKER)
    brought(talk, cast.ada, MARKER.encode(), "b.txt")
    drain(app)
    folder = app.settings.data_dir
    assert files_that_say(folder, MARKER)
    talk.place.trash(cast.ada)
    drain(app)
    answer = purge(app, "--now")
    assert answer.exit_code == 0, answer.output
    assert rows_that_say(app, MARKER) == []
    assert files_that_say(folder, MARKER) == []
    assert [path.name for path in on_disk(app)] == [neighbour["id"]]
    with looking(app) as held:
        assert held.scalars(sa.select(Attachment.id)).all() == [neighbour["id"]]


def test_a_purge_that_was_killed_halfway_is_made_whole(app: Extranet, talk: Talk, cast: Cast) -> None:
    sent(talk, cast.grace, pdf(MARKER), "a.pdf")
    with looking(app) as held:
        file_id = held.scalars(sa.select(Attachment.id)).one()
    path = next(path for path in on_disk(app) if path.name == file_id)
    content = path.read_bytes()
    talk.place.trash(cast.ada)
    purge(app, "--now")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)  # as if the kill had come before its removal
    age(app)
    purge(app)
    assert on_disk(app) == []


def test_the_doctor_tells_of_files_that_are_not_there(app: Extranet, talk: Talk, cast: Cast) -> None:
    sent(talk, cast.grace)
    doctor = app.test_cli_runner().invoke
    assert "not on the disk" not in doctor(args=["doctor"]).output
    for path in on_disk(app):
        path.unlink()
    assert "not on the disk: 1." in doctor(args=["doctor"]).output
