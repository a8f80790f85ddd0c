"""What people type to open, change and end a workspace, checked."""

from datetime import date
from typing import Any

from wtforms import BooleanField, DateField, Field, RadioField, ValidationError

from extranet.forms import ChangingForm, Choice, Form, filled, line, text, was
from extranet.i18n import _, lazy
from workspaces.models import ADDRESS_IN_NAME, JOININGS, KINDS, VISIBILITIES, Workspace, has_address
from workspaces.words import JOININGS as JOINING_WORDS
from workspaces.words import KINDS as KIND_WORDS
from workspaces.words import VISIBILITIES as VISIBILITY_WORDS

LONGEST_NAME = 120
LONGEST_PURPOSE = 2_000


class Day(DateField):  # type: ignore[misc,unused-ignore]
    """A day as a browser sends it, or as people write it in Finland."""

    def __init__(self, label: Any, **more: Any) -> None:
        super().__init__(label, format=["%Y-%m-%d", "%d.%m.%Y"], **more)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take what was typed; nothing is no day."""
        self.data = None
        typed = " ".join(valuelist).strip()
        if typed:
            try:
                super().process_formdata([typed])
            except ValueError as error:
                raise ValueError(_("Write a day, such as 31.12.2027.")) from error
            day: date | None = self.data
            if day is not None and not 1900 <= day.year <= 2200:
                raise ValueError(_("Write a day, such as 31.12.2027."))


class _OneOf:
    """One of a few must be chosen."""

    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def __call__(self, _form: Any, field: Field) -> None:
        if field.data not in self.codes:
            raise ValidationError(_("Choose one of these."))


def _choice(label: Any, words: dict[str, Any], codes: tuple[str, ...], default: str | None) -> RadioField:
    return RadioField(
        label, choices=[Choice(code, words[code]) for code in codes], validators=[filled, _OneOf(*codes)],
        validate_choice=False, default=default,
    )


class WorkspaceForm(Form):
    """What a workspace is and how one joins it."""

    name = line(lazy("Name"), most=LONGEST_NAME, description=lazy("Short and telling: it stands in lists and letters."))
    purpose = text(
        lazy("Purpose"),
        most=LONGEST_PURPOSE,
        description=lazy("What do you do here together, and for whom? If it is listed, all members can read this."),
    )
    kind = _choice(lazy("Kind"), KIND_WORDS, KINDS, None)
    starts_on = Day(lazy("First day"))
    ends_on = Day(lazy("Last day"))
    visibility = _choice(lazy("Who sees that it exists"), VISIBILITY_WORDS, VISIBILITIES, "listed")
    joining = _choice(lazy("How one joins"), JOINING_WORDS, JOININGS, "request")
    shows_earlier = BooleanField(lazy("Newcomers see earlier messages"), default=True)

    def validate_name(self, field: Field) -> None:
        """It holds no web address: letters to people outside say it."""
        if has_address(field.data or ""):
            raise ValidationError(ADDRESS_IN_NAME)

    def validate_ends_on(self, field: Field) -> None:
        """It may not end before it starts."""
        starts: date | None = self.starts_on.data
        if starts is not None and field.data is not None and field.data < starts:
            raise ValidationError(_("The last day cannot be before the first day."))


class SettingsForm(ChangingForm, WorkspaceForm):
    """The same of a workspace that is there, and what its hosts have shown to its members."""

    shows_readers = BooleanField(lazy("Members see who has read a message"))
    name_was = was()
    purpose_was = was()
    kind_was = was()
    starts_on_was = was()
    ends_on_was = was()
    visibility_was = was()
    joining_was = was()
    shows_earlier_was = was()
    shows_readers_was = was()


class ArchiveForm(Form):
    """What came out of it, in three lines."""

    done = line(lazy("What was done"), required=False, most=300)
    learned = line(lazy("What was learned"), required=False, most=300)
    remains = line(lazy("What remains, and with whom"), required=False, most=300)

    @property
    def outcome(self) -> str | None:
        """The lines that were filled in, one below another."""
        lines = [field.data for field in (self.done, self.learned, self.remains) if field.data]
        return "\n".join(lines) or None


class DeleteForm(Form):
    """The name of the workspace, typed to confirm."""

    name = line(lazy("The name of the workspace"))

    def __init__(self, workspace: Workspace, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.workspace = workspace

    def validate_name(self, field: Field) -> None:
        """It must be the name."""
        if not self.workspace.is_called(field.data or ""):
            raise ValidationError(_("This is not the name of the workspace. Type it as it stands above."))


class FilterForm:
    """What a list of workspaces is narrowed by, as the address says; what means nothing is left out."""

    def __init__(self, asked: Any) -> None:
        kind = asked.get("kind", "")
        self.kind = kind if kind in KINDS else None
        self.words = " ".join(asked.get("q", "").split())[:200]
