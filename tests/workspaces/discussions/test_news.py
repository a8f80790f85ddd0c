"""Who hears what by socket: those who have joined at the moment of sending, each in their own language, nobody else."""

from typing import Any

from extranet.realtime import realtime
from tests.cast import Cast, Person
from tests.workspaces.discussions.talk import Talk


def test_what_is_said_reaches_everybody_who_joined_and_nobody_else(talk: Talk) -> None:
    ada, grace, mallory, moses = (
        _listen(person) for person in (talk.cast.ada, talk.cast.grace, talk.cast.mallory, talk.cast.moses)
    )
    message_id = talk.say(talk.cast.ada, "Heard", answers=talk.first)
    for ears in (ada, grace):
        (change,) = _heard(ears, "change")
        assert (change["workspace"], change["kind"]) == (talk.place.slug, "message-posted")
        assert change["seq"] == change["message"]["seq"] == talk.row().last_seq
        assert f'id="m-{message_id}"' in change["html"] and "2 messages" in change["row"]
    assert _heard(mallory, "change") == _heard(moses, "change") == []


def test_all_that_happens_in_a_workspace_is_heard_without_a_gap(talk: Talk) -> None:
    ears = _listen(talk.cast.grace)
    ada = talk.cast.ada
    after = talk.changes(ada)["head"]
    message_id = talk.say(ada)
    ada.post(talk.at(message_id, "/edit"), {"body": "Otherwise"})
    ada.post(talk.at(message_id, "/retract"))
    talk.place.let_in(talk.cast.member("Nina Newcomer"), by=ada)
    talk.place.archive(ada)
    heard = _heard(ears, "change")
    assert [change["seq"] for change in heard] == list(range(after + 1, after + 1 + len(heard)))
    assert [change["kind"] for change in heard] == [
        "message-posted", "message-edited", "message-retracted", "member-joined", "workspace-archived",
    ]  # fmt: skip
    assert "Otherwise" not in str(heard[2])


def test_fragments_speak_the_language_of_who_reads_them(talk: Talk) -> None:
    finn = talk.cast.member("Kaisa Korhonen", language="fi")
    talk.place.let_in(finn, by=talk.cast.ada)
    english, finnish = _listen(talk.cast.grace), _listen(finn)
    talk.say(talk.cast.ada)
    assert "Reply" in _heard(english, "change")[-1]["html"]
    assert "Vastaa" in _heard(finnish, "change")[-1]["html"]


def test_who_was_removed_hears_that_it_is_over_and_nothing_of_it_after_that(talk: Talk) -> None:
    ears = _listen(talk.cast.grace)
    talk.say(talk.cast.ada)
    assert len(_heard(ears, "change")) == 1
    talk.cast.ada.post(talk.place.path(f"/members/{talk.cast.grace.member_id}/remove"))
    talk.say(talk.cast.ada, "After the removal")
    assert not ears.is_connected()
    assert [event["name"] for event in ears.queue] == ["head"]
    assert talk.place.slug not in ears.queue[0]["args"][0]


def test_a_workspace_in_the_trash_is_gone_at_once_for_all_who_had_joined(talk: Talk) -> None:
    talk.place.archive(talk.cast.ada)
    other = Talk(talk.cast).place
    ada, grace, mallory = (_listen(person) for person in (talk.cast.ada, talk.cast.grace, talk.cast.mallory))
    talk.cast.ada.post(talk.place.path("/delete"), {"name": talk.place.name})
    assert talk.place.row().is_trashed
    for ears in (ada, grace):
        (heads,) = _heard(ears, "head")
        assert list(heads) == [other.slug]
    assert mallory.get_received() == []


def test_who_sees_nothing_earlier_hears_nothing_of_earlier_messages(talk: Talk) -> None:
    other = Talk(talk.cast, shows_earlier=False)
    nina = talk.cast.member("Nina Newcomer")
    other.place.let_in(nina, by=talk.cast.ada)
    ears = _listen(nina)
    talk.cast.ada.post(other.at(other.first, "/edit"), {"body": "Changed, but not for Nina"})
    assert _heard(ears, "change") == []
    other.say(talk.cast.ada, "For Nina too")
    assert [change["kind"] for change in _heard(ears, "change")] == ["message-posted"]


