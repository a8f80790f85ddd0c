"""Words are found in any of their forms, in three languages, and names and numbers as people type them."""

import subprocess
import sys
from pathlib import Path

import pytest

from extranet.search.analysis import LANGUAGES, Analysis, find_dictionaries, fold, is_near
from extranet.search.voikko import find_voikko
from tests.conftest import Servers
from tests.servers import ROOT

FORMS = {
    "työtila": "työtilan työtilaa työtilassa työtilaan työtilojen työtiloissa työtiloja",
    "yhteyshenkilö": "yhteyshenkilön yhteyshenkilöä yhteyshenkilöiden yhteyshenkilöille yhteyshenkilöistä",
    "viesti": "viestin viestejä viestien viesteissä",
    "jäsen": "jäsenen jäseniä jäsenten jäsenille",
    "tulkki": "tulkin tulkkeja tulkkien tulkille",
    "kunta": "kunnan kuntien kuntaan kunnissa",
    "kotoutuminen": "kotoutumisen kotoutumista kotoutumiseen",
    "pakolainen": "pakolaisen pakolaisia pakolaisten",
    "järjestö": "järjestön järjestöjen järjestöille",
    "nuori": "nuoren nuorten nuorille",
    "Kainuu": "Kainuussa Kainuun kainuuseen",
    "arbetsrum": "arbetsrummet arbetsrummen arbetsrummets",
    "medlem": "medlemmar medlemmen medlemmarna",
    "municipality": "municipalities",
}
PAIRS = [(base, form) for base, forms in FORMS.items() for form in forms.split()]


def finds(analysis: Analysis, query: str, text: str) -> bool:
    asked = analysis.words(query)
    keys = {key for term in analysis.terms(text) for key in term.keys}
    return bool(asked) and all(not keys.isdisjoint(word.keys) for word in asked)


@pytest.mark.parametrize(
    ("query", "text"),
    [("työtila", "työtilojen"), ("yhteyshenkilö", "yhteyshenkilöiden"), ("arbetsrum", "arbetsrummet")],
)
def test_the_words_of_the_house_are_found_in_their_forms(analysis: Analysis, query: str, text: str) -> None:
    assert finds(analysis, query, text)
    assert finds(analysis, text, query)


def test_of_everyday_words_nearly_all_forms_are_found(analysis: Analysis) -> None:
    assert len(PAIRS) >= 49
    missed = [pair for pair in PAIRS if not finds(analysis, *pair)]
    assert len(missed) <= len(PAIRS) * 0.03, missed


def test_words_that_only_look_alike_are_not_found(analysis: Analysis) -> None:
    for query, text in [("kunta", "kunto"), ("työ", "sinä"), ("nuori", "vanha"), ("tulkki", "tulli"), ("rum", "rymd")]:
        assert not finds(analysis, query, text), (query, text)


