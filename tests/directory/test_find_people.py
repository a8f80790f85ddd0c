"""Finding people: words and filters together, exact counts, pages, and an address that can be shared."""

import random
import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any

import pytest

from directory import queries
from directory.models import FIELDS
from directory.queries import FACETS, Search
from directory.register import Facet
from extranet import db
from extranet.app import Extranet
from extranet.members import Member
from extranet.paging import write_cursor
from tests.cast import Cast, Person, keeping
from tests.counting import counted
from tests.directory.conftest import Fill, names_in

Wait = Callable[[], None]


def test_a_visitor_is_asked_to_sign_in(cast: Cast) -> None:
    answer = cast.visitor.get("/directory")
    assert answer.status_code == 302
    assert "/sign-in" in answer.location


def test_an_empty_directory_says_so_and_what_to_do(reader: Person) -> None:
    page = reader.get("/directory")
    assert page.status_code == 200
    assert "Nobody is in the directory yet" in page.text


def test_people_stand_in_finnish_alphabetical_order_by_surname(fill: Fill, reader: Person) -> None:
    names = [
        "Örn Öberg", "Åsa Åkerlund", "Äly Älä", "Zeynep Zidan", "Peter O’Brien", "Şirin Şahin", "Väinö Vaara",
        "Wilma Waara", "Aino Aalto", "محمد العلي",
    ]  # fmt: skip
    for name in names:
        fill(name)
    page = reader.get("/directory")
    assert names_in(page, names) == [
        "Aino Aalto", "Peter O’Brien", "Şirin Şahin", "Väinö Vaara", "Wilma Waara", "Zeynep Zidan",
        "Åsa Åkerlund", "Äly Älä", "Örn Öberg", "محمد العلي",
    ]  # fmt: skip


def test_within_a_filter_any_option_will_do_and_across_filters_all_must(fill: Fill, reader: Person) -> None:
    fill("Anna Both", regions=["06"], themes=["housing"])
    fill("Bea Women", regions=["06"], themes=["women"])
    fill("Cia Elsewhere", regions=["01"], themes=["women"])
    fill("Dora Health", regions=["06"], themes=["health"])
    everybody = ["Anna Both", "Cia Elsewhere", "Dora Health", "Bea Women"]
    assert names_in(reader.get("/directory"), everybody) == everybody
    page = reader.get("/directory?region=06&theme=women&theme=housing")
    assert names_in(page, everybody) == ["Anna Both", "Bea Women"]


def test_words_are_found_in_any_form_together_with_filters(fill: Fill, reader: Person, indexed: Wait) -> None:
    fill("Anna Here", regions=["06"], ask_about="Kysy minulta kotoutumisen alkukartoituksista.")
    fill("Bea There", regions=["01"], ask_about="Alkukartoitus on työtäni.")
    fill("Cia Silent", regions=["06"])
    indexed()
    everybody = ["Anna Here", "Bea There", "Cia Silent"]
    assert sorted(names_in(reader.get("/directory?q=alkukartoitus"), everybody)) == ["Anna Here", "Bea There"]
    assert names_in(reader.get("/directory?q=alkukartoitus&region=06"), everybody) == ["Anna Here"]


def test_a_name_of_a_code_finds_people_in_every_language(fill: Fill, reader: Person, indexed: Wait) -> None:
    fill("Anna Arabic", languages=["ar"], municipalities=["905"])
    indexed()
    for word in ("arabia", "arabiska", "Arabic", "Vasa", "Vaasa", "Österbotten"):
        assert "Anna Arabic" in reader.get("/directory", query_string={"q": word}).text, word


@pytest.mark.parametrize("name", ["Peter O’Brien", "Şirin Demir", "محمد العلي", "Nguyễn Thị Lan", "X" * 200])
def test_names_of_every_kind_are_shown_found_and_escaped(fill: Fill, reader: Person, indexed: Wait, name: str) -> None:
    fill(name, title="<b>kotoutumiskoordinaattori</b>")
    indexed()
    page = reader.get("/directory", query_string={"q": name})
    assert page.status_code == 200
    assert name in unescape(page.text)
    assert "<b>kotoutumis" not in page.text


