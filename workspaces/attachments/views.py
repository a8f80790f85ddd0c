"""The addresses of files: bringing one before its message is sent, taking it away again, and seeing it."""

from typing import Any

from flask import Blueprint, Response, get_template_attribute, jsonify, make_response, url_for
from flask.typing import ResponseReturnValue

from extranet import db
from extranet.doors import door
from extranet.errors import Invalid
from extranet.i18n import _, show_size
from extranet.limits import limited
from extranet.members import Member
from extranet.uploads import brought, takes_files
from workspaces import queries as workspace_queries
from workspaces.attachments import answers, intake, policy, queries, service
from workspaces.attachments.models import Attachment
from workspaces.attachments.queries import FileStanding
from workspaces.attachments.store import store
from workspaces.queries import Standing

attachments = Blueprint("attachments", __name__, url_prefix="/workspaces")

enter = door("workspace", workspace_queries.find_joined)
hold = door("file", queries.find_file)

OFTEN = "60 per minute"
"""How often one member may bring a file: six messages full in a minute."""


@attachments.post("/<slug>/attachments")
@limited(OFTEN)
@takes_files
@enter(policy.may_write)
def upload(member: Member, standing: Standing) -> ResponseReturnValue:
    """Bring a file, to be sent with a message later."""
    file = taken_in(member, standing)
    return make_response(jsonify(as_json(file, standing.workspace.slug)), 201)


@attachments.get("/<slug>/attachments/<attachment_id>/<name>")
@hold(policy.may_enter)
def show(_member: Member, place: FileStanding, name: str) -> Response:
    """A file as it is kept. What the address calls it is for those who read addresses."""
    del name
    db.release()
    answer = answers.whole(place.file)
    if place.is_unsent:
        answer.headers["X-Unsent"] = "yes"  # for the page that has kept it with a draft
    return answer


@attachments.get("/<slug>/attachments/<attachment_id>/preview")
@hold(policy.may_enter)
def preview(_member: Member, place: FileStanding) -> Response:
    """A picture, small."""
    db.release()
    return answers.preview(place.file)


@attachments.post("/<slug>/attachments/<attachment_id>/remove")
@hold(policy.may_drop)
def remove(_member: Member, place: FileStanding) -> ResponseReturnValue:
    """Take away a file that was not sent."""
    take_away(place)
    return jsonify(done=True)


def taken_in(member: Member, standing: Standing) -> Attachment:
    """The one file that a request brings, kept."""
    standing.workspace.ensure_active()
    files = brought("file")
    if len(files) != 1:
        raise Invalid(fields={"file": _("Choose one file.")})
    return intake.receive(files[0], standing.workspace, by=member)


def take_away(place: FileStanding) -> None:
    """Remove an unsent file's row, and once that is kept its bytes."""
    file_id = place.file.id
    service.drop(place.file)
    kept_in = store()
    db.after_commit(lambda: kept_in.remove([file_id]))


def facts_of(file: Attachment) -> str:
    """What a file is and how large, as it stands beside its name."""
    kind_word = get_template_attribute("attachments/_macros.html", "kind_word")
    return f"{kind_word(file.media_type)}, {show_size(file.size)}"


def as_json(file: Attachment, slug: str) -> dict[str, Any]:
    """An unsent file as the page's script knows it."""
    here: dict[str, Any] = {"slug": slug, "attachment_id": file.id}
    return {
        "id": file.id, "name": file.name, "media_type": file.media_type, "size": file.size,
        "facts": facts_of(file), "width": file.width, "height": file.height, "is_image": file.is_image,
        "url": url_for("attachments.show", name=file.name, **here),
        "preview": url_for("attachments.preview", **here) if file.has_preview else None,
    }
