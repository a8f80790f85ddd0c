"""What the former system says about workspaces, who was in them and what they said: its three files, read purely.

Rows depend on one another (a membership on its workspace, an answer on the message it answers), whatever their order in
the file: what depends on a rejected row is rejected too.
"""

import json
import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from extranet.importing.reading import (
    UNREADABLE,
    Faulty,
    Line,
    Rejection,
    Row,
    is_storable,
    parse_date,
    parse_moment,
    read_lines,
    read_table,
)

WORKSPACES_FILE = "workspaces.csv"
MEMBERSHIPS_FILE = "memberships.csv"
MESSAGES_FILE = "messages.jsonl"
WORKSPACE_COLUMNS = (
    "id", "nimi", "tyyppi", "kuvaus", "perustaja", "perustettu", "paattyy", "tila", "liittyminen",
)  # fmt: skip
MEMBERSHIP_COLUMNS = ("tyotila", "jasen", "rooli", "liittynyt")
KINDS = {"hanke": "project", "tapahtuma": "event", "työryhmä": "working-group"}
JOININGS = {"avoin": "open", "pyynnöstä": "request", "kutsusta": "invitation"}
STATES = {"aktiivinen": False, "arkistoitu": True}
ROLES = {"jäsen": False, "ylläpitäjä": True}
LONGEST_NAME, LONGEST_PURPOSE, LONGEST_TITLE, LONGEST_BODY = 200, 4_000, 200, 20_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FormerWorkspace:
    """`kind` and `joining` are the extranet's words; `founder` is a member's id in the former system."""

    id: str
    name: str
    kind: str
    purpose: str
    founder: str
    opened_on: date
    ends_on: date | None
    is_archived: bool
    joining: str


@dataclass(frozen=True, slots=True)
class FormerMembership:
    """`workspace` and `member` are ids in the former system."""

    workspace: str
    member: str
    is_host: bool
    joined_on: date

    @property
    def id(self) -> str:
        return f"{self.workspace}/{self.member}"


@dataclass(frozen=True, slots=True)
class FormerMessage:
    """`answers` is the message it answers, in the same thread; none for one that opens a thread or stands beside it."""

    id: str
    workspace: str
    thread: str
    title: str
    answers: str | None
    author: str
    sent_at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class FormerThread:
    """A thread with its messages in the order in which they can be said again: nothing before what it answers."""

    id: str
    workspace: str
    title: str
    messages: tuple[FormerMessage, ...]


def read_workspaces(content: bytes, members: Container[str]) -> tuple[list[FormerWorkspace], list[Rejection]]:
    """The workspaces of `workspaces.csv` in its order, and the rows left out; `members` are the former ids of those
    accepted. Raises `Unreadable`."""
    seen: set[str] = set()

    def take(row: Row) -> FormerWorkspace:
        workspace = _workspace(row, seen, members)
        seen.add(workspace.id)
        return workspace

    return read_table(WORKSPACES_FILE, content, WORKSPACE_COLUMNS, take, name=lambda row: row["id"])


def read_memberships(
    content: bytes, workspaces: Container[str], members: Container[str]
) -> tuple[list[FormerMembership], list[Rejection]]:
    """The memberships of `memberships.csv` in its order, and the rows left out. Raises `Unreadable`."""
    seen: set[str] = set()

    def take(row: Row) -> FormerMembership:
        membership = _membership(row, workspaces, members)
        if membership.id in seen:
            raise Faulty("duplicate membership")
        seen.add(membership.id)
        return membership

    return read_table(MEMBERSHIPS_FILE, content, MEMBERSHIP_COLUMNS, take, name=_membership_id)


def read_messages(
    content: bytes, workspaces: Container[str], members: Container[str], memberships: Container[tuple[str, str]]
) -> tuple[list[FormerThread], list[Rejection]]:
    """The threads of `messages.jsonl` with their messages, and the lines left out, both in the order of the file.

    `memberships` are the accepted pairs of workspace and member.
    """
    rejections: list[Rejection] = []
    candidates: dict[str, tuple[int, FormerMessage]] = {}
    homes: dict[str, str] = {}
    for line in read_lines(content):
        try:
            message = _message(_record(line), candidates, workspaces, members, memberships)
            if homes.setdefault(message.thread, message.workspace) != message.workspace:
                raise Faulty("thread in another workspace")
            candidates[message.id] = (line.number, message)
        except Faulty as fault:
            rejections.append(Rejection(MESSAGES_FILE, line.number, _id_in(line), fault.reason))
    accepted, orphans = _with_what_they_answer(candidates)
    rejections.extend(orphans)
    return _threads(accepted), sorted(rejections, key=lambda rejection: rejection.row)


def _workspace(row: Row, seen: Container[str], members: Container[str]) -> FormerWorkspace:
    if not row["id"]:
        raise Faulty("missing id")
    if row["id"] in seen:
        raise Faulty("duplicate id")
    if not row["nimi"]:
        raise Faulty("missing name")
    if len(row["nimi"]) > LONGEST_NAME or len(row["kuvaus"]) > LONGEST_PURPOSE:
        raise Faulty("too long")
    kind = _word(KINDS, row["tyyppi"], "unknown kind of workspace")
    if row["perustaja"] not in members:
        raise Faulty("unknown founder")
    opened_on = parse_date(row["perustettu"])
    ends_on = parse_date(row["paattyy"]) if row["paattyy"] else None
    if ends_on and ends_on < opened_on:
        raise Faulty("ends before it begins")
    return FormerWorkspace(
        id=row["id"],
        name=" ".join(row["nimi"].split()),
        kind=kind,
        purpose=row["kuvaus"],
        founder=row["perustaja"],
        opened_on=opened_on,
        ends_on=ends_on,
        is_archived=_word(STATES, row["tila"], "unknown state"),
        joining=_word(JOININGS, row["liittyminen"], "unknown way of joining"),
    )


