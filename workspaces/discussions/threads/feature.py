"""What the threads add to an app."""

from flask import Flask

from extranet import cli
from extranet.events import reactions
from extranet.i18n import lazy
from extranet.search.registry import Searchable, searchable
from workspaces.discussions.events import MessagePosted, MessageRetracted
from workspaces.discussions.fragments import head
from workspaces.discussions.reactions import tell_change
from workspaces.discussions.threads import documents, seeds
from workspaces.discussions.threads.api import api
from workspaces.discussions.threads.events import (
    OF_ANSWERS,
    OF_THREADS,
    DecisionWithdrawn,
    DecisionWritten,
    MessageMoved,
    ThreadArrived,
    ThreadMovedAway,
    ThreadRenamed,
)
from workspaces.discussions.threads.reactions import forget_that_it_was_the_answer, note_that_it_is_answered
from workspaces.discussions.threads.views import threads
from workspaces.queries import joined_ids


def install(app: Flask) -> None:
    """Add the pages, the operations and what follows them."""
    app.register_blueprint(threads)
    app.jinja_env.filters["thread_head"] = head
    api.install(app)
    follow = reactions(app)
    follow.together(MessagePosted, note_that_it_is_answered)
    follow.together(MessageRetracted, forget_that_it_was_the_answer)
    follow.knows(MessageMoved)
    for event in (*OF_THREADS, *OF_ANSWERS, ThreadMovedAway):
        follow.at_once(event, tell_change)
    changes = (DecisionWritten, DecisionWithdrawn, ThreadRenamed, ThreadArrived)
    searchable(
        app,
        Searchable(
            kind=documents.KIND,
            label=lazy("Decisions"),
            load=documents.documents_of,
            every=documents.every_document,
            shown=documents.shown,
            changed_by=dict.fromkeys(changes, lambda event: (event.thread,)),
            scopes=joined_ids,
            forgotten_by=(DecisionWithdrawn,),
            place=35,
        ),
    )
    cli.add_seed(app, 55, seeds.plant)
