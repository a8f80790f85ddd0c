"""Forms: what people type, checked, with a sentence beside each field. Touches Flask-WTF and WTForms alone.

A form that does not pass is shown again with status 422, with all that was typed.
"""

import unicodedata
from datetime import date
from functools import cache
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import Flask, Response, make_response, render_template, request
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import Field, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.i18n import get_translations
from wtforms.validators import InputRequired, Length, StopValidation

from extranet.db import SAFE_METHODS
from extranet.i18n import _, current_locale, lazy, show_date
from extranet.identity import current_member, is_by_token

csrf = CSRFProtect()

Choice = SelectChoice
"""One option of a field that offers several: its value and its label."""

SHORT = 200
"""Characters that a name, a title or a single line may have."""
LONG = 5_000
"""Characters that a description may have."""


def install(app: Flask) -> None:
    """Every form carries a token; a request by personal access token needs none: no browser sends that by itself."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session: an hour's pause must lose nothing
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    csrf.init_app(app)
    app.before_request(_protect)


def _protect() -> None:
    if request.method in SAFE_METHODS or is_by_token():
        return
    if request.path.startswith("/api/") and current_member() is None:
        return  # there is no session to ride on; the door asks to sign in
    csrf.protect()


class Form(FlaskForm):  # type: ignore[misc]
    """A form of the extranet. Shown again by `again` when it does not pass."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How the forms' library makes it."""

        def get_translations(self, form: Any) -> Any:
            """The library's own sentences, which Flask-WTF would read from their file for each form."""
            return _Sentences()

    def again(self, template: str, **facts: Any) -> Response:
        """The page with this form once more, status 422, with what was typed and what is wrong."""
        return make_response(render_template(template, form=self, **facts), 422)

    def typed(self, name: str) -> str:
        """What was typed into a field of text, as it is kept; nothing is the empty text."""
        return str(self.data[name] or "")

    def changed(self) -> dict[str, Any]:
        """What was typed, by field name, without the token."""
        return {name: value for name, value in self.data.items() if name != "csrf_token"}


class ChangingForm(Form):
    """A form of a thing that is there: it changes only what its writer has changed, however long it was open.

    Beside a field stands `…_was`, what it said when the form was opened. What somebody else has changed meanwhile stays
    where the writer has left it alone, and is shown first where not; who sends again has seen it.
    """

    is_overtaken = False

    def __init__(self, thing: Any) -> None:
        is_sent = self.is_submitted()
        super().__init__(obj=None if is_sent else thing)
        self.thing = thing
        if not is_sent:
            for field in self._remembered():
                self._note(field)

    def validate(self) -> bool:
        """Take over what somebody else has changed and the writer has not, and see whether all passes."""
        for field in self._remembered():
            if not field.process_errors and _as_sent(field, field.data) == self._was(field):
                field.process_data(self._now(field))
                field.raw_data = None  # or what was sent would be shown again
                self._note(field)
        return bool(super().validate({field.short_name: [ChangingForm._ensure_seen] for field in self._remembered()}))

    def again(self, template: str, **facts: Any) -> Response:
        """The page with this form once more, status 409 if somebody else has changed what the writer has."""
        answer = super().again(template, **facts)
        if self.is_overtaken:
            answer.status_code = 409
        return answer

    def changed(self) -> dict[str, Any]:
        """What is to be otherwise than it is, by field name."""
        return {field.short_name: field.data for field in self._remembered() if field.data != self._now(field)}

    def _ensure_seen(self, field: Field) -> None:
        """Nobody takes away what they have not seen; what does not pass for itself is mended before."""
        now = _as_sent(field, self._now(field))
        if field.errors or self._was(field) in (None, now) or _as_sent(field, field.data) == now:
            return
        self.is_overtaken = True
        self._note(field)
        raise StopValidation(
            _("Somebody else has changed this meanwhile. It is now: %(now)s. Save again if you want it otherwise.",
              now=_as_said(field, self._now(field)))
        )

    def _remembered(self) -> list[Field]:
        return [self[name] for name in self._fields if f"{name}_was" in self]

    def _now(self, field: Field) -> Any:
        return getattr(self.thing, field.short_name)

    def _was(self, field: Field) -> str | None:
        said = self[f"{field.short_name}_was"].data
        return None if said is None else _as_sent(field, said)

    def _note(self, field: Field) -> None:
        self[f"{field.short_name}_was"].data = _as_sent(field, self._now(field))