def test_nobody_found_says_how_to_widen_and_keeps_what_was_asked(fill: Fill, reader: Person, indexed: Wait) -> None:
    fill("Anna Alone", regions=["06"])
    indexed()
    page = reader.get("/directory?q=qwertyuiop&region=06")
    assert page.status_code == 200
    assert "Nobody was found with all of these" in page.text
    assert 'value="qwertyuiop"' in page.text
    assert 'href="/directory?region=06"' in page.text
    assert 'href="/directory?q=qwertyuiop"' in page.text


@pytest.mark.parametrize(
    "address", ["?region=99", "?theme=%27%3Bdrop", "?language=", "?q=" + "a" * 5_000, "?q=!!!", "?x=1"]
)
def test_an_address_that_asks_for_nonsense_is_answered_all_the_same(fill: Fill, reader: Person, address: str) -> None:
    fill("Anna Alone")
    assert reader.get(f"/directory{address}").status_code == 200


@pytest.mark.parametrize("cursor", ["nonsense", write_cursor([1]), write_cursor(["a", 1]), write_cursor([{}, []])])
def test_a_place_in_the_list_that_was_never_given_is_400(fill: Fill, reader: Person, cursor: str) -> None:
    fill("Anna Alone")
    assert reader.get("/directory", query_string={"after": cursor}).status_code == 400
    assert reader.get("/directory", query_string={"before": cursor}).status_code == 400


def test_hidden_cards_and_suspended_members_neither_appear_nor_count(
    app: Extranet, fill: Fill, reader: Person, indexed: Wait
) -> None:
    shown = fill("Anna Shown", themes=["women"], ask_about="mehiläishoito")
    fill("Bea Hidden", themes=["women"], ask_about="mehiläishoito", is_hidden=True)
    sue = fill("Sue Suspended", themes=["women"], ask_about="mehiläishoito")
    indexed()
    page = reader.get("/directory?q=mehiläishoito")
    assert "Sue Suspended" in page.text, "she is there until she is suspended"
    with keeping(app) as held:
        held.get_one(Member, sue.member_id).suspend(by=held.get_one(Member, shown.member_id), reason="test")
    for address in ("/directory", "/directory?theme=women", "/directory?q=mehiläishoito"):
        page = reader.get(address)
        assert names_in(page, ["Anna Shown", "Bea Hidden", "Sue Suspended"]) == ["Anna Shown"]
        assert "1 person" in page.text
        assert re.search(r'value="women".*?\(1\)', page.text, re.S)


def test_the_owner_of_a_hidden_card_is_not_listed_either(fill: Fill) -> None:
    hanna = fill("Hanna Hidden", is_hidden=True)
    assert "Nobody is in the directory yet" in hanna.get("/directory").text


def test_a_hidden_field_finds_nobody_by_filter_or_word(fill: Fill, reader: Person, indexed: Wait) -> None:
    secrets: dict[str, Any] = {
        "title": "mehiläishoitaja",
        "organisation": "Kylmäketju",
        "organisation_type": "company",
        "regions": ["19"],
        "municipalities": ["890"],
        "themes": ["human_trafficking"],
        "languages": ["yi"],
        "ask_about": "avaruusasema",
        "phone": "+358 40 987 6543",
        "email": "piilossa@example.org",
        "how_to_contact": "savumerkein",
    }
    words = [
        "mehiläishoitaja", "Kylmäketju", "yritys", "Lappi", "Utsjoki", "ihmiskauppa", "jiddiš", "avaruusasema",
        "9876543", "piilossa@example.org", "savumerkein",
    ]  # fmt: skip
    filters = ["type=company", "region=19", "theme=human_trafficking", "language=yi"]
    open_ = fill("Anna Open", **secrets)
    indexed()
    seen = [word for word in words if "Anna Open" in reader.get("/directory", query_string={"q": word}).text]
    assert set(words) - set(seen) <= {"9876543"}, "what is shown is found"
    assert all("Anna Open" in reader.get(f"/directory?{chosen}").text for chosen in filters)

    fill(open_, **secrets, hidden_fields=FIELDS)
    indexed()
    for word in words:
        page = reader.get("/directory", query_string={"q": word})
        assert "Nobody was found" in page.text, word
    for chosen in filters:
        assert "Nobody was found" in reader.get(f"/directory?{chosen}").text, chosen
    listed = reader.get("/directory").text
    assert "Anna Open" in listed
    for secret in ("mehiläishoitaja", "Kylmäketju", "company", "Lapland", "human trafficking", "Yiddish"):
        assert secret not in listed, secret


