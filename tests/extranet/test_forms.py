"""What the forms' library says of its own is said in the language of who reads."""

import pytest
from wtforms import RadioField

from extranet.app import Extranet
from extranet.forms import Choice, Form
from extranet.i18n import in_language


class Choosing(Form):
    """A form with one choice."""

    kind = RadioField("Kind", choices=[Choice("a", "A")])


@pytest.mark.once
def test_each_reads_the_librarys_sentences_in_their_language(app: Extranet) -> None:
    said = {}
    for language in ["fi", "sv", "en", "fi", "sv"]:
        with app.test_request_context("/", method="POST", data={"kind": "b"}), in_language(language):
            form = Choosing()
            assert not form.validate()
            said[language] = form.kind.errors
    assert said == {"fi": ["Virheellinen valinta"], "sv": ["Inte ett giltigt val"], "en": ["Not a valid choice."]}
