"""The files of a form: those brought before and those that come with it, checked where no script has done it."""

from collections.abc import Sequence
from typing import Any

from flask import request
from markupsafe import Markup
from wtforms import Field, MultipleFileField, ValidationError

from extranet.forms import Form, tidy_text
from extranet.html import from_template
from extranet.i18n import _, lazy
from extranet.identity import ask_again, member_or_sign_in
from extranet.members import Member
from extranet.uploads import MOST_FILES, FileTooLarge, brought
from workspaces.attachments import intake, queries, service
from workspaces.attachments.kinds import NotTaken
from workspaces.attachments.models import Attachment
from workspaces.attachments.service import LONGEST_ALT, Chosen, NoRoom
from workspaces.models import Workspace


class FilesField(Field):
    """The ids of files to send, each with what it shows: `attachments`, `alt-ID`, and `decorative-ID` ticked.

    `rows` are the files that are there and not sent yet, for the form to be shown again; `alt_errors` says what is
    wrong, by a file's id.
    """

    data: list[Chosen]

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.rows: Sequence[Attachment] = ()
        self.alt_errors: dict[str, str] = {}

    def __call__(self, **_more: Any) -> Markup:
        return from_template("")  # nothing is typed into it

    def process_formdata(self, valuelist: list[str]) -> None:
        ids = [file_id for file_id in dict.fromkeys(valuelist) if len(file_id) <= 40]
        self.data = [Chosen(file_id, _alt_of(file_id)) for file_id in ids[: MOST_FILES + 1]]  # one more is too many

    def process_data(self, value: Any) -> None:
        self.data = value or []

    def pre_validate(self, form: Any) -> None:
        """Say what is wrong with what is known of the files."""
        del form
        if len(self.data) > MOST_FILES:
            raise ValidationError(service.too_many())
        alts = {one.id: one.alt for one in self.data}
        for file in self.rows:
            alt = alts.get(file.id)
            if file.is_image and alt is None:
                self.alt_errors[file.id] = str(service.SayWhatItShows.sentence)
            elif alt is not None and len(alt) > LONGEST_ALT:
                self.alt_errors[file.id] = _("Write at most %(max)d characters.", max=LONGEST_ALT)
        if self.alt_errors:
            raise ValidationError(_("Write beside each picture what it shows, or mark it as decorative."))

    def alt_of(self, file: Attachment) -> str:
        """What was typed of what a file shows."""
        return next((one.alt or "" for one in self.data if one.id == file.id), "")

    def is_decorative(self, file: Attachment) -> bool:
        """Whether a file was marked as showing nothing that matters."""
        return any(one.id == file.id and one.alt == "" for one in self.data)


class WithFiles(Form):
    """A form that takes files: `attachments` were brought before, `files` come with the form."""

    attachments = FilesField(lazy("Files"))
    files = MultipleFileField(lazy("Files"))
    _refused: Sequence[str] = ()

    def gather(self, member: Member, workspace: Workspace) -> bool:
        """Keep the files that come with the form, and look at all of them; whether any came.

        If some did, the transaction of the caller has ended, and what it has loaded is to be loaded again; who has
        been signed out meanwhile is asked to sign in. What is wrong with a file stands beside the field once the form
        is validated.
        """
        came = brought("files")
        refused: list[str] = []
        for number, file in enumerate(came):
            if len(self.attachments.data) >= MOST_FILES:
                refused.append(service.too_many())
                break
            try:
                kept = intake.receive(file, workspace, by=member)
            except (FileTooLarge, NotTaken, NoRoom) as refusal:
                refused.append(f"{_name(file.filename, number)}: {refusal.sentence}")
            else:
                self.attachments.data.append(Chosen(kept.id))
        if came:
            ask_again()
            member = member_or_sign_in()
        self._refused = refused
        self.attachments.rows = queries.unsent(member, workspace, [one.id for one in self.attachments.data])
        return bool(came)

    def validate_files(self, field: Field) -> None:
        """Say which of the files that came were not taken, and why."""
        if self._refused:
            field.errors = [*field.errors, *self._refused[:-1]]
            raise ValidationError(self._refused[-1])


def _alt_of(file_id: str) -> str | None:
    if request.form.get(f"decorative-{file_id}"):
        return ""
    return tidy_text(request.form.get(f"alt-{file_id}")) or None


def _name(said: str | None, number: int) -> str:
    return (said or "").rpartition("/")[2][:60] or str(number + 1)