def test_pages_show_everybody_once_forwards_and_backwards(fill: Fill, reader: Person) -> None:
    names = [f"Member {chr(65 + number // 26)}{chr(97 + number % 26)}" for number in range(45)]
    for name in names:
        fill(name)
    seen, address, last = [], "/directory?q=", ""
    while address:
        page = reader.get(address)
        shown = names_in(page, names)
        assert len(shown) <= queries.PAGE_SIZE
        seen += shown
        last, address = address, _link(page.text, "next")
    assert seen == sorted(names)
    back = _link(reader.get(last).text, "prev")
    assert names_in(reader.get(back), names) == sorted(names)[20:40]
    first = _link(reader.get(back).text, "prev")
    page = reader.get(first)
    assert names_in(page, names) == sorted(names)[:20]
    assert not _link(page.text, "prev")


def test_pages_of_words_keep_the_order_of_relevance_and_lose_nobody(fill: Fill, reader: Person, indexed: Wait) -> None:
    names = [f"Member N{number:02}" for number in range(25)]
    for name in names:
        fill(name, ask_about="mehiläishoito", regions=["01" if name.endswith(("1", "2")) else "06"])
    indexed()
    first = reader.get("/directory?q=mehiläishoito")
    second = reader.get(_link(first.text, "next"))
    assert len(names_in(first, names)) == 20
    assert sorted(names_in(first, names) + names_in(second, names)) == names
    assert not _link(second.text, "next")
    assert names_in(reader.get(_link(second.text, "prev")), names) == names_in(first, names)


def test_somebody_who_comes_or_goes_between_two_pages_shifts_nothing(app: Extranet, fill: Fill) -> None:
    people = {f"M{number:02}": fill(f"Member M{number:02}") for number in range(6)}
    with app.app_context(), db.reading():
        first = queries.find_people(Search(), size=3).page
    fill(people["M02"], is_hidden=True)  # the last one shown
    fill("Member A00")
    with app.app_context(), db.reading():
        second = queries.find_people(Search(), after=first.next, size=3).page
    assert [card.name for card in second.items] == ["Member M03", "Member M04", "Member M05"]


