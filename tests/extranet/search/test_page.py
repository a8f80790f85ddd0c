"""One box: what it shows has been confirmed by the database for who asks, and nothing else leaves a trace.

A feature of the test's own tells the search what there is: tales, some of them in a scope of people who may see them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from extranet import db, events, outbox
from extranet.app import Extranet
from extranet.events import Event
from extranet.members import Member
from extranet.search.feature import index, reindex
from extranet.search.index import Document
from extranet.search.registry import Result, Searchable, search, searchable
from tests.cast import Cast, keeping


@dataclass(frozen=True, slots=True)
class TaleTold(Event):
    tale: str


@dataclass(frozen=True, slots=True)
class TaleForgotten(Event):
    tale: str


@dataclass(frozen=True, slots=True)
class CircleEnded(Event):
    circle: str


@dataclass
class Tales:
    """What stands in for a feature's tables: titles and texts by id, and who may see those of a circle."""

    app: Flask
    texts: dict[str, tuple[str, str]] = field(default_factory=dict)
    circle_of: dict[str, str] = field(default_factory=dict)
    circles: dict[str, set[str]] = field(default_factory=dict)
    asked: list[tuple[str, list[str]]] = field(default_factory=list)

    def tell(self, tale: str, title: str, text: str = "", circle: str | None = None) -> None:
        self.texts[tale] = (title, text)
        if circle:
            self.circle_of[tale] = circle
        self.happened(TaleTold(tale))

    def happened(self, *facts: Event) -> None:
        with keeping(self.app):
            for fact in facts:
                events.record(fact, by=None)
        with self.app.app_context():
            outbox.drain()

    def load(self, ids: Sequence[str]) -> list[Document]:
        return [self._document(tale) for tale in ids if tale in self.texts]

    def every(self) -> Iterator[Document]:
        return (self._document(tale) for tale in self.texts)

    def shown(self, member: Member, ids: Sequence[str]) -> dict[str, Result]:
        self.asked.append((member.id, list(ids)))
        return {tale: self._result(tale) for tale in ids if tale in self.texts and self._may_see(member, tale)}

    def scopes(self, member: Member) -> list[str]:
        return [circle for circle, people in self.circles.items() if member.id in people]

    def _may_see(self, member: Member, tale: str) -> bool:
        circle = self.circle_of.get(tale)
        return circle is None or member.id in self.circles.get(circle, set())

    def _document(self, tale: str) -> Document:
        title, text = self.texts[tale]
        return Document("tale", tale, title, text, scope=self.circle_of.get(tale))

    def _result(self, tale: str) -> Result:
        title, text = self.texts[tale]
        when = datetime(2026, 11, 1, tzinfo=UTC)
        return Result(tale, "home", {"_anchor": tale}, title, text, notes=["Kainuu"], at=when, tag="Old")


@pytest.fixture
def tales(app: Extranet) -> Iterator[Tales]:
    told = Tales(app)
    before = dict(search(app).kinds)
    searchable(
        app,
        Searchable(
            "tale",
            "Tales",
            load=told.load,
            every=told.every,
            shown=told.shown,
            scopes=told.scopes,
            changed_by={TaleTold: lambda fact: [fact.tale], TaleForgotten: lambda fact: [fact.tale]},
            ended_by={CircleEnded: lambda fact: fact.circle},
            forgotten_by=[TaleForgotten],
        ),
    )
    yield told
    search(app).kinds = before


def main_of(answer: TestResponse) -> str:
    """What the page is about, without what changes by the second."""
    return answer.text.partition("<main")[2].partition("</main>")[0]


def test_a_thing_is_found_in_another_form_with_its_words_marked(tales: Tales, cast: Cast) -> None:
    tales.tell("t1", "Työtilojen satu", "Olipa kerran <b>yhteyshenkilöiden</b> kunta Kainuussa")
    page = cast.ada.get("/search?q=työtila+yhteyshenkilö+kainuussa").text
    assert "<mark>Työtilojen</mark> satu" in page
    assert "Olipa kerran &lt;b&gt;<mark>yhteyshenkilöiden</mark>&lt;/b&gt; kunta" in page
    assert 'href="/#t1"' in page
    assert "<mark>Kainuu</mark>" in page


def test_only_members_search(cast: Cast) -> None:
    answer = cast.visitor.get("/search?q=salaisuus")
    assert answer.status_code == 302
    assert "sign-in" in answer.headers["Location"]


def test_what_is_in_a_circle_is_found_by_its_people_alone(tales: Tales, cast: Cast) -> None:
    tales.circles["c1"] = {cast.grace.member_id}
    tales.tell("t1", "zqx-marker salaisuus", circle="c1")
    assert "zqx-marker" in cast.grace.get("/search?q=salaisuus").text
    for words in ("salaisuus", "salaisuudet", "zqx", "salaisuuss"):
        page = cast.mallory.get("/search", query_string={"q": words})
        never = cast.mallory.get("/search", query_string={"q": "olematon"})
        assert "marker" not in page.text
        assert main_of(page).replace(words, "olematon") == main_of(never), "not even a count tells of it"
    tales.circles["c1"].clear()
    assert "zqx-marker" not in cast.grace.get("/search?q=salaisuus").text, "who has left finds nothing, at once"


