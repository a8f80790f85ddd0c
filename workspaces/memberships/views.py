"""The pages of who is in a workspace: joining and asking, the members, and what hosts and moderators do about them."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from extranet.doors import door, public, signed_in
from extranet.errors import Invalid, NotHere
from extranet.i18n import _
from extranet.identity import current_member
from extranet.limits import limited
from extranet.members import Member
from extranet.policy import anyone
from extranet.web import back_to, say
from workspaces import policy
from workspaces import queries as workspace_queries
from workspaces.memberships import queries, service
from workspaces.memberships.forms import AskForm, DeclineForm, InviteForm, KeepOutForm, wants_earlier
from workspaces.memberships.models import Invitation, Membership
from workspaces.memberships.queries import InvitationStanding, PersonStanding
from workspaces.queries import Standing
from workspaces.views import about_facts

memberships = Blueprint("memberships", __name__, url_prefix="/workspaces")
invitations = Blueprint("invitations", __name__, url_prefix="/invitations")

see = door("workspace", workspace_queries.find_visible)
enter = door("workspace", workspace_queries.find_joined)
govern = door("workspace that one governs", workspace_queries.find_governed)
person = door("member of a workspace", queries.find_person)
invited = door("invitation of a workspace", queries.find_invitation)
answer = door("own invitation", queries.find_own_invitation)

OFTEN = "60 per hour"
"""How often one member may ask or invite: each time somebody gets a letter."""


@memberships.post("/<slug>/join")
@see(policy.may_see)
def join(member: Member, standing: Standing) -> ResponseReturnValue:
    """Join an open workspace."""
    service.join(standing.workspace, by=member)
    say(_("You have joined the workspace."))
    return redirect(url_for("discussions.show", slug=standing.workspace.slug))


@memberships.post("/<slug>/ask")
@limited(OFTEN)
@see(policy.may_see)
def ask(member: Member, standing: Standing) -> ResponseReturnValue:
    """Ask to join."""
    standing.workspace.ensure_active()
    form = AskForm()
    if not form.validate():
        return form.again("workspaces/about.html", **about_facts(member, standing))
    answered = service.ask(standing.workspace, form.why.data or "", by=member)
    if isinstance(answered, Membership):
        say(_("You have joined the workspace."))
        return redirect(url_for("discussions.show", slug=standing.workspace.slug))
    say(_("Your request is with the hosts. You get a letter when they have decided."))
    return redirect(url_for("workspaces.about", slug=standing.workspace.slug))


@memberships.post("/<slug>/withdraw")
@see(policy.may_see)
def withdraw(member: Member, standing: Standing) -> ResponseReturnValue:
    """Ask no longer."""
    service.withdraw_request(standing.workspace, by=member)
    say(_("Your request is withdrawn."))
    return redirect(url_for("workspaces.about", slug=standing.workspace.slug))


@memberships.post("/<slug>/leave")
@see(policy.may_see)
def leave(member: Member, standing: Standing) -> ResponseReturnValue:
    """Leave the workspace; who has left already is told so again."""
    service.leave(standing.workspace, by=member)
    say(_("You have left the workspace «%(name)s».", name=standing.workspace.name))
    return redirect(url_for("workspaces.index"))


@memberships.get("/<slug>/members")
@enter(policy.may_enter)
def members(_member: Member, standing: Standing) -> ResponseReturnValue:
    """Who is in; for hosts also who would be."""
    after = request.args.get("after")
    if standing.is_host:
        facts = queries.managed(standing.workspace, after=after)
    else:
        facts = {"page": queries.roster(standing.workspace, after=after)}
    count = queries.member_count(standing.workspace)
    return render_template("memberships/members.html", standing=standing, count=count, **facts)


@memberships.get("/<slug>/invite")
@govern(policy.may_govern)
def inviting(_member: Member, standing: Standing) -> ResponseReturnValue:
    """The page on which one looks for people to invite, or types an address."""
    standing.workspace.ensure_active()
    form = InviteForm(formdata=None, shows_earlier=standing.workspace.shows_earlier)
    return render_template("memberships/invite.html", form=form, **_found(standing))


@memberships.post("/<slug>/invite")
@limited(OFTEN, shared="invitations")
@govern(policy.may_govern)
def invite(member: Member, standing: Standing) -> ResponseReturnValue:
    """Invite a member by their id, or an address."""
    standing.workspace.ensure_active()
    if "member" in request.form:
        return _invite_member(request.form["member"], member, standing)
    form = InviteForm()
    if not form.validate():
        return form.again("memberships/invite.html", **_found(standing))
    service.invite(standing.workspace, form.email.data or "", by=member, shows_earlier=bool(form.shows_earlier.data))
    return _invited(form.email.data or "", standing)


@memberships.post("/<slug>/invitations/<invitation_id>/withdraw")
@invited(policy.may_govern)
def withdraw_invitation(member: Member, place: InvitationStanding) -> ResponseReturnValue:
    """Invite no longer."""
    service.withdraw_invitation(place.invitation, by=member)
    say(_("The invitation is withdrawn."))
    return _back(place.standing)


@memberships.post("/<slug>/requests/<member_id>/accept")
@person(policy.may_govern)
def accept(member: Member, place: PersonStanding) -> ResponseReturnValue:
    """Let in who has asked."""
    service.accept(place.workspace, place.person, by=member)
    say(_("%(name)s has now joined the workspace.", name=place.person.name))
    return _back(place.standing)


@memberships.get("/<slug>/requests/<member_id>/decline")
@person(policy.may_govern)
def declining(_member: Member, place: PersonStanding) -> ResponseReturnValue:
    """The page on which one gives the reason."""
    return render_template("memberships/decline.html", form=DeclineForm(formdata=None), place=place)


@memberships.post("/<slug>/requests/<member_id>/decline")
@person(policy.may_govern)
def decline(member: Member, place: PersonStanding) -> ResponseReturnValue:
    """Say no to who has asked."""
    form = DeclineForm()
    if not form.validate():
        return form.again("memberships/decline.html", place=place)
    service.decline(place.workspace, place.person, form.reason.data or "", by=member)
    say(_("The request of %(name)s is declined.", name=place.person.name))
    return _back(place.standing)


@memberships.post("/<slug>/members/<member_id>/remove")
@person(policy.may_govern)
def remove(member: Member, place: PersonStanding) -> ResponseReturnValue:
    """Take somebody out."""
    service.remove(place.workspace, place.person, by=member)
    say(_("%(name)s is no longer in the workspace.", name=place.person.name))
    return _back(place.standing, is_out=place.person.id == member.id)


@memberships.get("/<slug>/members/<member_id>/keep-out")
@person(policy.may_govern)
def keeping_out(_member: Member, place: PersonStanding) -> ResponseReturnValue:
    """The page on which one gives the reason."""
    return render_template("memberships/keep_out.html", form=KeepOutForm(formdata=None), place=place)


@memberships.post("/<slug>/members/<member_id>/keep-out")
@person(policy.may_govern)
def keep_out(member: Member, place: PersonStanding) -> ResponseReturnValue:
    """Take somebody out and keep them out."""
    form = KeepOutForm()
    if not form.validate():
        return form.again("memberships/keep_out.html", place=place)
    service.keep_out(place.workspace, place.person, form.reason.data or "", by=member)
    say(_("%(name)s is kept out of the workspace.", name=place.person.name))
    return _back(place.standing, is_out=place.person.id == member.id)


@memberships.post("/<slug>/members/<member_id>/let-in-again")
@person(policy.may_govern)
def let_in_again(member: Member, place: PersonStanding) -> ResponseReturnValue:
    """Keep somebody out no longer."""
    service.let_in_again(place.workspace, place.person, by=member)
    say(_("%(name)s may come into the workspace again, in the ways that others may.", name=place.person.name))
    return _back(place.standing)


@memberships.post("/<slug>/members/<member_id>/appoint")
@person(policy.may_govern)
def appoint(member: Member, place: PersonStanding) -> ResponseReturnValue:
    """Make somebody a host."""
    service.appoint(place.workspace, place.person, by=member)
    say(_("%(name)s is now a host.", name=place.person.name))
    return _back(place.standing)


@memberships.post("/<slug>/members/<member_id>/dismiss")
@person(policy.may_govern)
def dismiss(member: Member, place: PersonStanding) -> ResponseReturnValue:
    """Make a host an ordinary member of the workspace."""
    service.dismiss(place.workspace, place.person, by=member)
    say(_("%(name)s is no longer a host.", name=place.person.name))
    return _back(place.standing)


@memberships.post("/invitations/<invitation_id>/accept")
@answer(anyone)
def accept_invitation(member: Member, invitation: Invitation) -> ResponseReturnValue:
    """Join by one's own invitation."""
    return _accept(invitation, member)


