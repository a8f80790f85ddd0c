"""Files in a form that no script helps: what is wrong stands beside each file, and nothing that was sent is lost."""

import io
import re
from typing import Any

import pytest
from werkzeug.test import TestResponse

from extranet import uploads
from extranet.uploads import MOST_FILES
from tests.cast import Person
from tests.workspaces.attachments.files import on_disk, pdf, picture
from tests.workspaces.discussions.talk import Talk
from workspaces.attachments import queries

HTML = {"Accept": "text/html"}


def send(talk: Talk, by: Person, *files: tuple[bytes, str], path: str = "", **more: Any) -> TestResponse:
    """The form as a browser sends it, the files with it."""
    brought = [(io.BytesIO(content), name) for content, name in files] or [(io.BytesIO(b""), "")]
    return talk.post(by, "See the files", headers=HTML, files=brought, **more)


def ids(page: str) -> list[str]:
    """The files that a page offers to send."""
    return re.findall(r'name="attachments" value="(\w+)" checked', page)


def test_files_without_pictures_go_at_once(talk: Talk) -> None:
    answer = send(talk, talk.cast.grace, (pdf(), "plan.pdf"), (b"words", "notes.txt"))
    assert answer.status_code == 302, answer.text
    page = talk.cast.ada.get(talk.path()).text
    assert page.index("plan.pdf") < page.index("notes.txt")


def test_a_picture_asks_what_it_shows_and_all_is_kept_meanwhile(talk: Talk) -> None:
    before = len(talk.messages())
    answer = send(talk, talk.cast.grace, (picture(), "talo.jpg"), (pdf(), "plan.pdf"))
    assert answer.status_code == 422
    assert "See the files" in answer.text
    assert "Write what the picture shows" in answer.text
    assert len(ids(answer.text)) == 2
    assert len(talk.messages()) == before
    one, two = ids(answer.text)
    again = send(talk, talk.cast.grace, attachments=[one, two], **{f"alt-{one}": "A house"})
    assert again.status_code == 302
    page = talk.cast.ada.get(talk.path()).text
    assert 'alt="A house"' in page
    assert "plan.pdf" in page


def test_what_was_typed_of_a_picture_stays_where_something_else_is_wrong(talk: Talk) -> None:
    page = send(talk, talk.cast.grace, (picture(), "talo.jpg"), (picture(), "piha.jpg")).text
    one, two = ids(page)
    page = send(talk, talk.cast.grace, attachments=[one, two], **{f"alt-{one}": "A house"}).text
    assert 'value="A house"' in page
    assert ids(page) == [one, two]


def test_a_refused_file_is_named_and_the_others_wait(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "most_bytes", lambda: 1_000)
    answer = send(talk, talk.cast.grace, (b"<svg/>", "kuva.svg"), (pdf(), "plan.pdf"), (b"x" * 1_001, "iso.txt"))
    assert answer.status_code == 422
    assert "kuva.svg: Web pages and SVG pictures" in answer.text
    assert "iso.txt: The file is too large." in answer.text
    assert len(ids(answer.text)) == 1
    assert "See the files" in answer.text
    assert len(on_disk(talk.app)) == 1


def test_more_files_than_a_message_takes(talk: Talk) -> None:
    answer = send(talk, talk.cast.grace, *[(b"words", f"{n}.txt") for n in range(12)])
    assert answer.status_code == 422
    assert "at most 10 files" in answer.text
    assert len(ids(answer.text)) == 10


def test_of_many_ids_only_so_many_are_looked_for_as_say_that_it_is_too_many(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_for: list[int] = []
    unsent = queries.unsent

    def noted(member: Any, workspace: Any, file_ids: Any) -> Any:
        looked_for.append(len(file_ids))
        return unsent(member, workspace, file_ids)

    monkeypatch.setattr(queries, "unsent", noted)
    answer = send(talk, talk.cast.grace, attachments=[f"file{number}" for number in range(900)])
    assert answer.status_code == 422
    assert "at most 10 files" in answer.text
    assert looked_for and max(looked_for) == MOST_FILES + 1


def test_one_that_is_not_ticked_any_more_stays_behind(talk: Talk) -> None:
    page = send(talk, talk.cast.grace, (picture(), "talo.jpg"), (b"words", "notes.txt")).text
    assert send(talk, talk.cast.grace, attachments=ids(page)[1]).status_code == 302
    shown = talk.cast.ada.get(talk.path()).text
    assert "notes.txt" in shown
    assert "talo.jpg" not in shown


def test_a_new_discussion_keeps_its_files_too(talk: Talk) -> None:
    fields = {"title": "", "body": "Words", "files": [(io.BytesIO(pdf()), "plan.pdf")]}
    answer = talk.cast.grace.post(talk.place.path("/threads"), fields, headers=HTML)
    assert answer.status_code == 422
    (kept,) = ids(answer.text)
    done = talk.cast.grace.post(talk.place.path("/threads"), {"title": "Plans", "body": "Words", "attachments": kept})
    assert done.status_code == 302
    assert "plan.pdf" in talk.cast.ada.get(done.location).text


def test_where_no_files_are_taken_none_are_kept(talk: Talk) -> None:
    talk.cast.grace.post(talk.at(talk.first, "/retract"), {"reason": "x", "files": [(io.BytesIO(pdf()), "a.pdf")]})
    assert on_disk(talk.app) == []


def test_a_form_of_nobody_is_not_read(talk: Talk) -> None:
    answer = send(talk, talk.cast.visitor, (pdf(), "plan.pdf"))
    assert answer.status_code == 302
    assert "/sign-in" in answer.location
