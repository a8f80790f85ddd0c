"""What people read for the kinds of threads: one place for pages and forms."""

from typing import Any

from extranet.i18n import lazy

KINDS: dict[str, Any] = {
    "discussion": lazy("Discussion"),
    "question": lazy("Question"),
    "decision": lazy("A matter to decide"),
}
HINTS: dict[str, Any] = {
    "discussion": lazy("To talk about something together."),
    "question": lazy("You need an answer. After three working days without one, everyone is shown that it waits."),
    "decision": lazy("Something is to be decided. It ends in a decision that names the messages it rests on."),
}
