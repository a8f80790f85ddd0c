"""Members on the desk: found, suspended, restored, appointed, renamed; and who may do it to whom."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from extranet import clock
from extranet.accounts.models import Link
from extranet.app import Extranet
from extranet.members import Member
from extranet.moderation.models import FormerAddress
from tests.cast import PASSWORD, Cast, Person, looking
from tests.extranet.accounts.letters import only_letter, path_in, post, text_of
from tests.extranet.accounts.test_sign_in import sign_in
from tests.servers import Letterbox


def at(person: Person, verb: str = "") -> str:
    return f"/desk/members/{person.member_id}" + (f"/{verb}" if verb else "")


def member(app: Extranet, person: Person) -> Member:
    with looking(app) as held:
        return held.get_one(Member, person.member_id)


@pytest.mark.parametrize("words", ["virtanen", "Äinö", "äi virt", "AINO@", "example.org virt"])
def test_members_are_found_by_parts_of_name_or_address(app: Extranet, cast: Cast, words: str) -> None:
    cast.member("Äinö Virtanen", email="aino@example.org")
    cast.member("Somebody Else", email="else@example.com")
    page = cast.moses.get("/desk/members", query_string={"q": words}).text
    assert "Äinö Virtanen" in page and "Somebody Else" not in page


@pytest.mark.parametrize("words", ["%", "_", "\\", "🙂", "' OR 1=1 --", "x" * 300])
def test_nobody_is_found_by_signs(cast: Cast, words: str) -> None:
    page = cast.moses.get("/desk/members", query_string={"q": words})
    assert page.status_code == 200 and "Nobody found" in page.text


def test_members_stand_in_the_order_of_surnames_on_pages(app: Extranet, cast: Cast) -> None:
    for number in range(26):
        cast.member(f"Person Aa{number:02}")
    first = cast.moses.get("/desk/members").text
    assert first.index("Person Aa00") < first.index("Person Aa24")
    assert "Person Aa25" not in first and "Moses Moderator" not in first.partition("<main")[2]
    link = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "Person Aa25" in cast.moses.get(link).text
    assert cast.moses.get("/desk/members?after=nonsense").status_code == 400


def test_moderators_and_suspended_members_can_be_listed(cast: Cast) -> None:
    cast.ada.get("/")
    cast.moses.post(at(cast.mallory, "suspend"), {"reason": "x"})
    moderators = cast.moses.get("/desk/members?only=moderators").text.partition('class="rows"')[2]
    suspended = cast.moses.get("/desk/members?only=suspended").text.partition('class="rows"')[2]
    assert "Moses Moderator" in moderators and "Mallory Outside" not in moderators
    assert "Mallory Outside" in suspended and "Ada Lovelace" not in suspended


def test_a_suspended_member_is_out_at_once_and_reads_why(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    assert cast.ada.get("/settings").status_code == 200 and cast.ada.api("GET", "/me").status_code == 200
    assert cast.moses.post(at(cast.ada, "suspend"), {"reason": "Own name only."}).location == at(cast.ada)
    assert cast.ada.get("/settings").status_code == 302
    assert cast.ada.api("GET", "/me").status_code == 401
    assert sign_in(Person(app), cast.ada.email).status_code == 403
    assert "Own name only." in text_of(only_letter(app, smtp, cast.ada.email))
    assert "Own name only." in cast.moses.get(at(cast.ada)).text


def test_a_restored_member_signs_in_anew(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    cast.ada.get("/")
    cast.moses.post(at(cast.ada, "suspend"), {"reason": "x"})
    cast.moses.post(at(cast.ada, "restore"))
    assert cast.ada.get("/settings").status_code == 302
    assert sign_in(Person(app), cast.ada.email, PASSWORD).status_code == 302
    post(app, smtp)
    assert "in force again" in text_of(smtp.to(cast.ada.email)[-1])
    assert member(app, cast.ada).suspension_reason is None


def test_what_is_so_already_is_refused(cast: Cast) -> None:
    assert cast.moses.post(at(cast.ada, "restore")).status_code == 409
    cast.moses.post(at(cast.ada, "suspend"), {"reason": "x"})
    assert cast.moses.post(at(cast.ada, "suspend"), {"reason": "y"}).status_code == 409
    assert cast.moses.post(at(cast.ada, "password-letter")).status_code == 409
    assert cast.irma.post(at(cast.ada, "role"), {"role": "moderator"}).status_code == 409
    assert cast.irma.post(at(cast.mallory, "role"), {"role": "member"}).status_code == 409


@pytest.mark.parametrize("reason", ["", " ", "x" * 1001])
def test_suspending_wants_a_reason(app: Extranet, cast: Cast, reason: str) -> None:
    answer = cast.moses.post(at(cast.ada, "suspend"), {"reason": reason})
    assert answer.status_code == 422 and 'href="#reason"' in answer.text
    assert not member(app, cast.ada).is_suspended


def test_an_administrator_appoints_and_dismisses(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    cast.irma.post(at(cast.ada, "role"), {"role": "moderator"})
    assert cast.ada.get("/desk/applications").status_code == 200
    assert "You are now a moderator" in text_of(only_letter(app, smtp, cast.ada.email))
    cast.irma.post(at(cast.ada, "role"), {"role": "member"})
    assert cast.ada.get("/desk/applications").status_code == 403
    assert cast.irma.post(at(cast.ada, "role"), {"role": "king"}).status_code == 422


def test_moderators_appoint_nobody_and_touch_no_moderator(app: Extranet, cast: Cast) -> None:
    other = cast.member("Other Moderator", role="moderator")
    assert cast.moses.post(at(cast.ada, "role"), {"role": "moderator"}).status_code == 403
    for person in (other, cast.irma):
        assert cast.moses.get(at(person)).status_code == 200
        for verb in ("suspend", "restore", "edit", "password-letter", "role"):
            assert cast.moses.post(at(person, verb), {"reason": "x", "role": "member"}).status_code == 403, verb
        assert not member(app, person).is_suspended
    assert cast.irma.post(at(other, "suspend"), {"reason": "x"}).status_code == 302


def test_nobody_suspends_or_dismisses_themselves(app: Extranet, cast: Cast) -> None:
    for person in (cast.moses, cast.irma):
        assert person.post(at(person, "suspend"), {"reason": "x"}).status_code == 403
        assert person.post(at(person, "role"), {"role": "member"}).status_code == 403


def test_the_last_administrator_stays(app: Extranet, cast: Cast) -> None:
    second = cast.member("Second Admin", role="administrator")
    assert cast.irma.post(at(second, "suspend"), {"reason": "x"}).status_code == 302, "there were two"
    third = cast.member("Third Admin", role="administrator")
    assert third.post(at(cast.irma, "role"), {"role": "member"}).status_code == 302
    assert member(app, third).is_administrator
    assert third.post(at(third, "role"), {"role": "member"}).status_code == 403


def test_a_name_is_changed_on_request(app: Extranet, cast: Cast) -> None:
    cast.moses.post(at(cast.ada, "edit"), {"name": "Ada King", "email": cast.ada.email})
    assert member(app, cast.ada).name == "Ada King"
    assert "Name changed" in cast.moses.get(at(cast.ada)).text


def test_a_changed_address_is_told_to_both_and_old_links_die(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    Person(app).post("/forgotten-password", {"email": cast.ada.email})
    link = path_in(only_letter(app, smtp, cast.ada.email))
    cast.moses.post(at(cast.ada, "edit"), {"name": "Ada Lovelace", "email": "New.Address@example.org"})
    assert Person(app).get(link).status_code == 404
    post(app, smtp)
    for address in (cast.ada.email, "New.Address@example.org"):
        assert "has changed the e-mail address" in text_of(smtp.to(address)[-1])
    assert sign_in(Person(app), "new.address@example.org").status_code == 302
    with looking(app) as held:
        assert held.scalars(sa.select(FormerAddress)).all() == [], "the former address is forgotten"


def test_a_former_address_that_is_gone_keeps_the_new_one_from_nothing(
    app: Extranet, cast: Cast, smtp: Letterbox
) -> None:
    cast.moses.post(at(cast.ada, "edit"), {"name": "Ada Lovelace", "email": "new@example.org"})
    smtp.closed[cast.ada.email] = "550 5.1.1 no such mailbox"
    post(app, smtp)
    assert len(smtp.to("new@example.org")) == 1
    with looking(app) as held:
        assert held.scalars(sa.select(FormerAddress)).all() == []


@pytest.mark.parametrize(
    ("name", "email"), [("", "a@example.org"), ("x" * 101, "a@example.org"), ("Ada", ""), ("Ada", "nothing")]
)
def test_what_cannot_be_is_refused_and_stays_typed(app: Extranet, cast: Cast, name: str, email: str) -> None:
    answer = cast.moses.post(at(cast.ada, "edit"), {"name": name, "email": email})
    assert answer.status_code == 422
    assert member(app, cast.ada).name == "Ada Lovelace" and member(app, cast.ada).email == cast.ada.email


def test_an_address_of_another_member_is_refused(app: Extranet, cast: Cast) -> None:
    answer = cast.moses.post(at(cast.ada, "edit"), {"name": "Ada King", "email": cast.grace.email.upper()})
    assert answer.status_code == 409
    assert member(app, cast.ada).name == "Ada Lovelace", "nothing of it is kept"


def test_a_moderator_sends_a_letter_that_sets_a_password(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    cast.moses.post(at(cast.ada, "password-letter"))
    link = path_in(only_letter(app, smtp, cast.ada.email))
    assert Person(app).post(link, {"password": "uusi-salasana-kesällä"}).status_code == 302
    with looking(app) as held:
        assert held.scalars(sa.select(Link)).all() == []


def test_the_trail_tells_what_was_done_and_by_whom(cast: Cast) -> None:
    cast.moses.post(at(cast.ada, "suspend"), {"reason": "x"})
    cast.irma.post(at(cast.ada, "restore"))
    trail = cast.irma.get(at(cast.ada)).text.partition('id="trail"')[2]
    assert trail.index("Restored") < trail.index("Suspended") < trail.index("Admitted")
    assert "Irma Admin" in trail and "Moses Moderator" in trail


def test_for_members_nobody_is_on_the_desk(cast: Cast) -> None:
    there, never = cast.mallory.get(at(cast.ada)), cast.mallory.get("/desk/members/neverWasOne1")
    assert there.status_code == never.status_code == 404
    for verb in ("suspend", "restore", "edit", "password-letter", "role"):
        assert cast.mallory.post(at(cast.ada, verb), {"reason": "x"}).status_code == 404


def test_without_the_forms_token_nothing_happens(app: Extranet, cast: Cast) -> None:
    assert cast.moses.client.post(at(cast.ada, "suspend"), data={"reason": "x"}).status_code == 400
    assert not member(app, cast.ada).is_suspended


def test_who_changed_an_address_cannot_have_the_account_by_it(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    former, other = cast.ada.email, cast.member("Other Moderator", role="moderator")
    cast.moses.post(at(cast.ada, "edit"), {"name": "Ada Lovelace", "email": "mine@example.org"})
    refused = cast.moses.post(at(cast.ada, "password-letter"))
    assert refused.status_code == 403 and "Another moderator may send the letter" in refused.text
    Person(app).post("/forgotten-password", {"email": "mine@example.org"})
    post(app, smtp)
    assert "within 48 hours" in text_of(smtp.to(former)[-1])
    letters = [text_of(letter) for letter in smtp.to("mine@example.org")]
    assert any("no link is sent yet" in text for text in letters)
    assert not any("/set-password/" in text for text in letters)
    assert other.post(at(cast.ada, "password-letter")).status_code == 302
    post(app, smtp)
    assert any("/set-password/" in text_of(letter) for letter in smtp.to("mine@example.org"))


def test_after_two_days_a_changed_address_is_as_any(app: Extranet, cast: Cast, smtp: Letterbox) -> None:
    cast.moses.post(at(cast.ada, "edit"), {"name": "Ada Lovelace", "email": "new@example.org"})
    with clock.later(timedelta(hours=49)):
        assert cast.moses.post(at(cast.ada, "password-letter")).status_code == 302
        Person(app).post("/forgotten-password", {"email": "new@example.org"})
        post(app, smtp)
    assert sum("/set-password/" in text_of(letter) for letter in smtp.to("new@example.org")) == 2
