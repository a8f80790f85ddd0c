"""What came from a former system, for those who have to look at it again: the index."""

from collections.abc import Sequence

import sqlalchemy as sa

from extranet import db
from extranet.importing.models import FormerId
from workspaces.importing.events import DiscussionsImported


def messages_brought(fact: DiscussionsImported) -> Sequence[str]:
    """The ids of the messages that imports have brought to this workspace; none once it is purged."""
    with db.reading() as held:
        return held.scalars(sa.select(FormerId.id).filter_by(kind="message", within=fact.workspace)).all()
