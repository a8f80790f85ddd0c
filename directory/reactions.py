"""What follows in the directory from what happens elsewhere."""

from directory import service
from extranet import db
from extranet.accounts import queries as accounts
from extranet.events import Recorded
from extranet.members import Member


def give_a_new_member_a_card(recorded: Recorded) -> None:
    """A card with what the application said, at the moment of admission: nobody is a member without one."""
    event = recorded.event
    member = db.session().get_one(Member, event.member_id)
    by = db.session().get(Member, recorded.actor_id) if recorded.actor_id else None
    application = accounts.application(event.application_id) if event.application_id else None
    service.add_card(
        member,
        title=application.task if application else "",
        organisation=application.organisation if application else "",
        region=application.region if application else None,
        by=by,
    )
