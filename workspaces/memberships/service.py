"""How people come into a workspace and go from it. Every verb first takes hold of the workspace, so that two at once
(two hosts leaving, a double click) come one after the other and the second sees what the first did."""

from typing import Any, TypeVar

import sqlalchemy as sa

from extranet import db, events
from extranet.errors import Invalid, Refusal
from extranet.events import Recorded
from extranet.i18n import lazy
from extranet.members import Member, email_key
from workspaces.memberships.events import (
    HostAppointed,
    HostDismissed,
    InvitationDeclined,
    InvitationSent,
    InvitationWithdrawn,
    JoiningRequested,
    MemberJoined,
    MemberKeptOut,
    MemberLeft,
    MemberLetInAgain,
    MemberRemoved,
    RequestAccepted,
    RequestDeclined,
    RequestWithdrawn,
)
from workspaces.memberships.models import Invitation, JoinRequest, KeptOut, Membership
from workspaces.models import Workspace
from workspaces.queries import hold, is_host

Row = TypeVar("Row", Membership, JoinRequest, KeptOut, Invitation)


class NotInvited(Refusal):
    """Only the hosts bring people in; for who is kept out of an open workspace it is so too, and no more is said."""

    status = 403
    sentence = lazy("You can join this workspace only when its hosts invite you.")


class AskFirst(Refusal):
    status = 403
    sentence = lazy("The hosts of this workspace decide who joins: send a request to join.")


class AlreadyJoined(Refusal):
    sentence = lazy("This person has joined the workspace already.")


class HasAsked(Refusal):
    sentence = lazy("This person has asked to join: accept the request instead.")


class IsKeptOut(Refusal):
    sentence = lazy("This person is kept out of the workspace. Let them in again first.")


class NotWaiting(Refusal):
    sentence = lazy("This request is not waiting any more: it was withdrawn or somebody has decided on it.")


class InvitationGone(Refusal):
    sentence = lazy("This invitation does not hold any more: it was withdrawn or has been answered.")


class NotJoined(Refusal):
    sentence = lazy("This person is not in the workspace any more.")


class NotKeptOut(Refusal):
    sentence = lazy("This person is not kept out.")


class NotForYourself(Refusal):
    """Moderators manage who is in, but never let themselves in where they would read what is said."""

    status = 403
    sentence = lazy("You cannot decide this for yourself: another moderator or a host of the workspace must do it.")


class LastHost(Refusal):
    sentence = lazy("A workspace needs a host. Appoint another one first.")


class YourselfInvited(Invalid):
    """Nobody invites themselves."""

    def __init__(self) -> None:
        super().__init__(fields={"email": lazy("This is your own address.")})


def join(workspace: Workspace, *, by: Member) -> Membership:
    """Join an open workspace at once, or one that one is invited to. Who has joined already stays so.

    Raises `Archived`, `AskFirst`, `NotInvited`.
    """
    hold(workspace)
    if (membership := _membership(workspace, by)) is not None:
        return membership
    workspace.ensure_active()
    if (invitation := _holding(workspace, by)) is not None:
        return accept_invitation(invitation, by=by)
    if workspace.joining == "invitation" or _is_kept_out(workspace, by):
        raise NotInvited
    if workspace.joining == "request":
        raise AskFirst
    return _admit(workspace, by, shows_earlier=workspace.shows_earlier, by=by)


def ask(workspace: Workspace, why: str, *, by: Member) -> JoinRequest | Membership:
    """Ask to join. Who is in, or invited, or finds it open, is in at once; asking twice is asking once.

    Raises `Archived`, `NotInvited`.
    """
    hold(workspace)
    if workspace.joining == "open" or _membership(workspace, by) or _holding(workspace, by):
        return join(workspace, by=by)
    workspace.ensure_active()
    if workspace.joining == "invitation" or _is_kept_out(workspace, by):
        raise NotInvited
    request = _request(workspace, by)
    if request is not None and request.is_waiting:
        return request
    if request is None:
        request = JoinRequest(workspace_id=workspace.id, member_id=by.id, why=why)
        db.session().add(request)
    request.ask(why)
    events.record(JoiningRequested(workspace.id, by.id), by=by)
    return request


