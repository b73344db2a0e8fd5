"""The greatest of what minutes hold, step by step: what a timeline shows from afar."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connections

from core.recording.ids import ALWAYS, id_range
from core.recording.models import Minute
from core.recording.motion import minute_of
from core.recording.router import index_alias


def greatest(
    model: type[Minute], column: str, camera_id: int, start_ms: int, end_ms: int, step_ms: int
) -> Iterator[tuple[int, int]]:
    """(number of the step from start_ms on, the greatest of a column in it) of a camera in [start_ms, end_ms).

    step_ms: a minute or more; a minute that begins before start_ms counts for step 0. Steps without any are left out.
    """
    low, high = id_range(camera_id, 0, minute_of(start_ms) - 1, end_ms)
    with connections[index_alias()].cursor() as cursor:
        cursor.execute(statement(model, column), (start_ms, step_ms, low, high))
        yield from cursor


def statement(model: type[Minute], column: str) -> str:
    """The SQL of `greatest`, with places for start_ms, step_ms and the rows' range."""
    return (
        f"SELECT ((id & {ALWAYS - 1}) - %s) / %s AS slot, MAX({column}) FROM {model._meta.db_table} "  # noqa: S608 - ours
        f"WHERE id > %s AND id < %s AND {column} > 0 GROUP BY slot"
    )
