"""A former system's export, brought over as a whole: `flask import-legacy`."""

import csv
import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from directory.models import (
    Contact,
    ContactLanguage,
    ContactMunicipality,
    ContactRegion,
    ContactTheme,
    Organisation,
)
from extranet import clock, db, outbox
from extranet.app import Extranet
from extranet.db import Base
from extranet.events import EventRow, Stream
from extranet.importing.models import FormerId
from extranet.members import Member
from tests.cast import Cast, Person, keeping, looking
from tests.extranet.accounts.letters import only_letter, path_in
from tests.servers import Letterbox
from workspaces import service
from workspaces.discussions.models import Message, Thread, path_below
from workspaces.discussions.reading.queries import unread_by_workspace
from workspaces.memberships.models import Membership
from workspaces.models import Workspace

LEGACY = Path(__file__).parents[2] / "data" / "legacy"
EXPECTED = json.loads((LEGACY / "expected.json").read_text("utf-8"))
_SOUGHT = ("Göran Åkerblom", "kehittämishanke", "Ähtärissa")
_HIDDEN = "M00010"


@pytest.mark.once  # some ten seconds; the part below is brought to both
def test_the_real_export_is_accepted_and_rejected_exactly_as_expected(app: Extranet, tmp_path: Path) -> None:
    first = _import(app, LEGACY, tmp_path)
    assert first["accepted"] == EXPECTED["accepted"]
    assert _reasons(first) == EXPECTED["rejected"]
    assert _counts(app) == EXPECTED["accepted"] | {"members": 1850}
    _check_streams(app)
    _check_trees(app)
    _nothing_comes_twice(app, LEGACY, tmp_path, first)


def test_a_part_of_it_comes_whole_and_once_on_every_database(app: Extranet, small: Path, tmp_path: Path) -> None:
    first = _import(app, small, tmp_path)
    assert all(first["accepted"].values())
    _check_streams(app)
    _check_trees(app)
    _nothing_comes_twice(app, small, tmp_path, first)


def _nothing_comes_twice(app: Extranet, folder: Path, tmp_path: Path, first: Any) -> None:
    before = _everything(app)
    second = _import(app, folder, tmp_path)
    assert second["accepted"] == dict.fromkeys(first["accepted"], 0)
    assert second["rejected"] == first["rejected"]
    assert _everything(app) == before


def test_a_dry_run_reports_the_same_and_writes_nothing(app: Extranet, small: Path, tmp_path: Path) -> None:
    before = _everything(app)
    dry = _import(app, small, tmp_path, "--dry-run")
    assert dry["accepted"]["messages"] > 0
    assert _everything(app) == before
    assert _import(app, small, tmp_path) == dry


def test_nobody_gets_a_letter_and_everybody_sets_a_password_and_accepts_the_terms_first(
    app: Extranet, small: Path, tmp_path: Path, smtp: Letterbox
) -> None:
    _import(app, small, tmp_path)
    with looking(app) as held:
        member = held.scalars(sa.select(Member).where(Member.email_key == "goran.akerblom@example.org")).one()
        assert held.scalars(sa.select(Member.password_hash).distinct()).all() == [None]
    assert not member.has_accepted_terms
    assert member.admitted_at.date().isoformat() == "2025-01-01"
    with app.app_context():
        outbox.drain()
    assert smtp.letters == []


def test_somebody_who_came_signs_in_by_a_letter_accepts_the_terms_and_is_where_they_were(
    app: Extranet, small: Path, tmp_path: Path, smtp: Letterbox
) -> None:
    _import(app, small, tmp_path)
    address, browser = _address(small, "M01839"), Person(app)
    browser.post("/forgotten-password", {"email": address.upper()})
    browser.post(path_in(only_letter(app, smtp, address)), {"password": "revontulet-yli-järven"})
    browser.post("/sign-in", {"email": address, "password": "revontulet-yli-järven"})
    assert browser.get("/workspaces").location == "/accept-terms?next=/workspaces"
    browser.post("/accept-terms", {"terms": "y"})
    assert "Naiset – kehittämishanke" in browser.get("/workspaces").text


