"""Making room: which segments go, and how they go without leaving half of anything behind.

A deletion is marked (DELETING), then the objects are unlinked, then the row is removed; a crash in between is finished
by `finish_deletions`. Before each deletion plugins are asked; whoever objects, or fails to answer, keeps the segment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet, Sum

from core.cameras.queries import camera_limits
from core.hookspecs.storage import StorageError
from core.media.clock import Clock, SystemClock
from core.pluginhost import host
from core.recording.ids import ALWAYS, camera_of, camera_range, id_range, piece_ids
from core.recording.keys import piece_key
from core.recording.models import UNSETTLED, Gap, Piece, Segment, State, Stream
from core.recording.motion_store import sweep_motion
from core.recording.queries import first_start_ms
from core.recording.removals import note_removed
from core.recording.store import remove_rows
from core.recording.tally import SumBetween, Tally
from core.recording.volumes import OpenVolume, open_volumes

log = logging.getLogger("eyrie.recording.retention")

BATCH = 200
MOST = 20_000
"""Segments deleted in one run at most, so that a run ends; the next minute goes on."""
DAY_MS = 86_400_000

Vote = Callable[[Segment], str | None]


@dataclass(slots=True)
class Outcome:
    """What one run did. kept: sentences of those who objected, by segment id."""

    deleted: int = 0
    freed: int = 0
    kept: dict[int, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def ask_plugins(segment: Segment) -> str | None:
    """One sentence why a segment must stay, or None."""
    return host().hooks.decide_segment_deletion(
        camera_id=segment.camera_id, start_ms=segment.start_ms, end_ms=segment.end_ms
    )


class Retention:
    """One run over all cameras and volumes. Runs in the worker; nothing else deletes recordings."""

    def __init__(
        self,
        clock: Clock | None = None,
        vote: Vote = ask_plugins,
        most: int = MOST,
        tally: Tally | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._tally = tally or Tally()
        self._vote = vote
        self._left = most
        self._volumes: dict[int, OpenVolume] = {}
        self.outcome = Outcome()

    def run(self) -> Outcome:
        """Finish deletions, then delete what is orphaned, too old or too much. Never raises for a broken volume."""
        usable, self.outcome.failed = open_volumes()
        self._volumes = {volume.id: volume for volume in usable}
        self.finish_deletions(Q())
        seen = {*_recorded_cameras(), *Gap.objects.values_list("camera_id", flat=True).distinct()}
        limits = (
            camera_limits()
        )  # after those seen, so that a camera added in this moment is not taken for a removed one
        self._orphans(seen - {limit.camera_id for limit in limits})
        for limit in limits:
            if limit.days is not None:
                self._too_old(limit.camera_id, limit.days)
            if limit.bytes is not None:
                self._too_many(limit.camera_id, limit.bytes)
        for volume in usable:
            self._make_room(volume)
        self._gaps()
        sweep_motion([limit.camera_id for limit in limits], self._clock.wall_ms())
        return self.outcome

    def finish_deletions(self, which: Q) -> None:
        """Unlink and remove what is marked."""
        marked = _by_id(Segment.objects.filter(UNSETTLED, which, state=State.DELETING))
        while batch := list(islice(marked, BATCH)):
            if not self._remove(batch):
                return

    def _orphans(self, cameras: Iterable[int]) -> None:
        """Recordings of cameras that are gone. Open segments are closed by their recorder within seconds."""
        for camera_id in cameras:
            for rows in _of(camera_id):
                self._delete_while(_closed(rows), lambda: True)
            Gap.objects.filter(camera_id=camera_id).delete()

    def _too_old(self, camera_id: int, days: int) -> None:
        oldest = self._clock.wall_ms() - days * DAY_MS
        for rows in _of(camera_id, before_ms=oldest):
            self._delete_while(_closed(rows.filter(end_ms__lt=oldest)), lambda: True)

    def _too_many(self, camera_id: int, most: int) -> None:
        over = self._tally.total(("camera", camera_id), held_by_camera(camera_id), self._clock.wall_ms()) - most
        if over <= 0:
            return
        before = self.outcome.freed
        oldest = merge(*(_closed(rows) for rows in _of(camera_id)), key=lambda segment: segment.start_ms)
        self._delete_while(oldest, lambda: self.outcome.freed - before < over)

    def _make_room(self, volume: OpenVolume) -> None:
        """Overwrite the oldest until the reserve is free and the limit kept."""
        try:
            over = volume.reserve_bytes - volume.storage.space().free
        except StorageError as error:
            self.outcome.failed[volume.name] = str(error)
            return
        if volume.limit_bytes is not None:
            used = self._tally.total(("volume", volume.id), held_by_volume(volume.id), self._clock.wall_ms())
            over = max(over, used - volume.limit_bytes)
        before = self.outcome.freed
        self._delete_while(_by_age(volume.id), lambda: self.outcome.freed - before < over)

    def _delete_while(self, candidates: Iterator[Segment], wanted: Callable[[], bool]) -> None:
        """Delete candidates batch by batch while `wanted`."""
        while batch := list(islice(self._allowed(candidates, wanted), BATCH)):
            if not self._mark_and_remove(batch):
                return

    def _allowed(self, candidates: Iterator[Segment], wanted: Callable[[], bool]) -> Iterator[Segment]:
        """Those that nobody objects to, as many as are wanted; counts them as freed."""
        while self._left > 0 and wanted() and (segment := next(candidates, None)) is not None:
            if reason := self._vote(segment):
                self.outcome.kept[segment.pk] = reason
                continue
            self._left -= 1
            self.outcome.deleted += 1
            self.outcome.freed += segment.size
            yield segment

    def _mark_and_remove(self, batch: Sequence[Segment]) -> bool:
        ids = [segment.pk for segment in batch]
        Segment.objects.filter(pk__in=ids, state=State.CLOSED).update(state=State.DELETING)
        return self._remove(batch)

    def _remove(self, batch: Sequence[Segment]) -> bool:
        """Unlink the objects of marked segments and remove the rows of those whose objects are gone."""
        segments = {segment.pk: segment for segment in batch}
        pieces = _pieces_of(segments)
        for piece in pieces:
            volume = self._volumes.get(piece.volume_id)
            try:
                if volume is None:
                    raise StorageError(f"Volume {piece.volume_id} is not there; its objects are deleted when it is.")
                volume.storage.delete(piece_key(piece))
            except StorageError as error:
                segments.pop(piece.segment_id, None)
                self.outcome.failed[volume.name if volume else str(piece.volume_id)] = str(error)
        remove_rows(list(segments))
        note_removed(segments.values(), self._clock.wall_ms())
        for segment in segments.values():
            self._tally.deleted(("camera", segment.camera_id), segment.start_ms, segment.size)
        for piece in pieces:
            if piece.segment_id in segments:
                self._tally.deleted(("volume", piece.volume_id), piece.start_ms, piece.size)
        return len(segments) == len(batch)

    def _gaps(self) -> None:
        """A gap that ended before the first recording of its stream says nothing any more."""
        for camera_id in _recorded_cameras():
            for stream in Stream.values:
                if (first := first_start_ms(camera_id, stream)) is not None:
                    Gap.objects.filter(camera_id=camera_id, stream=stream, end_ms__lt=first).delete()


_tally = Tally()


def run() -> Outcome:
    """One run, logged when it did or met something. Called every minute by the worker."""
    outcome = Retention(tally=_tally).run()
    if outcome.deleted:
        log.info("Deleted %d segments, %d bytes.", outcome.deleted, outcome.freed)
    for name, reason in outcome.failed.items():
        log.warning("Volume %s: %s", name, reason)
    return outcome


def _recorded_cameras() -> Iterable[int]:
    """Ids of cameras that have segments, each found by one step in the index instead of a scan."""
    after = -1
    while (
        found := Segment.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True).first()
    ) is not None:
        yield camera_of(found)
        after = camera_range(camera_of(found))[1] - 1


def _of(camera_id: int, after_ms: int = -1, before_ms: int = ALWAYS) -> Iterator[QuerySet[Segment]]:
    """A camera's segments that start between these times, stream by stream, as the table has them."""
    for stream in Stream.values:
        low, high = id_range(camera_id, stream, after_ms, before_ms)
        yield Segment.objects.filter(pk__gt=low, pk__lt=high)


