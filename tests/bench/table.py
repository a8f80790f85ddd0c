"""The figures of a run, gathered for one table at its end (`conftest.py` prints it)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure beside its reference of the same run; `reference` is None where only a bound holds."""

    what: str
    ours: float
    reference: float | None
    unit: str
    aim: str


rows: list[Row] = []


def note(
    what: str, ours: float, reference: float, unit: str, *, aim: float, more_is_better: bool = False
) -> float:
    """Add a figure beside its reference. Returns their ratio."""
    rows.append(Row(what, ours, reference, unit, f"{'≥' if more_is_better else '≤'} {aim:g} ×"))
    return ours / reference


def note_alone(what: str, ours: float, unit: str, *, aim: str) -> None:
    """Add a figure that is measured against a bound."""
    rows.append(Row(what, ours, None, unit, aim))


def drawn() -> list[str]:
    """The table, a line a row."""
    lines = [f"{'what':<58}{'here':>12}{'reference':>12}  {'unit':<6}{'ratio':>8}  aim"]
    for row in rows:
        reference, ratio = ("", "")
        if row.reference is not None:
            reference, ratio = _short(row.reference), f"{row.ours / row.reference:.2f} ×"
        lines.append(f"{row.what:<58}{_short(row.ours):>12}{reference:>12}  {row.unit:<6}{ratio:>8}  {row.aim}")
    return lines


def _short(figure: float) -> str:
    return f"{figure:,.0f}" if figure >= 1000 else f"{figure:.2f}" if figure < 10 else f"{figure:.1f}"
