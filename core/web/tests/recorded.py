"""Puts real recordings on a real volume and into the index, as a recorder would."""

from __future__ import annotations

from core.media.segmenter import Closed, Opened, Ready, Segmenter
from core.media.tests.footage import Footage
from core.recording.entries import GapEntry, GapReason, SegmentEntry
from core.recording.formats import FormatIds
from core.recording.keys import SegmentName
from core.recording.models import Volume
from core.recording.store import write_batch
from core.recording.volumes import ensure_default_volume, open_volume


def record(camera_id: int, footage: Footage, *, segment_ms: int = 60_000) -> list[SegmentEntry]:
    """Record the footage as the camera's main stream."""
    ensure_default_volume()
    volume = open_volume(Volume.objects.get())
    segmenter = Segmenter(camera_id, "main", 500, segment_ms)
    events = [*segmenter.on_stream(footage.info), *segmenter.push(footage.units), *segmenter.flush()]
    entries: list[SegmentEntry] = []
    writer = None
    for event in events:
        if isinstance(event, Opened):
            writer = volume.storage.create(event.key)
            writer.append(event.init)
            name = SegmentName(camera_id, 0, event.start_ms)
            entries.append(SegmentEntry(name, volume.id, event.tracks, len(event.init)))
        elif isinstance(event, Ready):
            writer.append(event.data)
            entries[-1].add(event.fragment)
        elif isinstance(event, Closed):
            writer.commit()
            entries[-1].close()
    write_batch(entries, [], FormatIds())
    return entries


def gap(camera_id: int, start_ms: int, end_ms: int | None, reason: GapReason = GapReason.OFFLINE) -> None:
    """Note a gap of the camera's main stream."""
    write_batch([], [GapEntry(camera_id, 0, start_ms, reason, end_ms=end_ms)], FormatIds())
