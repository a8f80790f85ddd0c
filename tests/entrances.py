"""Who may use which entrance: one table of every page, API operation and socket event, and every kind of person.

The table itself is `access.txt`, for people to read; `test_access.py` holds the product to it. Here it is read, and
here is the input that makes each entrance do what it is for.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cast import PASSWORD, Person
from tests.factories import Scene, Space

PEOPLE = ("visitor", "applicant", "outside", "joined", "host", "moderator", "left", "suspended")

TABLE = (Path(__file__).parent / "access.txt").read_text(encoding="utf-8")

ALSO = """
POST /desk/members/<member_id>/role                   | administrator ok
POST /workspaces/invitations/<invitation_id>/accept   | invited ok
POST /workspaces/invitations/<invitation_id>/decline  | invited ok
POST /api/v1/invitations/<invitation_id>/accept       | invited ok
POST /api/v1/invitations/<invitation_id>/decline      | invited ok
"""
"""What nobody in the columns can do, but somebody else: entrance, person, answer."""


@dataclass(frozen=True)
class Row:
    """One case: how it is called, which method and rule, in brackets what is special, and each person's answers."""

    method: str
    rule: str
    note: str
    answers: Mapping[str, tuple[str, str]]
    """By person: the answer where the workspace is listed, and where it is unlisted."""

    def __str__(self) -> str:
        return f"{self.method} {self.rule}" + (f" [{self.note}]" if self.note else "")

    @property
    def depends_on_workspace(self) -> bool:
        named = ("workspace", "thread", "message", "attachment")
        return self.method == "SOCKET" or any(word in self.rule for word in named)


def rows() -> list[Row]:
    """The table, read."""
    return [_row(line) for line in TABLE.strip().splitlines() if line.strip() and not line.startswith(("#", " "))]


def more_rows() -> list[Row]:
    """What other people can do."""
    found = []
    for line in ALSO.strip().splitlines():
        entrance, _bar, rest = line.partition("|")
        person, answer = rest.split()
        found.append(_with_answers(entrance.strip(), {person: (answer, answer)}))
    return found


def _row(line: str) -> Row:
    entrance, _bar, cells = line.partition("|")
    answers = {}
    for person, cell in zip(PEOPLE, cells.split(), strict=True):
        listed, _slash, unlisted = cell.partition("/")
        answers[person] = (listed, unlisted or listed)
    return _with_answers(entrance.strip(), answers)


def _with_answers(entrance: str, answers: Mapping[str, tuple[str, str]]) -> Row:
    method, _space, rest = entrance.partition(" ")
    rule, _bracket, note = rest.strip().partition(" [")
    return Row(method, rule, note.rstrip("]"), answers)


def people(scene: Scene) -> dict[str, Person]:
    """Who stands in which column."""
    return {
        "visitor": scene.visitor, "applicant": scene.applicant, "outside": scene.mallory, "joined": scene.grace,
        "host": scene.ada, "moderator": scene.moses, "left": scene.lee, "suspended": scene.sue,
        "administrator": scene.irma, "invited": scene.ingrid,
    }  # fmt: skip


@dataclass
class Call:
    """What is sent: where to, and the fields of a form or the JSON of a body."""

    path: str
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def takes_file(self) -> bool:
        """Whether one of the fields is a file, which goes in a form and never as JSON."""
        return any(isinstance(value, tuple) for value in self.fields.values())

    @property
    def typed(self) -> dict[str, Any]:
        """The fields without files."""
        return {name: value for name, value in self.fields.items() if not isinstance(value, tuple)}

    @property
    def body(self) -> dict[str, Any]:
        """How a program sends the fields: as JSON, with a file among them as a form; not at all if there are none."""
        if self.takes_file:
            return {"data": self.fields, "content_type": "multipart/form-data"}
        return {"json": self.fields or None}


def call(row: Row, scene: Scene, space: Space) -> Call:
    """The request of a row: an address in this workspace, and input that passes."""
    parts = _parts(row, scene, space)
    path = row.rule
    for name, value in parts.items():
        path = path.replace(f"<{name}>", value).replace(f"<path:{name}>", value)
    query = _QUERIES.get(f"{row.method} {row.rule}", "")
    return Call(path + query, _input(row, scene, space))


