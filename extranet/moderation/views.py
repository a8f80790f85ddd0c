"""The desk: the queue of applications, and the members."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from extranet.accounts import trail
from extranet.accounts.models import Application
from extranet.db import SAFE_METHODS
from extranet.doors import door, signed_in
from extranet.i18n import _
from extranet.members import Member
from extranet.moderation import policy, queries, service
from extranet.moderation.forms import DeclineForm, PersonForm, RoleForm, SuspendForm
from extranet.policy import anyone, may_moderate
from extranet.web import say

moderation = Blueprint("moderation", __name__, url_prefix="/desk")

to_application = door("application", queries.find_application)
to_member = door("member on the desk", queries.find_member)


@moderation.get("")
@signed_in(may_moderate)
def desk(_member: Member) -> ResponseReturnValue:
    """The desk opens at the queue."""
    return redirect(url_for(".applications"))


@moderation.get("/applications")
@signed_in(may_moderate)
def applications(member: Member) -> ResponseReturnValue:
    """Applications that wait, the oldest first; or those decided, the latest first."""
    which: queries.Which = "decided" if request.args.get("which") == "decided" else "waiting"
    page = queries.applications(member, which, request.args.get("after"))
    return render_template("moderation/applications.html", page=page, which=which)


@moderation.get("/applications/<application_id>")
@to_application(policy.may_decide)
def application(_member: Member, application: Application) -> ResponseReturnValue:
    """One application, whole."""
    return render_template("moderation/application.html", form=DeclineForm(), **_facts(application))


@moderation.post("/applications/<application_id>/admit")
@to_application(policy.may_decide)
def admit(member: Member, application: Application) -> ResponseReturnValue:
    """Make the applicant a member."""
    service.admit(application, by=member)
    say(_("%(name)s is now a member. A letter is on its way.", name=application.name))
    return redirect(url_for(".applications"))


@moderation.post("/applications/<application_id>/decline")
@to_application(policy.may_decide)
def decline(member: Member, application: Application) -> ResponseReturnValue:
    """Decline with a reason."""
    form = DeclineForm()
    if not form.validate():
        return form.again("moderation/application.html", **_facts(application))
    service.decline(application, form.typed("reason"), by=member)
    say(_("The application of %(name)s is declined. A letter is on its way.", name=application.name))
    return redirect(url_for(".applications"))


@moderation.get("/members")
@signed_in(may_moderate)
def members(member: Member) -> ResponseReturnValue:
    """All members, by name; or those who moderate, or who are suspended."""
    words, only = request.args.get("q", "")[:200], request.args.get("only", "")
    page = queries.members(
        member,
        words=words,
        role="moderator" if only == "moderators" else "",
        is_suspended=only == "suspended",
        cursor=request.args.get("after"),
    )
    return render_template("moderation/members.html", page=page, words=words, only=only)


@moderation.get("/members/<member_id>")
@to_member(anyone)
def member(member: Member, other: Member) -> ResponseReturnValue:
    """One member: what is known, what was decided, what can be done."""
    return render_template("moderation/member.html", **_facts_of(member, other))


@moderation.post("/members/<member_id>/suspend")
@to_member(policy.may_shut_out)
def suspend(member: Member, other: Member) -> ResponseReturnValue:
    """Shut a member out, with a reason."""
    form = SuspendForm()
    if not form.validate():
        return form.again("moderation/member.html", **(_facts_of(member, other) | {"suspend_form": form}))
    service.suspend(other, form.typed("reason"), by=member)
    say(_("%(name)s is suspended and signed out everywhere.", name=other.name))
    return redirect(url_for(".member", member_id=other.id))


@moderation.post("/members/<member_id>/restore")
@to_member(policy.may_shut_out)
def restore(member: Member, other: Member) -> ResponseReturnValue:
    """Let a suspended member in again."""
    service.restore(other, by=member)
    say(_("%(name)s can sign in again.", name=other.name))
    return redirect(url_for(".member", member_id=other.id))


@moderation.post("/members/<member_id>/role")
@to_member(policy.may_appoint)
def appoint(member: Member, other: Member) -> ResponseReturnValue:
    """Appoint or dismiss."""
    form = RoleForm()
    if not form.validate():
        return form.again("moderation/member.html", **(_facts_of(member, other) | {"role_form": form}))
    service.appoint(other, form.role.data, by=member)
    say(_("The role of %(name)s is changed.", name=other.name))
    return redirect(url_for(".member", member_id=other.id))


@moderation.route("/members/<member_id>/edit", methods=["GET", "POST"])
@to_member(policy.may_look_after)
def edit(member: Member, other: Member) -> ResponseReturnValue:
    """Change a name or an e-mail address at the member's request."""
    form = PersonForm(name=other.name, email=other.email)
    if request.method in SAFE_METHODS:
        return render_template("moderation/edit.html", form=form, other=other)
    if not form.validate():
        return form.again("moderation/edit.html", other=other)
    service.rename(other, form.typed("name"), by=member)
    service.change_email(other, form.typed("email"), by=member)
    say(_("The changes are saved."))
    return redirect(url_for(".member", member_id=other.id))


@moderation.post("/members/<member_id>/password-letter")
@to_member(policy.may_look_after)
def password_letter(member: Member, other: Member) -> ResponseReturnValue:
    """Send the member a letter by which a password is set."""
    service.send_password_letter(other, by=member)
    say(_("A letter that sets a password is on its way to %(name)s.", name=other.name))
    return redirect(url_for(".member", member_id=other.id))


def _facts(application: Application) -> dict[str, object]:
    return {
        "application": application,
        "earlier": queries.earlier_applications(application),
        "steps": _steps(application),
    }


def _steps(application: Application) -> list[trail.Step]:
    """The application's trail; the decision to admit stands in the new member's, and is shown here too."""
    steps = list(trail.steps(application.id))
    if application.is_admitted and application.decided_at is not None:
        decided_by = application.decided_by
        admitted = trail.Step("member-admitted", application.decided_at, decided_by.name if decided_by else None)
        steps.insert(0, admitted)
    return steps


def _facts_of(member: Member, other: Member) -> dict[str, object]:
    application = queries.application_of(other)
    return {
        "other": other,
        "application": application,
        "steps": trail.steps(other.id, *([application.id] if application is not None else [])),
        "may_look_after": policy.may_look_after(member, other),
        "may_shut_out": policy.may_shut_out(member, other),
        "may_appoint": policy.may_appoint(member, other),
        "suspend_form": SuspendForm(formdata=None),
        "role_form": RoleForm(formdata=None, role=other.role),
    }
