"""Making room: which segments go, and how they go without leaving half of anything behind.

A deletion is marked (DELETING), then the objects are unlinked, then the row is removed; a crash in between is finished
by `finish_deletions`. Before each deletion plugins are asked; whoever objects, or fails to answer, keeps the segment.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet, Sum

from core.cameras.queries import camera_limits
from core.hookspecs.storage import StorageError
from core.media.clock import Clock, SystemClock
from core.pluginhost import host
from core.recording.models import Gap, Piece, Segment, State, Stream
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

    def __init__(self, clock: Clock | None = None, vote: Vote = ask_plugins, most: int = MOST) -> None:
        self._clock = clock or SystemClock()
        self._vote = vote
        self._left = most
        self._volumes: dict[int, OpenVolume] = {}
        self.outcome = Outcome()

    def run(self) -> Outcome:
        """Finish deletions, then delete what is orphaned, too old or too much. Never raises for a broken volume."""
        usable, self.outcome.failed = open_volumes()
        self._volumes = {volume.id: volume for volume in usable}
        self.finish_deletions(Q())
        limits = camera_limits()
        self._orphans({limit.camera_id for limit in limits})
        for limit in limits:
            if limit.days is not None:
                self._too_old(limit.camera_id, limit.days)
            if limit.bytes is not None:
                self._too_many(limit.camera_id, limit.bytes)
        for volume in usable:
            self._make_room(volume)
        self._gaps()
        return self.outcome

    def finish_deletions(self, which: Q) -> None:
        """Unlink and remove what is marked."""
        for batch in _batches(Segment.objects.filter(which, state=State.DELETING).order_by("pk")):
            if not self._remove(batch):
                return

    def _orphans(self, known: set[int]) -> None:
        """Recordings of cameras that are gone. Open segments are closed by their recorder within seconds."""
        for camera_id in _recorded_cameras():
            if camera_id not in known:
                self._delete_while(Segment.objects.filter(camera_id=camera_id), lambda: True)
                Gap.objects.filter(camera_id=camera_id).delete()

    def _too_old(self, camera_id: int, days: int) -> None:
        oldest = self._clock.wall_ms() - days * DAY_MS
        for stream in Stream.values:  # one by one, so that the timeline index gives them in order
            rows = Segment.objects.filter(camera_id=camera_id, stream=stream, start_ms__lt=oldest, end_ms__lt=oldest)
            self._delete_while(rows, lambda: True)

    def _too_many(self, camera_id: int, most: int) -> None:
        rows = Segment.objects.filter(camera_id=camera_id)
        over = (rows.aggregate(total=Sum("size"))["total"] or 0) - most
        before = self.outcome.freed
        self._delete_while(rows, lambda: self.outcome.freed - before < over)

    def _make_room(self, volume: OpenVolume) -> None:
        """Overwrite the oldest until the reserve is free and the limit kept."""
        try:
            over = volume.reserve_bytes - volume.storage.space().free
        except StorageError as error:
            self.outcome.failed[volume.name] = str(error)
            return
        if volume.limit_bytes is not None:
            used = Piece.objects.filter(volume_id=volume.id).aggregate(total=Sum("size"))["total"] or 0
            over = max(over, used - volume.limit_bytes)
        before = self.outcome.freed
        oldest = Segment.objects.filter(pieces__volume_id=volume.id).order_by("pieces__start_ms")
        self._delete_while(oldest, lambda: self.outcome.freed - before < over, ordered=True)

    def _delete_while(self, rows: QuerySet[Segment], wanted: Callable[[], bool], ordered: bool = False) -> None:
        """Delete closed segments, oldest first, batch by batch, while `wanted`."""
        rows = rows.filter(state=State.CLOSED).defer("fragments")
        rows = rows if ordered else rows.order_by("start_ms")
        kept = 0
        while self._left > 0 and wanted():
            batch = list(rows[kept : kept + BATCH])
            going = list(self._allowed(batch, wanted))
            if going and not self._mark_and_remove(going):
                return
            kept += len(batch) - len(going)
            if len(batch) < BATCH:
                return

    def _allowed(self, batch: Sequence[Segment], wanted: Callable[[], bool]) -> Iterator[Segment]:
        """Those that nobody objects to, as many as are wanted; counts them as freed."""
        for segment in batch:
            if self._left <= 0 or not wanted():
                return
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
        gone = {segment.pk for segment in batch}
        for piece in Piece.objects.filter(segment_id__in=gone):
            volume = self._volumes.get(piece.volume_id)
            try:
                if volume is None:
                    raise StorageError(f"Volume {piece.volume_id} is not there; its objects are deleted when it is.")
                volume.storage.delete(piece.key)
            except StorageError as error:
                gone.discard(piece.segment_id)
                self.outcome.failed[volume.name if volume else str(piece.volume_id)] = str(error)
        Piece.objects.filter(segment_id__in=gone).delete()
        Segment.objects.filter(pk__in=gone, state=State.DELETING).delete()
        return len(gone) == len(batch)

    def _gaps(self) -> None:
        """A gap that ended before the first recording of its stream says nothing any more."""
        for camera_id in _recorded_cameras():
            for stream in Stream.values:
                rows = Segment.objects.filter(camera_id=camera_id, stream=stream)
                first = rows.order_by("start_ms").values_list("start_ms", flat=True)[:1].first()
                if first is not None:
                    Gap.objects.filter(camera_id=camera_id, stream=stream, end_ms__lt=first).delete()


def run() -> Outcome:
    """One run, logged when it did or met something. Called every minute by the worker."""
    outcome = Retention().run()
    if outcome.deleted:
        log.info("Deleted %d segments, %d bytes.", outcome.deleted, outcome.freed)
    for name, reason in outcome.failed.items():
        log.warning("Volume %s: %s", name, reason)
    return outcome


def _recorded_cameras() -> Iterable[int]:
    """Ids of cameras that have segments, each found by one step in the index instead of a scan."""
    after = -1
    while True:
        rows = Segment.objects.filter(camera_id__gt=after).order_by("camera_id").values_list("camera_id", flat=True)
        found = rows[:1].first()
        if found is None:
            return
        yield found
        after = found


def _batches(rows: QuerySet[Segment]) -> Iterator[list[Segment]]:
    after = 0
    while batch := list(rows.filter(pk__gt=after).defer("fragments")[:BATCH]):
        yield batch
        after = batch[-1].pk
