"""What somebody with bad intentions sends costs little and opens nothing."""

import time

import pytest

from extranet.forms import tidy
from extranet.html import from_markdown
from extranet.mail import Letter, compose
from extranet.members import email_key
from extranet.realtime import MOST_WORDS, Open
from tests.cast import Cast
from tests.test_api import _ok

LONGEST_TRIED = 20_000
KNOTS = [
    "[", "![[", "[x][", "[[a]", "(http://", "https://a.", "<http://", "http://[", "*_", "- a\n", "a.fi ", "<", "`a",
]  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize("knot", KNOTS)
def test_no_text_takes_markdown_more_than_a_few_times_as_long_as_an_ordinary_one(knot: str) -> None:
    ordinary = _cost("Kotoutumissuunnitelmaan kirjattiin **myös** matalan kynnyksen toimintaa.\n\n")
    assert _cost(knot) < 6 * ordinary


@pytest.mark.once
def test_what_is_taken_as_plain_text_keeps_its_lines_and_harms_nobody() -> None:
    html = from_markdown("[" * 3_000 + "\n<script>alert(1)</script>\n\nToinen kappale")
    assert html.count("<p ") == 2
    assert "<br>" in html
    assert "<script" not in html


@pytest.mark.once
def test_a_socket_that_says_too_much_is_not_heard() -> None:
    socket = Open("credential", "member")
    assert [socket.may_speak() for _word in range(MOST_WORDS + 1)] == [True] * MOST_WORDS + [False]


@pytest.mark.once
def test_names_that_only_look_alike_are_the_same_name() -> None:
    assert tidy("Aino\u200b Virtanen\u2060") == "Aino Virtanen"
    assert tidy("\u202eAino") == "Aino"
    assert tidy("می\u200cخواهم") == "می\u200cخواهم"


@pytest.mark.once
def test_domains_are_compared_as_letters_are_sent_to_them() -> None:
    assert email_key("X@Straße.example") != email_key("x@strasse.example")
    assert email_key("x@ex。ample") == email_key("X@EX.AMPLE")
    assert email_key("Åke.Ö@yhdistys.fi") == "åke.ö@yhdistys.fi"


def test_a_letter_goes_to_the_very_domain_that_was_written(cast: Cast) -> None:
    with cast.app.app_context():
        letter = Letter("x@straße.example", "X", "fi", "Hei", "forgotten", {"link": "https://example.org"})
        assert "xn--strae-oqa.example" in str(compose(letter)["To"])


def test_each_shelf_of_workspaces_can_be_asked_for(cast: Cast) -> None:
    for which in ("mine", "listed", "archived"):
        assert _ok(cast.ada, "GET", f"/workspaces?which={which}")["items"] == []


def _cost(knot: str) -> float:
    text = (knot * LONGEST_TRIED)[:LONGEST_TRIED]
    taken = []
    for _turn in range(3):
        began = time.thread_time()
        from_markdown(text)
        taken.append(time.thread_time() - began)
    return min(taken)


def test_another_language_leads_back_to_a_page_that_can_be_opened(cast: Cast) -> None:
    chosen = {"language": "sv", "next": "/workspaces/some-slug/join"}
    assert cast.ada.post("/settings/language", chosen).headers["Location"] == "/"
    chosen["next"] = "/workspaces?show=listed"
    assert cast.ada.post("/settings/language", chosen).headers["Location"] == "/workspaces?show=listed"
