"""What people type about whole threads, checked."""

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup
from wtforms import Field, HiddenField, ValidationError

from extranet.forms import ChangingForm, line, text, was
from extranet.html import from_template
from extranet.i18n import _, lazy
from workspaces.discussions.forms import LONGEST_MESSAGE, EditForm, WithWords, kind_field
from workspaces.discussions.threads.queries import Said, ShownDecision
from workspaces.discussions.threads.service import MOST_GROUNDS, DecidedMeanwhile

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


class SettingsForm(ChangingForm, WithWords):
    """What a thread is called and of which kind it is."""

    title = line(lazy("Title"))
    kind = kind_field()
    title_was = was()
    kind_was = was()

    def validate_title(self, field: Field) -> None:
        """Others read already what it is called; a new name is looked at."""
        if field.short_name in self.changed():
            super().validate_title(field)


class DecisionForm(EditForm):
    """The decision, the messages that it rests on, which are ticked below it, and in place of which one it is written.

    `written` is the decision that is there. If it is another one, it is shown beside what was typed; who sends again
    has seen it, and writes in its place.
    """

    body = text(lazy("Decision"), most=LONGEST_MESSAGE)
    grounds = GroundsField(lazy("On which messages does it rest?"))
    in_place_of = HiddenField()
    written: ShownDecision | None = None
    is_overtaken = False

    def validate_body(self, field: Field) -> None:
        """Nobody takes away a decision that they have not seen."""
        now = self.written.version if self.written is not None else ""
        is_there = self.written is not None and self.written.says(field.data, self.grounds.data)
        self.is_overtaken = not is_there and (self.in_place_of.data or "") != now
        if self.is_overtaken:
            self.in_place_of.data = now
            raise ValidationError(str(DecidedMeanwhile.sentence))
        super().validate_body(field)
