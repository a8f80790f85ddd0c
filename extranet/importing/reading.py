"""How the files of a former system are read: as they are, whatever programs they went through.

Encodings differ from file to file, dates are Finnish or ISO, cells hold line breaks, and some rows are broken. A broken
row is a `Rejection`, never a crash; only a file that is no such table at all is an error, which names the file.
"""

import csv
import io
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

LONGEST_CELL = 100_000
FIRST_YEAR, LAST_YEAR = 1970, 2100
HERE = ZoneInfo("Europe/Helsinki")
UNREADABLE = "\N{REPLACEMENT CHARACTER}"

T = TypeVar("T")


class Unreadable(Exception):
    """A file that cannot be read at all: the sentence names it and says why."""

    def __init__(self, file: str, why: str) -> None:
        super().__init__(f"{file}: {why}")
        self.file = file


class Faulty(Exception):
    """What is wrong with one row; the reason stands in the report."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that was left out: `row` is its line in the file, counted from 1, and `id` is empty if it has none."""

    file: str
    row: int
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: the line it begins on, and its cells by the name of their column, trimmed."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file that holds a record a line."""

    number: int
    content: bytes


def read_table(
    file: str, content: bytes, columns: Sequence[str], take: Callable[[Row], T], *, name: Callable[[Row], str]
) -> tuple[list[T], list[Rejection]]:
    """Read a table of semicolons with a header that has at least `columns`, in any order.

    `take` makes a record of a row or raises `Faulty`; `name` tells the id of a row for the report. Gives the records
    and what was left out, both in the order of the file. Raises `Unreadable`.
    """
    records: list[T] = []
    rejections: list[Rejection] = []
    lines = _numbered_rows(_decode(content))
    header = _header(file, lines, columns)
    for line, cells in lines:
        row = Row(line, dict(zip(header, map(_trimmed, cells or []), strict=False)))
        try:
            _check_shape(cells, header)
            records.append(take(row))
        except Faulty as fault:
            whole = Row(line, dict.fromkeys(columns, "") | row.cells)
            rejections.append(Rejection(file, line, _shown(name(whole)), fault.reason))
    return records, rejections


def read_lines(content: bytes) -> list[Line]:
    """The lines that are not blank."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    return [Line(number, line) for number, line in enumerate(content.split(b"\n"), 1) if line.strip()]


def parse_date(text: str) -> date:
    """A day written `31.12.2025` or `2025-12-31`. Raises `Faulty`."""
    try:
        day = _finnish_date(text) if "." in text else date.fromisoformat(text)
    except ValueError as error:
        raise Faulty("invalid date") from error
    return _plausible(day)


def parse_moment(text: str) -> datetime:
    """An ISO moment; one without a time zone is Finnish time. Gives UTC. Raises `Faulty`."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Faulty("invalid date") from error
    _plausible(moment.date())
    return (moment if moment.tzinfo else moment.replace(tzinfo=HERE)).astimezone(UTC)


def noon(day: date) -> datetime:
    """The moment for a day of which no more is known: it is the same day wherever it is read."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def is_storable(text: str) -> bool:
    """Whether both databases can keep the text: no NUL, no half of a character, nothing that failed to decode."""
    return not any(letter in "\0" + UNREADABLE or unicodedata.category(letter) == "Cs" for letter in text)


def _decode(content: bytes) -> str:
    if content.startswith(b"\xef\xbb\xbf"):
        return content.decode("utf-8-sig", errors="replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _numbered_rows(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """(line on which the row begins, cells); the cells are None where quotation marks make no sense."""
    lines = list(io.StringIO(text, newline=""))
    csv.field_size_limit(LONGEST_CELL)
    start = 0
    while start < len(lines):
        reader = csv.reader((lines[number] for number in range(start, len(lines))), delimiter=";", strict=True)
        begun = start
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield begun + 1, cells
                begun = start + reader.line_num
            return
        except csv.Error:
            # An unclosed quotation mark has swallowed the rows below: give up this line only, and go on with the next.
            yield begun + 1, None
            start = begun + 1


def _header(file: str, lines: Iterator[tuple[int, list[str] | None]], columns: Sequence[str]) -> list[str]:
    _line, cells = next(lines, (1, None))
    header = [_trimmed(cell).casefold() for cell in cells or []]
    missing = [column for column in columns if column not in header]
    if missing:
        raise Unreadable(file, f"it has no column {', '.join(missing)}")
    return header


def _check_shape(cells: list[str] | None, header: list[str]) -> None:
    if cells is None:
        raise Faulty("broken quotation marks")
    if len(cells) != len(header):
        raise Faulty("wrong number of columns")
    if not all(is_storable(cell) for cell in cells):
        raise Faulty("unreadable characters")


def _trimmed(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n").strip()


def _shown(name: str) -> str:
    return "".join(letter if is_storable(letter) else UNREADABLE for letter in name)[:100]


def _finnish_date(text: str) -> date:
    day, month, year = (int(part) for part in text.split("."))
    return date(year, month, day)


def _plausible(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Faulty("invalid date")
    return day
