"""Workspaces, their members and their life for programs: the same services and rules as the pages."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from pydantic import Field

from extranet import events
from extranet.api import AfterQuery, Answer, Api, Done, Line, Schema, Text, asks, takes
from extranet.doors import door, signed_in
from extranet.errors import Invalid
from extranet.forms import is_email
from extranet.i18n import _
from extranet.limits import SEARCHES, limited
from extranet.members import Member
from extranet.policy import anyone
from workspaces import policy, queries, service
from workspaces.discussions.reading.queries import unread_by_workspace
from workspaces.memberships import queries as membership_queries
from workspaces.memberships import service as memberships
from workspaces.memberships.models import Invitation
from workspaces.memberships.queries import PersonStanding
from workspaces.models import Joining, Kind, Visibility, Workspace
from workspaces.queries import Shelf, Standing

api = Api("workspaces")

see = door("workspace", queries.find_visible)
enter = door("workspace", queries.find_joined)
govern = door("workspace", queries.find_governed)
person = door("member of a workspace", membership_queries.find_person)
invited = door("invitation", membership_queries.find_own_invitation)

OFTEN = "60 per hour"


class PersonAnswer(Answer):
    """Somebody, and the organisation that they show."""

    id: str
    name: str
    organisation: str = ""


class WorkspaceAnswer(Answer):
    """A workspace as the asking member may know it.

    `shows_readers`, `head` and `unread` are there only for who has joined; `members` is null where they are too few to
    tell.
    """

    slug: str
    name: str
    purpose: str
    kind: str
    visibility: str
    joining: str
    starts_on: date | None
    ends_on: date | None
    opened_at: str
    archived_at: str | None
    trashed_at: str | None
    outcome: str | None
    is_joined: bool
    is_host: bool
    hosts: list[PersonAnswer]
    members: int | None
    shows_readers: bool | None = None
    head: int | None = None
    unread: int | None = None


class WorkspaceRow(Answer):
    """A workspace in a list."""

    slug: str
    name: str
    purpose: str
    kind: str
    visibility: str
    joining: str
    starts_on: date | None
    ends_on: date | None
    archived_at: str | None
    is_joined: bool
    unread: int | None = None


class Workspaces(Answer):
    """A page of workspaces."""

    items: list[WorkspaceRow]
    next: str | None


class MemberAnswer(PersonAnswer):
    """Somebody who is in a workspace."""

    is_host: bool
    joined_at: str


class Members(Answer):
    """A page of who is in, hosts first."""

    items: list[MemberAnswer]
    next: str | None


class RequestAnswer(PersonAnswer):
    """Somebody who asks to join, and why."""

    asked_at: str
    why: str


class Requests(Answer):
    """Who asks to join."""

    items: list[RequestAnswer]


class InvitationAnswer(Answer):
    """An invitation that waits for one's answer."""

    id: str
    workspace: str
    name: str
    invited_by: str | None
    invited_at: str


class Invitations(Answer):
    """The invitations that wait for one's answer."""

    items: list[InvitationAnswer]


class NewWorkspace(Schema):
    """A workspace to open."""

    name: Line
    purpose: Text
    kind: Kind
    visibility: Visibility = "listed"
    joining: Joining = "request"
    starts_on: date | None = None
    ends_on: date | None = None
    shows_earlier: bool = True


class ChangedWorkspace(Schema):
    """What is to be otherwise; a field left out stays."""

    name: Line | None = None
    purpose: Text | None = None
    kind: Kind | None = None
    visibility: Visibility | None = None
    joining: Joining | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    shows_earlier: bool | None = None
    shows_readers: bool | None = None


class WorkspacesQuery(Schema):
    """Which ones: one's own, all that are listed, or the archived among both; of one kind; with these words."""

    which: Shelf = "mine"
    kind: Kind | None = None
    q: str = Field(default="", max_length=200)
    after: str | None = Field(default=None, max_length=1000)


class Outcome(Schema):
    """What came out of it, for the archive."""

    outcome: Text | None = None


class TypedName(Schema):
    """The workspace's name, typed, so that nothing is deleted by a slip."""

    name: Line


class Why(Schema):
    """Why one asks, or declines, or keeps out."""

    why: Text


class WhyIfAny(Schema):
    """Why one asks to join, if one likes to say it."""

    why: str = Field(default="", max_length=5000)


class Whom(Schema):
    """Whom to invite: a member by id, or an e-mail address."""

    member: str | None = Field(default=None, max_length=40)
    email: str | None = Field(default=None, max_length=254)


class NewRole(Schema):
    """Host, or an ordinary member of the workspace."""

    role: Literal["host", "joined"]


@api.get("/workspaces", gives=Workspaces, summary="Workspaces: one's own, the listed ones, or the archived ones")
@limited(SEARCHES, counts_reads=True)
@signed_in(anyone)
@asks(WorkspacesQuery)
def list_workspaces(member: Member, *, query: WorkspacesQuery) -> Any:
    page = queries.shelf(member, query.which, kind=query.kind, words=query.q.strip(), after=query.after)
    unread = unread_by_workspace(member)
    return Workspaces(items=[_row(shown.workspace, shown.is_joined, unread) for shown in page.items], next=page.next)


