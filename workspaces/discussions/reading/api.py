"""Reading marks for programs: the same services and rules as the pages."""

from typing import Any

from pydantic import Field

from extranet.api import Answer, Api, Done, Schema, takes
from extranet.doors import door, signed_in
from extranet.limits import limited
from extranet.members import Member
from extranet.policy import anyone
from workspaces.discussions import policy
from workspaces.discussions import queries as discussions
from workspaces.discussions.queries import MessageStanding, ThreadStanding
from workspaces.discussions.reading import queries, service
from workspaces.discussions.reading.reactions import tell_after
from workspaces.discussions.reading.views import VERY_OFTEN

api = Api("reading")

read = door("thread", discussions.find_thread_by_id)
hold = door("message", discussions.find_message_by_id)
hold_where_readers_show = door("message", discussions.find_message_where_readers_show_by_id)


class NewThreadAnswer(Answer):
    """A thread with something unread; `seq` is how far it has been read, `mentions` how many of them mention one."""

    workspace: str
    thread: str
    title: str
    last_at: str
    last_seq: int
    seq: int
    unread: int
    mentions: int


class Unread(Answer):
    """What is unread: how much in each workspace, by slug, and the threads, those that moved last first.

    What a muted thread brings counts only where it mentions one. At most the latest 100 threads are told.
    """

    workspaces: dict[str, int]
    threads: list[NewThreadAnswer]


class MarkAnswer(Answer):
    """From which `seq` on a thread counts as unread."""

    unread_from: int


class ReaderAnswer(Answer):
    """Somebody who has read a message."""

    id: str
    name: str


class Readers(Answer):
    """Who has read a message, of those in the workspace now."""

    items: list[ReaderAnswer]


class ReadTo(Schema):
    """How far a thread has been read."""

    seq: int = Field(ge=0, le=2**53)


@api.get("/unread", gives=Unread, summary="What one has not read, in all workspaces")
@signed_in(anyone)
def list_unread(member: Member) -> Any:
    threads = [
        NewThreadAnswer(
            workspace=one.slug, thread=one.thread, title=one.title, last_at=one.last_at.isoformat(),
            last_seq=one.last_seq, seq=one.so_far, unread=one.unread, mentions=one.mentions,
        )
        for one in queries.what_is_new(member)
    ]
    return Unread(workspaces=dict(queries.unread_by_slug(member)), threads=threads)


@api.post("/threads/<thread_id>/read", gives=Done, summary="Note how far the thread has been read")
@limited(VERY_OFTEN)
@read(policy.may_enter)
@takes(ReadTo)
def mark_thread_read(member: Member, place: ThreadStanding, *, body: ReadTo) -> Any:
    if service.mark_read(place.thread, body.seq, by=member):
        tell_after(member, place.thread.id)
    return Done()


@api.post("/threads/<thread_id>/unread", gives=MarkAnswer, summary="Mark a thread's last message as unread")
@limited(VERY_OFTEN)
@read(policy.may_enter)
def mark_thread_unread(member: Member, place: ThreadStanding) -> Any:
    return _mark_unread(member, place, None)


@api.post("/messages/<message_id>/unread", gives=MarkAnswer, summary="Mark a thread as unread from a message on")
@limited(VERY_OFTEN)
@hold(policy.may_enter)
def mark_unread_from(member: Member, place: MessageStanding) -> Any:
    return _mark_unread(member, place, place.message.seq)


@api.get("/messages/<message_id>/readers", gives=Readers, summary="Who has read a message, where hosts have it shown")
@hold_where_readers_show(policy.may_enter)
def list_readers(_member: Member, place: MessageStanding) -> Any:
    return Readers(items=[ReaderAnswer(id=one.id, name=one.name) for one in queries.readers(place, place.message)])


def _mark_unread(member: Member, place: ThreadStanding | MessageStanding, seq: int | None) -> Any:
    assert place.standing.membership is not None
    unread_from = service.mark_unread(place.thread, place.standing.membership, by=member, seq=seq)
    tell_after(member, place.thread.id)
    return MarkAnswer(unread_from=unread_from)