def test_the_parts_of_a_compound_stand_beside_it(analysis: Analysis) -> None:
    (term,) = analysis.terms("kotoutumissuunnitelmaan")
    assert set(term.parts) == {"kotoutuminen", "suunnitelma"}
    (term,) = analysis.terms("språkkaféet")
    assert "kafe" in term.parts


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ÅÄÖ", "åäö"),
        ("A\u0308a\u030a", "äå"),
        ("Şirin", "sirin"),
        ("Işık", "isik"),
        ("ÉCOLE", "ecole"),
        ("Øyvind Łukasz Straße", "öyvind lukasz strasse"),
        ("ﬁ １２", "fi 12"),
        ("مُحَمَّد", "محمد"),
    ],
)
def test_letters_are_folded_but_ours_stay(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_name_is_found_however_its_foreign_letters_are_typed(analysis: Analysis) -> None:
    assert finds(analysis, "sirin", "Şirin Yılmaz")
    assert finds(analysis, "Şirin", "sirin yilmaz")
    assert not finds(analysis, "Asa", "Åsa")


@pytest.mark.parametrize("query", ["O’Brien", "o'brien", "OBrien", "brien"])
def test_a_name_in_pieces_is_found_whole_and_in_pieces(analysis: Analysis, query: str) -> None:
    keys = {key for term in analysis.terms("Pat O’Brien") for key in term.keys}
    (word,) = analysis.words(query)
    assert not keys.isdisjoint(word.keys)


@pytest.mark.parametrize("query", ["+358 50 670 7461", "050 670 7461", "0506707461", "050-670 7461", "+358506707461"])
def test_a_phone_number_is_found_however_it_is_written(analysis: Analysis, query: str) -> None:
    (word,) = analysis.words(query)
    for text in ("soita +358 50 670 7461!", "050 6707461", "0506707461", "00358-50-670 7461"):
        assert any(term.surface in word.keys for term in analysis.terms(text)), (query, text)
    assert not any(term.surface in word.keys for term in analysis.terms("050 670 7462"))


def test_an_ending_behind_a_colon_is_no_word(analysis: Analysis) -> None:
    assert [term.surface for term in analysis.terms("EU:n ja ELY:stä")] == ["eu", "ja", "ely"]


def test_an_address_is_its_pieces(analysis: Analysis) -> None:
    surfaces = [term.surface for term in analysis.terms("aino.vaisanen@kainuu.fi")]
    assert surfaces == ["aino", "vaisanen", "kainuu", "fi"]


def test_little_words_count_only_where_there_is_nothing_else(analysis: Analysis) -> None:
    assert [word.surface for word in analysis.words("kunta ja järjestö")] == ["kunta", "järjestö"]
    assert [word.surface for word in analysis.words("ja")] == ["ja"]


def test_a_place_in_the_text_is_where_the_word_stands(analysis: Analysis) -> None:
    text = "Hyvä O’Brien, työtilojen ylläpitäjä A\u0308iti!"
    for term in analysis.terms(text):
        assert fold(text[term.start : term.end]).replace("’", "").replace("'", "") == term.surface


@pytest.mark.parametrize("text", ["", "   ", "…—!?", "\x00", "👍👍"])
def test_without_a_letter_there_are_no_words(analysis: Analysis, text: str) -> None:
    assert analysis.terms(text) == []
    assert analysis.words(text) == []


def test_a_word_of_any_length_and_script_is_read(analysis: Analysis) -> None:
    assert len(analysis.terms("x" * 10_000)[0].surface) <= 64
    assert [term.surface for term in analysis.terms("سلام نمستے नमस्ते")] == ["سلام", "نمستے", "नमस्ते"]


@pytest.mark.parametrize("slip", ["yhteshenkilö", "yhteyshenkkilö", "yhteyshenkilo", "yhtyeshenkilö", "yhteyshenkilö"])
def test_one_slip_of_the_finger_is_near(slip: str) -> None:
    assert is_near(slip, "yhteyshenkilö")
    assert is_near("yhteyshenkilö", slip)


@pytest.mark.parametrize("other", ["yhteishenkilot", "yhteys", "", "öliknehsyethy"])
def test_two_slips_are_not(other: str) -> None:
    assert not is_near(other, "yhteyshenkilö")


def test_the_name_tells_what_the_words_were_read_with(analysis: Analysis) -> None:
    assert "simplemma/2.0.0" in analysis.name
    assert "voikko/none" in analysis.name
    assert all(language in analysis.name for language in LANGUAGES)


def test_voikko_is_used_where_it_is_installed(analysis: Analysis) -> None:
    voikko = find_voikko()
    if voikko is None:
        pytest.skip("Voikko is not installed")
    assert voikko.readings("työtilojen")[0].base == "työtila"
    assert voikko.readings("qwrtpsdf") == []


def test_without_voikko_there_is_none() -> None:
    assert find_voikko("libvoikko-that-is-not-there.so") is None


def test_reading_words_takes_little_memory_and_time(running: Servers) -> None:
    code = """
import sys, time
from pathlib import Path
from extranet.search import analysis

def megabytes():
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    return int(status["VmRSS"].split()[0]) // 1024

before, start = megabytes(), time.process_time()
read = analysis.Analysis(Path(sys.argv[1]), None)
read.terms("työtilojen yhteyshenkilöiden arbetsrummet")
print(megabytes() - before, time.process_time() - start)
"""
    folder = str(find_dictionaries(running.folder))
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True, cwd=ROOT)
    megabytes, seconds = done.stdout.split()
    assert int(megabytes) < 40, "the tries are mapped into memory, not read"
    assert float(seconds) < 2, "so long it works; what else the machine does meanwhile does not count"


def test_the_dictionaries_are_built_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from extranet.search import analysis

    class Breaks:
        def __init__(self, disk_cache_dir: str) -> None:
            self.folder = Path(disk_cache_dir)

        def get_dictionary(self, language: str) -> None:
            (self.folder / f"{language}.dic").write_bytes(b"")
            if language == LANGUAGES[-1]:
                raise OSError("the disk is full")

    monkeypatch.setattr(analysis, "TrieDictionaryFactory", Breaks)
    with pytest.raises(OSError, match="full"):
        analysis.build(tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(Breaks, "get_dictionary", lambda self, language: (self.folder / language).touch())
    built = analysis.build(tmp_path)
    assert sorted(path.name for path in built.iterdir()) == sorted(LANGUAGES)
    assert analysis.build(tmp_path) == built
