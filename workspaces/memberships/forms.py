"""What people type to come into a workspace, or to bring others in, checked."""

from typing import Any

from wtforms import BooleanField, EmailField
from wtforms.validators import Length

from extranet.forms import EmailAddress, Form, filled, text, tidy
from extranet.i18n import lazy

LONGEST_WORDS = 1_000


class AskForm(Form):
    """Why somebody would like to join."""

    why = text(
        lazy("Why would you like to join?"),
        most=LONGEST_WORDS,
        description=lazy("A sentence or two. Only the hosts of the workspace and the moderators read this."),
    )


class InviteForm(Form):
    """An address to invite."""

    email = EmailField(
        lazy("E-mail address"),
        filters=[tidy],
        validators=[filled, Length(max=254, message=lazy("Write at most %(max)d characters.")), EmailAddress()],
    )
    shows_earlier = BooleanField(lazy("They see earlier messages too"))


class DeclineForm(Form):
    """Why somebody is not let in."""

    reason = text(lazy("Reason"), most=LONGEST_WORDS, description=lazy("The person who asked reads this."))


class KeepOutForm(Form):
    """Why somebody is kept out."""

    reason = text(
        lazy("Reason"),
        most=LONGEST_WORDS,
        description=lazy("Only the hosts of the workspace and the moderators read this."),
    )


def wants_earlier(fields: Any, *, default: bool) -> bool:
    """Whether the one-button form of an invitation says that earlier messages are shown."""
    return {"yes": True, "no": False}.get(fields.get("shows_earlier", ""), default)