def _membership(row: Row, workspaces: Container[str], members: Container[str]) -> FormerMembership:
    if row["tyotila"] not in workspaces:
        raise Faulty("unknown workspace")
    if row["jasen"] not in members:
        raise Faulty("unknown member")
    return FormerMembership(
        workspace=row["tyotila"],
        member=row["jasen"],
        is_host=_word(ROLES, row["rooli"], "unknown role"),
        joined_on=parse_date(row["liittynyt"]),
    )


def _membership_id(row: Row) -> str:
    return f"{row['tyotila']}/{row['jasen']}"


def _word(words: Mapping[str, T], text: str, fault: str) -> T:
    key = text.casefold()
    if key not in words:
        raise Faulty(fault)
    return words[key]


def _record(line: Line) -> dict[str, Any]:
    try:
        record = json.loads(line.content)
    except (ValueError, RecursionError) as error:
        raise Faulty("not JSON") from error
    if not isinstance(record, dict):
        raise Faulty("not a record")
    return record


def _message(
    record: dict[str, Any],
    known: Container[str],
    workspaces: Container[str],
    members: Container[str],
    memberships: Container[tuple[str, str]],
) -> FormerMessage:
    identity, workspace, author = (_text(record, field) for field in ("id", "workspace", "author"))
    if not identity:
        raise Faulty("missing id")
    if identity in known:
        raise Faulty("duplicate id")
    if workspace not in workspaces:
        raise Faulty("unknown workspace")
    if author not in members:
        raise Faulty("unknown author")
    if (workspace, author) not in memberships:
        raise Faulty("author is not a member of the workspace")
    thread, title, body = (_text(record, field) for field in ("thread", "title", "body"))
    if not thread:
        raise Faulty("missing thread")
    if not body:
        raise Faulty("empty message")
    if len(body) > LONGEST_BODY or len(title) > LONGEST_TITLE:
        raise Faulty("too long")
    answers, sent_at = _text(record, "parent") or None, parse_moment(_text(record, "created_at"))
    return FormerMessage(identity, workspace, thread, " ".join(title.split()), answers, author, sent_at, body)


def _text(record: dict[str, Any], field: str) -> str:
    value = record.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Faulty(f"{field} is not text")
    if not is_storable(value):
        raise Faulty("unreadable characters")
    return value.replace("\r\n", "\n").strip()


def _id_in(line: Line) -> str:
    """The id that a line tells, be it ever so broken."""
    found = re.search(rb'"id"\s*:\s*"([^"\\]{1,100})"', line.content)
    return found[1].decode("utf-8", errors="replace").replace("\0", UNREADABLE) if found else ""


def _with_what_they_answer(
    candidates: Mapping[str, tuple[int, FormerMessage]],
) -> tuple[list[FormerMessage], list[Rejection]]:
    """Those whose line of answers leads to a first message of their thread, and those left out."""
    faults: dict[str, str | None] = {}
    for identity in candidates:
        _trace(identity, candidates, faults)
    rejections = [
        Rejection(MESSAGES_FILE, row, message.id, fault)
        for row, message in candidates.values()
        if (fault := faults[message.id])
    ]
    return [message for _row, message in candidates.values() if not faults[message.id]], rejections


def _trace(identity: str, candidates: Mapping[str, tuple[int, FormerMessage]], faults: dict[str, str | None]) -> None:
    """Write down the fault of a message, or None, and of all those above it that have not been judged yet."""
    path: list[FormerMessage] = []
    on_path: set[str] = set()
    while identity not in faults and identity not in on_path:
        message = candidates[identity][1]
        path.append(message)
        on_path.add(identity)
        if message.answers is None or message.answers not in candidates:
            break
        identity = message.answers
    for message in reversed(path):
        faults[message.id] = _fault_of_answer(message, candidates, faults)


def _fault_of_answer(
    message: FormerMessage, candidates: Mapping[str, tuple[int, FormerMessage]], faults: Mapping[str, str | None]
) -> str | None:
    if message.answers is None:
        return None
    # A parent that is still unjudged stands lower on the same path: the messages answer one another in a ring.
    if message.answers not in candidates or faults.get(message.answers, "unjudged"):
        return "unknown parent"
    if candidates[message.answers][1].thread != message.thread:
        return "parent in another thread"
    return None


def _threads(messages: Iterable[FormerMessage]) -> list[FormerThread]:
    by_thread: dict[str, list[FormerMessage]] = {}
    for message in messages:
        by_thread.setdefault(message.thread, []).append(message)
    return [_thread(thread, _in_order(said)) for thread, said in by_thread.items()]


def _thread(identity: str, messages: list[FormerMessage]) -> FormerThread:
    titles = (message.title for message in messages if message.answers is None)
    title = next(filter(None, titles), "") or messages[0].body.splitlines()[0][:80]
    return FormerThread(identity, messages[0].workspace, title, tuple(messages))


def _in_order(messages: list[FormerMessage]) -> list[FormerMessage]:
    """By time; an answer whose clock was ahead of its question's comes after it all the same."""
    by_id = {message.id: message for message in messages}
    place: dict[str, tuple[datetime, int]] = {}
    for message in messages:
        path = [message]
        while path[-1].id not in place and path[-1].answers is not None:
            path.append(by_id[path[-1].answers])
        for step in reversed(path):
            above = place.get(step.answers) if step.answers else None
            place[step.id] = max(step.sent_at, above[0]) if above else step.sent_at, above[1] + 1 if above else 0
    return sorted(messages, key=lambda message: place[message.id])