def space_of(row: Row, scene: Scene, visibility: str) -> Space:
    """The workspace that a row is about: one in the state that stands in brackets or that the verb needs."""
    if row.note == "open":
        return scene.spaces["open"]
    state = row.note if row.note in ("archived", "trash") else _STATES.get(f"{row.method} {row.rule}", "")
    return scene.spaces[f"{visibility} {state}".strip()]


_STATES = {
    "POST /workspaces/<slug>/reopen": "archived",
    "GET /workspaces/<slug>/delete": "archived",
    "POST /workspaces/<slug>/delete": "archived",
    "POST /workspaces/<slug>/restore": "trash",
    "POST /api/v1/workspaces/<slug>/reopen": "archived",
    "POST /api/v1/workspaces/<slug>/delete": "archived",
    "POST /api/v1/workspaces/<slug>/restore": "trash",
}
_QUERIES = {
    "GET /api/v1/search": "?q=words",
    "GET /search": "?q=words",
    "GET /workspaces/<slug>/changes": "?after=0",
    "GET /workspaces/<slug>/mentionable": "?q=gra",
}


def _parts(row: Row, scene: Scene, space: Space) -> dict[str, str]:
    rule = row.rule
    message = {"own": "own", "who left": "left", "who is suspended": "suspended", "retracted": "retracted"}
    member = scene.olga
    for words, person in (
        ("/requests/", scene.rita), ("/let-in-again", scene.kim), ("/dismiss", scene.hugo),
        ("/desk/members/<member_id>/restore", scene.sue), ("/people/", scene.ada), ("/contacts/", scene.ada),
    ):  # fmt: skip
        if words in rule:
            member = person
    if row.note == "of an administrator":
        member = scene.irma
    elif row.note == "one's own":
        member = scene.moses
    token = scene.confirmation_link
    if rule.startswith("/set-password"):
        token = scene.password_link
    elif rule.startswith("/invitations"):
        token = space.invitation_token
    is_own = "/workspaces/invitations/" in rule or rule.startswith("/api/v1/invitations")
    return {
        "slug": space.slug,
        "thread_id": space.matter_id if "/decision" in rule else space.thread_id,
        "attachment_id": space.files[row.note if row.note in space.files else "picture"],
        "name": "plan.txt",
        "message_id": space.messages[message.get(row.note, _message_of(rule))],
        "member_id": member.member_id,
        "place": f"thread-{space.thread_id}",
        "invitation_id": space.own_invitation_id if is_own else space.invitation_id,
        "application_id": scene.application_id,
        "credential_id": scene.own_credential_id,
        "organisation_id": scene.organisation_id,
        "token": token,
        "filename": "img/logo.svg",
    }


def _message_of(rule: str) -> str:
    if rule.endswith("accept"):
        return "answer"
    return "own" if "/history" in rule else "first"


def _input(row: Row, scene: Scene, space: Space) -> dict[str, Any]:
    name = f"{row.method} {row.rule}"
    if row.method == "SOCKET":
        return {"slug": space.slug, "thread_id": space.thread_id}
    if name.endswith("/delete"):
        return {"name": space.name}
    if name == "POST /workspaces/<slug>/settings" and row.note != "made listed":
        return {**_A_WORKSPACE, "visibility": space.visibility}
    if name.startswith("POST") and name.endswith("/decision"):
        return {"body": "We go on", "in_place_of": space.decision}
    if name.endswith("/move"):
        return {"to": scene.spaces["open"].slug}
    if name == "POST /sign-in":
        return {"email": scene.hugo.email, "password": PASSWORD}
    if row.rule == "/desk/members/<member_id>/edit":
        return {"name": "Olga Other", "email": "olga.other@example.org"}
    return {key: value() if callable(value) else value for key, value in _INPUTS.get(name, {}).items()}


_A_WORKSPACE = {
    "name": "New name", "purpose": "To try", "kind": "project", "visibility": "listed", "joining": "request",
}  # fmt: skip
_NEW_PASSWORD = "kolmas-uusi-salasana-tammikuussa"
_A_FILE = (str(Path(__file__).parent / "data" / "plan.txt"), "plan.txt")
"""A file as a browser sends it: opened anew each time."""
_AN_APPLICATION = {
    "name": "Nina New", "email": "nina@example.org", "organisation": "A town", "task": "Teacher", "region": "01",
    "why": "To work together.", "terms": "y",
}  # fmt: skip


def _new_id() -> str:
    return str(uuid.uuid4())


