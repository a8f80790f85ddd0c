"""A file is seen by who may see its message, now, at every address; it comes in pieces, and locked in."""

import re
import tracemalloc

import pytest
from werkzeug.test import TestResponse

from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, Person, keeping
from tests.workspaces.attachments.files import bring, brought, on_disk, pdf, picture, sent
from tests.workspaces.discussions.talk import Talk
from tests.workspaces.places import drain, open_place
from workspaces.attachments.service import follow_thread
from workspaces.attachments.store import Store
from workspaces.discussions.models import Message, Thread
from workspaces.memberships import service as memberships
from workspaces.models import Workspace


def addresses(file: dict[str, str]) -> list[str]:
    return [file["url"], *([file["preview"]] if file["preview"] else [])]


def statuses(person: Person, file: dict[str, str]) -> set[int]:
    pages = {person.get(address, buffered=True).status_code for address in addresses(file)}
    return pages | {person.api("GET", f"/attachments/{file['id']}", buffered=True).status_code}


def test_until_it_is_sent_only_who_brought_it_sees_it(talk: Talk, cast: Cast) -> None:
    file = brought(talk, cast.grace, picture(), "a.jpg")
    assert statuses(cast.grace, file) == {200}
    assert "X-Unsent" in cast.grace.get(file["url"], buffered=True).headers
    for other in (cast.ada, cast.mallory, cast.moses):
        assert statuses(other, file) == {404}


def test_when_it_is_sent_those_who_joined_see_it(talk: Talk, cast: Cast) -> None:
    file = sent(talk, cast.grace, picture(), "a.jpg")
    for one in (cast.grace, cast.ada):
        assert statuses(one, file) == {200}
        assert "X-Unsent" not in cast.grace.get(file["url"], buffered=True).headers
    for other in (cast.mallory, cast.moses):
        assert statuses(other, file) == {404}
    never = cast.mallory.get(file["url"].replace(file["id"], "neverthere12"))
    there = cast.mallory.get(file["url"])
    assert _without_token(there).replace(file["id"], "neverthere12") == _without_token(never)


def test_who_left_or_was_removed_or_came_later_sees_nothing(talk: Talk, cast: Cast) -> None:
    file = sent(talk, cast.grace, picture(), "a.jpg")
    cast.ada.post(talk.place.path(f"/members/{cast.grace.member_id}/remove"))
    assert talk.place.role(cast.grace) is None
    assert statuses(cast.grace, file) == {404}
    host, guest = cast.ada, cast.mallory
    with keeping(talk.app) as held:
        workspace, ada = held.get_one(Workspace, talk.place.id), held.get_one(Member, host.member_id)
        mallory = held.get_one(Member, guest.member_id)
        memberships.invite(workspace, mallory, by=ada, shows_earlier=False)
        memberships.join(workspace, by=mallory)
    assert statuses(cast.mallory, file) == {404}
    later = sent(talk, cast.ada, picture(), "b.jpg")
    assert statuses(cast.mallory, later) == {200}


def test_in_the_archive_it_is_seen_in_the_trash_not(talk: Talk, cast: Cast) -> None:
    file = sent(talk, cast.grace, picture(), "a.jpg")
    talk.place.archive(cast.ada)
    assert statuses(cast.grace, file) == {200}
    cast.ada.post(talk.place.path("/delete"), {"name": talk.place.name})
    assert talk.place.row().is_trashed
    assert statuses(cast.grace, file) == statuses(cast.ada, file) == {404}


def test_it_is_locked_in(talk: Talk, cast: Cast) -> None:
    for content, name, kind, shown in (
        (picture("PNG"), "a.png", "image/png", "inline"), (pdf(), "b.pdf", "application/pdf", "inline"),
        (b"words", "c.txt", "text/plain", "attachment"), (b"a;b", "d.csv", "text/csv", "attachment"),
    ):  # fmt: skip
        answer = cast.ada.get(brought(talk, cast.ada, content, name)["url"], buffered=True)
        assert answer.mimetype == kind
        assert answer.headers["Content-Disposition"].startswith(shown)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy or kind == "application/pdf"
        assert "script-src" not in policy


