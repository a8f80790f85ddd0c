"""Letters: made from templates in the reader's language, handed to SMTP or, in development, to a folder and console."""

import logging
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import Flask, current_app, render_template

from extranet import clock
from extranet.config import Settings
from extranet.i18n import in_language
from extranet.members import ascii_domain

log = logging.getLogger(__name__)

ABOUT = "X-About"
"""The header that says what a letter is about."""
TIMEOUT = 20
"""Seconds for which a mail server may keep us waiting."""


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
        with server:
            if url.scheme == "smtp" and _offers_tls(server):
                server.starttls(context=ssl.create_default_context())
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(message)

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
    """Compose and send one letter. Call it from a reaction, outside every transaction: the outbox tries again."""
    post: Post = current_app.extensions["post"]
    post.send(compose(letter))


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
    message["Message-ID"] = make_msgid(domain=_domain())
    message["Auto-Submitted"] = "auto-generated"
    if letter.about:
        message[ABOUT] = letter.about
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    message["Content-Language"] = letter.language  # set earlier, it would move into the first part
    return message


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
