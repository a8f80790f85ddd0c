"""Ask to join, and be let in or not."""

import pytest

from extranet.app import Extranet
from tests.cast import Cast
from tests.servers import Letterbox
from tests.workspaces.places import Place, drain, open_place


def text_of(letter: object) -> str:
    return letter.get_body(("plain",)).get_content()  # type: ignore[attr-defined,no-any-return]


def asked(cast: Cast, why: str = "Teen samaa työtä") -> Place:
    place = open_place(cast)
    assert cast.mallory.post(place.path("/ask"), {"why": why}).location == place.path("/about")
    return place


def test_who_asks_waits_for_the_hosts(app: Extranet, cast: Cast) -> None:
    place = asked(cast)
    assert "waits for the hosts" in cast.mallory.get(place.path("/about")).text
    assert place.role(cast.mallory) is None
    assert "Teen samaa työtä" in cast.ada.get(place.path("/members")).text
    assert "1 request waits" in cast.ada.get("/workspaces").text


def test_only_hosts_and_moderators_read_the_request(app: Extranet, cast: Cast) -> None:
    place = asked(cast, "A private reason")
    for person, path in ((cast.grace, place.path("/members")), (cast.grace, place.path("/about"))):
        assert "A private reason" not in person.get(path).text
    assert "A private reason" in cast.moses.get(f"/desk/workspaces/{place.slug}").text


def test_the_hosts_get_a_letter(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = asked(cast)
    drain(app)
    (letter,) = smtp.to(cast.ada.email)
    assert f"/workspaces/{place.slug}/members" in text_of(letter)
    assert "Teen samaa työtä" in text_of(letter)
    assert smtp.to(cast.grace.email) == []


def test_asking_twice_is_asking_once(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = asked(cast)
    cast.mallory.post(place.path("/ask"), {"why": "Vielä kerran"})
    drain(app)
    assert len(smtp.to(cast.ada.email)) == 1


@pytest.mark.parametrize("why", ["", "  ", "x" * 1001])
def test_words_that_do_not_pass_are_kept_on_the_page(app: Extranet, cast: Cast, why: str) -> None:
    place = open_place(cast)
    answer = cast.mallory.post(place.path("/ask"), {"why": why})
    assert answer.status_code == 422
    assert why in answer.text
    assert "No request" not in cast.ada.get(place.path("/members")).text


def test_a_host_accepts(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = asked(cast)
    path = place.path(f"/requests/{cast.mallory.member_id}/accept")
    assert cast.ada.post(path).location == place.path("/members")
    assert place.role(cast.mallory) == "joined"
    drain(app)
    assert "accepted" in text_of(smtp.to(cast.mallory.email)[0])
    assert cast.ada.post(path).status_code == 302  # the other host's tab
    assert place.facts().count("member-joined") == 2


def test_a_moderator_accepts_on_the_desk(app: Extranet, cast: Cast) -> None:
    place = asked(cast)
    answer = cast.moses.post(place.path(f"/requests/{cast.mallory.member_id}/accept"))
    assert answer.location == f"/desk/workspaces/{place.slug}"
    assert place.role(cast.mallory) == "joined"


def test_a_host_declines_with_a_reason_that_the_member_reads(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    place = asked(cast, "Forget these words")
    path = place.path(f"/requests/{cast.mallory.member_id}/decline")
    assert cast.ada.post(path, {"reason": ""}).status_code == 422
    assert cast.ada.post(path, {"reason": "Ryhmä on täynnä"}).status_code == 302
    page = cast.mallory.get(place.path("/about")).text
    assert "Ryhmä on täynnä" in page
    assert "Forget these words" not in cast.ada.get(place.path("/members")).text
    drain(app)
    assert "Ryhmä on täynnä" in text_of(smtp.to(cast.mallory.email)[0])
    assert cast.ada.post(path, {"reason": "Twice"}).status_code == 409


def test_who_was_declined_may_ask_again(app: Extranet, cast: Cast) -> None:
    place = asked(cast)
    cast.ada.post(place.path(f"/requests/{cast.mallory.member_id}/decline"), {"reason": "Ei vielä"})
    cast.mallory.post(place.path("/ask"), {"why": "Nyt?"})
    assert "Nyt?" in cast.ada.get(place.path("/members")).text
    assert cast.ada.post(place.path(f"/requests/{cast.mallory.member_id}/accept")).status_code == 302
    assert place.role(cast.mallory) == "joined"


def test_a_request_is_withdrawn(app: Extranet, cast: Cast) -> None:
    place = asked(cast)
    for _ in range(2):
        assert cast.mallory.post(place.path("/withdraw")).status_code == 302
    assert "Teen samaa työtä" not in cast.ada.get(place.path("/members")).text
    assert cast.ada.post(place.path(f"/requests/{cast.mallory.member_id}/accept")).status_code == 404
    assert place.role(cast.mallory) is None


def test_only_hosts_and_moderators_decide(app: Extranet, cast: Cast) -> None:
    place = asked(cast)
    for what in ("accept", "decline"):
        path = place.path(f"/requests/{cast.mallory.member_id}/{what}")
        assert cast.grace.post(path, {"reason": "x"}).status_code == 404  # requests are not there for her
        assert cast.mallory.post(path, {"reason": "x"}).status_code == 404
    assert place.role(cast.mallory) is None


def test_asking_where_one_may_join_at_once_is_joining(app: Extranet, cast: Cast) -> None:
    place = open_place(cast, joining="open")
    assert cast.mallory.post(place.path("/ask"), {"why": "Mukaan"}).location == place.path()
    assert place.role(cast.mallory) == "joined"
