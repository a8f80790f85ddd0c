"""What follows when a workspace is changed, ends or comes back: its hosts get a letter if somebody else did it."""

from extranet import db, mail
from extranet.events import Recorded
from extranet.i18n import lazy
from extranet.members import Member
from workspaces.memberships.queries import hosts_to_write_to
from workspaces.memberships.reactions import letter_to
from workspaces.models import Workspace

_SUBJECTS = {
    "workspace-changed": lazy("The settings of a workspace were changed"),
    "workspace-archived": lazy("A workspace was archived"),
    "workspace-reopened": lazy("A workspace was opened again"),
    "workspace-trashed": lazy("A workspace was deleted"),
    "workspace-restored": lazy("A workspace was restored"),
}


def tell_the_other_hosts(recorded: Recorded) -> None:
    """What one host or a moderator did, the hosts who did not should know."""
    with db.reading() as held:
        workspace = held.get(Workspace, recorded.event.workspace)
        if workspace is None or recorded.actor_id is None:
            return
        actor = held.get_one(Member, recorded.actor_id)
        hosts = [host for host in hosts_to_write_to(workspace.id) if host.id != recorded.actor_id]
    subject = _SUBJECTS[recorded.kind]
    facts = {"actor": actor, "what": recorded.kind, "at": recorded.at}
    mail.send_each(letter_to(host, subject, "workspaces-ended", workspace=workspace, **facts) for host in hosts)
