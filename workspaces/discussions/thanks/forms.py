"""What people type to thank, checked."""

from extranet.forms import line
from extranet.i18n import lazy
from workspaces.discussions.forms import WithWords

MOST_WORDS = 120
"""Characters that thanks may have: what for, no letter."""


class ThanksForm(WithWords):
    """What one thanks for."""

    words = line(
        lazy("What do you thank for?"), most=MOST_WORDS,
        description=lazy("A few words. Everybody who has joined sees them."),
    )
