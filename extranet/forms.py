"""Forms: what people type, checked, with a sentence beside each field. Touches Flask-WTF and WTForms alone.

A form that does not pass is shown again with status 422, with all that was typed.
"""

import unicodedata
from functools import cache
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import Flask, Response, make_response, render_template, request
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import Field, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.i18n import get_translations
from wtforms.validators import InputRequired, Length, StopValidation

from extranet.db import SAFE_METHODS
from extranet.i18n import _, current_locale, lazy
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
