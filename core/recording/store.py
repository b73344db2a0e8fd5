"""Writes batches of entries: raw bulk statements, one transaction a batch. Runs in the index thread."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections, transaction

from core.recording.entries import GapEntry, SegmentEntry
from core.recording.formats import FormatIds
from core.recording.ids import camera_of, piece_id, piece_ids, start_of
from core.recording.models import Gap, Piece, Segment, State
from core.recording.motion_store import forget_motion
from core.recording.router import index_alias

_UPDATE = (
    f"UPDATE {Segment._meta.db_table} SET end_ms=%s, size=%s, state=%s, fragments=%s "  # noqa: S608 - a constant
    f"WHERE id=%s AND state<>{State.DELETING.value}"
)
_UPDATE_PIECE = f"UPDATE {Piece._meta.db_table} SET size=%s WHERE id=%s"  # noqa: S608 - a constant


def write_batch(segments: Sequence[SegmentEntry], gaps: Sequence[GapEntry], formats: FormatIds) -> None:
    """Bring the index to the entries' present state. Raises django.db.Error; then nothing of the batch is written."""
    new = [entry for entry in segments if not entry.indexed]
    gap_rows: list[tuple[GapEntry, Gap]] = []
    try:
        with transaction.atomic(using=index_alias()):
            _insert_segments(new, formats)
            _update_segments([entry for entry in segments if entry.indexed])
            gap_rows = _write_gaps(gaps)
    except BaseException:
        formats.forget()
        raise
    for entry in new:
        entry.indexed = True
    for gap, gap_row in gap_rows:
        gap.row_id = gap_row.pk


def remove_rows(segments: Sequence[int]) -> None:
    """Remove the rows of segments and of all their pieces, and the motion grids that only they showed."""
    with transaction.atomic(using=index_alias()):
        ends = Segment.objects.filter(pk__in=segments).values_list("pk", "end_ms")
        stretches = [(camera_of(pk), start_of(pk), end_ms) for pk, end_ms in ends]
        Piece.objects.filter(pk__in=[piece for segment in segments for piece in piece_ids(segment)]).delete()
        Segment.objects.filter(pk__in=segments).delete()
        forget_motion(stretches)


def _insert_segments(entries: Sequence[SegmentEntry], formats: FormatIds) -> None:
    """Insert, or replace what an earlier life of the recorder left under the same name."""
    if not entries:
        return
    rows = [_segment_row(entry, formats) for entry in entries]
    Segment.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["end_ms", "size", "state", "format", "fragments", "edge"],
    )
    pieces = [
        Piece(id=piece_id(row.pk), volume_id=entry.volume_id, start_ms=row.start_ms, size=row.size)
        for entry, row in zip(entries, rows, strict=True)
    ]
    Piece.objects.bulk_create(
        pieces, update_conflicts=True, unique_fields=["id"], update_fields=["volume", "size", "stored_key", "checksum"]
    )


def _segment_row(entry: SegmentEntry, formats: FormatIds) -> Segment:
    state = entry.state  # before the rest: a segment closed in between is written again anyway
    end_ms, size, fragments = entry.now
    return Segment(
        id=entry.id,
        end_ms=end_ms,
        size=size,
        state=state,
        format_id=formats.of(entry.tracks),
        fragments=fragments,
        edge=entry.edge,
    )


def _update_segments(entries: Sequence[SegmentEntry]) -> None:
    if not entries:
        return
    updates, pieces = [], []
    for entry in entries:
        state = entry.state
        end_ms, size, fragments = entry.now
        updates.append((end_ms, size, state.value, fragments, entry.id))
        pieces.append((size, piece_id(entry.id)))
    with connections[index_alias()].cursor() as cursor:
        cursor.executemany(_UPDATE, updates)
        cursor.executemany(_UPDATE_PIECE, pieces)


def _write_gaps(entries: Sequence[GapEntry]) -> list[tuple[GapEntry, Gap]]:
    if not entries:
        return []
    rows = [
        (
            entry,
            Gap(
                pk=entry.row_id,
                camera_id=entry.camera_id,
                stream=entry.stream,
                start_ms=entry.start_ms,
                end_ms=entry.end_ms,
                reason=entry.reason.value,
                detail=entry.detail[:200],
            ),
        )
        for entry in entries
        if not entry.void
    ]
    Gap.objects.filter(pk__in=[entry.row_id for entry in entries if entry.void and entry.row_id is not None]).delete()
    new = [row for entry, row in rows if entry.row_id is None]
    Gap.objects.bulk_create(new)
    Gap.objects.bulk_update([row for entry, row in rows if entry.row_id is not None], ["end_ms", "reason", "detail"])
    return rows
