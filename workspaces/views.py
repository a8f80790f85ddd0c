"""The pages of workspaces as a whole: the lists, opening one, what it is, its settings and its end."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from extranet.doors import door, signed_in
from extranet.i18n import _
from extranet.limits import SEARCHES, limited
from extranet.members import Member
from extranet.policy import anyone
from extranet.web import back_to, say
from workspaces import policy, queries, service
from workspaces.discussions.reading import queries as reading
from workspaces.forms import ArchiveForm, DeleteForm, FilterForm, SettingsForm, WorkspaceForm
from workspaces.memberships import queries as memberships
from workspaces.memberships.forms import AskForm
from workspaces.queries import Shelf, Standing

workspaces = Blueprint("workspaces", __name__, url_prefix="/workspaces")

see = door("workspace", queries.find_visible)
govern = door("workspace that one governs", queries.find_governed)

_SHELVES: tuple[Shelf, ...] = ("mine", "listed", "archived")


@workspaces.get("")
@limited(SEARCHES, counts_reads=True)
@signed_in(anyone)
def index(member: Member) -> ResponseReturnValue:
    """The workspaces that one has joined, or all listed ones, or the archived ones."""
    asked = request.args.get("show")
    which: Shelf = asked if asked in _SHELVES else "mine"
    chosen = FilterForm(request.args)
    page = queries.shelf(
        member, which, kind=chosen.kind, words=chosen.words, after=request.args.get("after")
    )
    return render_template(
        "workspaces/index.html", which=which, chosen=chosen, page=page, unread=reading.unread_by_workspace(member),
        waiting=memberships.waiting_by_workspace(member), has_trash=queries.has_trash(member),
    )


@workspaces.get("/new")
@signed_in(policy.may_open)
def new(_member: Member) -> ResponseReturnValue:
    """The form of a new workspace."""
    return render_template("workspaces/new.html", form=WorkspaceForm(formdata=None))


@workspaces.post("/new")
@limited("20 per hour")
@signed_in(policy.may_open)
def open_workspace(member: Member) -> ResponseReturnValue:
    """Open a workspace."""
    form = WorkspaceForm()
    if not form.validate():
        return form.again("workspaces/new.html")
    workspace = service.open_workspace(**_facts(form), by=member)
    say(_("The workspace is open. A workspace wants two hosts: invite others and appoint one of them."))
    return redirect(url_for("memberships.members", slug=workspace.slug))


@workspaces.get("/trash")
@signed_in(anyone)
def trash(member: Member) -> ResponseReturnValue:
    """The deleted workspaces that the member can restore."""
    return render_template("workspaces/trash.html", workspaces=queries.in_trash(member))


@workspaces.get("/<slug>/about")
@see(policy.may_see)
def about(member: Member, standing: Standing) -> ResponseReturnValue:
    """What all who may know of it may know: what it is, who hosts it, how one joins."""
    return render_template("workspaces/about.html", form=AskForm(formdata=None), **about_facts(member, standing))


@workspaces.get("/<slug>/settings")
@govern(policy.may_govern)
def settings(_member: Member, standing: Standing) -> ResponseReturnValue:
    """What can be changed of a workspace, and how it ends."""
    standing.workspace.ensure_here()
    form = _as_theirs(SettingsForm(standing.workspace), standing)
    return render_template("workspaces/settings.html", form=form, standing=standing)


@workspaces.post("/<slug>/settings")
@govern(policy.may_govern)
def change(member: Member, standing: Standing) -> ResponseReturnValue:
    """Change what is said of it and how one joins."""
    queries.hold(standing.workspace).ensure_active()
    form = _as_theirs(SettingsForm(standing.workspace), standing)
    if not form.validate():
        return form.again("workspaces/settings.html", standing=standing)
    service.change(standing.workspace, **form.changed(), by=member)
    say(_("The changes are saved."))
    return redirect(url_for(".settings", slug=standing.workspace.slug))


@workspaces.get("/<slug>/archive")
@govern(policy.may_govern)
def closing(_member: Member, standing: Standing) -> ResponseReturnValue:
    """The page that ends the work: what came out of it, then archive."""
    standing.workspace.ensure_active()
    return render_template("workspaces/archive.html", form=ArchiveForm(formdata=None), standing=standing)


@workspaces.post("/<slug>/archive")
@govern(policy.may_govern)
def archive(member: Member, standing: Standing) -> ResponseReturnValue:
    """Make it read-only."""
    form = ArchiveForm()
    if not form.validate():
        return form.again("workspaces/archive.html", standing=standing)
    service.archive(standing.workspace, outcome=form.outcome, by=member)
    say(_("The workspace is archived: its members can read it, and a host can open it again."))
    return _to(standing)


@workspaces.post("/<slug>/reopen")
@govern(policy.may_govern)
def reopen(member: Member, standing: Standing) -> ResponseReturnValue:
    """Make it active again."""
    service.reopen(standing.workspace, by=member)
    say(_("The workspace is open again."))
    return _to(standing)


@workspaces.get("/<slug>/delete")
@govern(policy.may_govern)
def deleting(_member: Member, standing: Standing) -> ResponseReturnValue:
    """The page on which one types the name to delete it."""
    standing.workspace.ensure_deletable()
    form = DeleteForm(standing.workspace, formdata=None)
    return render_template("workspaces/delete.html", form=form, standing=standing)


@workspaces.post("/<slug>/delete")
@govern(policy.may_govern)
def delete(member: Member, standing: Standing) -> ResponseReturnValue:
    """Put an archived workspace into the trash."""
    standing.workspace.ensure_deletable()
    form = DeleteForm(standing.workspace)
    if not form.validate():
        return form.again("workspaces/delete.html", standing=standing)
    service.trash(standing.workspace, form.name.data or "", by=member)
    say(_("The workspace is in the trash. It can be restored for 30 days."))
    return redirect(url_for(".trash") if standing.is_host else url_for("workspace_desk.index", state="trash"))


@workspaces.post("/<slug>/restore")
@govern(policy.may_govern)
def restore(member: Member, standing: Standing) -> ResponseReturnValue:
    """Take it out of the trash."""
    service.restore(standing.workspace, by=member)
    say(_("The workspace is restored. It is archived, as before."))
    return _to(standing)


def about_facts(member: Member, standing: Standing) -> dict[str, Any]:
    """What the page about a workspace shows; also to who asks to join with words that do not pass."""
    return {
        "standing": standing,
        "approach": memberships.approach(member, standing),
        "hosts": memberships.hosts(standing.workspace),
        "count": memberships.told_count(standing),
    }


def _to(standing: Standing) -> ResponseReturnValue:
    """Back to the workspace, or to the desk for a moderator who is not in it."""
    slug = standing.workspace.slug
    inside, desk = url_for("discussions.show", slug=slug), url_for("workspace_desk.show", slug=slug)
    return redirect(back_to(inside if standing.is_joined else desk))


def _as_theirs(form: SettingsForm, standing: Standing) -> SettingsForm:
    """The form, less what is not told to them, or is for hosts to say: for them it stays as it is."""
    if not standing.tells_purpose:
        del form.purpose, form.purpose_was
    if not standing.is_host:
        del form.shows_readers, form.shows_readers_was
    return form


def _facts(form: WorkspaceForm) -> dict[str, Any]:
    facts = form.changed()
    return {name: bool(value) if name.startswith("shows_") else value for name, value in facts.items()}
