"""Reading letters in tests: what a person sees in the mail and clicks."""

import re
from email.message import EmailMessage

from extranet import outbox
from extranet.app import Extranet
from tests.servers import Letterbox


def post(app: Extranet, box: Letterbox) -> list[EmailMessage]:
    """All letters that have been written so far, the oldest first."""
    with app.app_context():
        outbox.drain()
    return list(box.letters)


def only_letter(app: Extranet, box: Letterbox, address: str) -> EmailMessage:
    """The one letter to this address."""
    post(app, box)
    letters = box.to(address)
    assert len(letters) == 1, [str(letter["Subject"]) for letter in letters]
    return letters[0]


def path_in(letter: EmailMessage) -> str:
    """The path of the first link in a letter that is not the site's front page."""
    found = re.search(r"http://localhost(/[^\s]+)", text_of(letter))
    assert found, text_of(letter)
    return found.group(1)


def text_of(letter: EmailMessage) -> str:
    """The plain words of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html_of(letter: EmailMessage) -> str:
    """The HTML of a letter."""
    body = letter.get_body(("html",))
    assert body is not None
    return str(body.get_content())