def test_the_database_has_the_last_word_on_a_stale_index(tales: Tales, cast: Cast, app: Extranet) -> None:
    tales.circles["c1"] = {cast.mallory.member_id}
    tales.tell("t1", "Salaisuus", circle="c1")
    tales.circle_of["t1"] = "c2"
    assert "Salaisuus" not in cast.mallory.get("/search?q=salaisuus&kind=tale").text.replace("salaisuus", "")
    assert tales.asked[-1] == (cast.mallory.member_id, ["t1"]), "the index did suggest it"


def test_pages_of_one_kind_hold_all_that_may_be_seen_once(tales: Tales, cast: Cast) -> None:
    for n in range(55):
        tales.texts[f"t{n}"] = (f"Tulkki numero{n}", "")
        if n % 2:
            tales.circle_of[f"t{n}"] = "c1"
    tales.happened(*map(TaleTold, tales.texts))
    address = "/search?q=tulkki&kind=tale"
    seen: list[str] = []
    for _page in range(5):
        page = cast.ada.get(address).text
        seen += [piece.split('"')[0] for piece in page.split('href="/#')[1:]]
        if 'rel="next"' not in page:
            break
        address = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert sorted(seen) == sorted(f"t{n}" for n in range(0, 55, 2))


def test_what_the_database_does_not_confirm_takes_no_place(tales: Tales, cast: Cast) -> None:
    for n in range(30):
        tales.texts[f"hidden{n}"] = ("Tulkki Tulkki", "")
    tales.texts["open"] = ("Muu", "tulkki")
    tales.happened(*map(TaleTold, tales.texts))
    for n in range(30):
        tales.circle_of[f"hidden{n}"] = "c1"
    page = cast.ada.get("/search?q=tulkki").text
    assert 'href="/#open"' in page
    assert "#hidden" not in page


def test_what_changes_is_indexed_anew_and_what_is_gone_is_not_found(tales: Tales, cast: Cast) -> None:
    tales.tell("t1", "Vanha nimi")
    tales.tell("t1", "Uusi otsikko")
    assert "Uusi" in cast.ada.get("/search?q=otsikko").text
    assert 'href="/#t1"' not in cast.ada.get("/search?q=vanha").text
    del tales.texts["t1"]
    tales.happened(TaleForgotten("t1"))
    assert 'href="/#t1"' not in cast.ada.get("/search?q=otsikko").text


def test_what_is_forgotten_or_ended_leaves_the_disk(tales: Tales, app: Extranet) -> None:
    def is_on_disk(word: str) -> bool:
        folder = app.settings.data_dir / "index"
        return any(word.encode() in path.read_bytes() for path in folder.rglob("*") if path.is_file())

    tales.tell("t1", "zqxforgotten")
    tales.tell("t2", "zqxended", circle="c1")
    assert is_on_disk("zqxforgotten")
    assert is_on_disk("zqxended")
    del tales.texts["t1"]
    tales.happened(TaleForgotten("t1"))
    assert not is_on_disk("zqxforgotten")
    tales.happened(CircleEnded("c1"))
    assert not is_on_disk("zqxended")


def test_without_an_index_the_next_fact_makes_it_anew(tales: Tales, cast: Cast, app: Extranet) -> None:
    import shutil

    tales.tell("t1", "Tulkki yksi")
    shutil.rmtree(app.settings.data_dir / "index")
    assert 'href="/#t1"' not in cast.ada.get("/search?q=tulkki").text
    tales.tell("t2", "Tulkki kaksi")
    page = cast.ada.get("/search?q=tulkki").text
    assert 'href="/#t1"' in page
    assert 'href="/#t2"' in page


def test_while_another_writes_the_promise_waits(tales: Tales, app: Extranet) -> None:
    import fcntl

    tales.tell("t0", "Muu")
    with (app.settings.data_dir / "index" / "lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        tales.tell("t1", "Tulkki")
    with app.app_context():
        with db.reading():
            assert outbox.backlog() == 1
        assert index().count("tale") == 1


def test_the_command_makes_the_index_anew(tales: Tales, app: Extranet) -> None:
    tales.texts.update({"t1": ("Tulkki", ""), "t2": ("Kunta", "")})
    result = app.test_cli_runner().invoke(reindex)
    assert result.exit_code == 0, result.output
    assert "2 things" in result.output
    with app.app_context():
        assert index().matching("tulkki", "tale") == ["t1"]


@pytest.mark.parametrize("words", ["—…!", "👍", "x" * 201])
def test_a_search_without_words_or_too_long_says_so_and_keeps_what_was_typed(
    tales: Tales, cast: Cast, words: str
) -> None:
    page = cast.ada.get("/search", query_string={"q": words})
    assert page.status_code == 422
    assert f'value="{words}"' in page.text
    assert 'role="alert"' in page.text


@pytest.mark.parametrize("words", ["", "   ", "<script>alert(1)</script>", "' OR 1=1 --", "kind:tale *", "ﷺ"])
def test_any_words_are_only_words(tales: Tales, cast: Cast, words: str) -> None:
    page = cast.ada.get("/search", query_string={"q": words})
    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_a_place_or_kind_that_we_did_not_give_is_refused(tales: Tales, cast: Cast) -> None:
    assert cast.ada.get("/search?q=tulkki&kind=tale&after=xx").status_code == 400
    assert cast.ada.get("/search?q=tulkki&kind=nothing").status_code == 404


def test_nothing_found_says_what_to_do(tales: Tales, cast: Cast) -> None:
    page = cast.ada.get("/search?q=olematon")
    assert page.status_code == 200
    assert "Nothing was found." in page.text
