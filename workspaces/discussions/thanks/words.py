"""How the quiet reactions are called."""

from collections.abc import Mapping
from typing import Any

from extranet.i18n import lazy
from workspaces.discussions.thanks.models import ReactionKind

REACTION_WORDS: Mapping[ReactionKind, Any] = {
    "agree": lazy("I agree"),
    "seen": lazy("I have read this"),
    "glad": lazy("Great"),
    "wonder": lazy("I wonder"),
}
