"""A text becomes HTML with links to those whom it mentions, and a message keeps whom it mentions."""

from collections.abc import Mapping
from urllib.parse import quote

import sqlalchemy as sa
from markupsafe import Markup

from extranet import db
from extranet.html import from_markdown
from workspaces.discussions.mentions.models import Mention
from workspaces.discussions.mentions.queries import MOST_AT_SIGNS, Mentioned, mentioned_in, name_key, names_at
from workspaces.discussions.models import Message


class Linking:
    """Links names to cards while a text is read, and remembers whose: what stands in code or in a link is no mention.
    """

    def __init__(self, known: Mapping[str, Mentioned]) -> None:
        self._known = known
        self._asked = 0
        self.member_ids: set[str] = set()

    def __call__(self, text: str) -> tuple[int, str] | None:
        self._asked += 1
        for name in names_at(text) if self._known and self._asked <= MOST_AT_SIGNS else []:
            mentioned = self._known.get(name_key(name))
            if mentioned is not None:
                self.member_ids.update(mentioned.member_ids)
                return len(name), _card(mentioned)
        return None


def rendered(body: str, workspace_id: str) -> tuple[Markup, frozenset[str]]:
    """A text of Markdown as clean HTML, and the ids of the members whom it mentions."""
    linking = Linking(mentioned_in(body, workspace_id))
    html = from_markdown(body, linking)
    return html, frozenset(linking.member_ids)


def keep_mentions(message: Message, member_ids: frozenset[str]) -> None:
    """Note whom a message mentions now, in place of whom it mentioned before."""
    held = db.session()
    if message.has_beside:
        held.execute(sa.delete(Mention).where(Mention.message_id == message.id))
    message.has_beside = message.has_beside or bool(member_ids)
    note_mentions(message.id, member_ids)


def note_mentions(message_id: str, member_ids: frozenset[str]) -> None:
    """Note whom a new message mentions, which says itself that something belongs to it."""
    db.session().add_all(Mention(message_id=message_id, member_id=member_id) for member_id in sorted(member_ids))
    db.session().flush()


def _card(mentioned: Mentioned) -> str:
    """Where a mention leads: to the card, or to all of that name."""
    if len(mentioned.member_ids) == 1:
        return f"/directory/people/{mentioned.member_ids[0]}"
    return f"/directory?q={quote(mentioned.name)}"
