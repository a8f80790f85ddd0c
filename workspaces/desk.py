"""The moderators' desk of workspaces: who is in, and what state it is in, never what it is for or what is said."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from extranet.doors import door, signed_in
from extranet.members import Member
from extranet.policy import may_moderate
from workspaces import queries
from workspaces.memberships import queries as memberships
from workspaces.queries import Standing, State

workspace_desk = Blueprint("workspace_desk", __name__, url_prefix="/desk/workspaces")

enter = door("workspace on the desk", queries.find_on_desk)

_STATES: tuple[State, ...] = ("active", "archived", "trash")


@workspace_desk.get("")
@signed_in(may_moderate)
def index(_member: Member) -> ResponseReturnValue:
    """All workspaces of a state, unlisted ones too."""
    asked = request.args.get("state")
    state: State = asked if asked in _STATES else "active"
    words = " ".join(request.args.get("q", "").split())[:200]
    page = queries.on_desk(state, words=words, after=request.args.get("after"))
    return render_template("workspaces/desk.html", state=state, words=words, page=page)


@workspace_desk.get("/<slug>")
@enter(may_moderate)
def show(member: Member, standing: Standing) -> ResponseReturnValue:
    """One workspace: name, dates, counts, and who is in, to be managed as its hosts do."""
    workspace = standing.workspace
    return render_template(
        "workspaces/desk_workspace.html", standing=standing, counts=queries.counts_on_desk(workspace),
        **memberships.managed(workspace, after=request.args.get("after")),
    )
