"""The look keeps what it promises: colours one can read by day and by night, few bytes, either writing direction."""

import gzip
import json
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).resolve().parents[2] / "static"
SHEETS = sorted((STATIC / "css").rglob("*.css"))

TEXT = [  # what is written on what: WCAG 2.2 wants 4.5
    ("ink", "paper"), ("ink", "surface"), ("ink", "sunken"), ("ink-soft", "paper"), ("ink-soft", "surface"),
    ("ink-soft", "sunken"), ("accent", "paper"), ("accent", "surface"), ("accent", "sunken"), ("on-accent", "accent"),
    ("on-accent", "accent-strong"), ("accent-strong", "accent-tint"), ("danger", "paper"), ("danger", "surface"),
    ("on-danger", "danger"), ("on-danger", "danger-strong"), ("danger-strong", "danger-tint"), ("on-fresh", "fresh"),
    ("ink", "fresh-tint"), ("ink-soft", "fresh-tint"), ("accent", "fresh-tint"), ("on-band", "band"),
    ("on-band-soft", "band"), ("on-band", "band-soft"),
]
EDGES = [  # what shows where a thing is or how it stands: 3
    ("line-strong", "surface"), ("line-strong", "paper"), ("focus", "surface"), ("focus", "paper"), ("focus", "sunken"),
    ("fine", "surface"), ("fresh-line", "surface"), ("danger", "surface"),
]


@pytest.mark.parametrize("time", ["day", "night"])
@pytest.mark.parametrize(
    ("upper", "lower", "least"), [(*pair, 4.5) for pair in TEXT] + [(*pair, 3.0) for pair in EDGES]
)
def test_what_is_written_can_be_read(upper: str, lower: str, least: float, time: str) -> None:
    colours = _colours(time)
    assert _contrast(colours[upper], colours[lower]) >= least


def test_a_contrast_too_weak_would_be_noticed() -> None:
    assert _contrast("#ffffff", "#ffffff") == 1.0
    assert round(_contrast("#ffffff", "#000000")) == 21
    assert _contrast("#777777", "#ffffff") < 4.5


def test_every_token_that_is_used_is_defined() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in SHEETS)
    defined = set(re.findall(r"(--[\w-]+)\s*:", text))
    assert set(re.findall(r"var\((--[\w-]+)", text)) - defined == set()


def test_nothing_is_bound_to_left_or_right() -> None:
    physical = re.compile(
        r"^\s*((margin|padding|border)-(left|right|top|bottom)[\w-]*|left|right|top|bottom|(min-|max-)?(width|height))\s*:|"
        r":\s*(left|right)\s*;",
        re.MULTILINE,
    )
    for sheet in SHEETS:
        found = [match.group().strip() for match in physical.finditer(sheet.read_text(encoding="utf-8"))]
        assert found == [], sheet.name


def test_the_style_sheet_and_the_usual_font_are_small() -> None:
    manifest = STATIC / "build" / "manifest.json"
    if not manifest.exists():
        pytest.skip("nothing is built")
    sheet = STATIC / "build" / json.loads(manifest.read_text(encoding="utf-8"))["app.css"]
    latin = next((STATIC / "build" / "files").glob("*-latin-wght-normal-*.woff2"))
    assert len(gzip.compress(sheet.read_bytes())) <= 12_000
    assert latin.stat().st_size <= 45_000


def _colours(time: str) -> dict[str, str]:
    """Each colour token by name, as `#rrggbb`, by day or by night."""
    text = (STATIC / "css" / "tokens.css").read_text(encoding="utf-8")
    either = re.compile(r"--([\w-]+): var\(--day, (#\w+)\) var\(--night, (#\w+)\);")
    found = {name: day if time == "day" else night for name, day, night in either.findall(text)}
    found |= dict(re.findall(r"--([\w-]+): (#\w+);", text))
    return {name: _long(colour) for name, colour in found.items()}


def _long(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(digit * 2 for digit in colour[1:])


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
