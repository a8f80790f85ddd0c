"""Apply and confirm: what a visitor does to get into the queue, and what nobody learns by it."""

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from extranet import clock
from extranet.accounts import service
from extranet.accounts.models import Application, Link, digest
from extranet.app import Extranet
from extranet.members import PRIVACY_VERSION, TERMS_VERSION, Member
from tests.cast import Cast, Person, keeping, looking
from tests.extranet.accounts.letters import html_of, only_letter, path_in, post, text_of
from tests.servers import Letterbox

SAID = {
    "name": "Zahra Ahmadi",
    "email": "zahra@example.org",
    "organisation": "Porin kaupunki",
    "task": "kotoutumisohjaaja",
    "region": "04",
    "why": "Etsin kollegoita.",
    "terms": "y",
}


def apply(person: Person, **said: Any) -> Any:
    return person.post("/apply", {**SAID, **said})


def applications(app: Extranet) -> list[Application]:
    with looking(app) as held:
        return list(held.scalars(sa.select(Application).order_by(Application.sent_at)))


def test_a_visitor_applies_and_confirms_by_the_link_in_a_letter(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    assert apply(cast.visitor).location == "/apply/sent"
    letter = only_letter(app, smtp, "zahra@example.org")
    link = path_in(letter)
    assert link.startswith("/apply/confirm/")
    assert "Zahra Ahmadi" in text_of(letter)

    page = cast.visitor.get(link)
    assert page.status_code == 200 and "Confirm the address" in page.text
    assert not applications(app)[0].is_confirmed, "programs that look into letters open links too"

    assert cast.visitor.post(link).status_code == 302
    assert "Your e-mail address is confirmed" in cast.visitor.get(link).text
    assert applications(app)[0].is_confirmed


def test_what_was_said_is_kept_with_the_versions_that_were_accepted(app: Extranet, cast: Cast) -> None:
    apply(Person(app, language="sv"))
    kept = applications(app)[0]
    for name, value in SAID.items():
        assert name == "terms" or getattr(kept, name) == value
    assert (kept.terms_version, kept.privacy_version, kept.language) == (TERMS_VERSION, PRIVACY_VERSION, "sv")


def test_the_letter_is_in_the_language_of_the_page(app: Extranet, smtp: Letterbox) -> None:
    apply(Person(app, language="fi"))
    letter = only_letter(app, smtp, "zahra@example.org")
    assert letter["Subject"] == "Vahvista sähköpostiosoitteesi"
    assert letter["Content-Language"] == "fi"


def test_an_applicant_has_no_session(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    apply(cast.visitor)
    cast.visitor.post(path_in(only_letter(app, smtp, "zahra@example.org")))
    assert cast.visitor.get("/settings").status_code == 302
    with looking(app) as held:
        assert held.scalar(sa.select(sa.func.count()).select_from(Member)) == 0


def test_a_members_address_gets_the_same_answer_and_another_letter(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    unknown, known = apply(cast.visitor), apply(cast.visitor, email=cast.ada.email.upper())
    assert (known.status_code, known.location, known.text) == (unknown.status_code, unknown.location, unknown.text)
    letter = only_letter(app, smtp, cast.ada.email)
    assert "You are a member already" in text_of(letter)
    assert "/apply/confirm/" not in text_of(letter)


def test_who_has_applied_already_is_told_so_by_letter_alone(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    apply(cast.visitor)
    cast.visitor.post(path_in(only_letter(app, smtp, "zahra@example.org")))
    assert apply(cast.visitor, email="Zahra@Example.org").location == "/apply/sent"
    post(app, smtp)
    assert "We have your earlier application" in text_of(smtp.to("zahra@example.org")[1])


def test_two_unconfirmed_applications_give_one_place_in_the_queue(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    apply(cast.visitor)
    apply(cast.visitor)
    post(app, smtp)
    first, second = (path_in(letter) for letter in smtp.to("zahra@example.org"))
    assert cast.visitor.post(first).status_code == 302
    refused = cast.visitor.post(second)
    assert refused.status_code == 409 and "waiting for a moderator already" in refused.text
    assert sum(one.is_confirmed for one in applications(app)) == 1


def test_an_address_is_not_flooded_with_letters(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    for _time in range(12):
        apply(cast.visitor)
    post(app, smtp)
    assert len(smtp.to("zahra@example.org")) == 5


def test_a_link_is_kept_as_a_digest_and_ends_after_a_week(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    apply(cast.visitor)
    path = path_in(only_letter(app, smtp, "zahra@example.org"))
    secret = path.rpartition("/")[2]
    with looking(app) as held:
        assert held.scalars(sa.select(Link.secret_hash)).all() == [digest(secret)]
    with clock.later(timedelta(days=7, seconds=1)):
        assert cast.visitor.get(path).status_code == 404
        assert cast.visitor.post(path).status_code == 404
    assert cast.visitor.get(path).status_code == 200


def test_a_link_that_never_was_is_not_there(cast: Cast) -> None:
    for answer in (cast.visitor.get("/apply/confirm/never"), cast.visitor.post("/apply/confirm/never")):
        assert answer.status_code == 404 and "used already or is too old" in answer.text


@pytest.mark.parametrize("field", sorted(SAID))
def test_every_field_is_wanted(app: Extranet, cast: Cast, field: str) -> None:
    answer = apply(cast.visitor, **{field: ""})
    assert answer.status_code == 422
    assert re.search(rf'href="#{field}"', answer.text), "the summary leads to the field"
    assert ("Etsin kollegoita." in answer.text) == (field != "why"), "what was typed is still there"
    assert applications(app) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "x" * 101), ("organisation", "x" * 201), ("task", "x" * 201), ("why", "x" * 2001), ("region", "99"),
     ("email", "x" * 300 + "@example.org"), ("email", "nobody"), ("email", "a@b@c"), ("email", "a b@example.org"),
     ("email", "a@example.org\nBcc: b@example.org")],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(app: Extranet, cast: Cast, field: str, value: str) -> None:
    answer = apply(cast.visitor, **{field: value})
    assert answer.status_code == 422 and f'href="#{field}"' in answer.text
    assert applications(app) == []


@pytest.mark.parametrize(
    "name", ["O’Brien", "Şirin", "فاطمه رضایی", "李明", "🙂", "<script>alert(1)</script>", "{{ 7*7 }}", "x" * 100]
)
def test_names_of_all_kinds_are_kept_as_they_are(app: Extranet, cast: Cast, smtp: Letterbox, name: str) -> None:
    assert apply(cast.visitor, name=name).status_code == 302
    assert applications(app)[0].name == name
    letter = only_letter(app, smtp, "zahra@example.org")
    assert name in text_of(letter)
    assert "<script>alert" not in html_of(letter)


@pytest.mark.parametrize(
    ("email", "delivered_to"),
    [
        ("zahra@töitä.example.fi", "zahra@xn--tit-sla1g.example.fi"),
        ("o'brien+x@example.org", "o'brien+x@example.org"),
        ("Zahra.Ahmadi@Example.org", "Zahra.Ahmadi@example.org"),
    ],
)
def test_an_address_that_is_taken_gets_its_letter(
    app: Extranet, cast: Cast, smtp: Letterbox, email: str, delivered_to: str
) -> None:
    assert apply(cast.visitor, email=email).status_code == 302
    assert [letter["X-Envelope-To"] for letter in post(app, smtp)] == [delivered_to]


def test_an_address_that_most_mail_servers_do_not_take_is_refused(cast: Cast) -> None:
    assert apply(cast.visitor, email="zähra@example.org").status_code == 422


def test_lines_and_letters_are_tidied(app: Extranet, cast: Cast) -> None:
    apply(cast.visitor, name="  Zahra \t Ahmadi\x07 ", why="yksi\r\nkaksi\x07")
    kept = applications(app)[0]
    assert (kept.name, kept.why) == ("Zahra Ahmadi", "yksi\nkaksi")


def test_without_the_forms_token_nothing_happens(app: Extranet, cast: Cast) -> None:
    answer = cast.visitor.client.post("/apply", data=SAID)
    assert answer.status_code == 400
    assert applications(app) == []


def test_old_applications_are_forgotten(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    apply(cast.visitor)
    post(app, smtp)
    with clock.later(timedelta(days=8)), keeping(app):
        service.forget_what_is_old()
    assert applications(app) == []


def test_a_known_address_is_greeted_by_its_own_name(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    apply(cast.visitor, email=cast.ada.email, name="You have won, call 123")
    assert "Hello Ada Lovelace!" in text_of(only_letter(app, smtp, cast.ada.email))
    apply(cast.visitor, name="Zahra Ahmadi")
    cast.visitor.post(path_in(only_letter(app, smtp, "zahra@example.org")))
    apply(cast.visitor, name="You have won, call 123")
    post(app, smtp)
    second = smtp.to("zahra@example.org")[1]
    assert "Hello Zahra Ahmadi!" in text_of(second) and "won" not in str(second["To"]) + text_of(second)


@pytest.mark.parametrize("name", ["Win at https://example.org", "WWW.example.org", "Ada http://x"])
def test_a_name_holds_no_web_address(cast: Cast, name: str) -> None:
    page = apply(cast.visitor, name=name)
    assert page.status_code == 422 and "without web addresses" in page.text