def test_a_card_says_what_the_former_system_said_and_is_hidden_if_it_was(
    app: Extranet, small: Path, tmp_path: Path
) -> None:
    _import(app, small, tmp_path)
    with looking(app) as held:
        first, hidden = (held.get_one(Contact, _here(held, "member", former)) for former in ("M00001", _HIDDEN))
        codes = {
            model: set(held.scalars(sa.select(model.code).where(model.contact_id == first.member_id)))
            for model in (ContactRegion, ContactMunicipality, ContactTheme, ContactLanguage)
        }
        organisation = held.get_one(Organisation, first.organisation_id)
    assert (first.title, first.phone) == ("sosiaaliohjaaja", "+358 50 670 7461")
    assert first.ask_about.startswith("Naisten ryhmissä")
    assert list(codes.values()) == [{"21"}, {"478"}, {"young_people"}, {"fi", "ar"}]
    assert organisation.id == _looked_up(app, "organisation", "O0336")
    assert not first.is_hidden
    assert hidden.is_hidden


def test_a_workspace_is_listed_and_keeps_its_kind_dates_and_hosts(app: Extranet, small: Path, tmp_path: Path) -> None:
    start = clock.now()
    _import(app, small, tmp_path)
    with looking(app) as held:
        active, archived = (held.get_one(Workspace, _here(held, "workspace", former)) for former in ("T0001", "T0002"))
        hosts = set(
            held.scalars(
                sa.select(Membership.member_id).where(Membership.workspace_id == active.id, Membership.role == "host")
            )
        )
    assert (active.name, active.kind) == ("Naiset – kehittämishanke", "project")
    assert (active.visibility, active.joining) == ("listed", "invitation")
    assert (active.starts_on, active.ends_on) == (date(2022, 10, 26), date(2024, 5, 18))
    assert active.active_at >= start, "inactivity counts from the import"
    assert _looked_up(app, "member", "M01839") in hosts
    assert (active.is_archived, archived.is_archived) == (False, True)


def test_what_came_is_found_at_once_and_messages_only_by_who_was_there(
    app: Extranet, cast: Cast, small: Path, tmp_path: Path
) -> None:
    host = cast.member("Somebody Who Hosts", email=_address(small, "M01839"))
    _import(app, small, tmp_path)
    found = {(person.name, words): _found(person, words) for person in (host, cast.mallory) for words in _SOUGHT}
    assert found == {
        (host.name, "Göran Åkerblom"): {"contact": 2},
        (host.name, "kehittämishanke"): {"workspace": 1},
        (host.name, "Ähtärissa"): {"message": 1},
        (cast.mallory.name, "Göran Åkerblom"): {"contact": 2},
        (cast.mallory.name, "kehittämishanke"): {"workspace": 1},
        (cast.mallory.name, "Ähtärissa"): {},
    }


def test_nothing_said_in_the_former_system_counts_as_unread(
    app: Extranet, cast: Cast, small: Path, tmp_path: Path
) -> None:
    host = cast.member("Somebody Who Hosts", email=_address(small, "M01839"))
    _import(app, small, tmp_path)
    with looking(app) as held:
        assert not any(unread_by_workspace(held.get_one(Member, host.member_id)).values())