def was() -> HiddenField:
    """What another field said when the form was opened, which the browser keeps together with what is typed."""
    return HiddenField(render_kw={"data-kept": ""})


def _as_sent(field: Field, value: Any) -> str:
    """A value as the field would take it from a browser, in one text whatever it is."""
    for tidied in field.filters:
        value = tidied(value)
    return "" if value is None else str(value)


def _as_said(field: Field, value: Any) -> Any:
    """A value as its readers know it."""
    if isinstance(value, date):
        return show_date(value)
    words = {choice.value: choice.label for choice in getattr(field, "choices", None) or ()}
    return words.get(value, value) or _("nothing")


class _Sentences:
    """Asks for the language only when something is said: a form may be what changes it."""

    def gettext(self, text: str) -> str:
        return str(_sentences(current_locale()).gettext(text))

    def ngettext(self, one: str, many: str, number: int) -> str:
        return str(_sentences(current_locale()).ngettext(one, many, number))


@cache
def _sentences(language: str) -> Any:
    return get_translations([language])


_UNSEEN = dict.fromkeys([0xAD, 0x200B, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF])


def tidy(text: str | None) -> str | None:
    """A line as it is kept: composed (NFC), without control characters, without space around or doubled.

    Marks that nobody sees and that make two names look the same, or one read backwards, are left out; the joiners that
    Persian and emoji need stay.
    """
    if text is None:
        return None
    composed = unicodedata.normalize("NFC", text).translate(_UNSEEN)
    return " ".join("".join(c if unicodedata.category(c) != "Cc" else " " for c in composed).split())


def tidy_text(text: str | None) -> str | None:
    """Several lines as they are kept: composed, newlines as one character, without other control characters."""
    if text is None:
        return None
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in composed if c in "\n\t" or unicodedata.category(c) != "Cc").strip()


def line(label: Any, *, required: bool = True, most: int = SHORT, description: Any = "", **more: Any) -> StringField:
    """A field of one line."""
    return StringField(
        label, filters=[tidy], validators=_checks(required, most), description=description, **more
    )


def text(label: Any, *, required: bool = True, most: int = LONG, description: Any = "", **more: Any) -> TextAreaField:
    """A field of several lines."""
    return TextAreaField(
        label, filters=[tidy_text], validators=_checks(required, most), description=description, **more
    )


def _checks(required: bool, most: int) -> list[Any]:
    checks: list[Any] = [filled] if required else []
    return [*checks, Length(max=most, message=lazy("Write at most %(max)d characters."))]


class Filled(InputRequired):
    """Something other than space must be there."""

    def __call__(self, _form: Any, field: Field) -> None:
        if not (is_visible(field.data) if isinstance(field.data, str) else field.data):
            raise StopValidation(_("Fill in this field."))


filled = Filled()


def is_visible(text: str) -> bool:
    """Whether there is anything to see: not only space and characters that are never seen."""
    return any(unicodedata.category(c)[0] not in "ZC" for c in text)


class EmailAddress:
    """The field must be an e-mail address; whether it takes letters is found out by writing to it."""

    def __call__(self, _form: Any, field: Field) -> None:
        if not is_email(field.data or ""):
            raise ValidationError(_("Write an e-mail address, such as name@example.org."))


def is_email(text: str) -> bool:
    """Whether a text has the form of an e-mail address."""
    try:
        # A local part beyond ASCII is refused: most mail servers do not take letters to it.
        validate_email(text.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return True
