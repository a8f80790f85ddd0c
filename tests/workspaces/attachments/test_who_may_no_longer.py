"""Looking at files takes its time: who is suspended or signed out meanwhile writes nothing with them."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from extranet import credentials
from extranet.errors import NotHere
from extranet.members import Member
from tests.cast import Person, keeping
from tests.workspaces.attachments.files import on_disk, pdf
from tests.workspaces.discussions.talk import Talk
from workspaces.attachments import intake
from workspaces.models import Workspace
from workspaces.queries import enter

NOT_SCRIPT = {"Accept": "text/html"}


def suspend(talk: Talk, person: Person) -> None:
    by = talk.cast.moses.member_id
    with keeping(talk.app) as held:
        held.get_one(Member, person.member_id).suspend(by=held.get_one(Member, by), reason="because")


def sign_out(talk: Talk, person: Person) -> None:
    with keeping(talk.app) as held:
        credentials.end_all(held.get_one(Member, person.member_id))


@pytest.mark.parametrize("happens", [suspend, sign_out])
@pytest.mark.parametrize("address", ["/threads", "/threads/{thread}/messages"])
def test_who_is_shut_out_after_the_last_file_was_kept(
    talk: Talk, monkeypatch: pytest.MonkeyPatch, happens: Callable[[Talk, Person], None], address: str
) -> None:
    grace = talk.cast.grace
    receive = intake.receive

    def received(*given: Any, **more: Any) -> Any:
        kept = receive(*given, **more)
        happens(talk, grace)
        return kept

    fields = {"title": "Files", "body": "See the files", "files": (io.BytesIO(pdf()), "plan.pdf")}
    with monkeypatch.context() as patched:
        patched.setattr(intake, "receive", received)
        path = talk.place.path(address.format(thread=talk.thread_id))
        answer = grace.post(path, fields, headers=NOT_SCRIPT)
    assert answer.status_code == 302 and answer.location.startswith("/sign-in"), answer.text
    assert len(talk.messages()) == 1
    page = talk.cast.ada.get(talk.place.path()).text
    assert "Hello" in page or talk.place.name in page
    assert "Files" not in page.partition("<main")[2]


def test_who_is_suspended_while_a_file_is_looked_at_leaves_none(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    grace = talk.cast.grace
    looked: Any = intake.written

    def written(*given: Any) -> Any:
        found = looked(*given)
        suspend(talk, grace)
        return found

    monkeypatch.setattr(intake, "written", written)
    files = {"file": (io.BytesIO(pdf()), "plan.pdf")}
    assert grace.post(talk.place.path("/attachments"), files).status_code == 404
    assert on_disk(talk.app) == []


def test_who_is_suspended_after_the_door_changes_nothing(talk: Talk) -> None:
    workspace_id, grace = talk.place.id, talk.cast.grace.member_id
    with keeping(talk.app) as held:
        enter(held.get_one(Workspace, workspace_id), held.get_one(Member, grace))
    suspend(talk, talk.cast.grace)
    with pytest.raises(NotHere), keeping(talk.app) as held:
        enter(held.get_one(Workspace, workspace_id), held.get_one(Member, grace))
