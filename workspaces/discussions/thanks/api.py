"""Thanks and quiet reactions for programs: the same services and rules as the pages."""

from typing import Annotated, Any

from pydantic import Field

from extranet.api import Api, Line, Schema, takes
from extranet.doors import door
from extranet.limits import limited
from extranet.members import Member
from workspaces.discussions import policy, queries
from workspaces.discussions.api import MessageAnswer
from workspaces.discussions.queries import MessageStanding
from workspaces.discussions.thanks import service
from workspaces.discussions.thanks.forms import MOST_WORDS
from workspaces.discussions.thanks.models import ReactionKind
from workspaces.discussions.views import OFTEN

api = Api("thanks")

hold = door("message", queries.find_message_by_id)


class NewThanks(Schema):
    """What one thanks for, in 1 to 120 characters; said again it takes the place of what was said before."""

    words: Annotated[Line, Field(max_length=MOST_WORDS)]


class NewReaction(Schema):
    """A quiet reaction: given, or with `is_on` false taken back."""

    kind: ReactionKind
    is_on: bool = True


@api.post("/messages/<message_id>/thanks", gives=MessageAnswer, summary="Thank for another's message")
@limited(OFTEN)
@hold(policy.may_write)
@takes(NewThanks)
def thank(member: Member, place: MessageStanding, *, body: NewThanks) -> Any:
    service.thank(place.message, place.workspace, body.words, by=member)
    return queries.show(place, place.message.id).as_json()


@api.post("/messages/<message_id>/thanks/withdraw", gives=MessageAnswer, summary="Take one's thanks back")
@limited(OFTEN)
@hold(policy.may_write)
def withdraw_thanks(member: Member, place: MessageStanding) -> Any:
    service.withdraw_thanks(place.message, place.workspace, by=member)
    return queries.show(place, place.message.id).as_json()


@api.post("/messages/<message_id>/reactions", gives=MessageAnswer, summary="React to a message quietly, or no more")
@limited(OFTEN)
@hold(policy.may_write)
@takes(NewReaction)
def react(member: Member, place: MessageStanding, *, body: NewReaction) -> Any:
    do = service.react if body.is_on else service.withdraw_reaction
    do(place.message, place.workspace, body.kind, by=member)
    return queries.show(place, place.message.id).as_json()
