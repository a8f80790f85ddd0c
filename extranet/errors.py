"""What a person or a program is told when something cannot be done: one handler for pages and for the API.

A refusal stands beside the verb that raises it, knows its status and its sentence; views do not catch it.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, TooManyRequests

from extranet import db, i18n
from extranet.i18n import _, lazy

log = logging.getLogger(__name__)

_NEVER_SHOWN = {"csrf_token", "client_id", "answers", "next", "password", "current", "new"}
_WORTH_KEEPING = 20
"""Characters that nobody likes to type again."""


class Refusal(Exception):
    """Something that a person asked for and that is not done; subclasses say why."""

    status: int = 409
    sentence: Any = lazy("This cannot be done now.")
    retry_after: int | None = None
    is_trouble: bool = False
    """Whether the database may be in trouble, so that the answer is made without it."""

    def __init__(self, sentence: Any = None, *, fields: Mapping[str, Any] | None = None) -> None:
        super().__init__(type(self).__name__)
        if sentence is not None:
            self.sentence = sentence
        self.fields = dict(fields or {})

    @property
    def code(self) -> str:
        """The refusal's stable name for programs: `AlreadyArchived` is `already-archived`."""
        return "".join("-" + c.lower() if c.isupper() else c for c in type(self).__name__).strip("-")


class SignInFirst(Refusal):
    """The same answer for every address behind the sign-in, whether there is anything or not."""

    status = 401
    sentence = lazy("Sign in to continue.")


class AcceptTermsFirst(Refusal):
    """The member has not yet accepted the terms and the privacy notice that hold now."""

    status = 403
    sentence = lazy("Accept the terms of use and the privacy notice first.")


class NotHere(Refusal):
    """What is asked for does not exist for this person."""

    status = 404
    sentence = lazy("There is no such page, or it is not open to you.")


class NotAllowed(Refusal):
    """It exists for this person, who has no right to do this to it."""

    status = 403
    sentence = lazy("You do not have the right to do this.")


class Invalid(Refusal):
    """The input does not pass; `fields` maps a field's name to its sentence or list of sentences."""

    status = 422
    sentence = lazy("Some fields need your attention.")


class TooLarge(Refusal):
    """The request is larger than what is taken."""

    status = 413
    sentence = lazy("What you sent is too large.")


class Unavailable(Refusal):
    """The database cannot take this just now; trying again will help."""

    status = 503
    sentence = lazy("The service is busy just now. What you wrote is still on your page: try again in a moment.")
    retry_after = 2
    is_trouble = True


class Overtaken(Refusal):
    """Somebody else, or the same person in another tab, did something meanwhile that this does not go with."""

    sentence = lazy("Something changed here at the same moment. Reload the page and try again.")


class NoSpace(Refusal):
    """The disk is full: reading goes on, writing does not."""

    status = 507
    sentence = lazy("The service has run out of space and cannot save just now. Reading still works.")
    retry_after = 60
    is_trouble = True


def install(app: Flask) -> None:
    """Answer every refusal, HTTP error and crash with a page or an RFC 9457 problem document."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crashed)


def wants_json() -> bool:
    """Whether this request is a program's or a script's: the API, or a page that asks for JSON."""
    if request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return accepted.best_match(["text/html", "application/json"]) == "application/json"


def answer(
    status: int, sentence: str, *, code: str, fields: Mapping[str, Any] | None = None, retry_after: int | None = None,
    is_trouble: bool = False,
) -> Response:
    """The answer for `status`: problem details (RFC 9457) for programs, a page in the reader's language for people."""
    if wants_json():
        response = _problem(status, sentence, code=code, fields=fields or {})
    elif is_trouble:
        response = _plain_page(status, sentence, code=code)
    else:
        response = _page(status, sentence, code=code, fields=fields or {})
    response.status_code = status
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _problem(status: int, sentence: str, *, code: str, fields: Mapping[str, Any]) -> Response:
    body: dict[str, Any] = {
        "type": f"about:blank#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence,
        "code": code,
    }
    if fields:
        body["errors"] = {name: _sentences(value) for name, value in fields.items()}
    response = jsonify(body)
    response.mimetype = "application/problem+json"
    return response


