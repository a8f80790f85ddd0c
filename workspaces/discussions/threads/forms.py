"""What people type about whole threads, checked."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from wtforms import Field, ValidationError

from extranet.forms import Form, line, text
from extranet.html import from_template
from extranet.i18n import _, lazy
from workspaces.discussions.forms import LONGEST_MESSAGE, EditForm, kind_field
from workspaces.discussions.threads.queries import Said
from workspaces.discussions.threads.service import MOST_GROUNDS

_MOST_READ = 1_000


class GroundsField(Field):
    """The ids of the messages that are ticked; `there` are those among them on which a decision may rest."""

    data: list[str]

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.there: Sequence[Said] = ()

    def __call__(self, **_more: Any) -> Markup:
        return from_template("")  # nothing is typed into it

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = list(dict.fromkeys(valuelist))[:_MOST_READ]

    def process_data(self, value: Any) -> None:
        self.data = value or []

    def pre_validate(self, form: Any) -> None:
        """Say that there are too many, or that one has gone while others were looked for."""
        del form
        if len(self.data) > MOST_GROUNDS:
            raise ValidationError(
                _("You have chosen %(num)s messages. Choose at most %(most)s.", num=len(self.data), most=MOST_GROUNDS)
            )
        if len(self.there) < len(self.data):
            raise ValidationError(
                _("A message that you had chosen is not there any longer. The others are still chosen.")
            )


class SettingsForm(Form):
    """What a thread is called and of which kind it is."""

    title = line(lazy("Title"))
    kind = kind_field()


class DecisionForm(EditForm):
    """The decision and the messages that it rests on, which are ticked below it."""

    body = text(lazy("Decision"), most=LONGEST_MESSAGE)
    grounds = GroundsField(lazy("On which messages does it rest?"))
