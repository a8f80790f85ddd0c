"""The history of a message shows its author, word by word, what each edit changed."""

import random
import re
from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extranet.app import Extranet
from tests.cast import Cast
from tests.workspaces.discussions.talk import JSON, Talk
from workspaces.discussions.differences import MOST_PIECES, Piece, differences
from workspaces.discussions.history import VERSIONS_A_PAGE

WORDS = st.text(alphabet="ab ,\nä.", max_size=60)


def edit(talk: Talk, body: str) -> None:
    assert talk.cast.ada.post(talk.at(talk.first, "/edit"), {"body": body}, headers=JSON).status_code == 200


def test_each_version_says_what_was_removed_and_what_was_added(talk: Talk) -> None:
    edit(talk, "Hello to all of you")
    edit(talk, "Hello to both of <you>")
    page = talk.cast.ada.get(talk.at(talk.first, "/history")).text
    assert re.search(r"<del>.*\[removed:.*all.*</del>", page)
    assert re.search(r"<ins>.*\[added:.*both.*</ins>", page)
    assert "&lt;" in page and "<you>" not in page
    assert page.count('<li class="version">') == 3
    assert page.count("<time") >= 3 and "First, " in page and "Now, since " in page


def test_a_long_history_comes_in_pages(talk: Talk) -> None:
    for number in range(VERSIONS_A_PAGE + 2):
        edit(talk, f"Version {number}")
    first = talk.cast.ada.get(talk.at(talk.first, "/history")).text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None and first.count('<li class="version">') == VERSIONS_A_PAGE
    second = talk.cast.ada.get(following.group(1).replace("&amp;", "&")).text
    assert second.count('<li class="version">') == 3 and "First, " in second and "Now, " not in second
    assert "First, " not in first and 'rel="next"' not in second
    assert talk.cast.ada.get(talk.at(talk.first, "/history?after=nonsense")).status_code == 400


@pytest.mark.once
def test_whole_phrases_stand_together() -> None:
    assert differences("an old poor sentence here", "a fine line here") == [
        Piece("removed", "an old poor sentence"), Piece("added", "a fine line"), Piece("same", " here"),
    ]  # fmt: skip
    assert differences("same", "same") == [Piece("same", "same")]
    assert differences("", "new") == [Piece("added", "new")]


@pytest.mark.once
@given(WORDS, WORDS)
def test_both_texts_can_be_read_from_the_pieces(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == before
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == after


@pytest.mark.once
def test_the_longest_texts_take_no_time_worth_speaking_of() -> None:
    chance = random.Random(1)
    mixed = ["".join(chance.choice("ab ,") for _ in range(20_000)) for _ in range(2)]
    hostile = [
        ("a " * 10_000, "b " * 10_000), ("a b " * 5_000, "b a " * 5_000), ("!" * 20_000, "?!" * 10_000),
        (" ".join(f"x{i} y" for i in range(2_700)), " ".join(f"x{i} z" for i in range(2_700))), (mixed[0], mixed[1]),
    ]  # fmt: skip
    for before, after in hostile:
        started = thread_time()
        assert len(differences(before, after)) <= MOST_PIECES
        assert thread_time() - started < 2  # some 0.1 s of work; difflib takes many seconds for some of them


@pytest.mark.once
def test_what_changed_in_more_places_than_anybody_reads_is_one_change() -> None:
    edited = [(f"word{number} ", "new " if number % 50 == 25 else f"word{number} ") for number in range(2_500)]
    before, after = ("".join(texts) for texts in zip(*edited, strict=True))
    assert sum(1 for piece in differences(before, after) if piece.kind == "added") == 50
    noise = " ".join("?!" if number % 2 else f"{number}" for number in range(4_000))
    whole = differences(f"First {noise} last", f"First {noise.replace('?', '.')} last")
    assert [piece.kind for piece in whole] == ["same", "removed", "added", "same"]
    assert whole[0].text.startswith("First ") and whole[-1].text.endswith(" last")


def test_a_page_of_it_is_not_asked_for_again_and_again(limited: Extranet) -> None:
    talk = Talk(Cast(limited))
    found = [talk.cast.ada.get(talk.at(talk.first, "/history")).status_code for _number in range(31)]
    assert found == [*[200] * 30, 429]
