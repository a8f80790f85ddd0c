"""Only clean HTML comes out, whatever went in."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from extranet.html import ATTRIBUTES, PROTOCOLS, TAGS, clean, from_markdown, mark, to_text

pytestmark = pytest.mark.once

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox(1))",
    "![x](https://tracker.example/pixel.png)",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<math><mi xlink:href='data:x,<script>alert(1)</script>'>",
    "<b onmouseover=alert(1)>x",
    "<<script>script>alert(1)<</script>/script>",
    "<!--><script>alert(1)</script>-->",
    "<details open ontoggle=alert(1)>",
    "`<script>alert(1)</script>`",
    "<form action=//evil.example><input name=password></form>",
    "<style>@import 'https://evil.example'</style>",
    "<base href='https://evil.example/'>",
]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


def _assert_clean(html: str) -> None:
    reader = _Reader()
    reader.feed(html)
    for tag, attributes in reader.found:
        assert tag in TAGS
        for name, value in attributes:
            assert name in [*ATTRIBUTES.get(tag, []), *ATTRIBUTES["*"]]
            if name == "href" and re.match(r"[a-z][a-z0-9+.-]*:", (value or "").lower()):
                assert (value or "").lower().split(":")[0] in PROTOCOLS


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_comes_out_harmless(text: str) -> None:
    _assert_clean(from_markdown(text))
    _assert_clean(clean(text))


@given(st.text(alphabet="<>\"'&=/:;()[]!`*_- \nabjscriptonerdalv#1.", max_size=200))
def test_no_text_at_all_gets_anything_else_through(text: str) -> None:
    _assert_clean(from_markdown(text))
    _assert_clean(clean(text))


def test_markdown_becomes_what_people_expect() -> None:
    html = from_markdown("**tärkeää** ja *kursiivi*\nuusi rivi\n\n- yksi\n- kaksi\n\n> lainaus\n\nhttps://example.org")
    assert "<strong>tärkeää</strong>" in html
    assert "<em>kursiivi</em>" in html
    assert "<br>" in html
    assert html.count("<li") == 2
    assert "<blockquote" in html
    assert 'href="https://example.org"' in html
    assert "nofollow" in html


@pytest.mark.parametrize("text", ['"' * 19_900, "a.fi " * 1_990, "\n" + "- - a\n" * 1_100])
def test_what_nobody_writes_by_hand_stays_plain(text: str) -> None:
    html = from_markdown(f"**Tärkeää** {text}")
    assert "**Tärkeää**" in html
    assert "<strong>" not in html and "<a " not in html


@pytest.mark.parametrize(
    "text",
    [
        "Kokous on klo 10.30 mm. kunnantalolla, ks. esityslista. " * 300, "T.h.l:n " * 100, "a.fi t.s. " * 130,
        "\"Niin.\" " * 600, "\n\n" + "- Kohta, josta sovittiin.\n" * 700, "\n\n" + "12. Kohta.\n" * 600,
        "\n\n" + "- " * 30 + "\n\nViivan alla", "\n\n" + "".join(f"{'  ' * depth}- a\n" for depth in range(12)),
        "\n\n" + "> " * 10 + "Lainaus lainauksessa", "\n\n" + "* " * 12 + "Tauko * * *", "\n- - - leikkaa - - -",
        "\n\n>>>>>>>>>>> huom",
    ],
)
def test_what_people_write_does_not(text: str) -> None:
    assert "<strong>Tärkeää</strong>" in from_markdown(f"**Tärkeää** {text}")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("* " * 12 + "Tauko * * *", "* " * 12 + "Tauko * * *"), ("- " * 11 + "a", "- " * 11 + "a"),
        ("12. " * 11 + "a", "12. " * 11 + "a"), ("> > " + "1) " * 9 + "a", "1) " * 9 + "a"),
        (">" * 12 + " huom", ">> huom"),
    ],
)
def test_a_line_that_begins_with_a_dozen_signs_is_words_and_no_other_line(line: str, words: str) -> None:
    html = from_markdown(f"**Tärkeää** https://example.org\n\n{line}\n\n- yksi")
    assert "<strong>Tärkeää</strong> <a " in html
    assert html.count("<li") == 1
    assert f'<p dir="auto">{escape(words)}</p>' in html


def test_a_name_in_a_quote_of_a_dozen_quotes_is_not_called() -> None:
    called: list[str] = []
    from_markdown(">" * 12 + " @Ada", lambda named: called.append(named))
    assert not called


@pytest.mark.parametrize(
    "text",
    [
        "- " * 50 + "sana", "> " * 99 + "sana", "1. " * 60 + "sana", "> - " * 30 + "sana", "- " * 10 + "sana",
        "".join(f"{'  ' * depth}- sana\n" for depth in range(70)),
        "".join(f"{'  ' * 10 * depth}{'- ' * 10}sana\n" for depth in range(6)),
    ],
)
def test_no_words_are_lost_however_deep_they_stand(text: str) -> None:
    assert to_text(from_markdown(text)).count("sana") == text.count("sana")


def test_who_is_named_in_what_stays_plain_is_not_called() -> None:
    called: list[str] = []
    text = "".join(f"{'  ' * depth}- @Ada\n" for depth in range(70))
    from_markdown(text, lambda named: called.append(named))
    assert not called


def test_a_heading_has_no_place_in_the_outline_of_the_page() -> None:
    assert from_markdown("# Otsikko") == '<p dir="auto"><strong>Otsikko</strong></p>\n'


def test_every_block_finds_its_own_direction() -> None:
    assert '<p dir="auto">' in from_markdown("مرحبا بكم")


def test_an_address_is_no_picture() -> None:
    assert "<img" not in from_markdown("![kuva](https://tracker.example/pixel.png)")


def test_plain_words_for_letters_and_the_index() -> None:
    assert to_text(from_markdown("**Hei** & terve\n\n- a\n- b")) == "Hei & terve a b"


def test_marking_escapes_what_people_wrote() -> None:
    assert mark([("<b>", False), ("työ", True)]) == "&lt;b&gt;<mark>työ</mark>"
