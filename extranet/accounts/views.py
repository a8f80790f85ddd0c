"""The pages of applying, signing in and one's own settings."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from extranet import credentials, identity
from extranet.accounts import policy, queries, service
from extranet.accounts.forms import (
    AcceptTermsForm,
    AppearanceForm,
    ApplicationForm,
    ChangePasswordForm,
    ForgottenPasswordForm,
    SetPasswordForm,
    SignInForm,
    TokenForm,
)
from extranet.credentials import Credential
from extranet.db import SAFE_METHODS
from extranet.doors import door, public, signed_in
from extranet.errors import SignInFirst
from extranet.i18n import _, current_locale, in_language
from extranet.identity import current_credential, current_member
from extranet.limits import limited
from extranet.members import PRIVACY_VERSION, TERMS_VERSION, Member
from extranet.policy import anyone
from extranet.web import back_to, say

accounts = Blueprint("accounts", __name__)


@accounts.route("/apply", methods=["GET", "POST"])
@limited("20 per minute; 200 per hour", by_address=True)
@public("this is how one becomes a member")
def apply() -> ResponseReturnValue:
    """Apply for membership. The answer is the same for every address."""
    form = ApplicationForm()
    if request.method in SAFE_METHODS:
        return render_template("accounts/apply.html", form=form)
    if not form.validate():
        return form.again("accounts/apply.html")
    said = {name: value for name, value in form.changed().items() if name != "terms"}
    service.apply(**said, language=current_locale())
    return redirect(url_for(".applied"))


@accounts.get("/apply/sent")
@public("says that a letter is on its way, to whomever")
def applied() -> ResponseReturnValue:
    """What happens next."""
    return render_template("accounts/applied.html")


@accounts.get("/apply/confirm/<token>")
@public("the secret in the address is what lets in")
def confirm_application(token: str) -> ResponseReturnValue:
    """A page with a button: programs that look into letters open links, but send no forms."""
    link = queries.link_to_confirm(token)
    if link is None or link.application is None:
        raise service.LinkNotUsable
    return render_template("accounts/confirm.html", application=link.application, token=token)


@accounts.post("/apply/confirm/<token>")
@limited("30 per minute", by_address=True)
@public("the secret in the address is what lets in")
def confirm_application_now(token: str) -> ResponseReturnValue:
    """Put the application into the moderators' queue."""
    service.confirm(queries.link_to_confirm(token))
    return redirect(url_for(".confirm_application", token=token))


@accounts.route("/sign-in", methods=["GET", "POST"])
@limited("200 per minute; 3000 per hour", by_address=True)
@limited("20 per minute; 100 per hour", field="email")
@public("one signs in here")
def sign_in() -> ResponseReturnValue:
    """Sign in with e-mail address and password. The answer takes the same time for every address."""
    if current_member() is not None:
        return redirect(back_to(url_for("home")))
    form = SignInForm(next=request.args.get("next", ""))
    if request.method in SAFE_METHODS:
        return render_template("accounts/sign_in.html", form=form)
    if not form.validate():
        return form.again("accounts/sign_in.html")
    member = service.recognise(form.typed("email"), form.typed("password"))
    if member is None:
        form.form_errors.append(_("The e-mail address or the password is not right. Check both and try again."))
        return form.again("accounts/sign_in.html")
    identity.sign_in(member)
    return redirect(back_to(url_for("home")))


@accounts.post("/sign-out")
@public("ends what the asking browser has, if anything")
def sign_out() -> ResponseReturnValue:
    """Sign this browser out; a copy of its cookie is dead too."""
    identity.sign_out()
    say(_("You have signed out."))
    return redirect(url_for("home"))


@accounts.route("/forgotten-password", methods=["GET", "POST"])
@limited("20 per minute; 200 per hour", by_address=True)
@public("who has forgotten the password cannot sign in")
def forgotten_password() -> ResponseReturnValue:
    """Ask for a letter. The answer is the same for every address."""
    form = ForgottenPasswordForm()
    if request.method in SAFE_METHODS:
        return render_template("accounts/forgotten_password.html", form=form)
    if not form.validate():
        return form.again("accounts/forgotten_password.html")
    service.forget_password(form.typed("email"), language=current_locale())
    return redirect(url_for(".forgotten_password_sent"))


@accounts.get("/forgotten-password/sent")
@public("says that a letter is on its way, to whomever")
def forgotten_password_sent() -> ResponseReturnValue:
    """What happens next."""
    return render_template("accounts/forgotten_password_sent.html")


@accounts.route("/set-password/<token>", methods=["GET", "POST"])
@limited("30 per minute", by_address=True)
@public("the secret in the address is what lets in")
def set_password(token: str) -> ResponseReturnValue:
    """Set a password by the link in a letter."""
    link = queries.link_to_set_password(token)
    if link is None or link.member is None:
        raise service.LinkNotUsable
    form = SetPasswordForm(link.member)
    if request.method in SAFE_METHODS:
        return render_template("accounts/set_password.html", form=form, member=link.member)
    if not form.validate():
        return form.again("accounts/set_password.html", member=link.member)
    service.set_password(token, form.typed("password"))
    identity.sign_out()
    say(_("Your password is set. Sign in with it."))
    return redirect(url_for(".sign_in"))


