"""What a member chooses from, in the language they read."""

import csv
from pathlib import Path

import pytest
from flask import Flask

from extranet import vocabularies
from extranet.vocabularies import languages, municipalities, organisation_types, regions, themes

LEGACY = Path(__file__).parent.parent / "data" / "legacy"


def test_there_are_19_regions_and_308_municipalities_each_in_a_region() -> None:
    assert len(regions()) == 19
    assert len(municipalities()) == 308
    assert {town.region.code for town in municipalities().values()} == set(regions())


def test_a_place_is_named_in_the_language_of_the_reader() -> None:
    helsinki = municipalities()["091"]
    assert (helsinki.name("fi"), helsinki.name("sv_FI"), helsinki.name("en")) == ("Helsinki", "Helsingfors", "Helsinki")
    assert helsinki.region.name("sv") == "Nyland"
    assert municipalities()["478"].name("en") == "Mariehamn"


def test_names_are_listed_in_the_order_of_the_alphabet() -> None:
    finnish = [town.name("fi") for town in municipalities().sorted("fi")]
    assert finnish[0] == "Akaa"
    assert finnish[-3:] == ["Ypäjä", "Ähtäri", "Äänekoski"]
    assert [region.name("sv") for region in regions().sorted("sv")][-2:] == ["Åland", "Österbotten"]


def test_dari_has_a_name_in_each_language() -> None:
    assert [languages()["prs"].name(locale) for locale in ("fi", "sv", "en")] == ["dari"] * 2 + ["Dari"]


def test_every_language_offered_has_a_name_in_each_language() -> None:
    nameless = [code for code in languages() for locale in ("fi", "sv", "en") if languages().name(code, locale) == code]
    assert nameless == []


def test_every_word_of_the_former_system_is_known() -> None:
    organisations = _column("organisations.csv", "tyyppi", "cp1252")
    assert {name for name in organisations if not organisation_types().by_name(name)} == set()
    listed = {name.strip() for cell in _column("members.csv", "teemat", "utf-8-sig") for name in cell.split(",")}
    assert len(listed) == 19
    assert {themes().by_name(name) for name in listed} == set(themes().values())


def test_a_name_is_found_whatever_its_case_and_language() -> None:
    uusimaa = regions()["01"]
    assert regions().by_name(" UUSIMAA ") == regions().by_name("Nyland") == uusimaa
    assert regions().by_name("Atlantis") is None


def test_a_code_taken_out_of_the_list_is_shown_as_it_is() -> None:
    assert themes().name("forgotten", "fi") == "forgotten"


def test_a_theme_has_a_plain_name() -> None:
    assert themes()["quota_refugees"].plain_name() == "pakolaiset, jotka Suomi on valinnut"
    assert regions()["01"].plain_name() == "Uusimaa"


def test_a_site_uses_its_own_themes(tmp_path: Path) -> None:
    (tmp_path / "themes.csv").write_text("code,name_fi,name_sv\nbees,mehiläiset,bin\n", "utf-8")
    app = Flask(__name__)
    vocabularies.install(app, tmp_path)
    with app.app_context():
        assert themes().choices("sv") == [("bees", "bin")]
        assert len(regions()) == 19
    assert len(themes()) == 19


def test_a_broken_file_of_a_site_is_named(tmp_path: Path) -> None:
    (tmp_path / "themes.csv").write_text("nimi\nmehiläiset\n", "utf-8")
    with pytest.raises(ValueError, match=r"themes\.csv has no column code, name_fi"):
        vocabularies.load(tmp_path)


def _column(file: str, column: str, encoding: str) -> list[str]:
    with (LEGACY / file).open(encoding=encoding, newline="") as lines:
        return [row[column] for row in csv.DictReader(lines, delimiter=";")]