def test_the_counts_are_those_of_counting_by_hand(app: Extranet, fill: Fill) -> None:
    dice = random.Random(7)
    options: Mapping[Facet, list[str]] = {
        "region": ["01", "06", "19"],
        "theme": ["housing", "women", "health", "families"],
        "language": ["fi", "ar", "so"],
        "type": ["municipality", "association", "company"],
    }
    fields = {"region": "regions", "theme": "themes", "language": "languages", "type": "organisation"}
    people: list[dict[str, set[str]]] = []
    for number in range(60):
        type_ = dice.choice([*options["type"], None])
        has = {facet: set(dice.sample(codes, dice.randint(0, 2))) for facet, codes in options.items()}
        has["type"] = {type_} if type_ else set()
        hidden = dice.sample(list(fields), dice.choice([0, 0, 0, 1]))
        is_hidden = dice.random() < 0.15
        fill(
            f"Member {number:02}",
            regions=has["region"], themes=has["theme"], languages=has["language"],
            organisation=f"Organisation of {type_}" if type_ else "", organisation_type=type_ or "other",
            hidden_fields=[fields[facet] for facet in hidden], is_hidden=is_hidden,
        )  # fmt: skip
        if not is_hidden:
            people.append({facet: set() if facet in hidden else codes for facet, codes in has.items()})

    for _attempt in range(25):
        chosen: dict[Facet, list[str]] = {
            facet: dice.sample(codes, dice.choice([0, 0, 1, 2])) for facet, codes in options.items()
        }
        with app.app_context(), db.reading():
            found = queries.find_people(Search("", chosen))
        assert found.total == sum(_fits(person, chosen) for person in people), chosen
        for facet in FACETS:
            others = {other: codes for other, codes in chosen.items() if other != facet}
            by_hand = {
                code: sum(code in person[facet] and _fits(person, others) for person in people)
                for code in options[facet]
            }
            assert found.counts[facet] == {code: count for code, count in by_hand.items() if count}, (facet, chosen)


def test_counts_follow_every_change_whoever_makes_it(app: Extranet, fill: Fill, cast: Cast, reader: Person) -> None:
    anna, moses = fill("Anna Changes", themes=["women"]), fill(cast.moses, is_hidden=True)
    assert re.search(r'value="women".*?\(1\)', reader.get("/directory").text, re.S)
    fill("Bea Joins", themes=["women"])
    assert re.search(r'value="women".*?\(2\)', reader.get("/directory").text, re.S)
    with keeping(app) as held:  # as the desk does, without telling the directory
        held.get_one(Member, anna.member_id).suspend(by=held.get_one(Member, moses.member_id), reason="test")
    assert re.search(r'value="women".*?\(1\)', reader.get("/directory").text, re.S)
    with keeping(app) as held:
        held.delete(held.get_one(Member, anna.member_id))
    assert "1 person" in reader.get("/directory").text


def test_a_change_that_is_given_up_changes_no_count(app: Extranet, fill: Fill, reader: Person) -> None:
    anna = fill("Anna Stays")
    assert "1 person" in reader.get("/directory").text
    with pytest.raises(RuntimeError), keeping(app) as held:
        held.delete(held.get_one(Member, anna.member_id))
        held.flush()
        raise RuntimeError
    assert "1 person" in reader.get("/directory").text


def test_the_page_takes_few_queries_however_many_people(
    app: Extranet, fill: Fill, reader: Person, indexed: Wait
) -> None:
    address = "/directory?q=mehiläishoito&region=06&theme=women&language=fi"
    counts: list[list[str]] = []
    for batch in range(2):
        for number in range(1 + batch * 29):
            fill(
                f"Member B{batch} {number}", organisation=f"Organisation {number}", regions=["06"],
                themes=["women", "health"], languages=["fi"], ask_about="mehiläishoito",
            )  # fmt: skip
        indexed()
        reader.get(address)
        with counted(app) as statements:
            assert reader.get(address).status_code == 200
        counts.append(statements)
    assert len(counts[0]) == len(counts[1])
    assert len(counts[0]) <= 6, "\n".join(counts[0])


def test_the_filters_are_named_in_the_readers_language(fill: Fill, cast: Cast) -> None:
    fill("Anna Åboland", regions=["02"], languages=["prs"])
    swedish = cast.member("Sven Svensk", language="sv").get("/directory").text
    assert "Egentliga Finland" in swedish
    assert "Varsinais-Suomi" in cast.member("Sanna Suomi", language="fi").get("/directory").text
    assert "dari" in swedish


def _fits(person: Mapping[str, set[str]], chosen: Mapping[Facet, list[str]]) -> bool:
    return all(not codes or person[facet] & set(codes) for facet, codes in chosen.items())


def _link(html: str, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', html)
    return unescape(found.group(1)) if found else ""
