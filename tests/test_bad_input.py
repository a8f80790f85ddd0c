"""What is missing, too long, of the wrong kind, out of date or hostile gets a clear answer, and changes nothing.

Every form and every API operation with every one of its fields. What would be done is given up at the end of each
request, and what is refused may not even try, so that all cases share one scene.
"""

import html
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import has_request_context, request
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from extranet import db
from extranet.paging import write_cursor
from tests import entrances
from tests.cast import Person
from tests.conftest import Backend
from tests.entrances import PEOPLE, Call, Row
from tests.factories import Scene, Space
from tests.scenes import Furnish
from tests.test_access import copied, keep_nothing

pytestmark = pytest.mark.timeout(1_800)

REFUSED = {400, 401, 403, 404, 409, 413, 415, 422, 429}
HOSTILE = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "{{ 7*7 }}", "%s%n%(name)s", "' OR 1=1 --",
    "\u202eabc\u202d", "😀" * 5000, "O’Brien", "Şirin مرحبا", "å" * 200, "x" * 120_000, "a\x00b", "  ", "", "\r\n.\r\n",
    "name@example.org\r\nBcc: all@example.org", "../../etc/passwd", "-1", "9" * 400, "NaN", "2026-02-30", "\ufeff",
)  # fmt: skip
HARD_TO_KEEP = (
    "%s%n%(name)s", "' OR 1=1 --", "😀" * 5000, "O’Brien", "Şirin مرحبا", "å" * 200, "a\x00b", "-1", "9" * 400,
)  # fmt: skip
"""What a database may stumble over: enough for the second one, since all else is refused before any is asked."""
STRANGE: tuple[Any, ...] = (None, True, 7, -1, 1.5, 10**30, [], ["x"], {}, {"x": "y"}, "\ud800", "a\x00b")
OPTIONAL = {
    ("POST /workspaces/<slug>/archive", "done"),
    ("POST /workspaces/<slug>/messages/<message_id>/retract", "reason"),
    ("POST /workspaces/<slug>/threads", "client_id"),
    ("POST /workspaces/<slug>/threads/<thread_id>/messages", "client_id"),
    ("POST /directory/me", "title"),
    ("POST /settings/language", "language"),
    ("POST /workspaces/preview", "body"),
    ("POST /accept-terms", "terms"),
    ("POST /workspaces/<slug>/messages/<message_id>/reactions", "on"),
    ("POST /workspaces/<slug>/follow", "follows"),
    ("POST /workspaces/<slug>/threads/<thread_id>/bell", "follows"),
}
"""Fields of forms that may say nothing, or are not asked of who sends them."""
AS_BEFORE = {
    ("POST /settings", "language"), ("POST /settings", "theme"), ("POST /directory/me", "organisation_type"),
    ("POST /desk/members/<member_id>/edit", "name"), ("POST /desk/members/<member_id>/edit", "email"),
    ("POST /workspaces/new", "visibility"), ("POST /workspaces/new", "joining"),
    ("POST /workspaces/<slug>/settings", "visibility"), ("POST /workspaces/<slug>/settings", "joining"),
    ("POST /workspaces/<slug>/threads/<thread_id>/settings", "kind"),
}  # fmt: skip
"""Fields that keep their value, or have one, when they are left out."""
CHOSEN = {
    "region", "language", "theme", "organisation_type", "role", "kind", "visibility", "joining", "terms", "on",
    "follows",
}  # fmt: skip
"""Fields in which nothing is typed."""


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was kept in the database although nothing should have been."""
    kept: list[str] = []
    commit = db._commit

    def note(held: Session) -> None:
        kept.append(f"{request.method} {request.path}" if has_request_context() else "a transaction of its own")
        commit(held)

    monkeypatch.setattr(db, "_commit", note)
    return kept


@pytest.fixture
def scene(furnish: Furnish, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Everybody and everything; from here on no request keeps what it writes."""
    scene = furnish()
    keep_nothing(monkeypatch)
    return scene


@pytest.fixture
def hostile(backend: Backend) -> tuple[str, ...]:
    """What is tried in every field."""
    return HOSTILE if backend.name == "sqlite" else HARD_TO_KEEP


