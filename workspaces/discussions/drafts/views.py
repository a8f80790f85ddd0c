"""What a member does to their drafts on a page: take one away. All else of them is the script's and the API's."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from extranet.doors import door
from extranet.i18n import _
from extranet.limits import limited
from extranet.members import Member
from extranet.web import say
from workspaces.discussions import policy
from workspaces.discussions.drafts import queries, service
from workspaces.discussions.drafts.queries import DraftPlace
from workspaces.discussions.drafts.reactions import tell_after
from workspaces.discussions.views import OFTEN

drafts = Blueprint("drafts", __name__, url_prefix="/workspaces")

at = door("draft", queries.find_place)


@drafts.post("/<slug>/drafts/<place>/discard")
@limited(OFTEN)
@at(policy.may_enter)
def discard(member: Member, place: DraftPlace) -> ResponseReturnValue:
    """Take a draft away, on all devices."""
    known = queries.draft_at(member, place)
    draft = known and service.was_sent(place.workspace, place.place, version=known.version, by=member)
    if draft:
        tell_after(member, place.workspace.slug, draft)
    say(_("The unfinished text is deleted."))
    return redirect(url_for("reading.news"))
