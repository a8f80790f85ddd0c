"""What people type about whole threads, checked."""

from extranet.forms import Form, line, text
from extranet.i18n import lazy
from workspaces.discussions.forms import LONGEST_MESSAGE, EditForm, kind_field


class SettingsForm(Form):
    """What a thread is called and of which kind it is."""

    title = line(lazy("Title"))
    kind = kind_field()


class DecisionForm(EditForm):
    """The decision; the messages that it rests on are ticked beside it."""

    body = text(lazy("Decision"), most=LONGEST_MESSAGE)
