"""Puts real recordings on a real volume and into the index, as a recorder would."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.hookspecs.storage import ObjectWriter
from core.media.segmenter import Closed, Event, Opened, Ready, Segmenter
from core.media.tests.footage import Footage
from core.media.units import AccessUnit
from core.recording.entries import GapEntry, GapReason, SegmentEntry
from core.recording.formats import FormatIds
from core.recording.keys import SegmentName
from core.recording.models import Volume
from core.recording.store import write_batch
from core.recording.volumes import ensure_default_volume, open_volume


class Recording:
    """A camera's main stream on its way to a volume and into the index, up to where the test has pushed it."""

    def __init__(self, camera_id: int, footage: Footage, *, segment_ms: int = 60_000) -> None:
        ensure_default_volume()
        self._volume = open_volume(Volume.objects.get())
        self._camera_id = camera_id
        self._segmenter = Segmenter(camera_id, "main", 500, segment_ms)
        self._writer: ObjectWriter | None = None
        self._formats = FormatIds()
        self.entries: list[SegmentEntry] = []
        self._take(self._segmenter.on_stream(footage.info))

    def push(self, units: Sequence[AccessUnit]) -> None:
        """Record these; the index knows what is written of them."""
        self._take(self._segmenter.push(units))

    def finish(self) -> None:
        """Close the last segment."""
        self._take(self._segmenter.flush())

    def _take(self, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, Opened):
                self._writer = self._volume.storage.create(event.key)
                self._writer.append(event.init)
                name = SegmentName(self._camera_id, 0, event.start_ms)
                self.entries.append(SegmentEntry(name, self._volume.id, event.tracks, len(event.init)))
            elif isinstance(event, Ready):
                self._writer.append(event.data)
                self.entries[-1].add(event.fragment)
            elif isinstance(event, Closed):
                self._writer.commit()
                self.entries[-1].close()
        write_batch(self.entries, [], self._formats)


def record(camera_id: int, footage: Footage, *, segment_ms: int = 60_000) -> list[SegmentEntry]:
    """Record the footage as the camera's main stream."""
    recording = Recording(camera_id, footage, segment_ms=segment_ms)
    recording.push(footage.units)
    recording.finish()
    return recording.entries


def gap(camera_id: int, start_ms: int, end_ms: int | None, reason: GapReason = GapReason.OFFLINE) -> None:
    """Note a gap of the camera's main stream."""
    write_batch([], [GapEntry(camera_id, 0, start_ms, reason, end_ms=end_ms)], FormatIds())
