"""What memberships add to an app."""

from collections.abc import Sequence

from flask import Flask

from extranet import events, web
from extranet.accounts.events import MemberAdmitted
from extranet.members import Member
from extranet.web import Panel
from workspaces.discussions.reactions import tell_change
from workspaces.memberships import queries, reactions
from workspaces.memberships.events import (
    HostAppointed,
    HostDismissed,
    InvitationDeclined,
    InvitationSent,
    InvitationWithdrawn,
    JoiningRequested,
    MemberJoined,
    MemberKeptOut,
    MemberLeft,
    MemberLetInAgain,
    MemberRemoved,
    RequestAccepted,
    RequestDeclined,
    RequestWithdrawn,
)
from workspaces.memberships.models import Invitation
from workspaces.memberships.views import invitations, memberships


def install(app: Flask) -> None:
    """Add the pages, the letters and the live news of memberships."""
    app.register_blueprint(memberships)
    app.register_blueprint(invitations)
    web.add_panels(app, Panel("memberships/_invitations_panel.html", _own_invitations, place=10))
    follow = events.reactions(app)
    for event in (MemberJoined, MemberLeft, MemberRemoved, HostAppointed, HostDismissed):
        follow.at_once(event, tell_change)
    follow.knows(RequestWithdrawn, InvitationWithdrawn, InvitationDeclined, MemberKeptOut, MemberLetInAgain)
    follow.together(MemberAdmitted, reactions.give_a_new_member_their_invitations)
    follow.later(JoiningRequested, reactions.tell_hosts_of_the_request)
    follow.later(RequestAccepted, reactions.tell_who_was_accepted)
    follow.later(RequestDeclined, reactions.tell_who_was_declined)
    follow.later(InvitationSent, reactions.send_the_invitation)
    follow.later(HostAppointed, reactions.tell_the_new_host)
    for brought in (MemberJoined, HostAppointed):
        follow.later(brought, reactions.tell_the_hosts_whom_a_moderator_brought)


def _own_invitations(member: Member) -> Sequence[Invitation] | None:
    return queries.own_invitations(member) or None
