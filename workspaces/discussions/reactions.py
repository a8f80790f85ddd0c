"""What follows what is said: those who joined see it live. Recipients are read at this moment, so nobody else can."""

from typing import Any

from extranet.events import Recorded
from extranet.realtime import Audience, realtime, tell, tell_each
from workspaces.discussions import queries
from workspaces.discussions.events import MessagePosted, ThreadOpened
from workspaces.discussions.fragments import article_in, head_in, row_in
from workspaces.discussions.queries import Change
from workspaces.discussions.threads.events import OF_ANSWERS, OF_THREADS, MessageMoved
from workspaces.queries import heads_of_members, members_of


def tell_change(recorded: Recorded) -> None:
    """Show a fact of a workspace's stream to everyone who has joined it now and may see that far back."""
    change = queries.change_of(recorded)
    if change is None or recorded.stream is None or recorded.seq is None:
        return
    tell_each(Audience(*queries.readers(change)), "change", queries.seen_by(change), _with_fragments)


def fragments(change: Change, language: str) -> dict[str, str]:
    """The parts of pages that a change brings: `html`, the message; `row`, its thread in the list; `head`, its head.

    The messages of a thread that has just come from elsewhere stand on no open page: they bring nothing.
    """
    parts: dict[str, str] = {}
    if isinstance(change.recorded.event, MessageMoved):
        return parts
    if change.message is not None:
        parts["html"] = article_in(language, change.message)
    if change.thread is not None and changes_row(change):
        parts["row"] = row_in(language, change.thread)
    if change.head is not None:
        parts["head"] = head_in(language, change.head)
    return parts


def changes_row(change: Change) -> bool:
    """Whether its thread looks otherwise in the list because of it, or stands elsewhere."""
    is_of_thread = isinstance(change.recorded.event, (ThreadOpened, MessagePosted, *OF_THREADS, *OF_ANSWERS))
    return is_of_thread or change.head is not None


def tell_where_they_still_are(recorded: Recorded) -> None:
    """Nothing more reaches who has left or was removed; they hear which workspaces are still theirs and come again."""
    realtime().part(recorded.event.member)


def tell_all_where_they_still_are(recorded: Recorded) -> None:
    """Whoever had joined a workspace that is in the trash now hears at once that it is theirs no more."""
    member_ids = members_of(recorded.event.workspace)
    heads = heads_of_members(member_ids)
    for member_id in member_ids:
        tell([member_id], "head", heads.get(member_id, {}))


def _with_fragments(change: Change, language: str) -> dict[str, Any]:
    return {**change.as_json(), **fragments(change, language)}
