"""What people do with drafts: keep them for their other devices, send them, take them away.

Nothing of it stands in the trail. Whoever types goes on where they were: a device that does not know what another one
of theirs has kept meanwhile is told so, and never writes over it.
"""

from functools import cache
from uuid import UUID

import sqlalchemy as sa

from extranet import clock, db
from extranet.errors import Refusal
from extranet.i18n import lazy
from extranet.ids import new_id
from extranet.members import Member
from workspaces.discussions.drafts import queries
from workspaces.discussions.drafts.models import Draft
from workspaces.models import Workspace

MOST = 200
"""Drafts with words that one member may have."""


class DraftMovedOn(Refusal):
    """Another device of the same member has gone on with this draft."""

    sentence = lazy("You have gone on with this text on another device.")


class TooManyDrafts(Refusal):
    """The member has as many drafts as are kept."""

    sentence = lazy("You have so many unfinished texts that this one is kept on this device only.")


def keep(
    workspace: Workspace, place: str, *, title: str | None = None, body: str, client_id: UUID | None = None,
    version: int, by: Member,
) -> Draft:
    """Keep what was typed, by a device that knows the draft's `version` (0: none). The same words twice are kept once.

    `client_id` is that of the message that these very words become. Without words the draft is taken away. Raises
    `DraftMovedOn`, `TooManyDrafts`.
    """
    held = _hold(workspace, place, by)
    if held is None:
        return _begin(workspace, place, title, body, client_id, by)
    if held.says(title, body):
        return held
    if held.version != version:
        raise DraftMovedOn
    held.say(title, body, client_id)
    db.session().flush()
    return held


def was_sent(workspace: Workspace, place: str, *, version: int, by: Member) -> Draft | None:
    """The words were sent from a device that knew this `version`: they rise on no other one. Later ones stay.

    Returns the draft, without words now; None if there is none, or if another device has gone on with it.
    """
    held = _hold(workspace, place, by)
    if held is None or held.version > version or held.is_empty:
        return None
    held.say(None, "")
    db.session().flush()
    return held


def forget_old() -> None:
    """Delete what nobody has gone on with for long."""
    db.session().execute(sa.delete(Draft).where(queries.is_forgotten()))


def _hold(workspace: Workspace, place: str, by: Member) -> Draft | None:
    """The draft, which no other device changes until this transaction ends."""
    return db.session().scalar(_held(), {"member": by.id, "workspace": workspace.id, "place": place})


@cache
def _held() -> sa.Select[Draft]:
    """Put together once: whatever a page saves or sends asks for it."""
    is_it = (
        Draft.member_id == sa.bindparam("member"), Draft.workspace_id == sa.bindparam("workspace"),
        Draft.place == sa.bindparam("place"),
    )
    return sa.select(Draft).where(*is_it).with_for_update().execution_options(populate_existing=True)


def _begin(
    workspace: Workspace, place: str, title: str | None, body: str, client_id: UUID | None, by: Member
) -> Draft:
    if queries.count_of(by) >= MOST:
        raise TooManyDrafts
    statement = db.insert(Draft).values(
        id=new_id(), member_id=by.id, workspace_id=workspace.id, place=place, title=title or None, body=body,
        client_id=str(client_id) if client_id is not None else None, version=1, saved_at=clock.now(),
    )
    is_added = db.session().scalar(statement.on_conflict_do_nothing().returning(Draft.id)) is not None
    draft = _hold(workspace, place, by)
    assert draft is not None
    if not is_added and not draft.says(title, body):
        raise DraftMovedOn
    return draft
