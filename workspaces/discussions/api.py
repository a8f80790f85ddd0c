"""Threads, messages and changes for programs: the same services and rules as the pages."""

from typing import Any
from uuid import UUID

from pydantic import Field

from extranet.api import AfterQuery, Answer, Api, Schema, Text, asks, takes
from extranet.api import Line as OneLine
from extranet.doors import door
from extranet.errors import NotHere
from extranet.forms import tidy_text
from extranet.limits import limited
from extranet.members import Member
from extranet.uploads import MOST_FILES
from workspaces import queries as workspace_queries
from workspaces.attachments.service import LONGEST_ALT, Chosen
from workspaces.discussions import policy, queries, service
from workspaces.discussions.models import ThreadKind
from workspaces.discussions.queries import MessageStanding, ThreadStanding
from workspaces.discussions.views import OFTEN, answered_by
from workspaces.queries import Standing

api = Api("discussions")

enter = door("workspace", workspace_queries.find_joined)
read = door("thread", queries.find_thread_by_id)
hold = door("message", queries.find_message_by_id)


class Author(Answer):
    """Who did or said something."""

    id: str
    name: str


class Thanked(Answer):
    """Who thanks, and what for."""

    member: Author
    words: str
    at: str


class ReactedAnswer(Answer):
    """A kind of reaction and who reacted so."""

    kind: str
    members: list[Author]


class AttachedAnswer(Answer):
    """A file; `size` in bytes, `width` and `height` in pixels of images."""

    id: str
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    alt: str | None


class MessageAnswer(Answer):
    """A message as it is now; a retracted one has no words. `path` orders a thread, depth first."""

    id: str
    workspace: str
    thread: str
    seq: int
    answers: str | None
    depth: int
    path: str
    author: Author | None
    client_id: str | None
    body: str
    html: str
    posted_at: str
    edited_at: str | None
    retracted_at: str | None
    retraction_reason: str | None
    accepted_at: str | None
    thanks: list[Thanked]
    reactions: list[ReactedAnswer]
    mentions: list[Author]
    attachments: list[AttachedAnswer]


class ThreadAnswer(Answer):
    """A thread; `unread` and `follows` are the asking member's.

    `waiting_days` are working days for which a question has waited, 0 until three of them have passed. Who does not see
    how it began is not told by whom and when.
    """

    id: str
    workspace: str
    title: str
    opened_by: str | None
    opened_at: str | None
    last_at: str
    last_seq: int
    message_count: int
    kind: str
    pinned_at: str | None
    locked_at: str | None
    answered_at: str | None
    is_decided: bool
    waiting_days: int
    unread: int
    follows: bool


class Threads(Answer):
    """A page of threads, the last moved first."""

    items: list[ThreadAnswer]
    next: str | None


class Messages(Answer):
    """A page of a thread in reading order."""

    items: list[MessageAnswer]
    next: str | None
    previous: str | None


class Opened(Answer):
    """A thread with its first message."""

    thread: ThreadAnswer
    message: MessageAnswer


class ChangeAnswer(Answer):
    """One fact of a workspace: `message` is there if it brings one, `member` if it is about one.

    Of what one may not see there is nothing but its number.
    """

    workspace: str
    seq: int
    kind: str
    at: str | None
    actor: Author | None
    thread: str | None = None
    member: str | None = None
    message: MessageAnswer | None = None


class ChangesAnswer(Answer):
    """Facts in order of `seq`, the last `seq` that there is, and whether more wait than are here."""

    items: list[ChangeAnswer]
    head: int
    more: bool


class NewAttachment(Schema):
    """A file that was brought before; `alt` is what a picture shows, the empty text if it only decorates."""

    id: str = Field(max_length=40)
    alt: str | None = Field(default=None, max_length=LONGEST_ALT)

    def chosen(self) -> Chosen:
        """The file as the service takes it."""
        return Chosen(self.id, tidy_text(self.alt))


class NewThread(Schema):
    """A thread to open; the same `client_id` from the same author answers with the same thread."""

    title: OneLine
    body: Text
    kind: ThreadKind = "discussion"
    client_id: UUID | None = None
    attachments: list[NewAttachment] = Field(default=[], max_length=MOST_FILES)


class NewMessage(Schema):
    """A message to post; `answers` is the id of the message it answers, if it answers one."""

    body: Text
    answers: str | None = Field(default=None, max_length=40)
    client_id: UUID | None = None
    attachments: list[NewAttachment] = Field(default=[], max_length=MOST_FILES)