def withdraw_request(workspace: Workspace, *, by: Member) -> None:
    """Ask no longer; nothing happens if no request waits."""
    hold(workspace)
    request = _request(workspace, by)
    if request is not None and request.is_waiting:
        db.session().delete(request)
        events.record(RequestWithdrawn(workspace.id, by.id), by=by)


def accept(workspace: Workspace, member: Member, *, by: Member) -> Membership:
    """Let in who has asked; who is in already stays so. Raises `Archived`, `NotWaiting`, `NotForYourself`."""
    hold(workspace)
    if (membership := _membership(workspace, member)) is not None:
        return membership
    workspace.ensure_active()
    _ensure_not_for_oneself(workspace, member, by)
    _waiting(workspace, member)
    membership = _admit(workspace, member, shows_earlier=workspace.shows_earlier, by=by)
    events.record(RequestAccepted(workspace.id, member.id), by=by)
    return membership


def decline(workspace: Workspace, member: Member, reason: str, *, by: Member) -> None:
    """Say no to who has asked, with a reason that they read. Raises `NotWaiting`."""
    hold(workspace).ensure_here()
    _waiting(workspace, member).decline(reason)
    events.record(RequestDeclined(workspace.id, member.id), by=by)


def invite(
    workspace: Workspace, whom: Member | str, *, by: Member, shows_earlier: bool | None = None
) -> Invitation:
    """Invite a member, or an e-mail address whoever it belongs to. Inviting twice is inviting once.

    An address is answered and listed alike whether it is a member's or not, and whether they are in, ask or are kept
    out: nobody learns from it whose it is. What it is worth is decided when somebody accepts.
    `shows_earlier` says whether they will see earlier messages; None is as the workspace has it. Only hosts may show
    more than the workspace does. Raises `Archived`, `YourselfInvited`; for a member chosen by name also
    `AlreadyJoined`, `HasAsked`, `IsKeptOut`.
    """
    hold(workspace).ensure_active()
    seeing = workspace.shows_earlier if shows_earlier is None else shows_earlier
    seeing = seeing and (workspace.shows_earlier or is_host(workspace, by))
    if isinstance(whom, str):
        present, invitation = _by_address(workspace, whom, by)
    else:
        _ensure_can_be_invited(workspace, whom, by)
        present = _by_name(workspace, whom)
        invitation = Invitation(member_id=whom.id, email="", email_key=None)
    if present is not None:
        present.shows_earlier = seeing
        return present
    invitation.workspace_id, invitation.invited_by_id, invitation.shows_earlier = workspace.id, by.id, seeing
    db.session().add(invitation)
    db.session().flush()
    events.record(InvitationSent(workspace.id, invitation.id), by=by)
    return invitation


def accept_invitation(invitation: Invitation, *, by: Member) -> Membership:
    """Join by an invitation: whoever holds it may, unless they are kept out. Who is in already stays so.

    Raises `Archived`, `InvitationGone`, `NotInvited`, `NotForYourself`.
    """
    workspace, standing_invitation = _hold_with(invitation)
    if (membership := _membership(workspace, by)) is not None:
        return membership
    workspace.ensure_active()
    if _is_suspended(standing_invitation.invited_by_id):
        raise InvitationGone
    if standing_invitation.invited_by_id == by.id:
        raise NotForYourself
    if _is_kept_out(workspace, by):
        raise NotInvited
    db.session().delete(standing_invitation)
    seeing, inviter = standing_invitation.shows_earlier, standing_invitation.invited_by_id
    return _admit(workspace, by, shows_earlier=seeing, by=by, invited_by=inviter)


def decline_invitation(invitation: Invitation, *, by: Member) -> None:
    """Say no to an invitation. Raises `InvitationGone`."""
    workspace, standing_invitation = _hold_with(invitation)
    db.session().delete(standing_invitation)
    events.record(InvitationDeclined(workspace.id, invitation.id), by=by)


def withdraw_invitation(invitation: Invitation, *, by: Member) -> None:
    """Invite no longer: the letter's link is dead. Raises `InvitationGone`."""
    workspace, standing_invitation = _hold_with(invitation)
    db.session().delete(standing_invitation)
    events.record(InvitationWithdrawn(workspace.id, invitation.id), by=by)


