"""Name, kind, pin and lock: what a thread is called, where it stands in the list, and that nothing more is written."""

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.cast import Person, keeping
from tests.workspaces.discussions.talk import JSON, Talk, open_thread, thread_in
from tests.workspaces.places import drain
from workspaces.memberships.models import Membership


def change(talk: Talk, by: Person, **said: str) -> TestResponse:
    return by.post(talk.path("/settings"), {"title": "Plans", "kind": "discussion", **said})


def test_a_new_name_stands_everywhere(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    assert change(talk, ada, title="Better plans").status_code == 302
    assert talk.row().title == "Better plans"
    assert talk.place.facts()[-1] == "thread-renamed"
    for page in (grace.get(talk.path()).text, grace.get(talk.place.path()).text):
        assert "Better plans" in page
    (item,) = talk.changes(grace)["items"][-1:]
    assert "Better plans" in item["row"] and "Better plans" in item["head"]
    drain(talk.app)
    assert f"#m-{talk.first}" in grace.get("/search?q=better").text
    change(talk, ada, title="Better plans")
    assert talk.place.facts().count("thread-renamed") == 1


def test_who_opened_it_may_name_it_and_so_may_hosts_but_nobody_else(talk: Talk) -> None:
    ada, grace, olga = talk.cast.ada, talk.cast.grace, talk.cast.member("Olga Ordinary")
    talk.place.let_in(olga, by=ada)
    own = talk.place.path(f"/threads/{thread_in(open_thread(talk.place, grace))}/settings")
    for person, status in ((grace, 200), (ada, 200), (olga, 403), (talk.cast.mallory, 404), (talk.cast.moses, 404)):
        assert person.get(own).status_code == status, person.name
    assert grace.get(talk.path("/settings")).status_code == 403
    assert change(talk, grace, title="Mine").status_code == 403


def test_a_name_is_needed_and_what_was_typed_stays(talk: Talk) -> None:
    answer = talk.cast.ada.post(talk.path("/settings"), {"title": " ", "kind": "question"})
    assert answer.status_code == 422
    assert 'value="question" checked' in answer.text
    assert talk.row().title == "Plans"


def test_a_name_that_looks_like_an_address_is_asked_about_once_and_not_with_each_change_of_the_kind(talk: Talk) -> None:
    ada = talk.cast.ada
    new = {"title": "Kauppakatu 5", "title_was": "Plans", "kind": "discussion", "kind_was": "discussion"}
    assert change(talk, ada, **new).status_code == 422
    assert change(talk, ada, **{**new, "title_was": "Kauppakatu 5"}).status_code == 302
    assert talk.row().title == "Plans"
    assert change(talk, ada, **new, is_checked="yes").status_code == 302
    for more in ({"title_was": "Kauppakatu 5"}, {}):
        same = {"title": "Kauppakatu 5", "kind": "question" if more else "discussion", **more}
        assert change(talk, ada, **same).status_code == 302
    assert change(talk, ada, title="Kauppakatu 6", title_was="Kauppakatu 6").status_code == 302
    assert talk.row().title == "Kauppakatu 5"


def test_a_form_that_was_open_for_long_changes_only_what_its_writer_has_changed(talk: Talk) -> None:
    ada = talk.cast.ada
    opened = {"title_was": "Plans", "kind_was": "discussion"}
    page = ada.get(talk.path("/settings")).text
    assert all(f'name="{name}"' in page and f'value="{value}"' in page for name, value in opened.items())
    change(talk, ada, title="Better plans")
    assert change(talk, ada, kind="question", **opened).status_code == 302
    assert (talk.row().title, talk.row().kind) == ("Better plans", "question")
    assert change(talk, ada, title="Best plans", **opened, kind="discussion").status_code == 409
    assert change(talk, ada, title="Better plans", **opened).status_code == 302
    assert (talk.row().title, talk.row().kind) == ("Better plans", "question")


def test_a_name_that_somebody_else_has_given_meanwhile_is_told_before_it_is_taken_away(talk: Talk) -> None:
    ada = talk.cast.ada
    change(talk, ada, title="Better <plans>")
    refused = change(talk, ada, title="Best plans", title_was="Plans", kind="question", kind_was="discussion")
    assert refused.status_code == 409
    assert 'value="Best plans"' in refused.text and 'value="question" checked' in refused.text
    error = refused.text[refused.text.index('id="title-error"'):]
    assert "It is now: Better &lt;plans&gt;." in error[:error.index("</p>")]
    assert 'name="title_was" type="hidden" value="Better &lt;plans&gt;"' in refused.text
    assert (talk.row().title, talk.row().kind) == ("Better <plans>", "discussion")
    again = change(talk, ada, title="Best plans", title_was="Better <plans>", kind="question", kind_was="discussion")
    assert again.status_code == 302
    assert (talk.row().title, talk.row().kind) == ("Best plans", "question")
    refused = change(talk, ada, title="Best plans", title_was="Best plans", kind="decision", kind_was="discussion")
    assert refused.status_code == 409 and "It is now: Question." in refused.text


def test_pinned_threads_stand_first_on_every_page(talk: Talk) -> None:
    ada = talk.cast.ada
    old = talk.thread_id
    for number in range(32):
        open_thread(talk.place, ada, title=f"Thread {number}")
    assert ada.post(talk.path("/pin")).status_code == 302
    first = ada.api("GET", f"/workspaces/{talk.place.slug}/threads").json
    assert first is not None
    assert [first["items"][0]["id"], len(first["items"])] == [old, 30]
    rest = ada.api("GET", f"/workspaces/{talk.place.slug}/threads?after={first['next']}").json
    assert rest is not None
    ids = [thread["id"] for thread in first["items"] + rest["items"]]
    assert len(ids) == len(set(ids)) == 33
    assert "Pinned" in talk.cast.grace.get(talk.place.path()).text
    ada.post(talk.path("/unpin"))
    again = ada.api("GET", f"/workspaces/{talk.place.slug}/threads").json
    assert again is not None and old not in [thread["id"] for thread in again["items"]]


def test_nothing_is_written_into_a_locked_thread_but_one_can_retract(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    own = talk.say(grace, "My words")
    assert ada.post(talk.path("/lock")).status_code == 302
    answer = talk.post(grace, headers=JSON)
    assert answer.status_code == 409
    assert answer.json is not None and answer.json["code"] == "locked"
    assert talk.post(ada).status_code == 409
    assert grace.post(talk.at(own, "/edit"), {"body": "Other words"}).status_code == 409
    assert talk.message(own).body == "My words"
    assert grace.post(talk.at(own, "/retract")).status_code == 302
    assert "This discussion is locked" in grace.get(talk.path()).text
    ada.post(talk.path("/unlock"))
    assert talk.say(grace, "Again")


def test_a_page_of_a_locked_thread_leads_to_no_editor(talk: Talk) -> None:
    ada, grace = talk.cast.ada, talk.cast.grace
    for number in range(60):
        talk.say(ada, f"Message {number}")
    links = ("Skip to writing", "Write a message")
    assert all(link in grace.get(talk.path("?at=first")).text for link in links)
    ada.post(talk.path("/lock"))
    page = grace.get(talk.path("?at=first")).text
    assert "Later messages" in page and not any(link in page for link in links)


def test_what_was_sent_before_the_lock_is_answered_with_what_is_there(talk: Talk) -> None:
    sent = {"client_id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"}
    first = talk.say(talk.cast.grace, "Once", **sent)
    talk.cast.ada.post(talk.path("/lock"))
    assert talk.say(talk.cast.grace, "Once", **sent) == first


@pytest.mark.parametrize("verb", ["pin", "unpin", "lock", "unlock"])
def test_only_hosts_pin_and_lock_and_in_an_archived_workspace_nobody(talk: Talk, verb: str) -> None:
    for person, status in ((talk.cast.grace, 403), (talk.cast.mallory, 404), (talk.cast.moses, 404)):
        assert person.post(talk.path(f"/{verb}")).status_code == status
    talk.place.archive(talk.cast.ada)
    assert talk.cast.ada.post(talk.path(f"/{verb}")).status_code == 409
    assert talk.cast.ada.get(talk.path("/settings")).status_code == 409


def test_a_thread_is_opened_as_a_question(talk: Talk) -> None:
    thread_id = thread_in(open_thread(talk.place, talk.cast.grace, kind="question"))
    found = talk.cast.ada.api("GET", f"/threads/{thread_id}").json
    assert found is not None and (found["kind"], found["answered_at"]) == ("question", None)
    assert found["waiting_days"] in (0, 1)  # a day may have ended meanwhile
    assert open_thread(talk.place, talk.cast.grace, kind="poll").status_code == 422


def test_programs_name_and_change_it(talk: Talk) -> None:
    ada = talk.cast.ada
    changed = ada.api("PATCH", f"/threads/{talk.thread_id}", {"title": "By program", "kind": "decision"}).json
    assert changed is not None and (changed["title"], changed["kind"]) == ("By program", "decision")
    for verb, field in (("pin", "pinned_at"), ("lock", "locked_at")):
        on = ada.api("POST", f"/threads/{talk.thread_id}/{verb}").json
        off = ada.api("POST", f"/threads/{talk.thread_id}/un{verb}").json
        assert on is not None and off is not None
        assert on[field] and off[field] is None


def test_who_sees_no_earlier_messages_does_not_hear_of_a_thread_from_before(talk: Talk) -> None:
    ada, nina = talk.cast.ada, talk.cast.member("Nina Newcomer")
    talk.place.let_in(nina, by=ada)
    after = talk.row().last_seq + 1
    with keeping(talk.app) as held:
        found = held.scalars(sa.select(Membership).where(Membership.member_id == nina.member_id)).one()
        found.sees_from = after
    change(talk, ada, title="Secret name")
    assert "Secret name" not in str(talk.changes(nina))
    assert talk.changes(nina)["items"][-1]["kind"] == "not-shown"
