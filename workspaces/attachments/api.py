"""Files for programs: the same services and rules as the pages."""

from typing import Any

from flask import Response

from extranet import db
from extranet.api import Answer, Api, Done
from extranet.doors import door
from extranet.limits import limited
from extranet.members import Member
from extranet.uploads import takes_files
from workspaces import queries as workspace_queries
from workspaces.attachments import answers, policy, queries
from workspaces.attachments.queries import FileStanding
from workspaces.attachments.views import OFTEN, as_json, take_away, taken_in
from workspaces.queries import Standing

api = Api("attachments")

enter = door("workspace", workspace_queries.find_joined)
hold = door("file", queries.find_file_by_id)


class BroughtAnswer(Answer):
    """A file to be sent with a message; `size` in bytes, `width` and `height` in pixels of images."""

    id: str
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    is_image: bool


@api.post(
    "/workspaces/<slug>/attachments", gives=BroughtAnswer, status=201,
    summary="Bring a file, as `file` of a multipart/form-data body, to be sent with a message",
)
@limited(OFTEN)
@takes_files
@enter(policy.may_write)
def bring_file(member: Member, standing: Standing) -> Any:
    return as_json(taken_in(member, standing), standing.workspace.slug)


@api.download("/attachments/<attachment_id>", summary="The bytes of a file")
@hold(policy.may_enter)
def show_file(_member: Member, place: FileStanding) -> Response:
    db.release()
    return answers.saved(place.file)


@api.post("/attachments/<attachment_id>/remove", gives=Done, summary="Take away a file that was not sent")
@hold(policy.may_drop)
def remove_file(_member: Member, place: FileStanding) -> Any:
    take_away(place)
    return Done()
