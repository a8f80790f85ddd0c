"""What one marks as unread stays so on every device until one comes back to it; nobody else's counts move."""

from extranet.members import Member
from tests.cast import Person, keeping, looking
from tests.workspaces.discussions.talk import JSON, Talk
from workspaces.discussions.models import ReadMark, Thread
from workspaces.discussions.reading import service


def test_from_a_message_on_it_is_unread_until_one_comes_back(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    second, third = talk.say(ada, "Second"), talk.say(ada, "Third")
    talk.read(grace)
    assert talk.unread(grace) == 0
    said = grace.post(talk.at(second, "/unread"), headers=JSON).json
    assert said == {
        "workspace": talk.place.slug, "thread": talk.thread_id, "seq": talk.message(third).seq,
        "unread_from": talk.message(second).seq, "unread": 2, "workspaces": {talk.place.slug: 2},
    }  # fmt: skip
    assert talk.unread(grace) == 2
    assert "2 new messages" in grace.get(talk.place.path()).text
    page = talk.read(grace, "?at=new")
    assert page.index('id="new"') < page.index(f'id="m-{second}"') < page.index(f'id="m-{third}"')
    assert talk.unread(grace) == 0
    assert 'id="new"' not in grace.get(talk.path()).text


def test_an_open_page_that_goes_on_reading_does_not_take_it_away(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    talk.read(grace)
    grace.post(talk.at(talk.first, "/unread"), headers=JSON)
    late = talk.say(ada, "Late")
    grace.post(talk.path("/read"), {"seq": talk.message(late).seq}, headers=JSON)
    assert talk.mark_of(grace) == talk.message(late).seq
    assert talk.unread(grace) == 2


def test_a_page_that_does_not_show_it_does_not_take_it_away(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    for number in range(60):
        talk.say(ada, f"Message {number}")
    last = talk.messages()[-1]
    talk.read(grace, "?at=new")
    grace.post(talk.path("/read"), {"seq": last.seq}, headers=JSON)
    grace.post(talk.at(last.id, "/unread"), headers=JSON)
    talk.read(grace, "?at=first")
    assert talk.unread(grace) == 1
    talk.read(grace, "?at=new")
    assert talk.unread(grace) == 0


def test_a_mark_made_while_a_page_was_on_its_way_stays(talk: Talk) -> None:
    grace = talk.cast.grace
    later = talk.say(talk.cast.ada, "Later")
    talk.read(grace)
    _mark(talk, grace, talk.first)
    with keeping(talk.app) as held:
        seen_by_the_page = talk.message(later).seq
        thread, member = held.get_one(Thread, talk.thread_id), held.get_one(Member, grace.member_id)
        assert not service.mark_read(thread, 2, by=member, coming_back_to=seen_by_the_page)
    assert talk.unread(grace) == 2


def test_a_whole_thread_is_marked_by_its_last_message_of_somebody_elses(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    hers = talk.say(ada, "Hers")
    talk.say(grace, "My own")
    talk.read(grace)
    answer = grace.post(talk.path("/unread"))
    assert answer.status_code == 302
    assert "marked as unread" in grace.get(answer.location).text
    assert talk.unread(grace) == 1
    assert _unread_from(talk, grace) == talk.message(hers).seq


def test_where_nobody_else_has_written_there_is_nothing_to_mark(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    assert ada.post(talk.path("/unread"), headers=JSON).status_code == 409
    mine = talk.say(grace, "My own")
    assert grace.post(talk.at(mine, "/unread"), headers=JSON).status_code == 409
    assert _unread_from(talk, ada) is None


def test_what_was_never_read_can_be_marked_and_so_can_what_was_before_one_joined(talk: Talk) -> None:
    nina = talk.cast.member("Nina Newcomer")
    talk.place.let_in(nina, by=talk.cast.ada)
    assert talk.unread(nina) == 0
    _mark(talk, nina, talk.first)
    assert talk.unread(nina) == 1
    talk.read(nina)
    assert talk.unread(nina) == 0


def test_nobody_elses_counts_move_and_outside_there_is_nothing(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    talk.say(grace, "Grace was here")
    talk.read(ada)
    talk.read(grace)
    _mark(talk, grace, talk.first)
    assert (talk.unread(ada), talk.unread(grace)) == (0, 1)
    for person in (talk.cast.mallory, talk.cast.moses):
        assert person.post(talk.at(talk.first, "/unread"), headers=JSON).status_code == 404
        assert person.post(talk.path("/unread"), headers=JSON).status_code == 404


def _mark(talk: Talk, person: Person, message_id: str) -> None:
    assert person.post(talk.at(message_id, "/unread"), headers=JSON).status_code == 200


def _unread_from(talk: Talk, person: Person) -> int | None:
    with looking(talk.app) as held:
        mark = held.get(ReadMark, (person.member_id, talk.thread_id))
        return mark.unread_from if mark is not None else None