def _sentences(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _page(status: int, sentence: str, *, code: str, fields: Mapping[str, Any]) -> Response:
    shown = {name: _sentences(value) for name, value in fields.items()}
    try:
        html = render_template(
            "errors/error.html",
            status=status,
            sentence=sentence,
            fields=shown,
            written=_written() if _is_from_here() else [],
            hint=_hint(status, code),
        )
    except Exception:  # the page of an error may not fail on what made the error, such as the database
        log.exception("The page of an error could not be made")
        db.rollback()
        return _plain_page(status, sentence, code=code)
    return Response(html, mimetype="text/html")


def _plain_page(status: int, sentence: str, *, code: str) -> Response:
    """A page that asks neither the database nor what other pages are given."""
    template = current_app.jinja_env.get_template("errors/plain.html")
    html = template.render(
        status=status,
        sentence=sentence,
        written=_written() if _is_from_here() else [],
        hint=_hint(status, code),
        here=request.full_path.rstrip("?"),
        is_read=request.method in db.SAFE_METHODS,
        sent=_sent() if _is_from_here() else [],
        locale=i18n.current_locale(),
        text_direction=i18n.text_direction(),
        asset=current_app.extensions["web"].asset,
    )
    return Response(html, mimetype="text/html")


def _hint(status: int, code: str) -> str:
    """Which advice the page of an error gives; it may not tell of what nobody wrote, nor send to who cannot help."""
    if code in ("membership-suspended", "link-not-usable", "not-yours"):
        return code
    if status in (403, 404, 429):
        return str(status)
    if status >= 500:
        return "fault-written" if _written() else "fault"
    return "written" if _written() and not _is_from_here() else ""


def _is_from_here() -> bool:
    """Whether a page of ours sent this: what another site makes a browser send is not shown as if it were ours."""
    return request.headers.get("Origin") == request.host_url.rstrip("/")


def _written() -> list[str]:
    """The texts that were sent, so that nobody loses what they wrote to what happened meanwhile."""
    try:
        sent = request.form.items()
    except HTTPException:
        return []
    return [text for name, text in sent if name not in _NEVER_SHOWN and len(text) >= _WORTH_KEEPING]


def _sent() -> list[tuple[str, str]]:
    """What was sent, to be sent once more by a button; nothing if there is a file or a password in it."""
    if request.files or any("password" in name or name in ("current", "new") for name in request.form):
        return []
    return list(request.form.items(multi=True))


def _refused(error: Refusal) -> ResponseReturnValue:
    db.rollback()
    if error.is_trouble:
        # What is known of who asks may have gone with the transaction, and cannot be asked for again.
        g.member = g.credential = None
    if isinstance(error, SignInFirst) and not wants_json():
        return redirect(url_for("accounts.sign_in", next=_back_to()))
    if isinstance(error, AcceptTermsFirst) and not wants_json():
        return redirect(url_for("accounts.accept_terms", next=_back_to()))
    response = answer(
        error.status, str(error.sentence), code=error.code, fields=error.fields, retry_after=error.retry_after,
        is_trouble=error.is_trouble,
    )
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _back_to() -> str:
    """Where to go on after signing in: the page asked for, or the page that held the form."""
    if request.method in ("GET", "HEAD"):
        return request.full_path.rstrip("?")
    return request.path if request.endpoint is None else "/"


def _stale_form(error: CSRFError) -> ResponseReturnValue:
    db.rollback()
    sentence = _("The form was open for too long or came from elsewhere. Go back, reload the page and send again.")
    return answer(400, sentence, code="stale-form")


def _http(error: HTTPException) -> ResponseReturnValue:
    db.rollback()
    status = error.code or 500
    if error.response is not None:
        return error.response
    response = answer(status, _sentence_for(status), code=HTTPStatus(status).phrase.lower().replace(" ", "-"))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(error.valid_methods)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(getattr(error, "retry_after", None) or 60)
    return response


def _sentence_for(status: int) -> str:
    sentences = {
        400: _("The request could not be understood."),
        404: str(NotHere.sentence),
        405: _("This page does not take this kind of request."),
        413: str(TooLarge.sentence),
        415: _("This kind of content is not taken here."),
        429: _("Too many tries in a short time. Wait a minute and try again."),
    }
    return str(sentences.get(status, _("The request could not be carried out.")))


def _crashed(error: Exception) -> ResponseReturnValue:
    db.rollback()
    trouble = db.trouble(error)
    if trouble is not None:
        log.warning("The database refused: %s", error)
        return _refused(NoSpace() if trouble is db.Trouble.FULL else Unavailable())
    _know_again()
    if isinstance(error, IntegrityError):
        log.warning("Two did the same thing at once: %s", error.orig)
        return _refused(Overtaken())
    log.exception("A request failed: %s %s", request.method, request.url_rule)
    sentence = _("Something went wrong on our side. It has been noted. Try again in a moment.")
    return answer(500, sentence, code="internal-error")


def _know_again() -> None:
    """Ask once more who is asking: what was known of them went with the transaction that failed."""
    from extranet import identity

    identity.know_again()
