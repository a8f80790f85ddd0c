"""Who opened a discussion, has gone and come back without seeing how it began decides nothing about it any more."""

import pytest

from tests.cast import Cast
from tests.workspaces.discussions.talk import JSON, Talk, open_thread, thread_in


@pytest.mark.parametrize("shows_earlier", [True, False])
def test_only_who_sees_how_it_began_acts_as_who_opened_it(cast: Cast, shows_earlier: bool) -> None:
    talk = Talk(cast, shows_earlier=shows_earlier)
    olga = cast.member("Olga Opener")
    talk.place.let_in(olga, by=cast.ada)
    talk.thread_id = thread_in(open_thread(talk.place, olga, kind="question"))
    assert olga.api("PATCH", f"/threads/{talk.thread_id}", {"title": "As I asked"}).status_code == 200
    assert cast.ada.post(talk.place.path(f"/members/{olga.member_id}/remove")).status_code == 302
    talk.place.let_in(olga, by=cast.ada)
    answer = talk.say(cast.grace, "What Olga sees")
    may = 200 if shows_earlier else 403
    assert olga.get(talk.path()).status_code == 200
    assert ("/accept" in olga.get(talk.at(answer)).text) is shows_earlier
    assert olga.get(talk.path("/settings")).status_code == may
    assert olga.api("POST", f"/messages/{answer}/accept").status_code == may
    assert olga.post(talk.at(answer, "/unaccept"), headers=JSON).status_code == may
    assert olga.api("PATCH", f"/threads/{talk.thread_id}", {"kind": "decision"}).status_code == may
    assert cast.ada.api("PATCH", f"/threads/{talk.thread_id}", {"kind": "decision"}).status_code == 200
    decision = {"body": "So be it", "grounds": [answer]}
    assert olga.api("POST", f"/threads/{talk.thread_id}/decision", decision).status_code == may
    assert olga.api("POST", f"/threads/{talk.thread_id}/decision/withdraw").status_code == may