def test_a_page_inside_a_pdf_stays_a_pdf(talk: Talk, cast: Cast) -> None:
    content = pdf("\n" * 2_000 + "<html><script>alert(1)</script></html>")
    answer = cast.ada.get(brought(talk, cast.ada, content, "a.pdf")["url"], buffered=True)
    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("application/pdf", "nosniff")


def test_parts_of_it_can_be_asked_for(talk: Talk, cast: Cast) -> None:
    file = brought(talk, cast.ada, b"0123456789", "a.txt")

    def part(asked: str, **more: str) -> TestResponse:
        return cast.ada.get(file["url"], headers={"Range": asked, **more}, buffered=True)

    middle = part("bytes=2-4")
    assert (middle.status_code, middle.data, middle.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert part("bytes=-3").data == b"789"
    assert part("bytes=90-").status_code == 416
    assert part("bytes=2-4", **{"If-Range": '"another"'}).status_code == 200
    tag = middle.headers["ETag"]
    again = cast.ada.get(file["url"], headers={"If-None-Match": tag}, buffered=True)
    assert again.status_code == 304
    assert cast.mallory.get(file["url"], headers={"If-None-Match": tag}, buffered=True).status_code == 404
    head = cast.ada.client.head(file["url"], buffered=True)
    assert (head.status_code, head.headers["Content-Length"], head.data) == (200, "10", b"")


def test_it_is_never_read_whole(app: Extranet, talk: Talk, cast: Cast) -> None:
    large = b"x" * 19_999_990
    file = brought(talk, cast.ada, large, "a.txt")
    answer = cast.ada.get(file["url"])
    tracemalloc.start()
    try:
        size = sum(map(len, answer.response))
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
        answer.close()
    assert size == len(large)


def test_what_is_too_large_is_said_so(talk: Talk, cast: Cast) -> None:
    answer = bring(talk, cast.ada, b"x" * 20_000_001, "a.txt")
    assert answer.status_code == 413
    assert "20 megabytes" in answer.json["detail"]  # type: ignore[index]
    assert on_disk(talk.app) == []


def test_a_full_disk_is_told_and_nothing_is_left(talk: Talk, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "keep_written", full)
    for content, name in ((b"words", "a.txt"), (picture(), "b.jpg")):
        answer = bring(talk, cast.ada, content, name)
        assert answer.status_code == 507
        assert answer.headers["Retry-After"]
    assert on_disk(talk.app) == []


def test_names_of_files_are_found_by_who_may_see_them(talk: Talk, cast: Cast) -> None:
    sent(talk, cast.grace, picture(), "tikkatossut.jpg", alt="Punainen porkkanapelto")
    drain(talk.app)
    for word in ("tikkatossut", "porkkanapelto"):
        assert talk.thread_id in cast.ada.api("GET", f"/search?q={word}").text
        assert talk.thread_id not in cast.mallory.api("GET", f"/search?q={word}").text


def test_a_moved_thread_takes_its_files_along(app: Extranet, talk: Talk, cast: Cast) -> None:
    file, there = sent(talk, cast.grace, picture(), "a.jpg"), open_place(cast)
    with keeping(app) as held:
        thread = held.get_one(Thread, talk.thread_id)
        thread.workspace_id = there.id
        for message in held.query(Message).filter_by(thread_id=thread.id):
            message.workspace_id = there.id
        follow_thread(thread)
    assert cast.ada.get(file["url"], buffered=True).status_code == 404
    moved = file["url"].replace(talk.place.slug, there.slug)
    assert cast.ada.get(moved, buffered=True).status_code == 200


def _without_token(answer: TestResponse) -> str:
    """A page without what a form of it carries, which tells when it was made."""
    return re.sub(r"[\w-]+\.[\w-]+\.[\w-]{20,}", "TOKEN", answer.text)
