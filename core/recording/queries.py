"""Questions to the segment index. Times are UTC milliseconds, ends exclusive.

Every range query is bounded below by MAX_SEGMENT_MS, so that it reads only its own stretch of the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Q, QuerySet

from core.media.fragments import Fragment, cover, decode
from core.media.mp4.assemble import Piece as PlayablePiece
from core.media.mp4.meta import tracks_from_json
from core.media.units import Track
from core.recording.ids import ALWAYS, camera_of, id_range, piece_range, segment_of, start_of, stream_of
from core.recording.keys import SegmentName, object_key
from core.recording.models import MAX_SEGMENT_MS, UNSETTLED, Format, Gap, Piece, Segment, State, Stream, Trigger, Volume
from core.recording.reading import Place
from core.recording.router import index_alias

JOIN_MS = 250
"""Segments that lie closer than this are one range: no viewer would call it a gap."""

PAGE = 500
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch without interruption; size in bytes."""

    start_ms: int
    end_ms: int
    size: int


@dataclass(frozen=True, slots=True)
class GapRange:
    """A gap; end_ms None while it lasts."""

    start_ms: int
    end_ms: int | None
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What one stream of a camera has in a range."""

    ranges: list[Range] = field(default_factory=list)
    gaps: list[GapRange] = field(default_factory=list)


class StoredSegment(NamedTuple):
    """A segment with everything that reading it takes. Names, place and fragments are worked out when asked for.

    encoded: the fragment index.
    """

    id: int
    end_ms: int
    size: int
    open: bool
    tracks: tuple[Track, ...]
    volume_id: int
    stored_key: str
    encoded: bytes

    @property
    def camera_id(self) -> int:
        """The camera it is of."""
        return camera_of(self.id)

    @property
    def stream(self) -> int:
        """A Stream."""
        return stream_of(self.id)

    @property
    def start_ms(self) -> int:
        """UTC ms."""
        return start_of(self.id)

    @property
    def place(self) -> Place:
        """Where it lies."""
        return Place(self.volume_id, self.stored_key or object_key(SegmentName.of(self.id)))

    def fragments(self) -> list[Fragment]:
        """The fragment index; times relative to start_ms."""
        return decode(self.encoded)


# Plain statements and plain values: a query of Django's for an hour takes as long to make as to answer.
_TABLE = Segment._meta.db_table
_TOUCHING = f"FROM {_TABLE} WHERE id > %s AND id < %s AND end_ms > %s AND state <> {State.DELETING.value}"
_TIMELINE = f"SELECT id, end_ms, size {_TOUCHING} ORDER BY id"
_SUMS = (  # first and last by a step in the index each: two sums fewer over every row
    f"SELECT (SELECT id {_TOUCHING} ORDER BY id LIMIT 1), (SELECT end_ms {_TOUCHING} ORDER BY id DESC LIMIT 1), "
    f"SUM(size), SUM(end_ms - (id & {ALWAYS - 1})) {_TOUCHING}"
)
_NEXT = f"SELECT id FROM {_TABLE} WHERE id > %s AND id < %s ORDER BY id LIMIT 1"  # noqa: S608 - a constant
_SEGMENTS = f"SELECT id, end_ms, size, state, format_id, fragments {_TOUCHING} ORDER BY id LIMIT %s"
_LAST = f"SELECT id, end_ms, size, state, format_id, fragments {_TOUCHING} ORDER BY id DESC LIMIT 1"
_PLACES = f"SELECT id, volume_id, stored_key FROM {Piece._meta.db_table} WHERE id BETWEEN %s AND %s ORDER BY id DESC"  # noqa: S608 - a constant


def _reach(camera_id: int, stream: int, start_ms: int, end_ms: int) -> tuple[int, int]:
    """Ids, both exclusive, among which the segments that touch a range are."""
    return id_range(camera_id, stream, start_ms - MAX_SEGMENT_MS, end_ms)


def _within(camera_id: int, stream: int, start_ms: int, end_ms: int) -> QuerySet[Segment]:
    low, high = _reach(camera_id, stream, start_ms, end_ms)
    return Segment.objects.filter(pk__gt=low, pk__lt=high, end_ms__gt=start_ms).exclude(state=State.DELETING)


def timelines(
    camera_ids: Iterable[int], start_ms: int, end_ms: int, stream: int = Stream.MAIN, join_ms: int = JOIN_MS
) -> dict[int, Timeline]:
    """Recorded ranges, cut to the question's ends, and gaps, for each camera asked for.

    join_ms: ranges that lie closer than this are one, for who looks from afar.
    """
    found = {camera_id: Timeline() for camera_id in camera_ids}
    with connections[index_alias()].cursor() as cursor:
        for camera_id, timeline in found.items():
            runs = _runs(cursor, camera_id, stream, start_ms, end_ms, join_ms)
            timeline.ranges.extend(_joined(runs, start_ms, end_ms, join_ms))
    for gap in _gaps(list(found), stream, start_ms, end_ms):
        found[gap.camera_id].gaps.append(GapRange(gap.start_ms, gap.end_ms, gap.reason, gap.detail))
    return found


def _runs(
    cursor: CursorWrapper, camera_id: int, stream: int, start_ms: int, end_ms: int, join_ms: int
) -> Iterator[tuple[int, int, int]]:
    """(start, end, bytes) of what touches the range, in order.

    Day by day: when a day's recordings together are as long as from the first to the last, they lie without
    interruption and the database's sum will do; only other days are read row by row.
    """
    begin = start_ms - MAX_SEGMENT_MS
    while begin + 1 < end_ms:  # what starts after `begin` and before the end
        until = min(max(begin, start_ms) + DAY_MS, end_ms)
        low, high = id_range(camera_id, stream, begin, until)
        cursor.execute(_SUMS, (low, high, start_ms) * 3)
        first, end, size, recorded = cursor.fetchone()
        if first is None:
            cursor.execute(_NEXT, (high - 1, id_range(camera_id, stream, 0, end_ms)[1]))
            row = cursor.fetchone()
            begin = end_ms if row is None else start_of(row[0]) - 1
            continue
        if abs(end - start_of(first) - int(recorded)) < join_ms:
            yield start_of(first), end, int(size)
        else:
            cursor.execute(_TIMELINE, (low, high, start_ms))
            yield from ((row & ALWAYS - 1, end, size) for row, end, size in cursor.fetchall())
        begin = until - 1


def _joined(runs: Iterable[tuple[int, int, int]], start_ms: int, end_ms: int, join_ms: int) -> Iterator[Range]:
    """Ranges of (start, end, bytes) in order; neighbours merged, cut to the ends."""
    begin, end, total = None, 0, 0
    for run_start, run_end, size in runs:
        if begin is not None and run_start - end < join_ms:
            end, total = max(end, run_end), total + size
            continue
        if begin is not None:
            yield Range(max(begin, start_ms), min(end, end_ms), total)
        begin, end, total = run_start, run_end, size
    if begin is not None:
        yield Range(max(begin, start_ms), min(end, end_ms), total)


def _gaps(camera_ids: Sequence[int], stream: int, start_ms: int, end_ms: int) -> QuerySet[Gap]:
    # Gaps have no greatest length, but they are few: hundreds a camera where segments are hundred thousands.
    lasting = Q(end_ms__isnull=True) | Q(end_ms__gt=start_ms)
    return Gap.objects.filter(lasting, camera_id__in=camera_ids, stream=stream, start_ms__lt=end_ms).order_by(
        "start_ms"
    )


def fetched(camera_ids: Iterable[int], start_ms: int, end_ms: int, stream: int = Stream.MAIN) -> dict[int, list[Range]]:
    """By camera, what of a range was fetched from what the camera keeps; as `timelines`."""
    found: dict[int, list[Range]] = {}
    for camera_id in camera_ids:
        rows = _within(camera_id, stream, start_ms, end_ms).filter(edge=True).order_by("pk")
        runs = [(start_of(pk), end, size) for pk, end, size in rows.values_list("pk", "end_ms", "size")]
        if runs:
            found[camera_id] = list(_joined(runs, start_ms, end_ms, JOIN_MS))
    return found


def segments(camera_id: int, start_ms: int, end_ms: int, stream: int = Stream.MAIN) -> Iterator[StoredSegment]:
    """Segments that touch the range, in order, read page by page: flat memory however long the range."""
    formats: dict[int, tuple[Track, ...]] = {}
    low, high = _reach(camera_id, stream, start_ms, end_ms)
    while True:
        with connections[index_alias()].cursor() as cursor:
            cursor.execute(_SEGMENTS, (low, high, start_ms, PAGE))
            rows = cursor.fetchall()
            found = list(_stored(cursor, rows, formats))
        yield from found
        if len(rows) < PAGE:
            return
        low = rows[-1][0]


def extents(camera_id: int, start_ms: int, end_ms: int, stream: int = Stream.MAIN) -> dict[int, int]:
    """Id to recorded bytes of the segments that touch the range: from the index alone, to see whether it changed."""
    return dict(_within(camera_id, stream, start_ms, end_ms).values_list("pk", "size"))


def closed_ids(camera_id: int, stream: int, start_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """(id, end_ms) of the closed segments that begin in [start_ms, end_ms), in order: from the index alone."""
    low, high = id_range(camera_id, stream, start_ms - 1, end_ms)
    rows = Segment.objects.filter(pk__gt=low, pk__lt=high, state=State.CLOSED).order_by("pk")
    return list(rows.values_list("pk", "end_ms"))


def has_open(camera_id: int, stream: int, start_ms: int, end_ms: int) -> bool:
    """Whether something of the range is in a segment that is still being written."""
    return _within(camera_id, stream, start_ms, end_ms).filter(UNSETTLED, state=State.OPEN).exists()


def pieces(camera_id: int, start_ms: int, end_ms: int, stream: int = Stream.MAIN) -> list[PlayablePiece[Place]]:
    """What a VirtualMp4 of the range is made of: from the keyframe at or before its start. Empty without recordings."""
    found = []
    for segment in segments(camera_id, start_ms, end_ms, stream):
        first, last = cover(segment.fragments(), start_ms - segment.start_ms, end_ms - segment.start_ms)
        if last > first:
            found.append(PlayablePiece(segment.place, segment.tracks, segment.encoded, first, last))
    return found


def segment_at(camera_id: int, at_ms: int, stream: int = Stream.MAIN) -> StoredSegment | None:
    """The segment that holds a moment."""
    low, high = _reach(camera_id, stream, at_ms, at_ms + 1)
    with connections[index_alias()].cursor() as cursor:
        cursor.execute(_LAST, (low, high, at_ms))
        return next(_stored(cursor, cursor.fetchall(), {}), None)


def first_start_ms(camera_id: int, stream: int = Stream.MAIN) -> int | None:
    """Where a camera's recordings begin."""
    first = _playable(camera_id, stream).order_by("pk").values_list("pk", flat=True)[:1].first()
    return None if first is None else start_of(first)