@accounts.route("/accept-terms", methods=["GET", "POST"])
@public("a member comes here before any door opens; whoever is not signed in is sent to sign in")
def accept_terms() -> ResponseReturnValue:
    """Accept the terms and the privacy notice: imported members at first, everybody when they change."""
    member = current_member()
    if member is None:
        raise SignInFirst
    if member.has_accepted_terms:
        return redirect(back_to(url_for("home")))
    form = AcceptTermsForm(next=request.args.get("next", ""))
    if request.method in SAFE_METHODS:
        return render_template("accounts/accept_terms.html", form=form, is_first=member.terms_version is None)
    if not form.validate():
        return form.again("accounts/accept_terms.html", is_first=member.terms_version is None)
    service.accept_terms(member)
    return redirect(back_to(url_for("home")))


@accounts.get("/terms")
@public("everybody may know the rules before they apply")
def terms() -> ResponseReturnValue:
    """The terms of use."""
    return _page("terms", version=TERMS_VERSION)


@accounts.get("/privacy")
@public("everybody may know what is kept of them before they apply")
def privacy() -> ResponseReturnValue:
    """The privacy notice."""
    return _page("privacy", version=PRIVACY_VERSION)


@accounts.get("/accessibility")
@public("the law wants the statement open to everybody")
def accessibility() -> ResponseReturnValue:
    """The accessibility statement."""
    return _page("accessibility", version=TERMS_VERSION)


@accounts.route("/settings", methods=["GET", "POST"])
@signed_in(anyone)
def settings(member: Member) -> ResponseReturnValue:
    """Language and colours, what others see of a member's presence, and what a member is known by."""
    form = AppearanceForm(
        language=member.language or current_locale(), theme=member.theme or "auto",
        shows_presence=member.shows_presence,
    )
    if request.method in SAFE_METHODS:
        return render_template("accounts/settings.html", form=form)
    if not form.validate():
        return form.again("accounts/settings.html")
    member.language, member.theme = form.language.data, form.theme.data
    service.show_presence(member, form.shows_presence.data)
    with in_language(member.language):
        say(_("Your settings are saved."))
    return redirect(url_for(".settings"))


@accounts.route("/settings/password", methods=["GET", "POST"])
@limited("10 per minute; 60 per hour")
@signed_in(anyone)
def change_password(member: Member) -> ResponseReturnValue:
    """Change the password; all browsers are signed out, and this one is signed in anew."""
    form = ChangePasswordForm(member)
    if request.method in SAFE_METHODS:
        return render_template("accounts/change_password.html", form=form)
    if not form.validate():
        return form.again("accounts/change_password.html")
    if not service.change_password(member, form.typed("current"), form.typed("new")):
        form.current.errors = [_("This is not your present password.")]
        return form.again("accounts/change_password.html")
    identity.sign_in(member)
    say(_("Your password is changed. You are signed out everywhere else."))
    return redirect(url_for(".settings"))


@accounts.get("/settings/sign-ins")
@signed_in(anyone)
def sign_ins(member: Member) -> ResponseReturnValue:
    """The browsers in which the member is signed in."""
    return render_template(
        "accounts/sign_ins.html", browsers=credentials.of_member(member, "browser"), current=current_credential()
    )


@accounts.post("/settings/sign-ins/end-others")
@signed_in(anyone)
def end_other_sign_ins(member: Member) -> ResponseReturnValue:
    """Sign out everywhere but here."""
    here = current_credential()
    credentials.end_all(member, ("browser",), but=here.id if here is not None else None)
    say(_("You are signed out everywhere else."))
    return redirect(url_for(".sign_ins"))


@accounts.route("/settings/tokens", methods=["GET", "POST"])
@limited("30 per hour")
@signed_in(anyone)
def tokens(member: Member) -> ResponseReturnValue:
    """Personal access tokens: the list, and a form that makes one. A new one is shown once, on the answer itself."""
    form = TokenForm()
    if request.method in SAFE_METHODS:
        return _tokens(member, form)
    if not form.validate():
        return form.again("accounts/tokens.html", tokens=credentials.of_member(member, "token"), token=None)
    token = service.make_token(name=form.typed("name"), once=form.typed("once"), by=member)
    if token is None:
        say(_("This token has been made already, and it is not shown again. Make another one if you need it."), "info")
        return redirect(url_for(".tokens"))
    return _tokens(member, TokenForm(formdata=None), token=token)


door_to_credential = door("credential", queries.find_credential)


@accounts.post("/settings/credentials/<credential_id>/end")
@door_to_credential(policy.may_end)
def end_credential(member: Member, credential: Credential) -> ResponseReturnValue:
    """Sign one browser out, or revoke one token."""
    service.end_credential(credential, by=member)
    if credential.kind == "token":
        say(_("The token is revoked. Nothing can use it any more."))
        return redirect(url_for(".tokens"))
    say(_("The browser is signed out."))
    return redirect(url_for(".sign_ins"))


def _tokens(member: Member, form: TokenForm, token: str | None = None) -> str:
    return render_template(
        "accounts/tokens.html", form=form, tokens=credentials.of_member(member, "token"), token=token
    )


def _page(name: str, *, version: str) -> str:
    return render_template(f"pages/{name}.html", version=version)