class EditedMessage(Schema):
    """What a message shall say."""

    body: Text


class Retraction(Schema):
    """Why; needed for another's message."""

    reason: OneLine | None = None


class MessagesQuery(AfterQuery):
    """Which page of a thread: the `next` of the page before, or `before`, the `previous` of the page after."""

    before: str | None = Field(default=None, max_length=1000)


class ChangesQuery(Schema):
    """After which `seq`; 0 for all, and how many at most."""

    after: int = Field(default=0, ge=0, le=2**53)
    limit: int = Field(default=queries.CHANGES_AT_ONCE, ge=1, le=1000)


@api.get("/workspaces/<slug>/threads", gives=Threads, summary="The threads of a workspace, the last moved first")
@enter(policy.may_enter)
@asks(AfterQuery)
def list_threads(member: Member, standing: Standing, *, query: AfterQuery) -> Any:
    page = queries.threads(member, standing, after=query.after)
    return {"items": [thread.as_json() for thread in page.items], "next": page.next}


@api.post("/workspaces/<slug>/threads", gives=Opened, status=201, summary="Open a thread with its first message")
@limited(OFTEN)
@enter(policy.may_write)
@takes(NewThread)
def open_thread(member: Member, standing: Standing, *, body: NewThread) -> Any:
    message = service.open_thread(
        standing.workspace, title=body.title, body=body.body, kind=body.kind, by=member, client_id=body.client_id,
        attachments=[one.chosen() for one in body.attachments],
    )
    place = queries.find_thread_by_id(member, message.thread_id)
    if place is None:
        raise NotHere  # it was opened before, by who has come back since and sees nothing earlier
    shown = queries.one_thread(member, place)
    return {"thread": shown.as_json(), "message": queries.said(place, message, None, by=member).as_json()}


@api.get("/threads/<thread_id>", gives=ThreadAnswer, summary="One thread")
@read(policy.may_enter)
def show_thread(member: Member, place: ThreadStanding) -> Any:
    return queries.one_thread(member, place).as_json()


@api.get("/threads/<thread_id>/messages", gives=Messages, summary="The messages of a thread in reading order")
@read(policy.may_enter)
@asks(MessagesQuery)
def list_messages(_member: Member, place: ThreadStanding, *, query: MessagesQuery) -> Any:
    page = queries.messages(place, after=query.after, before=query.before)
    return {"items": [shown.as_json() for shown in page.items], "next": page.next, "previous": page.previous}


@api.post("/threads/<thread_id>/messages", gives=MessageAnswer, status=201, summary="Post a message")
@limited(OFTEN)
@read(policy.may_write)
@takes(NewMessage)
def post_message(member: Member, place: ThreadStanding, *, body: NewMessage) -> Any:
    answers = answered_by(member, place, body.answers) if body.answers is not None else None
    message = service.post(
        place.thread, place.workspace, body.body, by=member, answers=answers, client_id=body.client_id,
        attachments=[one.chosen() for one in body.attachments],
    )
    return queries.said(place, message, answers, by=member).as_json()


@api.get("/messages/<message_id>", gives=MessageAnswer, summary="One message")
@hold(policy.may_enter)
def show_message(_member: Member, place: MessageStanding) -> Any:
    return queries.show(place, place.message.id).as_json()


@api.patch("/messages/<message_id>", gives=MessageAnswer, summary="Say one's own message otherwise")
@limited(OFTEN)
@hold(policy.may_edit)
@takes(EditedMessage)
def edit_message(member: Member, place: MessageStanding, *, body: EditedMessage) -> Any:
    service.edit(place.message, place.workspace, body.body, by=member)
    return queries.show(place, place.message.id).as_json()


@api.post("/messages/<message_id>/retract", gives=MessageAnswer, summary="Retract a message")
@limited(OFTEN)
@hold(policy.may_retract)
@takes(Retraction)
def retract_message(member: Member, place: MessageStanding, *, body: Retraction) -> Any:
    service.retract(place.message, place.workspace, by=member, reason=body.reason)
    return queries.show(place, place.message.id).as_json()


@api.get("/workspaces/<slug>/changes", gives=ChangesAnswer, summary="What happened in a workspace after a seq")
@enter(policy.may_enter)
@asks(ChangesQuery)
def list_changes(_member: Member, standing: Standing, *, query: ChangesQuery) -> Any:
    found = queries.changes(standing, after=query.after, at_most=query.limit)
    return {"items": [change.as_json() for change in found.items], "head": found.head, "more": found.more}
