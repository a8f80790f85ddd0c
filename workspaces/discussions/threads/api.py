"""What programs do with whole threads: the same services and rules as the pages."""

from typing import Any, Literal

from pydantic import Field

from extranet.api import Answer, Api, Done, Schema, Text, takes
from extranet.api import Line as OneLine
from extranet.doors import door
from extranet.errors import NotHere
from extranet.limits import limited
from extranet.members import Member
from workspaces import queries as workspace_queries
from workspaces.discussions import queries
from workspaces.discussions.api import MessageAnswer, ThreadAnswer
from workspaces.discussions.queries import MessageStanding, ThreadStanding
from workspaces.discussions.reading.reactions import tell_own_pages_of_all
from workspaces.discussions.threads import policy, service
from workspaces.discussions.threads import queries as thread_queries
from workspaces.discussions.threads.views import messages_of, target_called
from workspaces.discussions.views import OFTEN
from workspaces.queries import Standing

api = Api("threads")

enter = door("workspace", workspace_queries.find_joined)
read = door("thread", queries.find_thread_by_id)
hold = door("message", queries.find_message_by_id)


class GroundAnswer(Answer):
    """A message that a decision rests on, by its author and first words, which are gone if it is retracted."""

    id: str
    author: str | None
    words: str
    is_retracted: bool


class DecisionAnswer(Answer):
    """The decision that a thread ended in; of what it rests on there is what the asking member may see."""

    body: str
    html: str
    by: str | None
    at: str
    grounds: list[GroundAnswer]


class ChangedThread(Schema):
    """What a thread shall be called, and of which kind it shall be; what is left out stays."""

    title: OneLine | None = None
    kind: Literal["discussion", "question", "decision"] | None = None


class NewBell(Schema):
    """Whether to follow the thread or mute it; null: as the others of the workspace."""

    follows: bool | None


class NewDefault(Schema):
    """Whether to follow the threads of the workspace that have no bell of their own."""

    follows: bool


class NewPlace(Schema):
    """The slug of an active workspace that one has joined."""

    to: str = Field(max_length=200)


class NewDecision(Schema):
    """The decision, and the ids of the messages of the thread that it rests on.

    `in_place_of` is the `at` that GET /threads/{thread_id}/decision gives of the decision that it replaces, and empty
    where there is none. Where there is another one than that, nothing is written, and the answer is 409.
    """

    body: Text
    grounds: list[str] = Field(default_factory=list, max_length=service.MOST_GROUNDS)
    in_place_of: str = Field(default="", max_length=100)


@api.post("/workspaces/<slug>/follow", gives=Done, summary="Follow the threads of a workspace by default, or not")
@limited(OFTEN)
@enter(policy.may_enter)
@takes(NewDefault)
def follow_workspace(member: Member, standing: Standing, *, body: NewDefault) -> Any:
    assert standing.membership is not None
    service.follow_all(standing.membership, follows=body.follows)
    tell_own_pages_of_all(member)
    return Done()


@api.post("/threads/<thread_id>/bell", gives=ThreadAnswer, summary="Follow or mute one thread")
@limited(OFTEN)
@read(policy.may_enter)
@takes(NewBell)
def ring_bell(member: Member, place: ThreadStanding, *, body: NewBell) -> Any:
    service.ring(place.thread, follows=body.follows, by=member)
    tell_own_pages_of_all(member)
    return _shown(member, place)


@api.patch("/threads/<thread_id>", gives=ThreadAnswer, summary="Rename a thread, or make it of another kind")
@limited(OFTEN)
@read(policy.may_rename)
@takes(ChangedThread)
def change_thread(member: Member, place: ThreadStanding, *, body: ChangedThread) -> Any:
    place.workspace.ensure_active()
    if body.title is not None:
        service.rename(place.thread, place.workspace, body.title, by=member)
    if body.kind is not None:
        service.change_kind(place.thread, place.workspace, body.kind, by=member)
    return _shown(member, place)


@api.post("/threads/<thread_id>/pin", gives=ThreadAnswer, summary="Let a thread stand first")
@limited(OFTEN)
@read(policy.may_pin)
def pin_thread(member: Member, place: ThreadStanding) -> Any:
    service.pin(place.thread, place.workspace, by=member)
    return _shown(member, place)


@api.post("/threads/<thread_id>/unpin", gives=ThreadAnswer, summary="Let a thread stand among the others again")
@limited(OFTEN)
@read(policy.may_pin)
def unpin_thread(member: Member, place: ThreadStanding) -> Any:
    service.unpin(place.thread, place.workspace, by=member)
    return _shown(member, place)


@api.post("/threads/<thread_id>/lock", gives=ThreadAnswer, summary="Let nobody write into a thread")
@limited(OFTEN)
@read(policy.may_lock)
def lock_thread(member: Member, place: ThreadStanding) -> Any:
    service.lock(place.thread, place.workspace, by=member)
    return _shown(member, place)


@api.post("/threads/<thread_id>/unlock", gives=ThreadAnswer, summary="Let people write into a thread again")
@limited(OFTEN)
@read(policy.may_lock)
def unlock_thread(member: Member, place: ThreadStanding) -> Any:
    service.unlock(place.thread, place.workspace, by=member)
    return _shown(member, place)


@api.post("/threads/<thread_id>/move", gives=ThreadAnswer, summary="Move a thread to another workspace")
@limited(OFTEN)
@read(policy.may_move)
@takes(NewPlace)
def move_thread(member: Member, place: ThreadStanding, *, body: NewPlace) -> Any:
    service.move(place.thread, place.workspace, target_called(body.to, member, place), by=member)
    return _shown(member, place)


@api.get("/threads/<thread_id>/decision", gives=DecisionAnswer, summary="The decision of a thread, if there is one")
@read(policy.may_enter)
def show_decision(_member: Member, place: ThreadStanding) -> Any:
    written = thread_queries.decision_of(place)
    if written is None:
        raise NotHere
    return written.as_json()


@api.post("/threads/<thread_id>/decision", gives=DecisionAnswer, summary="Write the decision of a thread")
@limited(OFTEN)
@read(policy.may_decide)
@takes(NewDecision)
def write_decision(member: Member, place: ThreadStanding, *, body: NewDecision) -> Any:
    grounds = messages_of(place, body.grounds)
    service.decide(place.thread, place.workspace, body.body, grounds, by=member, in_place_of=body.in_place_of)
    written = thread_queries.decision_of(place)
    assert written is not None
    return written.as_json()


@api.post("/threads/<thread_id>/decision/withdraw", gives=ThreadAnswer, summary="Withdraw the decision of a thread")
@limited(OFTEN)
@read(policy.may_decide)
def withdraw_decision(member: Member, place: ThreadStanding) -> Any:
    service.withdraw(place.thread, place.workspace, by=member)
    return _shown(member, place)


@api.post("/messages/<message_id>/accept", gives=MessageAnswer, summary="Say that a message answers the question")
@limited(OFTEN)
@hold(policy.may_accept)
def accept_answer(member: Member, place: MessageStanding) -> Any:
    service.accept(place.message, place.workspace, by=member)
    return queries.show(place, place.message.id).as_json()


@api.post("/messages/<message_id>/unaccept", gives=MessageAnswer, summary="Say that it does not after all")
@limited(OFTEN)
@hold(policy.may_accept)
def unaccept_answer(member: Member, place: MessageStanding) -> Any:
    service.unaccept(place.message, place.workspace, by=member)
    return queries.show(place, place.message.id).as_json()


def _shown(member: Member, place: ThreadStanding) -> Any:
    return queries.one_thread(member, place).as_json()
