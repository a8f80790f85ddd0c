"""What the discussions add to an app."""

from flask import Flask

from extranet import cli
from extranet.events import reactions
from extranet.i18n import lazy
from extranet.search.registry import Searchable, searchable
from workspaces.attachments import feature as attachments
from workspaces.discussions import documents, seeds
from workspaces.discussions.api import api
from workspaces.discussions.audience import feature as audience
from workspaces.discussions.drafts import feature as drafts
from workspaces.discussions.events import MessageEdited, MessagePosted, MessageRetracted, ThreadOpened
from workspaces.discussions.fragments import article
from workspaces.discussions.mentions import feature as mentions
from workspaces.discussions.presence import feature as presence
from workspaces.discussions.reactions import tell_change, tell_where_they_still_are
from workspaces.discussions.reading import feature as reading
from workspaces.discussions.thanks import feature as thanks
from workspaces.discussions.threads import feature as threads
from workspaces.discussions.threads.documents import messages_of
from workspaces.discussions.threads.events import ThreadArrived, ThreadRenamed
from workspaces.discussions.views import discussions
from workspaces.events import WorkspacePurged
from workspaces.importing.events import DiscussionsImported
from workspaces.importing.queries import messages_brought
from workspaces.memberships.events import MemberLeft, MemberRemoved
from workspaces.queries import joined_ids

PARTS = (attachments, audience, drafts, mentions, presence, reading, thanks, threads)
SAID = (ThreadOpened, MessagePosted, MessageEdited, MessageRetracted)


def install(app: Flask) -> None:
    """Add the pages, the live news and the search documents of discussions."""
    app.register_blueprint(discussions)
    app.jinja_env.filters["article"] = article
    api.install(app)
    follow = reactions(app)
    for event in SAID:
        follow.at_once(event, tell_change)
    for gone in (MemberLeft, MemberRemoved):
        follow.before_answer(gone, tell_where_they_still_are)
    searchable(
        app,
        Searchable(
            kind=documents.KIND,
            label=lazy("Messages"),
            load=documents.documents_of,
            every=documents.every_document,
            shown=documents.shown,
            changed_by={
                **dict.fromkeys(SAID, lambda event: (event.message,)),
                **dict.fromkeys((ThreadRenamed, ThreadArrived), messages_of),
                DiscussionsImported: messages_brought,
            },
            scopes=joined_ids,
            ended_by={WorkspacePurged: lambda event: event.workspace},
            forgotten_by=(MessageRetracted,),
            place=30,
        ),
    )
    cli.add_seed(app, 50, seeds.plant)
    for part in PARTS:
        part.install(app)