def test_nothing_of_who_is_here_or_types_is_told_outside(cast: Cast) -> None:
    talk = Talk(cast)  # of its own: who is here is remembered beside the database
    ada, grace, mallory = (_listen(person) for person in (cast.ada, cast.grace, cast.mallory))
    place, said = {"slug": talk.place.slug}, {"slug": talk.place.slug, "thread_id": talk.thread_id}
    assert ada.emit("here", place, callback=True) == {"status": 200, "here": []}
    assert grace.emit("here", place, callback=True)["status"] == 200
    assert grace.emit("typing", said, callback=True) == {"status": 200}
    assert [news["member"]["name"] for news in _heard(ada, "typing")] == ["Grace Hopper"]
    assert _heard(mallory, "typing") == []
    for event in ("here", "away", "typing"):
        assert mallory.emit(event, said, callback=True) == {"status": 404}
    assert _heard(ada, "typing") == []


def test_nonsense_from_a_client_is_refused(talk: Talk) -> None:
    grace = _listen(talk.cast.grace)
    said: list[Any] = [None, "x", [], {}, {"slug": 5}, {"slug": talk.place.slug, "thread_id": {"$ne": ""}}]
    for nonsense in said:
        assert grace.emit("typing", nonsense, callback=True)["status"] in (400, 404)


def test_heads_tell_each_how_far_their_own_workspaces_are(talk: Talk) -> None:
    grace, mallory = _listen(talk.cast.grace), _listen(talk.cast.mallory)
    with talk.app.app_context():
        realtime().beat()
    assert _heard(grace, "head") == [{talk.place.slug: talk.row().last_seq}]
    assert _heard(mallory, "head") == [{}]


def test_where_one_is_in_a_thread_is_told_to_ones_own_pages_alone(talk: Talk) -> None:
    ada, grace, mallory = (_listen(person) for person in (talk.cast.ada, talk.cast.grace, talk.cast.mallory))
    talk.read(talk.cast.grace)
    (read,) = _heard(grace, "read")
    assert (read["workspace"], read["thread"], read["unread"]) == (talk.place.slug, talk.thread_id, 0)
    assert (read["seq"], read["unread_from"], read["workspaces"]) == (talk.row().last_seq, None, {})
    talk.read(talk.cast.grace)
    assert _heard(grace, "read") == [], "nothing has moved"
    talk.cast.grace.post(talk.at(talk.first, "/unread"))
    (marked,) = _heard(grace, "read")
    assert marked["unread_from"] == talk.message(talk.first).seq and marked["workspaces"] == {talk.place.slug: 1}
    assert _heard(ada, "read") == _heard(mallory, "read") == []


def test_which_version_of_a_draft_there_is_is_told_to_ones_own_pages_alone_and_not_its_words(talk: Talk) -> None:
    ada, grace = _listen(talk.cast.ada), _listen(talk.cast.grace)
    place = f"thread-{talk.thread_id}"
    said = {"body": "Not for the wire", "version": 0}
    assert talk.cast.grace.api("PUT", f"/workspaces/{talk.place.slug}/drafts/{place}", said).status_code == 200
    talk.say(talk.cast.grace, "Sent", draft="1")
    assert _heard(grace, "draft") == [
        {"workspace": talk.place.slug, "place": place, "version": 1, "is_empty": False},
        {"workspace": talk.place.slug, "place": place, "version": 2, "is_empty": True},
    ]
    assert _heard(ada, "draft") == []


def _listen(person: Person) -> Any:
    socket = realtime(person.app).socketio.test_client(person.app, flask_test_client=person.client)
    assert socket.is_connected()
    socket.get_received()  # the first heads
    return socket


def _heard(ears: Any, name: str) -> list[Any]:
    return [event["args"][0] for event in ears.get_received() if event["name"] == name]
