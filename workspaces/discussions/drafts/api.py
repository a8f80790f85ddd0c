"""One's own drafts, for the pages' script and for programs: what is typed and not sent, on all one's devices."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from extranet.api import Answer, Api, Schema, asks, takes
from extranet.doors import door, signed_in
from extranet.limits import limited
from extranet.members import Member
from extranet.policy import anyone
from workspaces import queries as workspace_queries
from workspaces.discussions import policy
from workspaces.discussions.drafts import queries, service
from workspaces.discussions.drafts.models import Draft
from workspaces.discussions.drafts.queries import DraftPlace
from workspaces.discussions.drafts.reactions import tell_after
from workspaces.discussions.forms import LONGEST_MESSAGE
from workspaces.queries import Standing

api = Api("drafts")

enter = door("workspace", workspace_queries.find_joined)
at = door("draft", queries.find_place)

OFTEN = "120 per minute"
"""How often one member's devices may save: a device does so at most every second and a half."""

Version = Annotated[int, Field(ge=0, le=2**53)]


class DraftAnswer(Answer):
    """A draft; `place` is «new», «thread-ID», «answer-MESSAGE» or «edit-MESSAGE»; version 0 where there is none.

    Who sends these very words sends them with its `client_id`: from two devices they count once.
    """

    place: str
    title: str | None
    body: str
    client_id: str | None
    version: int
    saved_at: str | None


class DraftRow(Answer):
    """A draft in a list; an empty one says that its words were sent or taken away."""

    place: str
    version: int
    is_empty: bool
    saved_at: str


class DraftRows(Answer):
    """One's drafts in a workspace, the latest first."""

    items: list[DraftRow]


class OwnDraft(Answer):
    """A draft in any workspace, with the thread that it belongs to and how it begins."""

    workspace: str
    place: str
    thread: str | None
    title: str | None
    beginning: str
    version: int
    saved_at: str


class OwnDrafts(Answer):
    """One's latest drafts in all workspaces."""

    items: list[OwnDraft]


class KeptDraft(Schema):
    """What was typed, and which version the device goes on from; 0 if it knows of none.

    `client_id` is the one with which these words are to be sent; other words get another one.
    """

    title: str | None = Field(default=None, max_length=200)
    body: str = Field(max_length=LONGEST_MESSAGE)
    client_id: UUID | None = None
    version: Version = 0


class KnownVersion(Schema):
    """Which version the device knows."""

    version: Version = 0


@api.get("/drafts", gives=OwnDrafts, summary="What one has begun to write, in all workspaces")
@signed_in(anyone)
def list_own_drafts(member: Member) -> Any:
    items = [
        OwnDraft(
            workspace=one.slug, place=one.place, thread=one.thread, title=one.title, beginning=one.beginning,
            version=one.version, saved_at=one.saved_at.isoformat(),
        )
        for one in queries.own_drafts(member)
    ]
    return OwnDrafts(items=items)


@api.get("/workspaces/<slug>/drafts", gives=DraftRows, summary="One's drafts in a workspace")
@enter(policy.may_enter)
def list_drafts(member: Member, standing: Standing) -> Any:
    items = [
        DraftRow(place=one.place, version=one.version, is_empty=one.is_empty, saved_at=one.saved_at.isoformat())
        for one in queries.drafts_in(member, standing)
    ]
    return DraftRows(items=items)


@api.get("/workspaces/<slug>/drafts/<place>", gives=DraftAnswer, summary="One's draft in one place")
@at(policy.may_enter)
def show_draft(member: Member, place: DraftPlace) -> Any:
    return _answer(place, queries.draft_at(member, place))


@api.put("/workspaces/<slug>/drafts/<place>", gives=DraftAnswer, summary="Keep one's draft for one's other devices")
@limited(OFTEN)
@at(policy.may_enter)
@takes(KeptDraft)
def keep_draft(member: Member, place: DraftPlace, *, body: KeptDraft) -> Any:
    draft = service.keep(
        place.workspace, place.place, title=body.title, body=body.body, client_id=body.client_id,
        version=body.version, by=member,
    )
    tell_after(member, place.workspace.slug, draft)
    return _answer(place, draft)


@api.delete("/workspaces/<slug>/drafts/<place>", gives=DraftAnswer, summary="Take one's draft away")
@limited(OFTEN)
@at(policy.may_enter)
@asks(KnownVersion)
def drop_draft(member: Member, place: DraftPlace, *, query: KnownVersion) -> Any:
    draft = service.was_sent(place.workspace, place.place, version=query.version, by=member)
    if draft is not None:
        tell_after(member, place.workspace.slug, draft)
    return _answer(place, draft or queries.draft_at(member, place))


def _answer(place: DraftPlace, draft: Draft | None) -> DraftAnswer:
    if draft is None:
        return DraftAnswer(place=place.place, title=None, body="", client_id=None, version=0, saved_at=None)
    return DraftAnswer(
        place=draft.place, title=draft.title, body=draft.body, client_id=draft.client_id, version=draft.version,
        saved_at=draft.saved_at.isoformat(),
    )