def test_forms_refuse_what_does_not_pass_and_keep_what_was_typed(
    scene: Scene, kept: list[str], hostile: tuple[str, ...]
) -> None:
    faults = []
    for row, person, call in _writes(scene, api=False):
        for name in call.typed:
            for value in (None, *hostile):
                fields = {key: said for key, said in call.fields.items() if key != name}
                if value is not None:
                    fields[name] = value
                answer = _send_form(row, person, call.path, fields)
                case = f"{row} with {name}={value!r:.40}: {answer.status}"
                faults += [f"{case}: {fault}" for fault in _faults_of_form(row, name, value, fields, answer)]
    assert not faults, "\n".join(faults)
    assert not kept


def _faults_of_form(
    row: Row, name: str, value: str | None, fields: dict[str, Any], answer: TestResponse
) -> Iterator[str]:
    status = answer.status_code
    if status >= 500 or (status >= 400 and status not in REFUSED):
        yield "this should not happen"
    is_empty = value is None or not value.strip(" \r\n\ufeff")
    is_too_long = len(value or "") > 100_000 and name not in CHOSEN
    is_odd = is_too_long or (is_empty and not (value and name == "terms"))
    where = (f"{row.method} {row.rule}", name)
    if status < 400 and is_odd and where not in OPTIONAL and not (value is None and where in AS_BEFORE):
        yield "taken"
    if status >= 400 and not re.search(r"[a-z]{3,}[^<>]*\.", answer.text.partition("<main")[2]):
        yield "no sentence"
    if status == 422 and answer.mimetype == "text/html" and "error-summary" in answer.text:
        for other, said in fields.items():
            is_shown = _is_shown(said, answer.text) or said != said.strip()
            if other not in _NOT_SHOWN_AGAIN | (CHOSEN & {name}) and not is_shown:
                yield f"what was typed into {other} is gone"
    if value and value.startswith(("<script", '">')) and answer.mimetype == "text/html" and value in answer.text:
        yield "shown as it is"


_NOT_SHOWN_AGAIN = {"password", "current", "new", "client_id", "csrf_token", "terms"}


def _is_shown(said: str, page: str) -> bool:
    plain = html.unescape(page)
    return said in plain or said[:100_000] in plain or len(said) > 2000 or not said.isprintable()


def test_the_api_refuses_what_does_not_pass_and_says_which_field(
    scene: Scene, kept: list[str], hostile: tuple[str, ...]
) -> None:
    faults = []
    for row, person, call in _writes(scene, api=True):
        if call.takes_file:
            continue
        cases: list[tuple[str, Any]] = [("a field that is not there", {**call.fields, "nonsense": "x"})]
        for name in call.fields:
            cases.append((f"without {name}", {key: said for key, said in call.fields.items() if key != name}))
            cases += [(f"{name}={value!r:.40}", {**call.fields, name: value}) for value in (*hostile, *STRANGE)]
        cases += [(f"body {body!r}", body) for body in _BODIES]
        for case, body in cases:
            answer = person.api(row.method, call.path.removeprefix("/api/v1"), body)
            faults += [f"{row}, {case}: {answer.status}: {fault}" for fault in _faults_of_answer(answer)]
            if answer.status_code < 400 and "not there" in case and call.fields:
                faults.append(f"{row}, {case}: taken")
    assert not faults, "\n".join(faults)
    assert not kept


_BODIES: tuple[Any, ...] = ([], "text", 7, None, True, [{}])


def _faults_of_answer(answer: TestResponse) -> Iterator[str]:
    if answer.status_code < 400:
        return
    if answer.status_code not in REFUSED:
        yield "this should not happen"
    if answer.mimetype != "application/problem+json":
        yield f"not a problem document but {answer.mimetype}"
        return
    problem = answer.get_json()
    if not str(problem["detail"]).endswith("."):
        yield "no sentence"
    if problem["status"] != answer.status_code:
        yield "says another status"
    if answer.status_code == 422 and not problem.get("errors"):
        yield "does not say which field"


