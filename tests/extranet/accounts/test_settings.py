"""A member's own settings: language and colours, the password, signed-in browsers, access tokens."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from extranet import clock
from extranet.app import Extranet
from extranet.credentials import Credential
from extranet.members import Member
from tests.cast import PASSWORD, Cast, Person, keeping, looking, without_tokens
from tests.extranet.accounts.letters import post, text_of
from tests.extranet.accounts.test_sign_in import cookie_of, is_signed_in, sign_in
from tests.servers import Letterbox

NEW = "uusi-salasana-kesällä"


def member(app: Extranet, person: Person) -> Member:
    with looking(app) as held:
        return held.get_one(Member, person.member_id)


def change_password(person: Person, current: str = PASSWORD, new: str = NEW) -> Any:
    return person.post("/settings/password", {"current": current, "new": new})


def make_token(person: Person, name: str = "calendar") -> str:
    page = person.post("/settings/tokens", {"name": name})
    assert page.status_code == 200
    found = re.search(r"ext_[\w-]+", page.text)
    assert found
    return found.group()


def me(app: Extranet, token: str) -> int:
    return app.test_client().get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_member_chooses_language_and_colours(app: Extranet, cast: Cast) -> None:
    assert 'data-theme="auto"' in cast.ada.get("/settings").text
    cast.ada.post("/settings", {"language": "fi", "theme": "dark"})
    page = cast.ada.get("/settings").text
    assert '<html lang="fi" dir="ltr" data-theme="dark">' in page
    assert "Asetuksesi on tallennettu." in page


def test_who_chooses_a_language_for_the_first_time_is_answered_in_it(app: Extranet, cast: Cast) -> None:
    ada = cast.ada
    with keeping(app) as held:
        held.get_one(Member, ada.member_id).language = None
    ada.post("/settings", {"language": "fi", "theme": "dark"}, headers={"Accept-Language": "sv"})
    assert "Asetuksesi on tallennettu." in ada.get("/settings").text


@pytest.mark.parametrize("said", [{"language": "xx", "theme": "dark"}, {"language": "fi", "theme": "pink"}])
def test_what_cannot_be_chosen_is_refused(app: Extranet, cast: Cast, said: dict[str, str]) -> None:
    assert cast.ada.post("/settings", said).status_code == 422
    assert (member(app, cast.ada).language, member(app, cast.ada).theme) == ("en", None)


def test_the_own_name_is_shown_and_cannot_be_changed(app: Extranet, cast: Cast) -> None:
    cast.ada.post("/settings", {"language": "fi", "theme": "dark", "name": "Somebody Else"})
    assert member(app, cast.ada).name == "Ada Lovelace"


def test_a_changed_password_ends_every_session_and_starts_this_one_anew(app: Extranet, cast: Cast) -> None:
    here, elsewhere = Person(app), Person(app)
    sign_in(here, cast.ada.email)
    sign_in(elsewhere, cast.ada.email)
    copied, other, token = cookie_of(here), cookie_of(elsewhere), cast.ada.token
    assert change_password(here).status_code == 302
    assert "Your password is changed." in here.get("/settings").text
    assert not is_signed_in(app, copied), "a copied cookie of this browser is dead too"
    assert not is_signed_in(app, other)
    assert me(app, token) == 200, "a token survives"
    assert sign_in(Person(app), cast.ada.email, NEW).status_code == 302


def test_the_member_is_told_of_a_changed_password(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    change_password(cast.ada)
    post(app, smtp)
    assert "has just been changed" in text_of(smtp.to(cast.ada.email)[0])


@pytest.mark.parametrize(
    ("current", "new", "sentence"),
    [
        ("wrong", NEW, "This is not your present password."), ("", NEW, "Fill in this field."),
        (PASSWORD, "short", "Use at least 10 characters."), (PASSWORD, "Ada Lovelace", "may not be your name"),
        (PASSWORD, "salasana123", "first that anybody would guess"), (PASSWORD, "x" * 900, "at most 200 characters"),
    ],
)  # fmt: skip
def test_a_password_that_cannot_be_changed_stays(
    app: Extranet, cast: Cast, current: str, new: str, sentence: str
) -> None:
    before = member(app, cast.ada).password_hash
    answer = change_password(cast.ada, current, new)
    assert answer.status_code == 422 and sentence in answer.text
    assert member(app, cast.ada).password_hash == before
    assert cast.ada.get("/settings").status_code == 200


def test_signed_in_browsers_are_listed_and_can_be_ended(app: Extranet, cast: Cast) -> None:
    phone = Person(app)
    agent = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    phone.post("/sign-in", {"email": cast.ada.email, "password": PASSWORD}, headers={"User-Agent": agent})
    page = cast.ada.get("/settings/sign-ins").text
    assert "Firefox, Android" in page and "This browser" in page
    ends = re.findall(r"/settings/credentials/\w+/end", page)
    assert len(ends) == 1
    assert cast.ada.post(ends[0]).location == "/settings/sign-ins"
    assert phone.get("/settings").status_code == 302
    assert cast.ada.get("/settings").status_code == 200
    assert cast.ada.post(ends[0]).status_code == 404, "what has ended is not there"


def test_all_other_browsers_can_be_ended_at_once(app: Extranet, cast: Cast) -> None:
    others = [Person(app), Person(app)]
    for other in others:
        sign_in(other, cast.ada.email)
    cast.ada.post("/settings/sign-ins/end-others")
    assert [other.get("/settings").status_code for other in others] == [302, 302]
    assert cast.ada.get("/settings").status_code == 200


def test_nobody_ends_or_sees_anothers_sign_in(app: Extranet, cast: Cast) -> None:
    cast.ada.get("/")
    with looking(app) as held:
        adas = held.scalars(sa.select(Credential.id).where(Credential.member_id == cast.ada.member_id)).one()
    foreign, never = (cast.mallory.post(f"/settings/credentials/{one}/end") for one in (adas, "neverWasOne1"))
    assert foreign.status_code == never.status_code == 404
    assert without_tokens(foreign.text).replace(adas, "neverWasOne1") == without_tokens(never.text)
    assert adas not in cast.mallory.get("/settings/sign-ins").text
    assert cast.ada.get("/settings").status_code == 200


def test_a_token_is_shown_once_listed_and_revoked(app: Extranet, cast: Cast) -> None:
    token = make_token(cast.ada, "calendar <b>")
    assert me(app, token) == 200
    page = cast.ada.get("/settings/tokens").text
    assert token not in page and "calendar &lt;b&gt;" in page
    with looking(app) as held:
        assert token not in str(held.execute(sa.select(Credential.secret_hash)).all())
    end = re.findall(r"/settings/credentials/\w+/end", page)
    cast.ada.post(end[0])
    assert me(app, token) == 401
    assert "calendar" not in cast.ada.get("/settings/tokens").text.partition("<form")[0]


def test_a_token_needs_a_name(app: Extranet, cast: Cast) -> None:
    for name in ("", "   ", "x" * 101):
        assert cast.ada.post("/settings/tokens", {"name": name}).status_code == 422
    with looking(app) as held:
        assert held.scalar(sa.select(sa.func.count()).where(Credential.kind == "token")) == 0


def test_a_token_dies_with_suspension_and_stays_dead(app: Extranet, cast: Cast) -> None:
    token = make_token(cast.ada)
    cast.moses.post(f"/desk/members/{cast.ada.member_id}/suspend", {"reason": "x"})
    assert me(app, token) == 401
    cast.moses.post(f"/desk/members/{cast.ada.member_id}/restore")
    assert me(app, token) == 401


@pytest.mark.parametrize(
    "path", ["/settings", "/settings/password", "/settings/sign-ins/end-others", "/settings/tokens"]
)
def test_without_the_forms_token_nothing_happens(cast: Cast, path: str) -> None:
    assert cast.ada.client.post(path, data={"language": "fi", "name": "x"}).status_code == 400


@pytest.mark.parametrize("path", ["/settings", "/settings/password", "/settings/sign-ins", "/settings/tokens"])
def test_visitors_are_asked_to_sign_in(cast: Cast, path: str) -> None:
    assert cast.visitor.get(path).location == f"/sign-in?next={path}"


def test_the_answer_loaded_again_makes_no_second_token(app: Extranet, cast: Cast) -> None:
    once = re.search(r'name="once"[^>]*value="([^"]+)"', cast.ada.get("/settings/tokens").text)
    assert once
    form = {"name": "calendar", "once": once.group(1)}
    token = re.search(r"ext_[\w-]+", cast.ada.post("/settings/tokens", form).text)
    again = cast.ada.post("/settings/tokens", form)
    assert again.location == "/settings/tokens" and token and token.group() not in again.text
    assert "has been made already" in cast.ada.get("/settings/tokens").text
    with looking(app) as held:
        assert held.scalar(sa.select(sa.func.count()).where(Credential.kind == "token")) == 1
    assert "ext_" in cast.grace.post("/settings/tokens", form).text, "another member's forms are their own"


def test_a_new_token_is_not_used_until_it_is(app: Extranet, cast: Cast) -> None:
    token = make_token(cast.ada)
    assert "Not used yet" in cast.ada.get("/settings/tokens").text
    with clock.later(timedelta(seconds=30)):
        assert me(app, token) == 200
        page = cast.ada.get("/settings/tokens").text
    assert "Not used yet" not in page and "Used just now" in page