def leave(workspace: Workspace, *, by: Member) -> None:
    """Leave; who has left already stays so. Raises `LastHost`."""
    hold(workspace)
    membership = _membership(workspace, by)
    if membership is not None:
        _ensure_not_last_host(membership)
        db.session().delete(membership)
        _record(MemberLeft(workspace.id, by.id), workspace, by)


def remove(workspace: Workspace, member: Member, *, by: Member) -> None:
    """Take somebody out; who is out already stays so. Raises `LastHost`, `AlreadyInTrash`."""
    hold(workspace).ensure_here()
    membership = _membership(workspace, member)
    if membership is not None:
        _ensure_not_last_host(membership)
        db.session().delete(membership)
        _record(MemberRemoved(workspace.id, member.id), workspace, by)


def keep_out(workspace: Workspace, member: Member, reason: str, *, by: Member) -> KeptOut:
    """Take somebody out, if they are in, and do not let them join, ask or be invited again.

    Raises `LastHost`, `AlreadyInTrash`.
    """
    remove(workspace, member, by=by)
    for waiting in (_request(workspace, member), _by_name(workspace, member)):
        if waiting is not None:
            db.session().delete(waiting)
    kept = _kept_out(workspace, member)
    if kept is None:
        kept = KeptOut(workspace_id=workspace.id, member_id=member.id, by_id=by.id, reason=reason)
        db.session().add(kept)
        events.record(MemberKeptOut(workspace.id, member.id), by=by)
    return kept


def let_in_again(workspace: Workspace, member: Member, *, by: Member) -> None:
    """Keep somebody out no longer; they are not in by that, but may come in as others do.

    Raises `NotKeptOut`, `NotForYourself`.
    """
    hold(workspace).ensure_here()
    _ensure_not_for_oneself(workspace, member, by)
    kept = _kept_out(workspace, member)
    if kept is None:
        raise NotKeptOut
    db.session().delete(kept)
    events.record(MemberLetInAgain(workspace.id, member.id), by=by)


def appoint(workspace: Workspace, member: Member, *, by: Member) -> Membership:
    """Make somebody who has joined a host; a host stays one.

    Raises `NotJoined`, `AlreadyInTrash`, `NotForYourself`.
    """
    hold(workspace).ensure_here()
    _ensure_not_for_oneself(workspace, member, by)
    membership = _membership(workspace, member)
    if membership is None:
        raise NotJoined
    if not membership.is_host:
        membership.appoint()
        _record(HostAppointed(workspace.id, member.id), workspace, by)
    return membership


def dismiss(workspace: Workspace, member: Member, *, by: Member) -> Membership:
    """Make a host an ordinary member of the workspace. Raises `NotJoined`, `LastHost`, `AlreadyInTrash`."""
    hold(workspace).ensure_here()
    membership = _membership(workspace, member)
    if membership is None:
        raise NotJoined
    if membership.is_host:
        _ensure_not_last_host(membership)
        membership.dismiss()
        _record(HostDismissed(workspace.id, member.id), workspace, by)
    return membership


def link_invitations(member: Member) -> None:
    """Let invitations to an address be those of the member it now belongs to."""
    db.session().execute(
        sa.update(Invitation)
        .where(Invitation.email_key == member.email_key, Invitation.member_id.is_(None))
        .values(member_id=member.id)
    )


def _admit(
    workspace: Workspace, member: Member, *, shows_earlier: bool, by: Member, invited_by: str | None = None
) -> Membership:
    """Let a member in from now on; what asked for it, or offered it, is done with."""
    for waiting in (_request(workspace, member), _by_name(workspace, member)):
        if waiting is not None:
            db.session().delete(waiting)
    membership = Membership(workspace_id=workspace.id, member_id=member.id)
    db.session().add(membership)
    seq = _record(MemberJoined(workspace.id, member.id, invited_by), workspace, by).seq or 0
    membership.joined_seq, membership.sees_from = seq, 0 if shows_earlier else seq
    return membership


