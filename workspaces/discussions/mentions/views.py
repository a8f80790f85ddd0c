"""The names that the editor offers behind «@»: of those who have joined, and only as far as they were typed."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from extranet.doors import door
from extranet.limits import limited
from extranet.members import Member
from workspaces import queries as workspace_queries
from workspaces.discussions import policy
from workspaces.discussions.mentions import queries
from workspaces.queries import Standing

mentions = Blueprint("mentions", __name__, url_prefix="/workspaces")

enter = door("workspace", workspace_queries.find_joined)


@mentions.get("/<slug>/mentionable")
@limited("240 per minute", counts_reads=True)
@enter(policy.may_enter)
def mentionable(member: Member, standing: Standing) -> ResponseReturnValue:
    """Who can be mentioned and has a name with words that begin as typed; asked for while one types."""
    found = queries.mentionable(member, standing, request.args.get("q", ""))
    return jsonify(people=[person.as_json() for person in found])