@api.post("/workspaces", gives=WorkspaceAnswer, status=201, summary="Open a workspace")
@limited(OFTEN)
@signed_in(policy.may_open)
@takes(NewWorkspace)
def open_workspace(member: Member, *, body: NewWorkspace) -> Any:
    workspace = service.open_workspace(**body.model_dump(), by=member)
    return _shown(member, workspace)


@api.get("/workspaces/<slug>", gives=WorkspaceAnswer, summary="One workspace")
@see(policy.may_see)
def show_workspace(member: Member, standing: Standing) -> Any:
    return _answer(member, standing)


@api.patch("/workspaces/<slug>", gives=WorkspaceAnswer, summary="Change what is said of a workspace")
@govern(policy.may_govern)
@takes(ChangedWorkspace)
def change_workspace(member: Member, standing: Standing, *, body: ChangedWorkspace) -> Any:
    nullable = {"starts_on", "ends_on"}
    asked = body.model_dump(exclude_unset=True)
    given: Any = {name: value for name, value in asked.items() if value is not None or name in nullable}
    service.change(standing.workspace, **given, by=member)
    return _shown(member, standing.workspace)


@api.post("/workspaces/<slug>/archive", gives=WorkspaceAnswer, summary="Archive a workspace")
@govern(policy.may_govern)
@takes(Outcome)
def archive(member: Member, standing: Standing, *, body: Outcome) -> Any:
    service.archive(standing.workspace, by=member, outcome=body.outcome)
    return _shown(member, standing.workspace)


@api.post("/workspaces/<slug>/reopen", gives=WorkspaceAnswer, summary="Reopen an archived workspace")
@govern(policy.may_govern)
def reopen(member: Member, standing: Standing) -> Any:
    service.reopen(standing.workspace, by=member)
    return _shown(member, standing.workspace)


@api.post("/workspaces/<slug>/delete", gives=Done, summary="Put an archived workspace into the trash")
@govern(policy.may_govern)
@takes(TypedName)
def delete(member: Member, standing: Standing, *, body: TypedName) -> Any:
    service.trash(standing.workspace, body.name, by=member)
    return Done()


@api.post("/workspaces/<slug>/restore", gives=WorkspaceAnswer, summary="Take a workspace out of the trash")
@govern(policy.may_govern)
def restore(member: Member, standing: Standing) -> Any:
    service.restore(standing.workspace, by=member)
    return _shown(member, standing.workspace)


@api.post("/workspaces/<slug>/join", gives=WorkspaceAnswer, summary="Join an open workspace, or one's invitation")
@see(policy.may_see)
def join(member: Member, standing: Standing) -> Any:
    memberships.join(standing.workspace, by=member)
    return _shown(member, standing.workspace)


@api.post("/workspaces/<slug>/leave", gives=Done, summary="Leave a workspace")
@enter(policy.may_enter)
def leave(member: Member, standing: Standing) -> Any:
    memberships.leave(standing.workspace, by=member)
    return Done()


@api.post("/workspaces/<slug>/ask", gives=Done, summary="Ask to join a workspace")
@limited(OFTEN)
@see(policy.may_see)
@takes(WhyIfAny)
def ask(member: Member, standing: Standing, *, body: WhyIfAny) -> Any:
    memberships.ask(standing.workspace, body.why.strip(), by=member)
    return Done()


@api.get("/workspaces/<slug>/members", gives=Members, summary="Who is in a workspace, hosts first")
@enter(policy.may_enter)
@asks(AfterQuery)
def list_members(_member: Member, standing: Standing, *, query: AfterQuery) -> Any:
    page = membership_queries.roster(standing.workspace, after=query.after)
    items = [
        MemberAnswer(
            id=seat.member_id, name=seat.name, organisation=seat.detail, is_host=seat.is_host,
            joined_at=seat.joined_at.isoformat(),
        )
        for seat in page.items
    ]
    return Members(items=items, next=page.next)


@api.post("/workspaces/<slug>/members/<member_id>/role", gives=Done, summary="Appoint or dismiss a host")
@person(policy.may_govern)
@takes(NewRole)
def set_role(member: Member, place: PersonStanding, *, body: NewRole) -> Any:
    verb = memberships.appoint if body.role == "host" else memberships.dismiss
    verb(place.workspace, place.person, by=member)
    return Done()


@api.post("/workspaces/<slug>/members/<member_id>/remove", gives=Done, summary="Take somebody out of a workspace")
@person(policy.may_govern)
def remove(member: Member, place: PersonStanding) -> Any:
    memberships.remove(place.workspace, place.person, by=member)
    return Done()