@memberships.post("/invitations/<invitation_id>/decline")
@answer(anyone)
def decline_invitation(member: Member, invitation: Invitation) -> ResponseReturnValue:
    """Say no to one's own invitation."""
    return _decline(invitation, member)


@invitations.get("/<token>")
@public("the secret in the address is what lets in; it tells the name of the workspace and who invites")
def show(token: str) -> ResponseReturnValue:
    """An invitation as its letter leads to it: for members to answer, for others to sign in or apply first."""
    invitation = _by_token(token, current_member())
    return render_template("memberships/invitation.html", invitation=invitation, token=token)


@invitations.post("/<token>/accept")
@signed_in(anyone)
def accept_by_token(member: Member, token: str) -> ResponseReturnValue:
    """Join by the link of a letter."""
    return _accept(_by_token(token, member), member)


@invitations.post("/<token>/decline")
@signed_in(anyone)
def decline_by_token(member: Member, token: str) -> ResponseReturnValue:
    """Say no by the link of a letter."""
    return _decline(_by_token(token, member), member)


def _by_token(token: str, member: Member | None) -> Invitation:
    """The invitation with this secret, unless it is another member's."""
    invitation = queries.invitation_by_secret(token)
    if invitation is None or (member is not None and invitation.member_id not in (None, member.id)):
        raise NotHere(_("This invitation does not hold any more, or it is somebody else's."))
    return invitation