def _closed(rows: QuerySet[Segment]) -> Iterator[Segment]:
    return _by_id(rows.filter(state=State.CLOSED))


def _by_id(rows: QuerySet[Segment]) -> Iterator[Segment]:
    """Segments in order, page by page, so that those already passed may be deleted meanwhile."""
    after = -1
    while page := list(rows.filter(pk__gt=after).order_by("pk").defer("fragments")[:BATCH]):
        yield from page
        after = page[-1].pk


def _by_age(volume_id: int) -> Iterator[Segment]:
    """Closed segments that have a piece on a volume, oldest first, page by page."""
    since, seen = 0, set[int]()
    rows = Piece.objects.filter(volume_id=volume_id).order_by("start_ms")
    while page := list(rows.filter(start_ms__gte=since).exclude(pk__in=seen)[:BATCH]):
        ids = [piece.segment_id for piece in page]
        closed = Segment.objects.filter(state=State.CLOSED).defer("fragments").in_bulk(ids)
        yield from (closed[segment] for segment in ids if segment in closed)
        seen = {piece.pk for piece in page if piece.start_ms == page[-1].start_ms} | (
            seen if page[-1].start_ms == since else set()
        )
        since = page[-1].start_ms


def _pieces_of(segments: Iterable[int]) -> list[Piece]:
    return list(Piece.objects.filter(pk__in=[piece for segment in segments for piece in piece_ids(segment)]))


def held_by_volume(volume_id: int) -> SumBetween:
    """For a tally: bytes on a volume of what began in a range of time."""
    pieces = Piece.objects.filter(volume_id=volume_id)
    return lambda from_ms, until_ms: _total(pieces.filter(start_ms__gte=from_ms, start_ms__lt=until_ms))


def held_by_camera(camera_id: int) -> SumBetween:
    """For a tally: bytes of a camera's segments that began in a range of time."""
    return lambda from_ms, until_ms: sum(_total(rows) for rows in _of(camera_id, from_ms - 1, until_ms))


def _total(rows: QuerySet[Any]) -> int:
    return int(rows.aggregate(total=Sum("size"))["total"] or 0)
