"""What people type in discussions, checked."""

from uuid import UUID

from wtforms import HiddenField, ValidationError

from extranet.forms import Form, line, text
from extranet.i18n import _, lazy

LONGEST_MESSAGE = 20_000
"""Characters that a message may have."""


class _WithClientId(Form):
    client_id = HiddenField()

    def validate_client_id(self, field: HiddenField) -> None:
        """The client's own id, where there is one, is a UUID."""
        if field.data:
            try:
                UUID(field.data)
            except ValueError as error:
                raise ValidationError(_("The page's own mark of this message is damaged. Reload the page.")) from error

    @property
    def sent_as(self) -> UUID | None:
        """The client's own id of what is sent."""
        return UUID(self.client_id.data) if self.client_id.data else None


class ThreadForm(_WithClientId):
    """A new thread: its title and first message."""

    title = line(lazy("Title"), description=lazy("What is it about? A few words."))
    body = text(lazy("Message"), most=LONGEST_MESSAGE)


class MessageForm(_WithClientId):
    """A message, which may answer another one."""

    body = text(lazy("Message"), most=LONGEST_MESSAGE)
    answers = HiddenField()


class EditForm(Form):
    """A message said otherwise."""

    body = text(lazy("Message"), most=LONGEST_MESSAGE)


class RetractForm(Form):
    """Why a message is retracted; needed for another's."""

    reason = line(lazy("Reason"), required=False, most=500)
