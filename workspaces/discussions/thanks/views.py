"""Thanks and quiet reactions from the pages: a script gets the message as it is now, a browser the page with it."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from extranet.doors import door
from extranet.errors import Invalid, wants_json
from extranet.i18n import _
from extranet.limits import limited
from extranet.members import Member
from workspaces.discussions import policy, queries
from workspaces.discussions.queries import MessageStanding
from workspaces.discussions.thanks import service
from workspaces.discussions.thanks.forms import ThanksForm
from workspaces.discussions.thanks.models import REACTION_KINDS, ReactionKind
from workspaces.discussions.views import OFTEN, back_to_message, message_page_again

thanks = Blueprint("thanks", __name__, url_prefix="/workspaces")

hold = door("message", queries.find_message)


@thanks.post("/<slug>/messages/<message_id>/thanks")
@limited(OFTEN)
@hold(policy.may_write)
def thank(member: Member, place: MessageStanding) -> ResponseReturnValue:
    """Thank for a message, in a few words."""
    form = ThanksForm()
    if not form.validate():
        if wants_json():
            raise Invalid(fields=form.errors)
        return message_page_again(form, "discussions/message.html", place)
    service.thank(place.message, place.workspace, form.typed("words"), by=member)
    return back_to_message(place)


@thanks.post("/<slug>/messages/<message_id>/thanks/withdraw")
@limited(OFTEN)
@hold(policy.may_write)
def withdraw_thanks(member: Member, place: MessageStanding) -> ResponseReturnValue:
    """Take one's thanks back."""
    service.withdraw_thanks(place.message, place.workspace, by=member)
    return back_to_message(place)


@thanks.post("/<slug>/messages/<message_id>/reactions")
@limited(OFTEN)
@hold(policy.may_write)
def react(member: Member, place: MessageStanding) -> ResponseReturnValue:
    """React quietly, or with `on` being «no» take that back: said twice it is one thing, so it is no toggle."""
    do = service.withdraw_reaction if request.form.get("on") == "no" else service.react
    do(place.message, place.workspace, _kind(), by=member)
    return back_to_message(place)


def _kind() -> ReactionKind:
    kind = request.form.get("kind", "")
    if kind not in REACTION_KINDS:
        raise Invalid(fields={"kind": _("Choose one of the given options.")})
    return kind
