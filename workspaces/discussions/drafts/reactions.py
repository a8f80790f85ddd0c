"""What follows when a draft changes: the member's own other pages hear of it, and nobody else's."""

from functools import partial

from flask import request

from extranet import db
from extranet.members import Member
from extranet.realtime import tell
from extranet.soon import soon
from workspaces.discussions.drafts import service
from workspaces.discussions.drafts.models import Draft
from workspaces.discussions.forms import whole_number
from workspaces.models import Workspace

FIELD = "draft"
"""The field in which a form says which version of a draft it comes from."""


def sent_by_form(workspace: Workspace, place: str, *, by: Member) -> None:
    """A form has sent what its draft says: in the same transaction it is a draft no longer."""
    known = whole_number(request.form.get(FIELD, ""))
    draft = service.was_sent(workspace, place, version=known, by=by) if known is not None else None
    if draft is not None:
        tell_after(by, workspace.slug, draft)


def tell_after(member: Member, slug: str, draft: Draft) -> None:
    """Tell the member's own pages, once it is kept, which version of a draft there is."""
    news = {"workspace": slug, "place": draft.place, "version": draft.version, "is_empty": draft.is_empty}
    db.after_commit(partial(soon, partial(tell, [member.id], "draft", news)))
