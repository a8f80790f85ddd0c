"""Who sees what is written: how many people of which organisations, told to those who joined and to nobody else."""

from datetime import timedelta

from directory.models import Contact, Organisation
from extranet import clock
from extranet.app import Extranet
from extranet.members import Member
from tests.cast import Cast, Person, keeping
from tests.counting import counted
from tests.workspaces.discussions.talk import JSON, Talk


def test_it_says_how_many_people_of_which_organisations(app: Extranet, cast: Cast) -> None:
    talk = Talk(cast)
    _works_at(app, cast.ada, "The town of Tampere")
    _works_at(app, cast.grace, "A school", hides="organisation")
    answer = cast.grace.get(talk.place.path("/audience"), headers=JSON).json
    assert answer is not None
    assert answer["people"] == 2
    assert "2 members see this" in answer["html"]
    assert "The town of Tampere" in answer["html"]
    assert "A school" not in answer["html"], "what is hidden on the card is hidden here"
    assert "No organisation shown" in answer["html"]


def test_who_is_suspended_sees_nothing_and_is_not_counted(app: Extranet, cast: Cast) -> None:
    talk = Talk(cast)
    with keeping(app) as held:
        held.get_one(Member, cast.grace.member_id).suspended_at = clock.now() - timedelta(days=1)
    answer = cast.ada.get(talk.place.path("/audience"), headers=JSON).json
    assert answer is not None
    assert answer["people"] == 1
    assert "Only you see this" in answer["html"]


def test_it_stands_below_the_editors(cast: Cast) -> None:
    talk = Talk(cast)
    for path in (talk.path(), talk.place.path("/threads/new"), talk.at(talk.first, "/edit")):
        page = cast.ada.get(path)
        assert page.status_code == 200
        assert "2 members see this" in page.text, path


def test_it_takes_as_many_queries_for_many_people_as_for_few(app: Extranet, cast: Cast) -> None:
    talk = Talk(cast)
    with counted(app) as few:
        cast.ada.get(talk.place.path("/audience"))
    people = [cast.member(f"Person {number}") for number in range(12)]
    talk.place.let_in(*people, by=cast.ada)
    with counted(app) as many:
        answer = cast.ada.get(talk.place.path("/audience")).json
    assert answer is not None
    assert answer["people"] == 14
    assert len(many) == len(few)


def _works_at(app: Extranet, person: Person, name: str, *, hides: str = "") -> None:
    with keeping(app) as held:
        organisation = Organisation(name=name, type="kunta")
        held.add(organisation)
        held.flush()
        contact = held.get(Contact, person.member_id) or Contact(member_id=person.member_id)
        contact.organisation_id = organisation.id
        contact.hidden_fields = frozenset({hides} - {""})
        held.add(contact)
