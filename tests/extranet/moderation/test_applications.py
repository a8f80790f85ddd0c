"""The desk's queue: moderators admit or decline, once, and the applicant gets a letter either way."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from extranet import clock
from extranet.accounts.models import Application
from extranet.app import Extranet
from extranet.members import PRIVACY_VERSION, TERMS_VERSION, Member
from tests.cast import Cast, Person, keeping, looking
from tests.extranet.accounts.letters import only_letter, path_in, post, text_of
from tests.extranet.accounts.test_sign_in import sign_in
from tests.servers import Letterbox

NEW = "uusi-salasana-kesällä"


def waiting(app: Extranet, name: str = "Zahra Ahmadi", *, days: int = 1, **facts: Any) -> str:
    """The id of an application that waits, confirmed so many days ago."""
    with keeping(app) as held:
        at = clock.now() - timedelta(days=days)
        application = Application(
            **{
                "name": name, "email": f"{name.split()[0].lower()}@example.org",
                "organisation": "Porin kaupunki", "task": "ohjaaja", "region": "04",
                "why": "Etsin <b>kollegoita</b>.\n\nToinen kappale.", "language": "fi",
                "terms_version": TERMS_VERSION, "privacy_version": PRIVACY_VERSION,
                "sent_at": at, "confirmed_at": at, **facts,
            }
        )  # fmt: skip
        held.add(application)
        held.flush()
        return application.id


def get(app: Extranet, application_id: str) -> Application:
    with looking(app) as held:
        return held.get_one(Application, application_id)


def test_the_queue_shows_confirmed_applications_the_oldest_first(app: Extranet, cast: Cast) -> None:
    waiting(app, "Newer Person", days=1)
    waiting(app, "Older Person", days=5)
    waiting(app, "Unconfirmed Person", confirmed_at=None)
    page = cast.moses.get("/desk/applications").text
    assert page.index("Older Person") < page.index("Newer Person")
    assert "Unconfirmed Person" not in page
    assert cast.moses.get("/desk").location == "/desk/applications"


def test_the_navigation_counts_what_waits(app: Extranet, cast: Cast) -> None:
    assert 'data-count="desk"></span>' in cast.moses.get("/settings").text
    waiting(app)
    waiting(app, "Second Person")
    assert '<span class="badge" data-count="desk">2</span>' in cast.moses.get("/settings").text
    assert 'href="/desk"' not in cast.ada.get("/settings").text


def test_the_queue_has_pages(app: Extranet, cast: Cast) -> None:
    for number in range(27):
        waiting(app, f"Person{number:02} Long", days=40 - number)
    first = cast.moses.get("/desk/applications").text
    assert "Person24" in first and "Person25" not in first
    link = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    second = cast.moses.get(link).text
    assert "Person24" not in second and "Person25" in second and "Person26" in second
    for wrong in ("nonsense", "WzFd", "WyIxIiwiMiJd"):
        assert cast.moses.get(f"/desk/applications?after={wrong}").status_code == 400


def test_an_application_is_read_whole(app: Extranet, cast: Cast) -> None:
    page = cast.moses.get(f"/desk/applications/{waiting(app)}").text
    for said in ("Zahra Ahmadi", "zahra@example.org", "Porin kaupunki", "ohjaaja", "Satakunta", TERMS_VERSION):
        assert said in page
    assert "Etsin &lt;b&gt;kollegoita&lt;/b&gt;." in page


def test_an_admitted_applicant_sets_a_password_and_is_in(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    one = waiting(app)
    assert cast.moses.post(f"/desk/applications/{one}/admit").location == "/desk/applications"
    letter = only_letter(app, smtp, "zahra@example.org")
    assert letter["Subject"] == "Olet nyt jäsen" and letter["To"] == "Zahra Ahmadi <zahra@example.org>"
    newcomer = Person(app)
    assert newcomer.post(path_in(letter), {"password": NEW}).location == "/sign-in"
    sign_in(newcomer, "zahra@example.org", NEW)
    assert "Hei, Zahra" in newcomer.get("/").text, "the language and the accepted terms come from the application"
    with looking(app) as held:
        member = held.scalars(sa.select(Member).where(Member.email == "zahra@example.org")).one()
        assert (member.role, member.language, member.terms_version) == ("member", "fi", TERMS_VERSION)
    assert get(app, one).is_admitted
    post(app, smtp)
    assert len(smtp.letters) == 1, "a first password is not announced as a change"


def test_a_declined_applicant_gets_the_reason(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    one = waiting(app, language="en")
    cast.moses.post(f"/desk/applications/{one}/decline", {"reason": "Tell more <about> your work."})
    assert "Tell more <about> your work." in text_of(only_letter(app, smtp, "zahra@example.org"))
    with looking(app) as held:
        assert held.scalar(sa.select(sa.func.count()).where(Member.email == "zahra@example.org")) == 0
    kept = get(app, one)
    assert kept.is_decided and not kept.is_admitted and kept.decided_by_id == cast.moses.member_id
    assert "Zahra Ahmadi" in cast.moses.get("/desk/applications?which=decided").text


@pytest.mark.parametrize("reason", ["", "  \n ", "x" * 1001])
def test_declining_wants_a_reason(app: Extranet, cast: Cast, reason: str) -> None:
    one = waiting(app)
    answer = cast.moses.post(f"/desk/applications/{one}/decline", {"reason": reason})
    assert answer.status_code == 422 and 'href="#reason"' in answer.text
    assert not get(app, one).is_decided


@pytest.mark.parametrize("first", ["admit", "decline"])
@pytest.mark.parametrize("second", ["admit", "decline"])
def test_the_second_of_two_decisions_is_refused(
    app: Extranet, cast: Cast, smtp: Letterbox, first: str, second: str
) -> None:
    one = waiting(app)
    cast.moses.post(f"/desk/applications/{one}/{first}", {"reason": "first"})
    answer = cast.irma.post(f"/desk/applications/{one}/{second}", {"reason": "second"})
    assert answer.status_code == 409 and "decided on this application already" in answer.text
    assert get(app, one).decided_by_id == cast.moses.member_id
    assert get(app, one).decline_reason == ("first" if first == "decline" else None)
    post(app, smtp)
    assert len(smtp.letters) == 1


def test_who_became_a_member_meanwhile_is_not_admitted_again(app: Extranet, cast: Cast) -> None:
    one = waiting(app)
    cast.member("Zahra Ahmadi", email="ZAHRA@example.org")
    answer = cast.moses.post(f"/desk/applications/{one}/admit")
    assert answer.status_code == 409 and "member with this e-mail address already" in answer.text
    assert not get(app, one).is_decided


def test_earlier_applications_of_the_address_are_shown(app: Extranet, cast: Cast) -> None:
    former = waiting(app, days=20)
    cast.moses.post(f"/desk/applications/{former}/decline", {"reason": "Too few words."})
    page = cast.moses.get(f"/desk/applications/{waiting(app)}").text
    assert former in page and "Too few words." in page


def test_the_trail_tells_who_decided(app: Extranet, cast: Cast) -> None:
    one = waiting(app)
    cast.moses.post(f"/desk/applications/{one}/decline", {"reason": "x"})
    page = cast.irma.get(f"/desk/applications/{one}").text
    trail = page.partition('id="trail"')[2]
    assert "Declined" in trail and "Moses Moderator" in trail


def test_for_members_the_desk_is_closed_and_applications_do_not_exist(app: Extranet, cast: Cast) -> None:
    one = waiting(app)
    assert cast.ada.get("/desk").status_code == cast.ada.get("/desk/applications").status_code == 403
    assert cast.ada.get("/desk/members").status_code == 403
    there, never = cast.ada.get(f"/desk/applications/{one}"), cast.ada.get("/desk/applications/neverWasOne1")
    assert there.status_code == never.status_code == 404
    for verb in ("admit", "decline"):
        assert cast.ada.post(f"/desk/applications/{one}/{verb}", {"reason": "x"}).status_code == 404
    assert cast.visitor.get(f"/desk/applications/{one}").status_code == 302
    assert not get(app, one).is_decided


def test_an_unconfirmed_application_does_not_exist_yet(app: Extranet, cast: Cast) -> None:
    one = waiting(app, confirmed_at=None)
    assert cast.moses.get(f"/desk/applications/{one}").status_code == 404
    assert cast.moses.post(f"/desk/applications/{one}/admit").status_code == 404


def test_without_the_forms_token_nothing_is_decided(app: Extranet, cast: Cast) -> None:
    one = waiting(app)
    assert cast.moses.client.post(f"/desk/applications/{one}/admit").status_code == 400
    assert not get(app, one).is_decided


def test_the_trail_of_an_admitted_application_ends_in_the_decision(app: Extranet, cast: Cast) -> None:
    one = waiting(app)
    cast.moses.post(f"/desk/applications/{one}/admit")
    trail = cast.irma.get(f"/desk/applications/{one}").text.partition('id="trail"')[2]
    assert "Admitted" in trail and "Moses Moderator" in trail