@api.post("/workspaces/<slug>/members/<member_id>/keep-out", gives=Done, summary="Keep somebody out of a workspace")
@person(policy.may_govern)
@takes(Why)
def keep_out(member: Member, place: PersonStanding, *, body: Why) -> Any:
    memberships.keep_out(place.workspace, place.person, body.why, by=member)
    return Done()


@api.get("/workspaces/<slug>/requests", gives=Requests, summary="Who asks to join")
@govern(policy.may_govern)
def list_requests(_member: Member, standing: Standing) -> Any:
    items = [
        RequestAnswer(
            id=row.member_id, name=row.name, organisation=row.detail, asked_at=row.since.isoformat(), why=row.words
        )
        for row in membership_queries.requests(standing.workspace)
    ]
    return Requests(items=items)


@api.post("/workspaces/<slug>/requests/<member_id>/accept", gives=Done, summary="Let in who has asked")
@person(policy.may_govern)
def accept_request(member: Member, place: PersonStanding) -> Any:
    memberships.accept(place.workspace, place.person, by=member)
    return Done()


@api.post("/workspaces/<slug>/requests/<member_id>/decline", gives=Done, summary="Say no to who has asked")
@person(policy.may_govern)
@takes(Why)
def decline_request(member: Member, place: PersonStanding, *, body: Why) -> Any:
    memberships.decline(place.workspace, place.person, body.why, by=member)
    return Done()


@api.post("/workspaces/<slug>/invitations", gives=Done, status=201, summary="Invite somebody")
@limited(OFTEN, shared="invitations")
@govern(policy.may_govern)
@takes(Whom)
def invite(member: Member, standing: Standing, *, body: Whom) -> Any:
    memberships.invite(standing.workspace, _whom(body), by=member)
    return Done()


@api.get("/invitations", gives=Invitations, summary="The invitations that wait for one's answer")
@signed_in(anyone)
def list_invitations(member: Member) -> Any:
    items = [
        InvitationAnswer(
            id=invitation.id, workspace=invitation.workspace.slug, name=invitation.workspace.name,
            invited_by=invitation.invited_by.name if invitation.invited_by else None,
            invited_at=invitation.invited_at.isoformat(),
        )
        for invitation in membership_queries.own_invitations(member)
    ]
    return Invitations(items=items)


@api.post("/invitations/<invitation_id>/accept", gives=Done, summary="Accept an invitation")
@invited(anyone)
def accept_invitation(member: Member, invitation: Invitation) -> Any:
    memberships.accept_invitation(invitation, by=member)
    return Done()


@api.post("/invitations/<invitation_id>/decline", gives=Done, summary="Decline an invitation")
@invited(anyone)
def decline_invitation(member: Member, invitation: Invitation) -> Any:
    memberships.decline_invitation(invitation, by=member)
    return Done()


def _whom(body: Whom) -> Member | str:
    if body.member is not None:
        found = membership_queries.find_listed_person(body.member)
        if found is None:
            raise Invalid(fields={"member": _("There is no such member in the directory.")})
        return found
    if not is_email(body.email or ""):
        raise Invalid(fields={"email": _("Write an e-mail address, such as name@example.org.")})
    return (body.email or "").strip()


def _row(workspace: Workspace, is_joined: bool, unread: Mapping[str, int]) -> WorkspaceRow:
    return WorkspaceRow(
        **_facts(workspace), is_joined=is_joined, unread=unread.get(workspace.id, 0) if is_joined else None
    )


def _facts(workspace: Workspace) -> dict[str, Any]:
    return {
        "slug": workspace.slug,
        "name": workspace.name,
        "purpose": workspace.purpose,
        "kind": workspace.kind,
        "visibility": workspace.visibility,
        "joining": workspace.joining,
        "starts_on": workspace.starts_on,
        "ends_on": workspace.ends_on,
        "archived_at": workspace.archived_at.isoformat() if workspace.archived_at else None,
    }


def _shown(member: Member, workspace: Workspace) -> WorkspaceAnswer:
    """The workspace after a verb, as the member now stands in it."""
    standing = queries.find_governed(member, workspace.slug) or queries.find_visible(member, workspace.slug)
    assert standing is not None
    return _answer(member, standing)


def _answer(member: Member, standing: Standing) -> WorkspaceAnswer:
    workspace = standing.workspace
    is_inside = standing.is_joined
    return WorkspaceAnswer(
        **_facts(workspace) | ({} if standing.tells_purpose else {"purpose": ""}),
        opened_at=workspace.opened_at.isoformat(),
        trashed_at=workspace.trashed_at.isoformat() if workspace.trashed_at else None,
        outcome=workspace.outcome if is_inside else None,
        is_joined=is_inside,
        is_host=standing.is_host,
        hosts=[PersonAnswer.model_validate(host) for host in membership_queries.hosts(workspace)],
        members=membership_queries.told_count(standing),
        shows_readers=workspace.shows_readers if is_inside else None,
        head=events.head_of(workspace.id) if is_inside else None,
        unread=unread_by_workspace(member).get(workspace.id, 0) if is_inside else None,
    )
