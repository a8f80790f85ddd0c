"""Why a text was found is shown in the text itself."""

import pytest

from extranet.search.analysis import Analysis
from extranet.search.marking import mark, snippet


def marked(text: str, query: str, analysis: Analysis) -> str:
    return "".join(f"[{part.text}]" if part.is_match else part.text for part in mark(text, query, analysis))


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("Uusien työtilojen ylläpitäjät", "työtila", "Uusien [työtilojen] ylläpitäjät"),
        ("Pat O’Brien, Kuhmo", "o'brien", "Pat [O’Brien], Kuhmo"),
        ("Kotoutuminen alkaa", "kotou", "[Kotoutuminen] alkaa"),
        ("Kotoutumissuunnitelma", "suunnitelma", "[Kotoutumissuunnitelma]"),
        ("Yhteyshenkilön numero", "yhtyeshenkilö", "[Yhteyshenkilön] numero"),
        ("Şirin <b>ja</b> Åsa", "sirin asa", "[Şirin] <b>ja</b> Åsa"),
        ("Ei mitään", "tulkki", "Ei mitään"),
        ("Ei mitään", "", "Ei mitään"),
        ("", "tulkki", ""),
    ],
)
def test_the_words_are_marked_in_any_form(text: str, query: str, shown: str, analysis: Analysis) -> None:
    assert marked(text, query, analysis) == shown


def test_a_snippet_shows_the_place_of_the_match(analysis: Analysis) -> None:
    text = "alku " * 200 + "sitten tulkkien vuoro " + "loppu " * 200
    pieces = snippet(text, "tulkki", analysis, length=120)
    shown = "".join(piece.text for piece in pieces)
    assert [piece.text for piece in pieces if piece.is_match] == ["tulkkien"]
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < 130
    assert {"alku", "sitten", "tulkkien", "vuoro", "loppu", "…"} >= set(shown.split()), "words are not cut"


def test_a_short_text_is_its_own_snippet(analysis: Analysis) -> None:
    assert "".join(piece.text for piece in snippet("  Tulkki\n tulee ", "muu", analysis)) == "Tulkki tulee"


def test_a_text_without_spaces_is_cut_anyway(analysis: Analysis) -> None:
    shown = "".join(piece.text for piece in snippet("x" * 5_000, "tulkki", analysis, length=100))
    assert len(shown) <= 104
