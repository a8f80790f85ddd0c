"""What somebody with bad intentions sends costs little and opens nothing."""

import sys
import time
from typing import Any

import pytest
from flask_babel import Domain
from werkzeug.formparser import FormDataParser

from extranet import api
from extranet.api import MOST_ERRORS, MOST_VALUES
from extranet.forms import tidy
from extranet.html import from_markdown
from extranet.mail import Letter, compose
from extranet.members import email_key
from extranet.realtime import MOST_WORDS, Open
from extranet.uploads import MOST_FIELDS
from tests.cast import Cast
from tests.test_api import _ok

LONGEST_TRIED = 20_000
KNOTS = [
    "[", "![[", "[x][", "[[a]", "(http://", "https://a.", "<http://", "http://[", "*_", "- a\n", "a.fi ", "<", "`a",
]  # fmt: skip

DEEP = [
    "> " * 99 + "a\n" + "b\n" * 1_890, "> " * 10 + "a\n" + "b\n" * 1_880, ">" * 97 + "a\n" + "123456789b\n" * 1_780,
    ">" * 10 + "a\n" + "--------b\n" * 1_860, ("- " * 49 + "a\n") * 200, ("- " * 10 + "a\n") * 900,
    ("- " * 10 + "a\n") * 181, ("1) " * 10 + "a\n") * 181, "> - " * 5_000, "- a\n\n" * 650, "-\n" * 1_990,
    *(f"{letter}\n\n" * 6_666 for letter in "'&\"😀"), "a\n\n" * 210 + "\n" * 19_000 + "b",
    "".join(f"{'  ' * depth}- a\n" for depth in range(48)) + "b\n" * 1_850, "a\r" + "> " * 99 + "a\r" + "b\r" * 1_850,
    (">" * 99 + "a\n") * 19, (">" * 11 + "a\n") * 160, (" 1) " * 11 + "a\n") * 160,
    ">" * 11 + "a\n" + "- - - - - - - - - - - -b\n" * 160,
]


@pytest.mark.once
@pytest.mark.parametrize("knot", KNOTS)
def test_no_text_takes_markdown_more_than_a_few_times_as_long_as_an_ordinary_one(knot: str) -> None:
    ordinary = _cost("Kotoutumissuunnitelmaan kirjattiin **myös** matalan kynnyksen toimintaa.\n\n")
    assert _cost(knot) < 6 * ordinary


@pytest.mark.once
@pytest.mark.parametrize("text", [*DEEP, *((knot * LONGEST_TRIED)[:LONGEST_TRIED] for knot in KNOTS)])
def test_no_text_takes_many_more_steps_or_becomes_much_longer_than_an_ordinary_one(text: str) -> None:
    assert len(text) <= LONGEST_TRIED
    ordinary = _steps("- Kotoutumissuunnitelmaan kirjattiin **myös** matalan kynnyksen toimintaa.\n" * 260)
    assert _steps(text) < 6 * ordinary
    assert len(from_markdown(text)) < 6.5 * LONGEST_TRIED


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


def test_what_is_wrong_with_a_body_is_said_a_few_times_and_looked_up_no_more_often(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = _count_calls(monkeypatch, Domain, "gettext")
    answer = cast.ada.api("POST", "/workspaces", {f"field{number}": 1 for number in range(MOST_VALUES // 2 - 1)})
    assert answer.status_code == 422
    assert answer.json is not None
    assert sum(map(len, answer.json["errors"].values())) == MOST_ERRORS
    assert len(looked_up) < 2 * MOST_ERRORS


@pytest.mark.parametrize(
    "body",
    [
        {f"field{number}": 1 for number in range(MOST_VALUES)},
        {"name": "X", "purpose": [{"id": "a"}] * MOST_VALUES},
        [1] * MOST_VALUES,
        {"a": [[1] * 40] * 40},
    ],
)
def test_a_body_with_more_values_than_anything_takes_is_not_checked_one_by_one(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, body: Any
) -> None:
    checked = _count_calls(monkeypatch, api, "_check")
    answer = cast.ada.api("POST", "/workspaces", body)
    assert (answer.status_code, answer.json and answer.json["code"]) == (413, "too-large")
    assert not checked


@pytest.mark.parametrize("path", ["/sign-in", "/workspaces/preview", "/api/v1/workspaces"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_form_with_more_fields_than_any_has_is_not_taken_apart(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, path: str, accept: str
) -> None:
    parsed = _count_calls(monkeypatch, FormDataParser, "_parse_urlencoded")
    form = {"content_type": "application/x-www-form-urlencoded", "headers": {"Accept": accept}}
    for person in (cast.visitor, cast.ada):
        answer = person.client.post(path, data="a&" * (MOST_FIELDS + 1), **form)
        assert answer.status_code == 413
    assert not parsed
    assert cast.visitor.client.post("/sign-in", data="a&" * MOST_FIELDS, **form).status_code == 400
    assert parsed


def _count_calls(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[None]:
    calls: list[None] = []
    original = getattr(owner, name)

    def call(*given: Any, **more: Any) -> Any:
        calls.append(None)
        return original(*given, **more)

    monkeypatch.setattr(owner, name, call)
    return calls


def _cost(knot: str) -> float:
    text = (knot * LONGEST_TRIED)[:LONGEST_TRIED]
    taken = []
    for _turn in range(3):
        began = time.thread_time()
        from_markdown(text)
        taken.append(time.thread_time() - began)
    return min(taken)


def _steps(text: str) -> int:
    """How many functions are called for a text."""
    calls = 0

    def note(_frame: Any, event: str, _what: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        from_markdown(text)
    finally:
        sys.setprofile(before)
    return calls


def test_another_language_leads_back_to_a_page_that_can_be_opened(cast: Cast) -> None:
    chosen = {"language": "sv", "next": "/workspaces/some-slug/join"}
    assert cast.ada.post("/settings/language", chosen).headers["Location"] == "/"
    chosen["next"] = "/workspaces?show=listed"
    assert cast.ada.post("/settings/language", chosen).headers["Location"] == "/workspaces?show=listed"