def last_end_ms(camera_id: int, stream: int = Stream.MAIN) -> int | None:
    """Up to where a camera is recorded, about a second ago when it is being recorded now."""
    return _playable(camera_id, stream).order_by("-pk").values_list("end_ms", flat=True)[:1].first()


def end_before(camera_id: int, stream: int, before_ms: int) -> int | None:
    """Up to where the segments that began before a moment reach."""
    rows = _playable(camera_id, stream, before_ms).order_by("-pk")
    return rows.values_list("end_ms", flat=True)[:1].first()


def known_until(camera_id: int, stream: int, before_ms: int) -> int | None:
    """Up to where the index can tell what became of a stream, from what began before a moment: its newest end."""
    gaps = Gap.objects.filter(camera_id=camera_id, stream=stream, end_ms__isnull=False, start_ms__lt=before_ms)
    gap_end = gaps.order_by("-start_ms").values_list("end_ms", flat=True).first()
    ends = [end for end in (end_before(camera_id, stream, before_ms), gap_end) if end is not None]
    return max(ends, default=None)


def open_gaps(camera_id: int, stream: int, before_ms: int) -> list[Gap]:
    """Gaps that began before a moment and have not ended, newest first."""
    rows = Gap.objects.filter(camera_id=camera_id, stream=stream, end_ms__isnull=True, start_ms__lt=before_ms)
    return list(rows.order_by("-start_ms"))