def _accept(invitation: Invitation, member: Member) -> ResponseReturnValue:
    workspace = invitation.workspace
    service.accept_invitation(invitation, by=member)
    say(_("You have joined the workspace."))
    return redirect(url_for("discussions.show", slug=workspace.slug))


def _decline(invitation: Invitation, member: Member) -> ResponseReturnValue:
    service.decline_invitation(invitation, by=member)
    say(_("You have declined the invitation."))
    return redirect(url_for("home"))


def _found(standing: Standing) -> dict[str, Any]:
    """The workspace, and whom a typed name may mean."""
    name = " ".join(request.args.get("q", "").split())[:100]
    people = queries.can_be_invited(standing.workspace, name) if name else []
    return {"standing": standing, "name": name, "people": people}


def _invite_member(member_id: str, by: Member, standing: Standing) -> ResponseReturnValue:
    whom = queries.find_listed_person(member_id)
    if whom is None:
        raise Invalid(_("There is no such person in the directory."), fields={"member": _("Choose a person.")})
    seeing = wants_earlier(request.form, default=standing.workspace.shows_earlier)
    service.invite(standing.workspace, whom, by=by, shows_earlier=seeing)
    return _invited(whom.name, standing)


def _invited(whom: str, standing: Standing) -> ResponseReturnValue:
    say(_("%(name)s is invited. A letter is on its way.", name=whom))
    return redirect(url_for(".inviting", slug=standing.workspace.slug))


def _back(standing: Standing, *, is_out: bool = False) -> ResponseReturnValue:
    """Back to where people are managed: in the workspace, or on the desk for a moderator who is not in it."""
    if is_out:
        return redirect(url_for("workspaces.index"))
    slug = standing.workspace.slug
    inside, desk = url_for(".members", slug=slug), url_for("workspace_desk.show", slug=slug)
    return redirect(back_to(inside if standing.is_joined else desk))
