"""Lists and reads as CSV files (RFC 4180)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from plugins.lpr.lists import Entry, ListError
from plugins.lpr.models import ListedPlate, Read

COLUMNS = ("plate", "list", "owner", "note", "valid_from", "valid_to")
READ_COLUMNS = (
    *("time", "camera", "plate", "raw", "confidence", "region", "direction", "speed_kmh"),
    *("list", "listed", "owner", "distance"),
)
FORMULA = ("=", "+", "-", "@")
LONGEST = 1_000_000
"""Characters of a file that is taken."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be taken. number: its line in the file, the heading being 1; why: one sentence."""

    number: int
    why: str


def parsed(text: str, only_list: str = "") -> tuple[list[Entry], list[BadLine]]:
    """The entries of a file, and what is wrong with its other lines. only_list: for lines without a list.

    Commas or semicolons; the heading names the columns, of which only `plate` must be there. Raises ValueError with a
    sentence when the file as a whole is none.
    """
    if len(text) > LONGEST:
        raise ValueError(f"The file has more than {LONGEST:,} characters; split it.")
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";" if ";" in first else ",")
    heading = [name.strip().lower() for name in next(reader, [])]
    if "plate" not in heading:
        raise ValueError(f"The first line names no column `plate`; it may name {', '.join(COLUMNS)}.")
    entries: list[Entry] = []
    bad: list[BadLine] = []
    seen: dict[str, int] = {}
    for cells in _lines(reader, bad):
        number = reader.line_num
        try:
            entry = _entry(dict(zip(heading, map(_as_meant, cells), strict=False)), only_list)
            text_ = entry.checked()["text"]
        except ValueError as error:
            bad.append(BadLine(number, str(error)))
            continue
        if text_ in seen:
            bad.append(BadLine(number, f"{text_} stands in line {seen[text_]} already."))
            continue
        seen[text_] = number
        entries.append(entry)
    return entries, bad


def _lines(reader: Any, bad: list[BadLine]) -> Iterator[list[str]]:
    """The lines that are not empty; one that the CSV reader cannot split is bad."""
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            bad.append(BadLine(reader.line_num, f"The line is no CSV ({error})."))
            continue
        if any(cell.strip() for cell in cells):
            yield cells


def _entry(said: dict[str, str], only_list: str) -> Entry:
    return Entry(
        said.get("plate", ""),
        (said.get("list") or only_list).lower(),
        said.get("owner", ""),
        said.get("note", ""),
        *(_moment(name, said.get(name, "")) for name in ("valid_from", "valid_to")),
    )


def _moment(name: str, said: str) -> int | None:
    if not said:
        return None
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ListError({name: f"{name}: {said!r} is no time with a zone, such as 2026-05-01T12:00:00+02:00."})
    return round(at.timestamp() * 1000)


def listed(entries: Iterable[ListedPlate]) -> str:
    """A file that `parsed` takes again."""
    return _written(
        COLUMNS,
        ((one.text, one.list, one.owner, one.note, _iso(one.valid_from_ms), _iso(one.valid_to_ms)) for one in entries),
    )


def read(reads: Iterable[Read], names: dict[int, str]) -> str:
    """Found reads as a file. names: of the cameras by id."""
    return _written(
        READ_COLUMNS,
        (
            (
                _iso(one.at_ms),
                names.get(one.camera_id, str(one.camera_id)),
                one.text,
                one.raw,
                one.confidence,
                one.region,
                one.direction,
                one.speed_kmh,
                one.list,
                one.listed,
                one.owner,
                one.distance,
            )
            for one in reads
        ),
    )


def _written(columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows(tuple(map(_harmless, row)) for row in rows)
    return file.getvalue()


def _harmless(cell: Any) -> Any:
    """Text that a spreadsheet would take for a formula, marked as text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA else cell


def _as_meant(cell: str) -> str:
    """A cell without what `_harmless` put before it."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA else cell


def _iso(at_ms: int | None) -> str:
    return "" if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC).isoformat()
