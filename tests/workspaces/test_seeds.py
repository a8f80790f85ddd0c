"""The demo."""

import pytest
import sqlalchemy as sa

from extranet.app import Extranet
from extranet.events import OutboxRow
from tests.cast import looking
from tests.servers import Letterbox
from workspaces.attachments.models import Attachment
from workspaces.memberships.models import Invitation, JoinRequest, Membership
from workspaces.models import Workspace


@pytest.mark.once
def test_it_has_workspaces_of_every_kind_and_state_and_writes_to_nobody(app: Extranet, smtp: Letterbox) -> None:
    answer = app.test_cli_runner().invoke(args=["seed"])
    assert answer.exit_code == 0, answer.output
    with looking(app) as held:
        found = held.scalars(sa.select(Workspace)).all()
        hosts = held.scalars(sa.select(Membership.workspace_id).where(Membership.role == "host")).all()
        assert held.scalars(sa.select(JoinRequest)).all()
        assert held.scalars(sa.select(Invitation)).all()
        assert held.scalars(sa.select(OutboxRow)).all() == []
        files = held.scalars(sa.select(Attachment)).all()
    assert {one.kind for one in found} == {"project", "event", "working-group"}
    assert {one.visibility for one in found} == {"listed", "unlisted"}
    assert {one.joining for one in found} == {"open", "request", "invitation"}
    assert any(one.is_archived and one.outcome for one in found)
    assert set(hosts) == {one.id for one in found}
    assert {one.media_type for one in files} == {"image/png", "text/csv", "application/pdf"}
    assert all(one.message_id and (one.alt or not one.is_image) for one in files)
    assert smtp.letters == []
