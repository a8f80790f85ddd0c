"""What people type in discussions, checked."""

from collections.abc import Sequence
from uuid import UUID

from wtforms import BooleanField, Field, HiddenField, RadioField, ValidationError

from extranet.errors import wants_json
from extranet.forms import Choice, Form, filled, line, text
from extranet.i18n import _, lazy
from extranet.personal_data import Finding, look_for
from workspaces.attachments.forms import WithFiles
from workspaces.discussions.models import THREAD_KINDS
from workspaces.discussions.threads.words import KINDS

LONGEST_MESSAGE = 20_000
"""Characters that a message may have."""


def whole_number(said: str) -> int | None:
    """A place in a stream, or a version, as a page says it; None for nonsense and for what is larger than any."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= 15 else None


class WithWords(Form):
    """A form in whose words personal data is pointed out, once: who has checked it sends it as it is.

    The page's script points it out itself, while one writes, and asks for no page.
    """

    is_checked = BooleanField()
    findings: Sequence[Finding] = ()

    def validate_title(self, field: Field) -> None:
        """A title stands in lists and letters."""
        self._point_out(field)

    def validate_body(self, field: Field) -> None:
        """A message is read by everybody who has joined."""
        self._point_out(field)

    def validate_words(self, field: Field) -> None:
        """So are thanks."""
        self._point_out(field)

    def _point_out(self, field: Field) -> None:
        """What looks like personal data waits for a second thought."""
        if wants_json() or self.is_checked.data:
            return
        if found := look_for(field.data or ""):
            self.findings = [*self.findings, *found]
            raise ValidationError(_("Check what is pointed out below before you send this."))


class _WithClientId(WithWords):
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


def kind_field() -> RadioField:
    """Of which kind a thread is."""
    return RadioField(
        lazy("What kind of discussion is it?"), choices=[Choice(code, KINDS[code]) for code in THREAD_KINDS],
        default="discussion", validators=[filled],
    )


class ThreadForm(WithFiles, _WithClientId):
    """A new thread: its title, its kind and its first message."""

    title = line(lazy("Title"), description=lazy("What is it about? A few words."))
    kind = kind_field()
    body = text(lazy("Message"), most=LONGEST_MESSAGE)


class MessageForm(WithFiles, _WithClientId):
    """A message, which may answer another one."""

    body = text(lazy("Message"), most=LONGEST_MESSAGE)
    answers = HiddenField()


class EditForm(WithWords):
    """A message said otherwise."""

    body = text(lazy("Message"), most=LONGEST_MESSAGE)


class RetractForm(Form):
    """Why one retracts one's own message, if one says it."""

    reason = line(lazy("Reason"), required=False, most=500)


class RetractAnothersForm(RetractForm):
    """Why a host retracts another's message, which is to be said."""

    reason = line(lazy("Reason"), most=500)
