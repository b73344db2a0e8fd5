"""Searching reads: wildcards, look-alikes, cameras, time."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from core.api import Clock, SystemClock
from plugins.lpr.alike import folded
from plugins.lpr.models import Read
from plugins.lpr.reads import DAY_MS

LONGEST_PATTERN = 20


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. plate: `?` stands for one character, `*` for any number; empty for all. alike: O as 0, I as
    1, B as 8. list: on this list only; empty for all. Times in UTC ms, the end not included.
    """

    plate: str = ""
    alike: bool = True
    start_ms: int | None = None
    end_ms: int | None = None
    list: str = ""


def found(search: Search, camera_ids: Collection[int], keep_days: int, clock: Clock | None = None) -> QuerySet[Read]:
    """The reads of these cameras that fit, the newest first; none that is older than it may be kept.

    Raises ValueError with a sentence for a plate that cannot be looked for.
    """
    oldest = (clock or SystemClock()).wall_ms() - keep_days * DAY_MS
    reads = Read.objects.filter(camera_id__in=camera_ids, at_ms__gte=max(oldest, search.start_ms or oldest))
    if search.end_ms is not None:
        reads = reads.filter(at_ms__lt=search.end_ms)
    if search.list:
        reads = reads.filter(list=search.list)
    return _of_plate(reads, search)


def _of_plate(reads: QuerySet[Read], search: Search) -> QuerySet[Read]:
    wanted = "".join(char for char in search.plate.upper() if char.isalnum() or char in "?*")
    if not wanted:
        return reads
    if len(wanted) > LONGEST_PATTERN or not wanted.isascii():
        raise ValueError(f"plate: {search.plate!r} is no plate; give up to 20 of A-Z, 0-9, ? and *.")
    field = "folded" if search.alike else "text"
    wanted = folded(wanted) if search.alike else wanted
    start = re.split(r"[?*]", wanted, maxsplit=1)[0]
    if start == wanted:
        return reads.filter(**{field: wanted})
    expression = "".join({"?": ".", "*": ".*"}.get(char, char) for char in wanted)
    # What stands before the first wildcard narrows the rows before the slower expression is tried.
    narrowed = reads.filter(**{f"{field}__startswith": start}) if start else reads
    return narrowed.filter(**{f"{field}__regex": f"^{expression}$"})
