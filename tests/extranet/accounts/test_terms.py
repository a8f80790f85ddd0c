"""The terms: read by everybody, accepted before any door opens, and again when they change."""

from datetime import timedelta

import pytest

from extranet import clock
from extranet.app import Extranet
from extranet.members import PRIVACY_VERSION, TERMS_VERSION, Member
from tests.cast import Cast, Person, looking
from tests.extranet.moderation.test_applications import waiting


@pytest.fixture
def imported(cast: Cast) -> Person:
    """A member who has not accepted any terms yet."""
    return cast.member("Imported Person", terms_version=None, privacy_version=None, terms_accepted_at=None)


def test_who_has_not_accepted_comes_back_to_where_they_wanted(app: Extranet, imported: Person) -> None:
    asked = imported.get("/settings/tokens")
    assert asked.location == "/accept-terms?next=/settings/tokens"
    page = imported.get(asked.location)
    assert "Welcome!" in page.text and "/settings/tokens" in page.text
    assert imported.post("/accept-terms", {"terms": "y", "next": "/settings/tokens"}).location == "/settings/tokens"
    assert imported.get("/settings/tokens").status_code == 200
    with looking(app) as held:
        kept = held.get_one(Member, imported.member_id)
        assert (kept.terms_version, kept.privacy_version) == (TERMS_VERSION, PRIVACY_VERSION)
        assert kept.terms_accepted_at is not None


def test_without_accepting_no_door_opens_but_signing_out_does(imported: Person) -> None:
    for path in ("/", "/settings", "/directory", "/workspaces", "/search"):
        assert imported.get(path).status_code == 302, path
    assert imported.api("GET", "/me").status_code == 403
    assert imported.post("/accept-terms").status_code == 422
    assert imported.get("/settings").status_code == 302
    assert imported.post("/sign-out").status_code == 302


def test_new_versions_are_asked_about_again(cast: Cast) -> None:
    former = cast.member("Former Version", terms_version="2020-01")
    assert "The terms have changed" in former.get(former.get("/").location).text


def test_who_has_accepted_is_sent_on(cast: Cast) -> None:
    assert cast.ada.get("/accept-terms?next=/settings").location == "/settings"
    assert cast.ada.get("/accept-terms?next=//evil.example").location == "/"


def test_visitors_have_nothing_to_accept(cast: Cast) -> None:
    assert cast.visitor.get("/accept-terms").status_code == 302
    assert cast.visitor.post("/accept-terms", {"terms": "y"}).status_code == 302


@pytest.mark.parametrize("path", ["/", "/terms", "/privacy", "/accessibility", "/apply", "/sign-in"])
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_visitors_read_the_open_pages_in_their_language(app: Extranet, path: str, language: str) -> None:
    page = Person(app, language=language).get(path)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.text
    assert page.text.count("<h1") == 1


def test_the_privacy_notice_names_the_versions_and_the_articles(app: Extranet) -> None:
    page = Person(app, language="fi").get("/privacy").text
    assert PRIVACY_VERSION in page
    assert "(EU) 2016/679" in page and "15 artikla" in page


def test_a_new_member_sees_where_to_begin(app: Extranet, cast: Cast) -> None:
    assert "Hello, Ada" in cast.ada.get("/").text
    assert "Three steps to begin with" in cast.ada.get("/").text


def test_who_has_been_here_for_long_sees_what_there_is_to_do(app: Extranet, cast: Cast) -> None:
    waiting(app)
    old_hand = cast.member("Old Hand", role="moderator", admitted_at=clock.now() - timedelta(days=15))
    page = old_hand.get("/").text
    assert "1 application waits for a decision." in page
    assert "Three steps to begin with" not in page
    assert "Three steps to begin with" in cast.moses.get("/").text
