"""Letters: made from templates in the reader's language, handed to SMTP or, in development, to a folder and console.

What a mailbox refuses for good is given up; all else is tried again by the outbox, and who got their letter of a
promise gets it no more. The log says no address.
"""

import hashlib
import logging
import re
import smtplib
import ssl
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app, render_template

from extranet import clock, outbox
from extranet.config import Settings
from extranet.i18n import in_language
from extranet.members import ascii_domain

log = logging.getLogger(__name__)

ABOUT = "X-About"
"""The header that says what a letter is about."""
TIMEOUT = 20
"""Seconds for which a mail server may keep us waiting."""
HOPE = timedelta(days=5)
"""How long a letter is tried that is refused because of us, not of its mailbox: a mail server may be set up wrongly."""
_SERVER = "the mail server"
_ABOUT_US = "5.7."  # RFC 3463: security and policy, such as that this server may not send letters by that one


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one person, in their language: `template` names `templates/mail/<template>.txt` and `.html`.

    `about` is the id of what it tells of, if that may be destroyed: then letters in a folder go with it.
    """

    to: str
    name: str
    language: str
    subject: Any
    template: str
    facts: dict[str, Any]
    about: str = ""


class NotTaken(OSError):
    """A mail server does not take a letter for its mailbox now; says its codes, and not the address."""


class Post:
    """How this site's letters leave."""

    def __init__(self, settings: Settings) -> None:
        self._sender = settings.mail_from
        self._url = settings.mail_url
        self._folder = settings.data_dir / "mail"

    def send(self, message: EmailMessage) -> None:
        """Hand a letter over. Raises `OSError` or `smtplib.SMTPException` when it is not taken."""
        if self._url:
            self._by_smtp(message)
        else:
            self._by_folder(message)

    def _by_smtp(self, message: EmailMessage) -> None:
        url = urlsplit(self._url)
        host = url.hostname or "localhost"
        if url.scheme == "smtps":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(host, url.port or 587, timeout=TIMEOUT)
        with closing(server):
            if url.scheme == "smtp" and _offers_tls(server):
                server.starttls(context=ssl.create_default_context())
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)
            with suppress(OSError):  # it has been taken, whatever becomes of the farewell
                server.quit()

    def _by_folder(self, message: EmailMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        stamp = clock.now().strftime("%Y%m%dT%H%M%S%f")
        path = self._folder / f"{stamp}-{_as_file_name(parseaddr(str(message['To']))[1])}.eml"
        path.write_bytes(bytes(message))
        body = message.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        print(f"\n--- letter to {message['To']}: {message['Subject']} ({path.name})\n{text}---", flush=True)


def _offers_tls(server: smtplib.SMTP) -> bool:
    server.ehlo()
    return server.has_extn("starttls")


def install(app: Flask, settings: Settings) -> None:
    """Give the app its way of sending letters."""
    app.extensions["post"] = Post(settings)
    app.extensions["post_sender"] = settings.mail_from


def send(letter: Letter) -> None:
    """Compose and send one letter. Call it from a reaction, outside every transaction: the outbox tries again.

    Raises `OSError` when it is not taken now. If that is because nobody answers, the other letters of this round of
    promises are not tried.
    """
    post: Post = current_app.extensions["post"]
    away: set[str] = promise.away if (promise := outbox.present()) is not None else set()
    if _SERVER in away:
        raise outbox.NotTried("The mail server did not answer")
    try:
        post.send(compose(letter))
    except smtplib.SMTPRecipientsRefused as refused:
        _give_up_or_raise(letter, refused.recipients)
    except smtplib.SMTPDataError as refused:
        raise NotTaken(f"The mail server answered {_codes(refused.smtp_code, refused.smtp_error)}") from None
    except OSError as error:
        if _is_silence(error):
            away.add(_SERVER)
        raise


def send_each(letters: Iterable[Letter]) -> None:
    """Send letters to several people, each whatever becomes of the others; who got theirs before gets it no more.

    Raises the first of the errors once all have been tried.
    """
    told: set[str] = promise.told if (promise := outbox.present()) is not None else set()
    errors: list[Exception] = []
    for letter in letters:
        if letter.to in told:
            continue
        try:
            send(letter)
            told.add(letter.to)
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]


def _give_up_or_raise(letter: Letter, answers: Mapping[str, tuple[int, bytes]]) -> None:
    codes = [_codes(*answer) for answer in answers.values()]
    promise = outbox.present()
    is_fresh = promise is None or clock.now() - promise.since < HOPE
    if not all(code.startswith("5") for code in codes) or (is_fresh and any(_ABOUT_US in code for code in codes)):
        raise NotTaken(f"The mail server answered {', '.join(codes)}") from None
    log.warning("A letter (%s) is given up, for its mailbox refuses it: %s", letter.template, ", ".join(codes))


def _codes(code: int, said: bytes | str) -> str:
    """What a mail server answered, without its words: these repeat the address."""
    enhanced = re.match(rb"\d\.\d{1,3}\.\d{1,3}", said.encode() if isinstance(said, str) else said)
    return f"{code} {enhanced[0].decode()}" if enhanced else str(code)


def _is_silence(error: OSError) -> bool:
    is_answer = isinstance(error, smtplib.SMTPException)
    return not is_answer or isinstance(error, smtplib.SMTPServerDisconnected | smtplib.SMTPConnectError)


def compose(letter: Letter) -> EmailMessage:
    """The letter as it goes out: plain text, with an HTML alternative of the same words."""
    with in_language(letter.language):
        subject = " ".join(str(letter.subject).split())
        facts = {**letter.facts, "name": letter.name, "subject": subject}
        text = render_template(f"mail/{letter.template}.txt", **facts)
        html = render_template(f"mail/{letter.template}.html", **facts)
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = current_app.extensions["post_sender"]
    message["To"] = _mailbox(letter.name, letter.to)
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = _message_id(letter, text)
    message["Auto-Submitted"] = "auto-generated"
    if letter.about:
        message[ABOUT] = letter.about
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = letter.language  # set earlier, it would move into the first part
    return message


def _message_id(letter: Letter, text: str) -> str:
    """The same for the same words of a promise to the same address: mail systems drop what comes twice."""
    promise = outbox.present()
    if promise is None:
        return make_msgid(domain=_domain())
    digest = hashlib.sha256(f"{promise.name}\n{letter.to}\n{text}".encode()).hexdigest()
    return f"<{digest[:32]}@{_domain()}>"


def _mailbox(name: str, address: str) -> Address:
    local, _at, domain = address.rpartition("@")
    return Address(display_name=" ".join(name.split()), username=local, domain=ascii_domain(domain))


def _domain() -> str:
    return parseaddr(current_app.extensions["post_sender"])[1].rpartition("@")[2] or "localhost"


def _as_file_name(address: str) -> str:
    return re.sub(r"[^\w.@+-]", "_", address)[:100]


def letters_in(folder: Path) -> list[Path]:
    """The letters that were put in a folder, the oldest first."""
    return sorted(folder.glob("*.eml"))
