"""What follows when people come, go, ask and are invited: letters, after the answer, and an invitation's new owner."""

from typing import Any

from flask import current_app

from extranet import db, mail
from extranet.app import setting_of
from extranet.events import Recorded
from extranet.i18n import lazy
from extranet.mail import Letter
from extranet.members import Member
from workspaces.memberships import queries, service
from workspaces.memberships.models import Invitation, JoinRequest
from workspaces.models import Workspace
from workspaces.queries import is_host


def tell_hosts_of_the_request(recorded: Recorded) -> None:
    """The hosts decide, so they should know."""
    with db.reading() as held:
        workspace = held.get(Workspace, recorded.event.workspace)
        asking = held.get(Member, recorded.event.member)
        request = _request(recorded)
        if workspace is None or asking is None or request is None or not (workspace.is_active and request.is_waiting):
            return
        hosts, why = queries.hosts_to_write_to(workspace.id), request.why
    subject, facts = lazy("Somebody asks to join a workspace"), {"asking": asking, "why": why}
    mail.send_each(letter_to(host, subject, "workspaces-request", workspace=workspace, **facts) for host in hosts)


def tell_who_was_accepted(recorded: Recorded) -> None:
    """The letter that opens the door."""
    with db.reading() as held:
        workspace, member = held.get(Workspace, recorded.event.workspace), held.get(Member, recorded.event.member)
    if workspace is not None and member is not None and not workspace.is_trashed and not member.is_suspended:
        mail.send(letter_to(member, lazy("You have joined a workspace"), "workspaces-accepted", workspace=workspace))


def tell_who_was_declined(recorded: Recorded) -> None:
    """The letter with the hosts' reason."""
    with db.reading() as held:
        workspace, member = held.get(Workspace, recorded.event.workspace), held.get(Member, recorded.event.member)
        request = _request(recorded)
    if workspace is None or member is None or member.is_suspended or request is None or request.reason is None:
        return
    subject = lazy("Your request to join a workspace")
    mail.send(letter_to(member, subject, "workspaces-declined", workspace=workspace, reason=request.reason))


def send_the_invitation(recorded: Recorded) -> None:
    """The letter with the link; who gets it twice finds that the later link works."""
    with db.writing() as held:
        invitation = held.get(Invitation, recorded.event.invitation)
        if invitation is None:
            return
        workspace = held.get_one(Workspace, invitation.workspace_id)
        host = held.get(Member, invitation.invited_by_id) if invitation.invited_by_id else None
        member = held.get(Member, invitation.member_id) if invitation.member_id else None
        if workspace.is_trashed or (host is not None and host.is_suspended):
            return
        if member is not None and (member.is_suspended or queries.is_in(workspace, member)):
            return
        secret = invitation.make_secret()
    facts: dict[str, Any] = {"workspace": workspace, "host": host, "secret": secret, "is_member": member is not None}
    subject = lazy("An invitation to a workspace")
    if member is not None:
        mail.send(letter_to(member, subject, "workspaces-invitation", **facts))
        return
    language = (host.language if host is not None else None) or setting_of(current_app).default_language
    letter = Letter(invitation.email, invitation.email, language, subject, "workspaces-invitation", facts, workspace.id)
    mail.send(letter)


def tell_the_new_host(recorded: Recorded) -> None:
    """Who is appointed should know, and what it means."""
    if recorded.actor_id == recorded.event.member:
        return
    with db.reading() as held:
        workspace, member = held.get(Workspace, recorded.event.workspace), held.get(Member, recorded.event.member)
    if workspace is not None and member is not None and not workspace.is_trashed and not member.is_suspended:
        mail.send(letter_to(member, lazy("You now host a workspace"), "workspaces-host", workspace=workspace))


def tell_the_hosts_whom_a_moderator_brought(recorded: Recorded) -> None:
    """Moderators never read what is said, so the hosts know when one comes in, or lets in or appoints somebody."""
    event = recorded.event
    decider_id = getattr(event, "invited_by", None) or recorded.actor_id
    with db.reading() as held:
        workspace, member = held.get(Workspace, event.workspace), held.get(Member, event.member)
        decider = held.get(Member, decider_id) if decider_id is not None else None
        if workspace is None or member is None or decider is None:
            return
        is_watched = recorded.kind == "member-joined" and member.is_moderator
        if not is_watched and (not decider.is_moderator or is_host(workspace, decider)):
            return
        hosts = [host for host in queries.hosts_to_write_to(workspace.id) if host.id not in (member.id, decider.id)]
    facts: dict[str, Any] = {"member": member, "decider": decider, "what": recorded.kind, "at": recorded.at}
    subject = lazy("A moderator and your workspace")
    mail.send_each(letter_to(host, subject, "workspaces-moderator", workspace=workspace, **facts) for host in hosts)


def give_a_new_member_their_invitations(recorded: Recorded) -> None:
    """Invitations that went to the address before it was a member's wait on the member's home."""
    member = db.session().get(Member, recorded.event.member_id)
    if member is not None:
        service.link_invitations(member)


def letter_to(to: Member, subject: object, template: str, *, workspace: Workspace, **facts: object) -> Letter:
    """A letter about a workspace to a member in their language."""
    language = to.language or setting_of(current_app).default_language
    return Letter(to.email, to.name, language, subject, template, {"workspace": workspace, **facts}, workspace.id)


def _request(recorded: Recorded) -> JoinRequest | None:
    return queries.request_of(recorded.event.workspace, recorded.event.member)
