"""What people type to apply, to sign in and in their settings, checked."""

from typing import Any

from wtforms import (
    BooleanField,
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import InputRequired, Length

from extranet.accounts import passwords
from extranet.forms import Choice, EmailAddress, Form, filled, line, text, tidy
from extranet.i18n import LANGUAGE_NAMES, _, current_locale, lazy
from extranet.ids import new_secret
from extranet.members import Member
from extranet.vocabularies import regions

LONGEST_EMAIL = 254

_ACCEPTANCE = lazy("I accept the terms of use and have read the privacy notice")
_ADVICE = lazy("At least 10 characters. Three or four words in a row are easy to remember and hard to guess.")


def _email(label: Any, **more: Any) -> EmailField:
    checks = [filled, Length(max=LONGEST_EMAIL, message=lazy("Write at most %(max)d characters.")), EmailAddress()]
    return EmailField(label, filters=[tidy], validators=checks, **more)


def _password(label: Any, **more: Any) -> PasswordField:
    return PasswordField(
        label, validators=[filled, Length(max=1_000, message=lazy("Write at most %(max)d characters."))], **more
    )


class NoAddress:
    """A name greets in letters: nobody is to be led to another site by one."""

    def __call__(self, _form: Any, field: Field) -> None:
        if "://" in (field.data or "") or "www." in (field.data or "").lower():
            raise ValidationError(_("Write the name alone, without web addresses."))


def person_name(label: Any, **more: Any) -> StringField:
    """A field of a person's own name."""
    checks = [filled, Length(max=100, message=lazy("Write at most %(max)d characters.")), NoAddress()]
    return StringField(label, filters=[tidy], validators=checks, **more)


class _Ticked(InputRequired):
    """The box must be ticked."""

    def __call__(self, _form: Any, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("Accept the terms of use to go on."))


class ApplicationForm(Form):
    """What a person says who wants in."""

    name = person_name(
        lazy("Your own name"), description=lazy("First name and surname, as your colleagues know you.")
    )
    email = _email(
        lazy("E-mail address"),
        description=lazy("We send you a letter to confirm it. Use your work address if you have one."),
    )
    organisation = line(
        lazy("Organisation"),
        description=lazy("The municipality, office, school, association or group that you work with."),
    )
    task = line(lazy("Your task there"), description=lazy("For example: integration coordinator, teacher, volunteer."))
    region = SelectField(lazy("Region"), validators=[filled])
    why = text(
        lazy("Why do you want to join?"),
        most=2_000,
        description=lazy("A few sentences about your work and what you are looking for. A moderator reads this."),
    )
    terms = BooleanField(_ACCEPTANCE, validators=[_Ticked()])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.region.choices = [
            Choice("", lazy("Choose a region")),
            *(Choice(code, name) for code, name in regions().choices(current_locale())),
        ]


class SignInForm(Form):
    email = _email(lazy("E-mail address"))
    password = _password(lazy("Password"))
    next = HiddenField()


class ForgottenPasswordForm(Form):
    email = _email(lazy("E-mail address"))


class _NewPassword(Form):
    """A form with a new password of a known member, who may not use their own name."""

    def __init__(self, member: Member, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.member = member

    def _check(self, field: Field) -> None:
        why = passwords.weakness(field.data or "", name=self.member.name, email=self.member.email)
        if field.data and why is not None:
            raise ValidationError(why)


class SetPasswordForm(_NewPassword):
    password = _password(
        lazy("New password"),
        description=_ADVICE,
    )

    def validate_password(self, field: Field) -> None:
        """The password must not be the first that anybody would try."""
        self._check(field)


class ChangePasswordForm(_NewPassword):
    current = _password(lazy("Present password"))
    new = _password(
        lazy("New password"),
        description=_ADVICE,
    )

    def validate_new(self, field: Field) -> None:
        """The password must not be the first that anybody would try."""
        self._check(field)


class AcceptTermsForm(Form):
    terms = BooleanField(_ACCEPTANCE, validators=[_Ticked()])
    next = HiddenField()


class AppearanceForm(Form):
    """In which language and colours a member reads the pages."""

    language = RadioField(
        lazy("Language"),
        choices=[Choice(code, name) for code, name in LANGUAGE_NAMES.items()],
        validators=[filled],
    )
    theme = RadioField(
        lazy("Colours"),
        choices=[
            Choice("auto", lazy("As on my device")),
            Choice("light", lazy("Light")),
            Choice("dark", lazy("Dark")),
        ],
        validators=[filled],
    )
    shows_presence = BooleanField(
        lazy("Others in my workspaces see when I am there and when I am writing"),
        description=lazy("If you turn this off, nobody sees it of you. You still see it of others."),
    )


class TokenForm(Form):
    """What a new token is for. `once` is the form's own: loading the answer again makes no second token."""

    once = HiddenField(default=new_secret, validators=[Length(max=100)], render_kw={"autocomplete": "off"})
    name = line(
        lazy("What is the token for?"),
        most=100,
        description=lazy("For example: calendar on my own computer. The name tells you later which one to revoke."),
    )
