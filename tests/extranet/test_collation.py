"""The order in which names stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extranet.collation import sort_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["Aalto", "Virtanen", "Wahlroos", "Zidan", "Zzz", "Åberg", "Ärling", "Öhman"],
        ["Anna", "Anna Karenina", "Anna-Liisa", "Annala"],
        ["Muller", "Myller", "Müllerin", "Nieminen"],
        ["2 luku", "A"],
        ["Özil", "Шевченко"],
    ],
)
def test_names_stand_where_a_finn_looks_for_them(ordered: list[str]) -> None:
    assert sorted(set(ordered), key=sort_key) == ordered


@pytest.mark.parametrize(
    ("one", "other"),
    [("Şirin", "SIRIN"), ("O’Brien", "obrien"), ("José", "jose"), ("Éva\u00a0", "Eva"), ("A\u0308iti", "äiti")],
)
def test_marks_and_case_do_not_count(one: str, other: str) -> None:
    assert sort_key(one) == sort_key(other)


@given(st.text())
def test_a_key_holds_only_letters_and_digits_of_ascii(text: str) -> None:
    key = sort_key(text)
    assert key == "" or (key.isascii() and key.isalnum() and key == key.lower())


@given(st.text(), st.text(alphabet="abcxyzåäö "))
def test_a_name_stands_before_its_own_continuation(text: str, more: str) -> None:
    assert sort_key(text) <= sort_key(f"{text} {more}")
