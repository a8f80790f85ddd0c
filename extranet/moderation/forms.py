"""What moderators type, checked."""

from wtforms import EmailField, RadioField
from wtforms.validators import Length

from extranet.accounts.forms import LONGEST_EMAIL, person_name
from extranet.forms import Choice, EmailAddress, Form, filled, text, tidy
from extranet.i18n import lazy

LONGEST_REASON = 1_000


class DeclineForm(Form):
    reason = text(
        lazy("Reason"),
        most=LONGEST_REASON,
        description=lazy("The applicant reads this in the letter. Write kindly and plainly."),
    )


class SuspendForm(Form):
    reason = text(
        lazy("Reason"),
        most=LONGEST_REASON,
        description=lazy("The member reads this in a letter. It is also shown to moderators on this page."),
    )


class RoleForm(Form):
    role = RadioField(
        lazy("Role"),
        choices=[
            Choice("member", lazy("Member")),
            Choice("moderator", lazy("Moderator")),
            Choice("administrator", lazy("Administrator")),
        ],
        validators=[filled],
    )


class PersonForm(Form):
    """A member's name and address, which change at their request."""

    name = person_name(lazy("Name"))
    email = EmailField(
        lazy("E-mail address"),
        filters=[tidy],
        validators=[
            filled,
            Length(max=LONGEST_EMAIL, message=lazy("Write at most %(max)d characters.")),
            EmailAddress(),
        ],
    )
