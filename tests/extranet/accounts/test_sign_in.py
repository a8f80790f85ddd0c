"""Sign in and out: the same answer for known and unknown, and sessions that can be ended."""

from statistics import median
from time import thread_time
from typing import Any

import pytest
import sqlalchemy as sa

from extranet.accounts import passwords
from extranet.app import Extranet
from extranet.credentials import Credential
from extranet.members import Member
from tests.cast import PASSWORD, Cast, Person, looking, without_tokens


def sign_in(person: Person, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return person.post("/sign-in", {"email": email, "password": password, **more})


def cookie_of(person: Person) -> str:
    cookie = person.client.get_cookie("extranet")
    assert cookie is not None
    return cookie.value


def is_signed_in(app: Extranet, cookie: str) -> bool:
    """Whether a browser with this cookie alone gets behind the sign-in."""
    thief = app.test_client()
    thief.set_cookie("extranet", cookie)
    return thief.get("/settings").status_code == 200


def test_a_member_signs_in_whatever_the_case_of_the_address(app: Extranet, cast: Cast) -> None:
    browser = Person(app)
    answer = sign_in(browser, f"  {cast.ada.email.upper()} ")
    assert (answer.status_code, answer.location) == (302, "/")
    assert "Ada Lovelace" in browser.get("/").text


def test_signing_in_leads_to_the_page_that_was_asked_for(app: Extranet, cast: Cast) -> None:
    browser = Person(app)
    asked = browser.get("/settings/tokens?a=1")
    assert asked.location == "/sign-in?next=/settings/tokens?a%3D1"
    assert 'value="/settings/tokens?a=1"' in browser.get(asked.location).text
    assert sign_in(browser, cast.ada.email, next="/settings/tokens?a=1").location == "/settings/tokens?a=1"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\n/x"]
)
def test_signing_in_never_leads_to_another_site(app: Extranet, cast: Cast, target: str) -> None:
    assert sign_in(Person(app), cast.ada.email, next=target).location == "/"


def test_whatever_is_wrong_the_answer_is_the_same(app: Extranet, cast: Cast) -> None:
    passwordless = cast.member("Grace Hopper", password_hash=None)
    typed = [cast.ada.email, "nobody-here@example.org", passwordless.email]
    answers = [sign_in(Person(app), email, "not-the-password") for email in typed]
    assert {answer.status_code for answer in answers} == {422}
    plain = {without_tokens(answer.text.replace(email, "EMAIL")) for answer, email in zip(answers, typed, strict=True)}
    assert len(plain) == 1
    assert "The e-mail address or the password is not right" in answers[0].text
    assert cast.ada.email in answers[0].text, "the address stays typed"
    assert "not-the-password" not in answers[0].text, "the password does not"


@pytest.mark.once
def test_the_answer_takes_as_long_for_an_unknown_address(app: Extranet, cast: Cast) -> None:
    browser = Person(app)
    times: dict[str, list[float]] = {cast.ada.email: [], "nobody-here@example.org": []}
    for _round in range(12):
        for email, taken in times.items():
            began = thread_time()  # what else the machine does meanwhile does not count
            sign_in(browser, email, "not-the-password")
            taken.append(thread_time() - began)
    known, unknown = (median(taken[2:]) for taken in times.values())
    assert abs(known - unknown) < 0.25 * max(known, unknown), (known, unknown)


@pytest.mark.parametrize(
    ("email", "password"),
    [("", "x"), ("a@example.org", ""), ("no address", "x"), ("x" * 400, "x"), ("a@example.org", "x" * 5000)],
)
def test_what_cannot_be_is_refused_before_any_comparing(cast: Cast, email: str, password: str) -> None:
    assert sign_in(cast.visitor, email, password).status_code == 422


def test_who_is_signed_in_already_is_sent_on(cast: Cast) -> None:
    assert cast.ada.get("/sign-in?next=/settings").location == "/settings"


def test_a_copied_cookie_is_dead_after_signing_out(app: Extranet, cast: Cast) -> None:
    browser = Person(app)
    sign_in(browser, cast.ada.email)
    copied = cookie_of(browser)
    assert is_signed_in(app, copied)
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.location) == (302, "/")
    assert not is_signed_in(app, copied)
    assert "You have signed out." in browser.get("/").text


def test_signing_in_gives_a_fresh_session(app: Extranet, cast: Cast) -> None:
    browser = Person(app)
    browser.get("/sign-in")
    before = cookie_of(browser)
    sign_in(browser, cast.ada.email)
    assert cookie_of(browser) != before
    assert not is_signed_in(app, before)


def test_signing_out_of_one_browser_leaves_the_other(app: Extranet, cast: Cast) -> None:
    one, other = Person(app), Person(app)
    sign_in(one, cast.ada.email)
    sign_in(other, cast.ada.email)
    one.post("/sign-out")
    assert one.get("/settings").status_code == 302
    assert other.get("/settings").status_code == 200


def test_a_suspended_member_who_knows_the_password_is_told(app: Extranet, cast: Cast) -> None:
    cast.moses.post(f"/desk/members/{cast.ada.member_id}/suspend", {"reason": "x"})
    right = sign_in(Person(app), cast.ada.email)
    assert right.status_code == 403 and "Your membership is suspended" in right.text
    assert sign_in(Person(app), cast.ada.email, "not-the-password").status_code == 422


def test_only_digests_of_secrets_are_kept(app: Extranet, cast: Cast) -> None:
    browser = Person(app)
    sign_in(browser, cast.ada.email)
    with browser.client.session_transaction() as session:
        secret = session["_user_id"]
    with looking(app) as held:
        kept = held.scalars(sa.select(Credential.secret_hash)).all()
        password = held.get_one(Member, cast.ada.member_id).password_hash
    assert kept and secret not in kept
    assert password is not None and password.startswith("$argon2id$")


def test_without_the_forms_token_nobody_signs_in_or_out(app: Extranet, cast: Cast) -> None:
    browser = app.test_client()
    assert browser.post("/sign-in", data={"email": cast.ada.email, "password": PASSWORD}).status_code == 400
    assert cast.ada.client.post("/sign-out").status_code == 400
    assert cast.ada.get("/settings").status_code == 200


@pytest.mark.once
@pytest.mark.parametrize(
    ("password", "will_do"),
    [
        ("lyhyt", False), ("123456789", False), ("1234567890", False), ("Salasana123", False), ("aaaaaaaaaaaa", False),
        ("Ada Lovelace", False), ("lovelace-ada1", False), ("ADA@EXAMPLE.ORG", False), ("x" * 201, False),
        (PASSWORD, True), ("kissa istuu puussa", True), ("пароль-пароль", True), ("🙂🙃🙂😀🙂🙃🙂😁🙂🙃", True),
    ],
)  # fmt: skip
def test_a_password_is_long_and_not_what_anybody_would_try_first(app: Extranet, password: str, will_do: bool) -> None:
    with app.test_request_context():
        why = passwords.weakness(password, name="Ada Lovelace", email="ada@example.org")
    assert (why is None) == will_do, why


def test_guessing_is_slowed_down(limited: Extranet) -> None:
    browser = Person(limited)
    answers = [sign_in(browser, "nobody-here@example.org", "x") for _time in range(21)]
    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "Too many tries" in answers[-1].text
    assert sign_in(browser, "another-one@example.org", "x").status_code == 422, "others at the same address go on"
    for path in ("/apply", "/forgotten-password"):
        assert [browser.post(path).status_code for _time in range(21)] == [422] * 20 + [429], path
