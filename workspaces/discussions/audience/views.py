"""The live answer to «who sees this?», for the line below every editor."""

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from extranet.doors import door
from extranet.members import Member
from workspaces import queries as workspace_queries
from workspaces.discussions import policy
from workspaces.discussions.audience.queries import audience_of
from workspaces.queries import Standing

audience = Blueprint("audience", __name__, url_prefix="/workspaces")

enter = door("workspace", workspace_queries.find_joined)


@audience.get("/<slug>/audience")
@enter(policy.may_enter)
def show(_member: Member, standing: Standing) -> ResponseReturnValue:
    """How many people see what is written in the workspace now, with the words that the editor shows."""
    found = audience_of(standing.workspace.id)
    return jsonify(people=found.people, html=render_template("discussions/_audience.html", audience=found))
