"""Between the door and the lock others may have done something: who writes sees it and is refused as the next would be.
"""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from extranet import clock
from extranet.errors import NotHere, Refusal
from extranet.members import Member
from tests.cast import keeping
from tests.workspaces.discussions.talk import Talk
from tests.workspaces.places import open_place
from workspaces.attachments.service import Found, bring
from workspaces.discussions import service
from workspaces.discussions.models import AlreadyRetracted, Locked, Message, Thread
from workspaces.memberships.models import Membership
from workspaces.models import Archived, Workspace

A_FILE = Found("f1leF1leF1le", "plan.pdf", "application/pdf", 10, "0" * 64)


def behind_its_back(held: Session, thing: Any, **facts: Any) -> None:
    """Change rows as another transaction would: what the session has read stays as it was."""
    kind: Any = type(thing)
    change = sa.update(kind).where(kind.id == thing.id).values(facts)
    held.execute(change.execution_options(synchronize_session=False))


def archive(held: Session, talk: Talk) -> None:
    behind_its_back(held, held.get_one(Workspace, talk.place.id), archived_at=clock.now())


def trash(held: Session, talk: Talk) -> None:
    behind_its_back(held, held.get_one(Workspace, talk.place.id), trashed_at=clock.now())


def lock(held: Session, talk: Talk) -> None:
    behind_its_back(held, held.get_one(Thread, talk.thread_id), locked_at=clock.now())


def move(held: Session, talk: Talk) -> None:
    elsewhere = held.scalars(sa.select(Workspace.id).where(Workspace.id != talk.place.id)).one()
    behind_its_back(held, held.get_one(Thread, talk.thread_id), workspace_id=elsewhere)


def remove(held: Session, talk: Talk) -> None:
    held.execute(sa.delete(Membership).where(Membership.member_id == talk.cast.grace.member_id))


def suspend(held: Session, talk: Talk) -> None:
    behind_its_back(held, held.get_one(Member, talk.cast.grace.member_id), suspended_at=clock.now())


@pytest.mark.parametrize(
    ("happens", "refusal"),
    [(archive, Archived), (trash, Archived), (lock, Locked), (move, NotHere), (remove, NotHere), (suspend, NotHere)],
)
def test_a_message_is_refused(talk: Talk, happens: Any, refusal: type[Refusal]) -> None:
    open_place(talk.cast, name="Elsewhere")
    with pytest.raises(refusal), keeping(talk.app) as held:
        thread, workspace = held.get_one(Thread, talk.thread_id), held.get_one(Workspace, talk.place.id)
        grace = held.get_one(Member, talk.cast.grace.member_id)
        assert not thread.is_locked and workspace.is_active and grace.suspended_at is None
        happens(held, talk)
        service.post(thread, workspace, "Too late", by=grace)
    assert [message.body for message in talk.messages()] == ["Hello"]


@pytest.mark.parametrize(("happens", "refusal"), [(archive, Archived), (remove, NotHere), (suspend, NotHere)])
def test_a_file_is_refused(talk: Talk, happens: Any, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal), keeping(talk.app) as held:
        workspace, grace = held.get_one(Workspace, talk.place.id), held.get_one(Member, talk.cast.grace.member_id)
        happens(held, talk)
        bring(workspace, A_FILE, by=grace)


def test_what_was_retracted_is_not_edited(talk: Talk) -> None:
    with pytest.raises(AlreadyRetracted), keeping(talk.app) as held:
        message, workspace = held.get_one(Message, talk.first), held.get_one(Workspace, talk.place.id)
        ada = held.get_one(Member, talk.cast.ada.member_id)
        behind_its_back(held, message, retracted_at=clock.now())
        service.edit(message, workspace, "Too late", by=ada)
