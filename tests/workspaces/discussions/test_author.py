"""Beside a message stands of which organisation its author is, if they tell that to others now."""

import pytest

from directory.models import Contact, Organisation
from extranet import clock
from extranet.members import Member
from tests.cast import keeping
from tests.workspaces.discussions.talk import JSON, Talk

HERE = "The town of Tampere"


@pytest.mark.parametrize(
    ("hidden_fields", "is_hidden", "is_suspended", "is_told"),
    [
        ([], False, False, True),
        (["title", "phone"], False, False, True),
        (["organisation"], False, False, False),
        (["email", "organisation", "title"], False, False, False),
        ([], True, False, False),
        ([], False, True, False),
    ],
)
def test_an_organisation_is_told_only_as_its_author_tells_it(
    talk: Talk, hidden_fields: list[str], is_hidden: bool, is_suspended: bool, is_told: bool
) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    assert grace.get(talk.path()).text.count(HERE) == 0, "the premise: nothing is known yet"
    with keeping(talk.app) as held:
        organisation = Organisation(name=HERE, type="kunta")
        held.add(organisation)
        held.flush()
        card = held.get_one(Contact, ada.member_id)
        card.organisation_id, card.is_hidden, card.hidden_fields = organisation.id, is_hidden, frozenset(hidden_fields)
        if is_suspended:
            held.get_one(Member, ada.member_id).suspended_at = clock.now()
    article = f'<span class="message-org" dir="auto">{HERE}</span>'
    page, alone = grace.get(talk.path()).text, grace.get(talk.at(talk.first)).text
    assert (article in page, article in alone) == (is_told, is_told)
    scrolled = grace.get(talk.path("?at=first"), headers=JSON).json
    assert scrolled is not None and (article in scrolled["html"]) is is_told
    brought = [item["html"] for item in talk.changes(grace)["items"] if "html" in item]
    assert brought and {article in html for html in brought} == {is_told}


def test_who_is_of_no_organisation_has_a_name_alone(talk: Talk) -> None:
    page = talk.cast.grace.get(talk.path()).text
    assert "Ada Lovelace" in page and "message-org" not in page