def _record(event: Any, workspace: Workspace, by: Member) -> Recorded:
    return events.record(event, by=by, stream=workspace.id)


def _ensure_can_be_invited(workspace: Workspace, member: Member, by: Member) -> None:
    if member.id == by.id:
        raise YourselfInvited
    if _membership(workspace, member) is not None:
        raise AlreadyJoined
    if _is_kept_out(workspace, member):
        raise IsKeptOut
    request = _request(workspace, member)
    if request is not None and request.is_waiting:
        raise HasAsked


def _ensure_not_for_oneself(workspace: Workspace, member: Member, by: Member) -> None:
    """A host, who is in, may do anything to themselves; a moderator who is none, nothing that brings them in."""
    if member.id == by.id and not is_host(workspace, by):
        raise NotForYourself


def _ensure_not_last_host(membership: Membership) -> None:
    """A host who is suspended cannot act, and so does not count."""
    if not membership.is_host:
        return
    others = (
        sa.select(Membership.id)
        .join(Membership.member)
        .where(Membership.workspace_id == membership.workspace_id, Membership.role == "host")
        .where(Membership.id != membership.id, Member.suspended_at.is_(None))
    )
    if db.session().scalar(others.limit(1)) is None:
        raise LastHost


def _membership(workspace: Workspace, member: Member) -> Membership | None:
    return _of(Membership, workspace, member)


def _request(workspace: Workspace, member: Member) -> JoinRequest | None:
    return _of(JoinRequest, workspace, member)


def _kept_out(workspace: Workspace, member: Member) -> KeptOut | None:
    return _of(KeptOut, workspace, member)


def _by_name(workspace: Workspace, member: Member) -> Invitation | None:
    return _of(Invitation, workspace, member, Invitation.email_key.is_(None))


def _by_address(workspace: Workspace, typed: str, by: Member) -> tuple[Invitation | None, Invitation]:
    """The invitation that an address has, and the one to make if it has none."""
    key = email_key(typed)
    if key == by.email_key:
        raise YourselfInvited
    present = db.session().scalar(
        sa.select(Invitation).where(Invitation.workspace_id == workspace.id, Invitation.email_key == key)
    )
    member_id = db.session().scalar(sa.select(Member.id).where(Member.email_key == key))
    return present, Invitation(member_id=member_id, email=typed, email_key=key)


def _holding(workspace: Workspace, member: Member) -> Invitation | None:
    """An invitation by which the member may come in now."""
    suspended = sa.select(Member.id).where(Member.suspended_at.is_not(None))
    still_stands = sa.or_(
        Invitation.invited_by_id.is_(None),
        sa.and_(Invitation.invited_by_id.not_in(suspended), Invitation.invited_by_id != member.id),
    )
    return None if _is_kept_out(workspace, member) else _of(Invitation, workspace, member, still_stands)


def _is_suspended(member_id: str | None) -> bool:
    member = db.session().get(Member, member_id, populate_existing=True) if member_id is not None else None
    return member is not None and member.is_suspended


def _is_kept_out(workspace: Workspace, member: Member) -> bool:
    return _kept_out(workspace, member) is not None


def _of(kind: type[Row], workspace: Workspace, member: Member, *which: sa.ColumnElement[bool]) -> Row | None:
    """The row that a workspace has of a member, as it is now."""
    statement = sa.select(kind).where(kind.workspace_id == workspace.id, kind.member_id == member.id, *which)
    return db.session().scalar(statement.limit(1).execution_options(populate_existing=True))


def _waiting(workspace: Workspace, member: Member) -> JoinRequest:
    request = _request(workspace, member)
    if request is None or not request.is_waiting:
        raise NotWaiting
    return request


def _hold_with(invitation: Invitation) -> tuple[Workspace, Invitation]:
    """The invitation's workspace, held, and the invitation as it is now."""
    workspace = hold(db.session().get_one(Workspace, invitation.workspace_id))
    statement = sa.select(Invitation).where(Invitation.id == invitation.id)
    standing = db.session().scalar(statement.execution_options(populate_existing=True))
    if standing is None:
        raise InvitationGone
    return workspace, standing