RAW: tuple[tuple[str, bytes, set[int]], ...] = (
    ("application/json", b"{", {400}),
    ("application/json", b"\xff\xfe", {400}),
    ("application/json", b'{"body": "x"', {400}),
    ("application/json", b"[" * 100_000, {400}),
    ("application/json", b'{"body":' * 5_000 + b"1" + b"}" * 5_000, {400, 422}),
    ("application/json", b'{"body": ' + b"9" * 10_000 + b"}", {400, 422}),
    ("application/json", b'{"body": 1e999}', {422}),
    ("application/json", b'{"\\ud800": "x"}', {422}),
    ("application/json", b'"' + b"x" * 2_000_000 + b'"', {413}),
    ("text/plain", b'{"body": "x"}', {415}),
    ("application/x-www-form-urlencoded", b"body=x", {415}),
    ("multipart/form-data; boundary=x", b"--x\r\n", {415}),
    ("", b'{"body": "x"}', {415}),
    ("application/xml", b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'>", {415}),
)


@pytest.mark.once
def test_the_api_takes_only_json_of_a_fair_size(scene: Scene, kept: list[str]) -> None:
    wrong = []
    for row, person, call in _writes(scene, api=True):
        for kind, body, statuses in RAW:
            answer = scene.app.test_client().open(
                call.path, method=row.method, data=body, content_type=kind,
                headers={"Authorization": f"Bearer {person.token}"},
            )  # fmt: skip
            if call.typed and answer.status_code not in statuses:
                wrong.append(f"{row}, {kind} {body[:20]!r}: {answer.status}")
            wrong += [f"{row}, {kind} {body[:20]!r}: {answer.status}: {it}" for it in _faults_of_answer(answer)]
    assert not wrong, "\n".join(wrong)
    assert not kept


@pytest.mark.once
def test_forms_of_a_strange_kind_or_size_are_refused(scene: Scene, kept: list[str]) -> None:
    wrong = []
    for row, person, call in _writes(scene, api=False):
        token, too_much = person.csrf_token, b"z" * 2_000_000
        bodies: tuple[tuple[str, bytes], ...] = (
            ("application/x-www-form-urlencoded", b"x=" + too_much),
            ("application/x-www-form-urlencoded", b"csrf_token=" + token.encode() + b"&x=" + too_much),
            ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=y\r\n\r\n" + too_much),
            ("multipart/form-data; boundary=x", b"--y--"),
            ("multipart/form-data", b"nothing"),
            ("application/json", json.dumps({"csrf_token": token, **call.typed}).encode()),
            ("text/plain", b"csrf_token=" + token.encode()),
        )
        for kind, body in bodies:
            answer = copied(person).open(call.path, method=row.method, data=body, content_type=kind)
            if answer.status_code not in (400, 413, 422):
                wrong.append(f"{row}, {kind} {body[:20]!r}: {answer.status}")
    assert not wrong, "\n".join(wrong)
    assert not kept


CURSORS = (
    "", "x", "%", "é", "W10", "!!!!", "A" * 900, write_cursor([]), write_cursor([None, None]), write_cursor(["x"]),
    write_cursor(["x", "y"]), write_cursor([1, "y"]), write_cursor([True, "y"]), write_cursor([10**30, "y"]),
    write_cursor(["\x00", "\x00"]), write_cursor(["\ud800", "y"]), write_cursor(["2026-11-21T10:00:00", "y"]),
    write_cursor(["0001-01-01T00:00:00+14:00", "y"]), write_cursor(["9999-12-31T23:59:59-14:00", "y"]),
    write_cursor(["2026-11-21T10:00:00+00:00", "y"]), write_cursor([0.5, 1]), write_cursor([float("nan"), 1]),
    write_cursor([float("inf"), 10**30]), write_cursor([0, "x", "y"]), write_cursor([10**30, "x", "y"]),
    write_cursor([[], {}]), "W" * 899, "WzEsMl0=" * 2,
)  # fmt: skip
ODD = (
    "", " ", "x", "-1", "0", "1", "99999999999999999999", "²", "٣", "\ud800", "é\u0301", "😀", "' OR 1=1 --", "*", '"',
    "NOT", "a:b", "x" * 3000,
)  # fmt: skip
ODD_TO_ASK = ("-1", "99999999999999999999", "²", "\ud800", "é\u0301", "' OR 1=1 --", "x" * 3000)
"""Of these, what a database may stumble over: enough for the second one."""
READS = {
    "/directory": "q region theme language type after before",
    "/directory/organisations": "q type after",
    "/directory/organisations/<organisation_id>": "after",
    "/search": "q kind after",
    "/desk/applications": "which after",
    "/desk/members": "q only after",
    "/desk/workspaces": "state q after",
    "/desk/workspaces/<slug>": "after",
    "/workspaces": "show kind q after",
    "/workspaces/<slug>": "after",
    "/workspaces/<slug>/members": "after",
    "/workspaces/<slug>/invite": "q",
    "/workspaces/<slug>/threads/<thread_id>": "after before at answers",
    "/workspaces/<slug>/changes": "after",
    "/api/v1/contacts": "q region after",
    "/api/v1/organisations": "q type after",
    "/api/v1/organisations/<organisation_id>/contacts": "after",
    "/api/v1/search": "q kind after",
    "/api/v1/workspaces": "which kind q after",
    "/api/v1/workspaces/<slug>/members": "after",
    "/api/v1/workspaces/<slug>/threads": "after",
    "/api/v1/workspaces/<slug>/changes": "after limit",
    "/api/v1/threads/<thread_id>/messages": "after",
}
"""What the addresses may ask."""


def test_no_address_makes_the_server_stumble(scene: Scene, backend: Backend) -> None:
    wrong, odd = [], ODD if backend.name == "sqlite" else ODD_TO_ASK
    rows = {row.rule: row for row in entrances.rows() if row.method == "GET" and not row.note}
    for rule, names in READS.items():
        person = _who_may(rows[rule], scene)
        assert person is not None
        path = entrances.call(rows[rule], scene, scene.spaces["listed"]).path.partition("?")[0]
        for name in names.split():
            for value in (*odd, *CURSORS) if name in ("after", "before") else odd:
                more = {"q": "words", "kind": "contact"} if "search" in rule and name == "after" else {}
                answer = _open(person, path, {**more, name: value.encode("utf-8", "surrogatepass")})
                if answer.status_code >= 400 and answer.status_code not in REFUSED:
                    wrong.append(f"{rule} with {name}={value!r:.60}: {answer.status}")
    assert not wrong, "\n".join(wrong)


def _open(person: Person, path: str, query: dict[str, Any]) -> TestResponse:
    if path.startswith("/api/"):
        return person.api("GET", path.removeprefix("/api/v1"), query_string=query)
    return copied(person).get(path, query_string=query, buffered=True)


def _send_form(row: Row, person: Person, path: str, fields: dict[str, Any]) -> TestResponse:
    data = {"csrf_token": person.csrf_token, **fields}
    return copied(person).open(path, method=row.method, data=data, headers={"Accept-Language": "en"})


def _writes(scene: Scene, *, api: bool) -> Iterator[tuple[Row, Person, Call]]:
    """Every entrance that writes, once, with somebody who may and input that passes."""
    seen = set()
    for row in entrances.rows():
        person, entrance = _who_may(row, scene), (row.method, row.rule)
        if row.method in ("GET", "SOCKET") or row.rule.startswith("/api/") is not api or person is None:
            continue
        if entrance not in seen:
            seen.add(entrance)
            yield row, person, entrances.call(row, scene, entrances.space_of(row, scene, "listed"))


def _who_may(row: Row, scene: Scene) -> Person | None:
    people = entrances.people(scene)
    for other in entrances.more_rows():
        if (other.method, other.rule) == (row.method, row.rule):
            return people[next(iter(other.answers))]
    order = ("visitor", "host", "joined", "moderator", "outside")
    assert set(order) <= set(PEOPLE)
    return next((people[name] for name in order if row.answers[name][0] == "ok"), None)


def test_what_is_out_of_date_is_told_so(scene: Scene, kept: list[str]) -> None:
    wrong = []
    for case, person, method, path, fields, status in _out_of_date(scene):
        if path.startswith("/api/"):
            answer = person.api(method, path.removeprefix("/api/v1"), fields)
        else:
            answer = person.post(path, fields)
        if answer.status_code != status:
            wrong.append(f"{case}: {answer.status} instead of {status}")
    assert not wrong, "\n".join(wrong)
    assert not kept


Case = tuple[str, Person, str, str, dict[str, Any], int]


def _out_of_date(scene: Scene) -> Iterator[Case]:
    ada, grace, moses, irma = scene.ada, scene.grace, scene.moses, scene.irma
    active, archived, trash = (scene.spaces[key] for key in ("listed", "listed archived", "listed trash"))
    other = scene.spaces["unlisted"]
    for before in ("/workspaces/", "/api/v1/workspaces/"):
        here, old, gone = (f"{before}{space.slug}" for space in (active, archived, trash))
        yield "archive an archived one", ada, "POST", f"{old}/archive", {}, 409
        yield "reopen an active one", ada, "POST", f"{here}/reopen", {}, 409
        yield "delete an active one", ada, "POST", f"{here}/delete", {"name": active.name}, 409
        yield "delete with another name", ada, "POST", f"{old}/delete", {"name": "Another"}, 422
        yield "delete what is in the trash", ada, "POST", f"{gone}/delete", {"name": trash.name}, 409
        yield "restore what is not in the trash", ada, "POST", f"{old}/restore", {}, 409
        yield "join an archived one", scene.mallory, "POST", f"{old}/join", {}, 409
        yield "ask an archived one", scene.mallory, "POST", f"{old}/ask", {"why": "I work on it."}, 409
        yield "write to an archived one", grace, "POST", f"{old}/threads", {"title": "T", "body": "B"}, 409
        yield "who is kept out asks", scene.kim, "POST", f"{here}/ask", {"why": "I work on it."}, 403
        yield "who is kept out joins", scene.kim, "POST", f"{here}/join", {}, 403
        yield "accept who has not asked", ada, "POST", f"{here}/requests/{scene.kim.member_id}/accept", {}, 409
        yield "accept a stranger", ada, "POST", f"{here}/requests/{scene.mallory.member_id}/accept", {}, 404
        yield "remove who has left", ada, "POST", f"{here}/members/{scene.lee.member_id}/remove", {}, 404
        yield "days the wrong way", *_days(ada, here)
    invite = f"/workspaces/{active.slug}/invite"
    api = f"/api/v1/workspaces/{active.slug}/invitations"
    for whom in (scene.kim, scene.rita, grace, scene.hanna):  # a typed address tells nobody whose it is
        yield f"invite the address of {whom.name}", ada, "POST", invite, {"email": whom.email}, 302
        yield f"invite the address of {whom.name} by program", ada, "POST", api, {"email": whom.email.upper()}, 201
    for path in (invite, api):
        yield "invite oneself", ada, "POST", path, {"email": ada.email}, 422
        yield "invite who is in", ada, "POST", path, {"member": grace.member_id}, 409
        yield "invite who hides", ada, "POST", path, {"member": scene.hanna.member_id}, 422
    yield "invite nobody", ada, "POST", invite, {"member": "nobody"}, 422
    yield "let in who is not kept out", ada, "POST", _member(active, scene.olga, "let-in-again"), {}, 409
    yield "appoint who only asks", ada, "POST", _member(active, scene.rita, "appoint"), {}, 409
    elsewhere = f"/workspaces/{active.slug}/invitations/{other.invitation_id}/withdraw"
    yield "withdraw another workspace's invitation", ada, "POST", elsewhere, {}, 404
    yield from _out_of_date_in_discussions(scene)
    desk = "/desk/members"
    yield "suspend twice", moses, "POST", f"{desk}/{scene.sue.member_id}/suspend", {"reason": "Again"}, 409
    yield "restore who is in", moses, "POST", f"{desk}/{grace.member_id}/restore", {}, 409
    yield "suspend oneself", moses, "POST", f"{desk}/{moses.member_id}/suspend", {"reason": "Me"}, 403
    yield "suspend an administrator", moses, "POST", f"{desk}/{irma.member_id}/suspend", {"reason": "Her"}, 403
    yield "the role that one has", irma, "POST", f"{desk}/{grace.member_id}/role", {"role": "member"}, 409
    yield "appoint who is suspended", irma, "POST", f"{desk}/{scene.sue.member_id}/role", {"role": "moderator"}, 409
    yield "another's address", moses, "POST", f"{desk}/{grace.member_id}/edit", {"name": "G", "email": ada.email}, 409
    yield "a letter to who is suspended", moses, "POST", f"{desk}/{scene.sue.member_id}/password-letter", {}, 409
    yield "an application never confirmed", moses, "POST", f"/desk/applications/{scene.unconfirmed_id}/admit", {}, 404
    yield "another's token", grace, "POST", f"/settings/credentials/{scene.own_credential_id}/end", {}, 404
    yield "a link never sent", scene.visitor, "POST", "/set-password/never-sent", {"password": "x"}, 404
    yield "a confirmation never sent", scene.visitor, "POST", "/apply/confirm/never-sent", {}, 404
    yield "an invitation never sent", ada, "POST", "/invitations/never-sent/accept", {}, 404


def _out_of_date_in_discussions(scene: Scene) -> Iterator[Case]:
    ada, grace = scene.ada, scene.grace
    active, archived, other = (scene.spaces[key] for key in ("listed", "listed archived", "unlisted"))
    thread = f"/workspaces/{active.slug}/threads/{active.thread_id}/messages"
    api = f"/api/v1/threads/{active.thread_id}/messages"
    for path in (thread, api):
        yield "answer another thread", grace, "POST", path, {"body": "B", "answers": other.messages["first"]}, 422
        yield "answer nothing", grace, "POST", path, {"body": "B", "answers": "nothing"}, 422
    message = f"/workspaces/{active.slug}/messages"
    yield "edit what is retracted", grace, "POST", f"{message}/{active.messages['retracted']}/edit", {"body": "B"}, 409
    yield "retract twice", grace, "POST", f"{message}/{active.messages['taken back']}/retract", {}, 409
    yield "retract without a reason", ada, "POST", f"{message}/{active.messages['own']}/retract", {}, 422
    yield "edit another's", ada, "POST", f"{message}/{active.messages['own']}/edit", {"body": "B"}, 403
    yield "a message of another place", grace, "POST", f"{message}/{other.messages['own']}/edit", {"body": "B"}, 404
    api = "/api/v1/messages"
    yield "edit what is retracted", grace, "PATCH", f"{api}/{active.messages['retracted']}", {"body": "B"}, 409
    yield "retract without a reason", ada, "POST", f"{api}/{active.messages['own']}/retract", {}, 422
    yield "edit another's", ada, "PATCH", f"{api}/{active.messages['own']}", {"body": "B"}, 403
    yield "edit in the archive", grace, "PATCH", f"{api}/{archived.messages['own']}", {"body": "B"}, 409


def _member(space: Space, person: Person, verb: str) -> str:
    return f"/workspaces/{space.slug}/members/{person.member_id}/{verb}"


def _days(ada: Person, here: str) -> tuple[Person, str, str, dict[str, Any], int]:
    days = {"starts_on": "2026-05-02", "ends_on": "2026-05-01"}
    if here.startswith("/api/"):
        return ada, "PATCH", here, days, 422
    facts = {"name": "N", "purpose": "P", "kind": "project", "visibility": "listed", "joining": "request"}
    return ada, "POST", f"{here}/settings", {**facts, **days}, 422


def test_nobody_leaves_a_workspace_without_a_host(furnish: Furnish) -> None:
    scene = furnish()
    space = scene.spaces["unlisted"]
    assert scene.ada.post(_member(space, scene.hugo, "dismiss")).status_code == 302
    for path in (
        f"/workspaces/{space.slug}/leave", _member(space, scene.ada, "dismiss"), _member(space, scene.ada, "remove"),
    ):  # fmt: skip
        assert scene.ada.post(path).status_code == 409
    assert scene.ada.api("POST", f"/workspaces/{space.slug}/leave").status_code == 409
    assert scene.moses.post(_member(space, scene.ada, "keep-out"), {"reason": "No"}).status_code == 409


def test_a_text_that_comes_too_late_is_shown_to_be_copied(scene: Scene) -> None:
    text = "Tätä kirjoitin <b>puoli tuntia</b>, enkä halua menettää sitä."
    path = f"/workspaces/{scene.spaces['listed archived'].slug}/threads"
    fields = {"title": "T", "body": text}
    answer = scene.grace.post(path, fields, headers={"Origin": "http://localhost"})
    assert answer.status_code == 409
    assert html.escape(text, quote=False) in answer.text.replace("&#39;", "'")
    stale = copied(scene.grace).post(path, data=fields, headers={"Origin": "http://localhost"})
    assert stale.status_code == 400
    assert "puoli tuntia" in stale.text
    forged = copied(scene.grace).post(path, data=fields, headers={"Origin": "https://evil.example"})
    assert "puoli tuntia" not in forged.text