def test_rows_that_were_mended_come_in_later_and_answer_what_is_here(
    app: Extranet, small: Path, tmp_path: Path
) -> None:
    _import(app, small, tmp_path)
    with looking(app) as held:
        thread = held.get_one(Thread, _here(held, "thread", "T0001-K1"))
        question = held.scalars(sa.select(Message).where(Message.thread_id == thread.id).order_by(Message.seq)).first()
        assert question is not None
        former = held.scalars(sa.select(FormerId.former).filter_by(id=question.id)).one()
    line = {
        "id": "V9", "workspace": "T0001", "thread": "T0001-K1", "title": None, "parent": former, "author": "M01839",
        "created_at": "2024-02-02T10:00:00+00:00", "body": "Jälkikäteen",
    }  # fmt: skip
    with (small / "messages.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    assert _import(app, small, tmp_path)["accepted"] == dict.fromkeys(EXPECTED["accepted"], 0) | {"messages": 1}
    with looking(app) as held:
        late = held.get_one(Message, _here(held, "message", "V9"))
        after = held.get_one(Thread, thread.id)
    assert late.answers_id == question.id
    assert late.path == path_below(question, late.seq)
    assert (after.message_count, after.last_seq) == (thread.message_count + 1, late.seq)


def test_a_purged_workspace_does_not_come_back(app: Extranet, small: Path, tmp_path: Path) -> None:
    _import(app, small, tmp_path)
    purged = _looked_up(app, "workspace", "T0001")
    with keeping(app) as held:
        workspace = held.get_one(Workspace, purged)
        workspace.trashed_at = clock.now()
        held.flush()
        service.purge(workspace, at_once=True)
    assert _import(app, small, tmp_path)["accepted"] == dict.fromkeys(EXPECTED["accepted"], 0)
    with looking(app) as held:
        assert held.get(Workspace, purged) is None
        left = [row for name, rows in _everything(app).items() for row in rows if purged in row]
    assert sorted("WorkspacePurged" if "workspace-purged" in row else row for row in left) == [
        f"('workspace', 'T0001', '{purged}', None)",
        "WorkspacePurged",
    ]


def test_somebody_with_the_same_address_is_the_member_who_is_here(
    app: Extranet, cast: Cast, small: Path, tmp_path: Path
) -> None:
    ada = cast.member("Ada Lovelace", email="Goran.Akerblom@Example.org")
    report = _import(app, small, tmp_path)
    with looking(app) as held:
        assert _here(held, "member", "M00001") == ada.member_id
        assert held.get_one(Member, ada.member_id).name == "Ada Lovelace"
        assert held.scalar(sa.select(sa.func.count()).select_from(Member)) == report["accepted"]["members"] + 1


def test_nothing_is_written_when_a_file_is_missing_and_it_is_named(app: Extranet, small: Path) -> None:
    before = _everything(app)
    (small / "messages.jsonl").unlink()
    result = app.test_cli_runner().invoke(args=["import-legacy", str(small)])
    assert result.exit_code == 1
    assert "messages.jsonl" in result.output
    assert _everything(app) == before


def test_nothing_is_written_when_the_report_has_no_place(app: Extranet, small: Path, tmp_path: Path) -> None:
    before = _everything(app)
    result = app.test_cli_runner().invoke(
        args=["import-legacy", str(small), "--report", str(tmp_path / "no" / "r.json")]
    )
    assert result.exit_code == 1
    assert "There is no folder" in result.output
    assert _everything(app) == before


@pytest.mark.once
def test_a_database_that_is_held_by_another_is_told_in_a_sentence(
    app: Extranet, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extranet.db.PATIENCE", 0.2)
    with app.app_context():
        holding = db.database().begin(write=True)
    try:
        result = app.test_cli_runner().invoke(args=["import-legacy", str(small)])
    finally:
        holding.close()
    assert result.exit_code == 1
    assert "run this again" in result.output
    assert _counts(app)["messages"] == 0


def test_nothing_of_a_file_is_written_when_one_of_its_rows_fails(
    app: Extranet, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: Any) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("workspaces.importing.writing._remember", fail)
    with pytest.raises(RuntimeError):
        app.test_cli_runner().invoke(args=["import-legacy", str(small)], catch_exceptions=False)
    assert _counts(app) | {"organisations": 0, "members": 0} == dict.fromkeys(EXPECTED["accepted"], 0)
    monkeypatch.undo()
    assert _import(app, small, tmp_path)["accepted"]["messages"] > 0
    _check_streams(app)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The export with two of its workspaces, and the first people with those who are in them."""
    folder = tmp_path / "export"
    shutil.copytree(LEGACY, folder)
    kept = (b"T0001", b"T0002")
    seats = _thin(folder / "memberships.csv", lambda line: line.startswith(kept))
    _thin(folder / "workspaces.csv", lambda line: line.startswith(kept))
    _thin(folder / "messages.jsonl", lambda line: any(b'"workspace": "%s"' % id_ in line for id_ in kept))
    needed = (b"M00001", _HIDDEN.encode(), *(line.split(b";")[1] for line in seats))
    _thin(folder / "members.csv", lambda line: line.startswith(needed))
    return folder


def _address(folder: Path, former: str) -> str:
    with (folder / "members.csv").open(encoding="utf-8-sig", newline="") as file:
        return next(row["sahkoposti"] for row in csv.DictReader(file, delimiter=";") if row["id"] == former)


def _found(person: Person, words: str) -> dict[str, int]:
    answer = person.api("GET", "/search", query_string={"q": words})
    assert answer.status_code == 200
    return {group["kind"]: len(group["items"]) for group in answer.get_json()["groups"] if group["items"]}


def _thin(file: Path, is_kept: Callable[[bytes], bool]) -> list[bytes]:
    """Leave the header (if there is one) and these lines."""
    header, *lines = file.read_bytes().splitlines(keepends=True)
    chosen = [line for line in lines if is_kept(line)]
    file.write_bytes(b"".join([header, *chosen] if file.suffix == ".csv" or is_kept(header) else chosen))
    return chosen


def _here(held: Session, kind: str, former: str) -> str:
    return held.scalars(sa.select(FormerId.id).filter_by(kind=kind, former=former)).one()


def _looked_up(app: Extranet, kind: str, former: str) -> str:
    with looking(app) as held:
        return _here(held, kind, former)


def _import(app: Extranet, folder: Path, tmp_path: Path, *options: str) -> Any:
    report = tmp_path / "report.json"
    result = app.test_cli_runner().invoke(args=["import-legacy", str(folder), "--report", str(report), *options])
    assert result.exit_code == 0, result.output
    return json.loads(report.read_text("utf-8"))


def _reasons(report: Any) -> dict[str, int]:
    reasons = [rejection["reason"] for rejection in report["rejected"]]
    return {reason: reasons.count(reason) for reason in reasons}


def _counts(app: Extranet) -> dict[str, int]:
    tables = {
        "organisations": Organisation, "members": Member, "workspaces": Workspace, "memberships": Membership,
        "threads": Thread, "messages": Message,
    }  # fmt: skip
    with looking(app) as held:
        return {name: held.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for name, table in tables.items()}


def _everything(app: Extranet) -> dict[str, list[Any]]:
    """Every row of every table, to see that nothing has changed."""
    with looking(app) as held:
        return {
            table.name: sorted((repr(row) for row in held.execute(sa.select(table))), key=str)
            for table in Base.metadata.sorted_tables
        }


def _check_streams(app: Extranet) -> None:
    """Each workspace's stream is gapless up to its head, and everything in it has its place."""
    with looking(app) as held:
        heads = dict(held.execute(sa.select(Stream.id, Stream.head)).all())
        facts = sa.select(EventRow.stream, EventRow.seq, EventRow.kind).order_by(EventRow.seq)
        rows = held.execute(facts).all()
        said = set(held.execute(sa.select(Message.workspace_id, Message.seq)))
        marks = set(held.execute(sa.select(Membership.workspace_id, Membership.joined_seq)))
        archived = set(held.scalars(sa.select(Workspace.id).where(Workspace.archived_at.is_not(None))))
    assert marks == set(heads.items()), "what was said in the former system is not news"
    for workspace, head in heads.items():
        stream = [(seq, kind) for place, seq, kind in rows if place == workspace]
        assert [seq for seq, _kind in stream] == list(range(1, head + 1))
        assert stream[0][1] == "workspace-opened"
        assert (stream[-1][1] == "workspace-archived") == (workspace in archived)
        speaking = {(workspace, seq) for seq, kind in stream if kind in ("thread-opened", "message-posted")}
        assert speaking == {place for place in said if place[0] == workspace}


def _check_trees(app: Extranet) -> None:
    """Each message stands below the one it answers; the deepest in the tenth place."""
    with looking(app) as held:
        messages = held.scalars(sa.select(Message)).all()
        threads = held.scalars(sa.select(Thread)).all()
    by_id = {message.id: message for message in messages}
    for message in messages:
        question = by_id[message.answers_id] if message.answers_id else None
        assert message.path == path_below(question, message.seq)
        assert question is None or question.thread_id == message.thread_id
    assert max(message.depth for message in messages) + 1 == 10
    for thread in threads:
        own = [message for message in messages if message.thread_id == thread.id]
        assert thread.message_count == len(own)
        assert thread.last_seq == max(message.seq for message in own)
