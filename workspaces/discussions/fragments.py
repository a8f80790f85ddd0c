"""Messages as parts of pages. They are the same for everybody, so each is made once for each language it is read in.

What is kept is found only by the message as the database has it now, which a scoped query has given: an edit, a
retraction or a new name is another key. Nothing of it is on the disk.
"""

from functools import lru_cache

from markupsafe import Markup

from extranet.i18n import current_locale
from extranet.web import part
from workspaces.discussions.queries import ShownMessage, ShownThread
from workspaces.discussions.threads.queries import ThreadHead

KEPT = 4_096
"""Messages that are kept ready, some 4 kB each."""
KEPT_ROWS = 512


def article(message: ShownMessage) -> Markup:
    """A message in the language of the page that is being made."""
    return _article(message, current_locale())


def article_in(language: str, message: ShownMessage) -> str:
    """A message in a language, for nobody in particular."""
    return str(_article(message, language))


def row_in(language: str, thread: ShownThread) -> str:
    """A thread as a row of the list, in a language, for nobody in particular."""
    return _row(thread, language)


def head(thread: ThreadHead) -> Markup:
    """The head of a thread in the language of the page that is being made."""
    return _head(thread, current_locale())


def head_in(language: str, thread: ThreadHead) -> str:
    """The head of a thread in a language, for nobody in particular."""
    return str(_head(thread, language))


@lru_cache(maxsize=KEPT)
def _article(message: ShownMessage, language: str) -> Markup:
    return part("discussions/_message.html", language, message=message)


@lru_cache(maxsize=KEPT_ROWS)
def _row(thread: ShownThread, language: str) -> str:
    return str(part("discussions/_thread.html", language, thread=thread))


@lru_cache(maxsize=KEPT_ROWS)
def _head(thread: ThreadHead, language: str) -> Markup:
    return part("discussions/_thread_head.html", language, head=thread)
