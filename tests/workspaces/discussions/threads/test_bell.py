"""Follow or mute one thread, or all of a workspace by default; nobody else learns of it."""

from extranet.realtime import realtime
from tests.cast import Person, looking
from tests.workspaces.discussions.talk import JSON, Talk
from workspaces.discussions.threads.models import Bell


def ring(talk: Talk, by: Person, follows: str) -> int:
    return by.post(talk.path("/bell"), {"follows": follows}).status_code


def test_what_a_muted_thread_brings_does_not_count(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    assert ring(talk, grace, "no") == 302
    talk.say(ada)
    assert talk.unread(grace) == 0
    row = grace.get(talk.place.path()).text
    assert 'data-part="muted" hidden' not in row and 'data-part="muted"' in row
    assert ring(talk, grace, "yes") == 302
    assert talk.unread(grace) > 0


def test_without_a_bell_a_thread_is_followed_as_the_workspace_is(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    other = Talk(talk.cast, talk.place)
    for thread in (talk, other):
        thread.say(ada)
    before = talk.unread(grace)
    assert grace.post(talk.place.path("/follow"), {"follows": "no"}).status_code == 302
    assert talk.unread(grace) == 0
    ring(talk, grace, "yes")
    assert 0 < talk.unread(grace) < before
    ring(talk, grace, "")
    assert talk.unread(grace) == 0
    grace.api("POST", f"/workspaces/{talk.place.slug}/follow", {"follows": True})
    assert talk.unread(grace) == before
    assert "You follow this discussion" in grace.get(talk.path()).text


def test_their_own_other_devices_hear_of_it_and_nobody_else(talk: Talk) -> None:
    facts = talk.place.facts()
    sockets = realtime(talk.app).socketio
    own, others = (
        sockets.test_client(talk.app, flask_test_client=person.client) for person in (talk.cast.grace, talk.cast.ada)
    )
    for ears in (own, others):
        ears.get_received()
    ring(talk, talk.cast.grace, "no")
    talk.cast.grace.post(talk.place.path("/follow"), {"follows": "no"})
    assert [event["name"] for event in own.get_received()] == ["read", "read"]
    assert others.get_received() == []
    assert talk.place.facts() == facts
    assert "You follow this discussion" in talk.cast.ada.get(talk.path()).text
    with looking(talk.app) as held:
        assert held.get(Bell, (talk.cast.ada.member_id, talk.thread_id)) is None


def test_also_in_an_archived_workspace_and_never_from_outside(talk: Talk) -> None:
    for person in (talk.cast.mallory, talk.cast.moses):
        assert ring(talk, person, "no") == 404
        assert person.post(talk.place.path("/follow"), {"follows": "no"}).status_code == 404
    talk.place.archive(talk.cast.ada)
    assert ring(talk, talk.cast.grace, "no") == 302


def test_programs_ring_it(talk: Talk) -> None:
    for follows, shown in ((False, False), (True, True), (None, True)):
        answer = talk.cast.grace.api("POST", f"/threads/{talk.thread_id}/bell", {"follows": follows}).json
        assert answer is not None and answer["follows"] is shown
    said = talk.cast.grace.post(talk.path("/bell"), {"follows": "no"}, headers=JSON).json
    assert said == {"follows": False}
