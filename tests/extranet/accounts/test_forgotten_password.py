"""Forgotten password: a link by letter, once, for an hour, that ends all sessions."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from extranet import clock
from extranet.accounts.models import Link, PasswordRequest
from extranet.app import Extranet
from tests.cast import PASSWORD, Cast, Person, looking
from tests.extranet.accounts.letters import only_letter, path_in, post, text_of
from tests.extranet.accounts.test_sign_in import cookie_of, is_signed_in, sign_in
from tests.servers import Letterbox

NEW = "uusi-salasana-kesällä"


def forget(person: Person, email: str) -> Any:
    return person.post("/forgotten-password", {"email": email})


def link_for(app: Extranet, smtp: Letterbox, person: Person) -> str:
    forget(Person(app), person.email)
    return path_in(only_letter(app, smtp, person.email))


def test_a_member_sets_a_new_password_and_signs_in_with_it(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    link = link_for(app, smtp, cast.ada)
    assert link.startswith("/set-password/")
    browser = Person(app)
    assert cast.ada.email in browser.get(link).text
    assert browser.post(link, {"password": NEW}).location == "/sign-in"
    assert sign_in(Person(app), cast.ada.email, NEW).status_code == 302
    assert sign_in(Person(app), cast.ada.email, PASSWORD).status_code == 422


def test_known_and_unknown_get_the_same_answer(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    known, unknown = forget(cast.visitor, cast.ada.email), forget(cast.visitor, "nobody-here@example.org")
    assert (known.status_code, known.location, known.text) == (unknown.status_code, unknown.location, unknown.text)
    assert [str(letter["To"]) for letter in post(app, smtp)] == [f"Ada Lovelace <{cast.ada.email}>"]
    with looking(app) as held:
        assert held.scalar(sa.select(sa.func.count()).select_from(PasswordRequest)) == 0, "who asked is forgotten"


def test_a_link_works_once(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    link = link_for(app, smtp, cast.ada)
    Person(app).post(link, {"password": NEW})
    assert Person(app).get(link).status_code == 404
    assert Person(app).post(link, {"password": "toinen-uusi-salasana"}).status_code == 404
    assert sign_in(Person(app), cast.ada.email, NEW).status_code == 302


def test_a_link_works_for_an_hour(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    link = link_for(app, smtp, cast.ada)
    with clock.later(timedelta(minutes=61)):
        assert Person(app).get(link).status_code == 404
        assert Person(app).post(link, {"password": NEW}).status_code == 404
    with clock.later(timedelta(minutes=59)):
        assert Person(app).get(link).status_code == 200


def test_a_new_password_ends_all_sessions_but_no_token(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    browser = Person(app)
    sign_in(browser, cast.ada.email)
    copied, token = cookie_of(browser), cast.ada.token
    first = link_for(app, smtp, cast.ada)
    forget(Person(app), cast.ada.email)
    post(app, smtp)
    second = path_in(smtp.to(cast.ada.email)[1])
    assert is_signed_in(app, copied) and cast.ada.get("/settings").status_code == 200

    Person(app).post(first, {"password": NEW})
    assert not is_signed_in(app, copied)
    assert cast.ada.get("/settings").status_code == 302
    assert Person(app).get(second).status_code == 404
    answer = app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_the_member_is_told_of_the_new_password(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    Person(app).post(link_for(app, smtp, cast.ada), {"password": NEW})
    post(app, smtp)
    assert "has just been changed" in text_of(smtp.to(cast.ada.email)[1])


@pytest.mark.parametrize("password", ["", "short", "1234567890", "Ada Lovelace"])
def test_a_weak_password_is_refused_and_the_link_lives(
    app: Extranet, cast: Cast, smtp: Letterbox, password: str
) -> None:
    link = link_for(app, smtp, cast.ada)
    assert Person(app).post(link, {"password": password}).status_code == 422
    assert Person(app).post(link, {"password": NEW}).status_code == 302


def test_an_imported_member_gets_the_first_password_in_the_same_way(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    newcomer = cast.member("Imported Person", password_hash=None, terms_version=None, privacy_version=None)
    Person(app).post(link_for(app, smtp, newcomer), {"password": NEW})
    browser = Person(app)
    assert sign_in(browser, newcomer.email, NEW).status_code == 302
    assert browser.get("/").location == "/accept-terms?next=/"


def test_a_suspended_member_is_told_but_gets_no_link(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    cast.moses.post(f"/desk/members/{cast.ada.member_id}/suspend", {"reason": "x"})
    post(app, smtp)
    forget(Person(app), cast.ada.email)
    post(app, smtp)
    letter = smtp.to(cast.ada.email)[1]
    assert "Your membership is suspended" in text_of(letter)
    assert "/set-password/" not in text_of(letter)


def test_a_link_made_before_a_suspension_does_not_open(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    link = link_for(app, smtp, cast.ada)
    cast.moses.post(f"/desk/members/{cast.ada.member_id}/suspend", {"reason": "x"})
    assert Person(app).get(link).status_code == 404


def test_a_member_is_not_flooded_with_letters(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    for _time in range(9):
        forget(cast.visitor, cast.ada.email)
    post(app, smtp)
    assert len(smtp.to(cast.ada.email)) == 5


@pytest.mark.parametrize("email", ["", "nobody", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_refused(app: Extranet, cast: Cast, email: str) -> None:
    assert forget(cast.visitor, email).status_code == 422
    with looking(app) as held:
        assert held.scalar(sa.select(sa.func.count()).select_from(PasswordRequest)) == 0


def test_a_letter_that_could_not_be_sent_is_sent_later(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    smtp.refusing = "451 try again"
    forget(Person(app), cast.ada.email)
    assert post(app, smtp) == []
    smtp.refusing = None
    with clock.later(timedelta(hours=2)):
        link = path_in(only_letter(app, smtp, cast.ada.email))
        assert Person(app).post(link, {"password": NEW}).status_code == 302


def test_without_the_forms_token_nothing_happens(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    link = link_for(app, smtp, cast.ada)
    assert app.test_client().post("/forgotten-password", data={"email": cast.ada.email}).status_code == 400
    assert app.test_client().post(link, data={"password": NEW}).status_code == 400
    with looking(app) as held:
        assert held.scalar(sa.select(sa.func.count()).select_from(Link)) == 1