_INPUTS: Mapping[str, Mapping[str, Any]] = {
    "POST /apply": _AN_APPLICATION,
    "POST /forgotten-password": {"email": "nina@example.org"},
    "POST /set-password/<token>": {"password": _NEW_PASSWORD},
    "POST /accept-terms": {"terms": "y"},
    "POST /settings": {"language": "en", "theme": "dark"},
    "POST /settings/language": {"language": "sv"},
    "POST /settings/password": {"current": PASSWORD, "new": _NEW_PASSWORD},
    "POST /settings/tokens": {"name": "laptop"},
    "POST /directory/me": {"title": "Teacher", "organisation_type": "other"},
    "POST /desk/applications/<application_id>/decline": {"reason": "Not now."},
    "POST /desk/members/<member_id>/suspend": {"reason": "A pause."},
    "POST /desk/members/<member_id>/role": {"role": "moderator"},
    "POST /workspaces/new": _A_WORKSPACE,
    "POST /workspaces/preview": {"body": "**words**"},
    "POST /workspaces/<slug>/settings": _A_WORKSPACE,
    "POST /workspaces/<slug>/archive": {"done": "All of it"},
    "POST /workspaces/<slug>/ask": {"why": "I work on this."},
    "POST /workspaces/<slug>/invite": {"email": "new@example.org"},
    "POST /workspaces/<slug>/requests/<member_id>/decline": {"reason": "Full."},
    "POST /workspaces/<slug>/members/<member_id>/keep-out": {"reason": "Quarrels."},
    "POST /workspaces/<slug>/threads": {"title": "A title", "body": "Words", "client_id": _new_id},
    "POST /workspaces/<slug>/threads/<thread_id>/messages": {"body": "Words", "client_id": _new_id},
    "POST /workspaces/<slug>/threads/<thread_id>/read": {"seq": "3"},
    "POST /workspaces/<slug>/messages/<message_id>/edit": {"body": "Other words"},
    "POST /workspaces/<slug>/messages/<message_id>/reactions": {"kind": "agree", "on": "yes"},
    "POST /workspaces/<slug>/messages/<message_id>/retract": {"reason": "A slip"},
    "POST /workspaces/<slug>/messages/<message_id>/thanks": {"words": "The list"},
    "PUT /api/v1/workspaces/<slug>/drafts/<place>": {"body": "Words", "version": 1},
    "POST /workspaces/<slug>/attachments": {"file": _A_FILE},
    "POST /api/v1/workspaces/<slug>/attachments": {"file": _A_FILE},
    "POST /workspaces/<slug>/follow": {"follows": "no"},
    "POST /workspaces/<slug>/threads/<thread_id>/bell": {"follows": "no"},
    "POST /workspaces/<slug>/threads/<thread_id>/settings": {"title": "Another title", "kind": "discussion"},
    "PATCH /api/v1/me": {"language": "en"},
    "PATCH /api/v1/threads/<thread_id>": {"title": "Another title"},
    "POST /api/v1/workspaces/<slug>/follow": {"follows": False},
    "POST /api/v1/threads/<thread_id>/bell": {"follows": False},
    "PATCH /api/v1/messages/<message_id>": {"body": "Other words"},
    "PATCH /api/v1/workspaces/<slug>": {"name": "New name"},
    "POST /api/v1/messages/<message_id>/reactions": {"kind": "agree"},
    "POST /api/v1/messages/<message_id>/retract": {"reason": "A slip"},
    "POST /api/v1/messages/<message_id>/thanks": {"words": "The list"},
    "POST /api/v1/threads/<thread_id>/messages": {"body": "Words", "client_id": _new_id},
    "POST /api/v1/threads/<thread_id>/read": {"seq": 3},
    "POST /api/v1/workspaces": _A_WORKSPACE,
    "POST /api/v1/workspaces/<slug>/archive": {"outcome": "All of it"},
    "POST /api/v1/workspaces/<slug>/ask": {"why": "I work on this."},
    "POST /api/v1/workspaces/<slug>/invitations": {"email": "new@example.org"},
    "POST /api/v1/workspaces/<slug>/members/<member_id>/keep-out": {"why": "Quarrels."},
    "POST /api/v1/workspaces/<slug>/members/<member_id>/role": {"role": "host"},
    "POST /api/v1/workspaces/<slug>/requests/<member_id>/decline": {"why": "Full."},
    "POST /api/v1/workspaces/<slug>/threads": {"title": "A title", "body": "Words", "client_id": _new_id},
}