def triggers(camera_ids: Iterable[int], since_ms: int) -> list[tuple[int, int, int]]:
    """(camera, start_ms, until_ms) of what cameras were asked to record, but for what was over before `since_ms`."""
    rows = Trigger.objects.filter(until_ms__gte=since_ms, camera_id__in=list(camera_ids))
    return list(rows.values_list("camera_id", "start_ms", "until_ms"))


def volumes() -> list[Volume]:
    """All volumes by id."""
    return list(Volume.objects.order_by("pk"))


def _playable(camera_id: int, stream: int, before_ms: int = ALWAYS) -> QuerySet[Segment]:
    low, high = id_range(camera_id, stream, -1, before_ms)
    return Segment.objects.filter(pk__gt=low, pk__lt=high).exclude(state=State.DELETING)


_Row = tuple[int, int, int, int, int, bytes]


def _stored(
    cursor: CursorWrapper, rows: Sequence[_Row], formats: dict[int, tuple[Track, ...]]
) -> Iterator[StoredSegment]:
    """Segments of one stream, in order, with their places: the pieces lie side by side as the segments do."""
    if not rows:
        return
    cursor.execute(_PLACES, piece_range(rows[0][0], rows[-1][0]))
    pieces = {segment_of(pk): (volume, key) for pk, volume, key in cursor.fetchall()}
    if unknown := {row[4] for row in rows} - formats.keys():
        known = Format.objects.filter(pk__in=unknown).values_list("pk", "tracks")
        formats.update((pk, tracks_from_json(tracks)) for pk, tracks in known)
    for pk, end_ms, size, state, format_id, fragments in rows:
        if pk not in pieces:
            continue  # it was deleted between the two queries
        yield StoredSegment(pk, end_ms, size, state == State.OPEN, formats[format_id], *pieces[pk], bytes(fragments))
