"""Hourly counts as what one wants to see: a row for each line and zone, a column for each hour or day of the site."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.api.services import Count

MOST_DAYS = 92

KINDS = ("to_left", "to_right", "entered", "left", "stays", "stayed_s")
"""What counts are called before the colon: crossings of a line; of a zone comings, goings, stays and their seconds."""


@dataclass(frozen=True, slots=True)
class Series:
    """kind: of KINDS; name: of the line or zone; values: one for each column."""

    kind: str
    name: str
    values: tuple[int, ...]


def columns(first: date, days: int, zone: ZoneInfo, *, daily: bool) -> list[datetime]:
    """Starts of the days, or of their hours, in the site's zone: the day on which clocks change has 23 or 25."""
    starts = [datetime.combine(first + timedelta(day), time.min, zone) for day in range(days + 1)]
    if daily:
        return starts[:-1]
    hours = range(int(starts[0].timestamp()), int(starts[-1].timestamp()), 3600)
    return [datetime.fromtimestamp(at, zone) for at in hours]


def series(counts: Iterable[Count], starts: Sequence[datetime], *, daily: bool) -> list[Series]:
    """The counts of each name by column; those of no column are left out."""
    zone = starts[0].tzinfo
    place = {_column(start, daily=daily): number for number, start in enumerate(starts)}
    rows: dict[str, list[int]] = {}
    for count in counts:
        number = place.get(_column(datetime.fromtimestamp(count.at_ms / 1000, zone), daily=daily))
        if number is not None:
            rows.setdefault(count.name, [0] * len(starts))[number] += count.number
    found = []
    for told, values in sorted(rows.items()):
        kind, _, name = told.partition(":")
        found.append(Series(kind, name, tuple(values)))
    return found


def _column(at: datetime, *, daily: bool) -> object:
    """Hours are UTC's: where a zone is half an hour off, the hour in which its own begins."""
    return at.date() if daily else int(at.timestamp()) // 3600


def as_csv(rows: Sequence[Series], starts: Sequence[datetime]) -> str:
    """A line for each column with its start, local time with its distance to UTC, and a cell for each row."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["start", *(_safe(f"{row.kind} {row.name}") for row in rows)])
    for number, start in enumerate(starts):
        writer.writerow([start.isoformat(timespec="minutes"), *(row.values[number] for row in rows)])
    return text.getvalue()


def _safe(cell: str) -> str:
    """No formula for who opens it as a sheet."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" else cell
