"""Card holders as a CSV file: a first line `card,name`, then one holder a line; commas or semicolons, UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _csv import Reader

COLUMNS = ("card", "name")
LONGEST = {"card": 100, "name": 200}
MOST_BYTES = 5_000_000
MOST_LINES = 50_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class RosterError(ValueError):
    """The file as a whole cannot be taken; one sentence."""


@dataclass(slots=True)
class Roster:
    """What a file says. names: by card; refused: line number in the file to why it was not taken."""

    names: dict[str, str] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


def parsed(data: bytes) -> Roster:
    """Read a file; a line that cannot be taken costs only itself. Raises RosterError."""
    if len(data) > MOST_BYTES:
        raise RosterError(f"is larger than {MOST_BYTES // 1_000_000} MB; split it.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RosterError("is no UTF-8 text; save it as CSV UTF-8.") from None
    first = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    try:
        return _read(lines)
    except csv.Error as error:
        raise RosterError(f"is no CSV: line {lines.line_num}: {error}.") from error


def written(rows: Iterable[tuple[str, str]]) -> str:
    """The file of these cards and names. A cell that a spreadsheet would compute begins with an apostrophe."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(COLUMNS)
    writer.writerows([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in rows)
    return made.getvalue()


def _read(lines: Reader) -> Roster:
    titles = [title.strip().lower() for title in next(lines, [])]
    if not set(COLUMNS) <= set(titles):
        raise RosterError("has no first line that names the columns card and name.")
    places = {name: titles.index(name) for name in COLUMNS}
    found = Roster()
    for cells in lines:
        if lines.line_num > MOST_LINES:
            raise RosterError(f"has more than {MOST_LINES:,} lines; split it.")
        if any(cell.strip() for cell in cells):
            _take(found, lines.line_num, {name: _cell(cells, place) for name, place in places.items()})
    return found


def _take(found: Roster, line: int, values: dict[str, str]) -> None:
    for name, value in values.items():
        if not 0 < len(value) <= LONGEST[name] or not value.isprintable():
            found.refused[line] = f"{name}: give 1 to {LONGEST[name]} printable characters."
            return
    if values["card"] in found.names:
        found.refused[line] = f"card: {values['card']} stands in the file already."
        return
    found.names[values["card"]] = values["name"]


def _cell(cells: list[str], place: int) -> str:
    value = cells[place].strip() if place < len(cells) else ""
    return value[1:] if value.startswith("'") and value[1:].startswith(_FORMULA) else value
