"""Recorded segments for tests: real files on a real volume, as the recorder makes them."""

from __future__ import annotations

from pathlib import Path

from core.hookspecs.storage import ObjectWriter
from core.media.segmenter import Closed, Opened, Ready, Segmenter
from core.media.tests.footage import START_MS, Footage, video
from core.recording.entries import SegmentEntry
from core.recording.formats import FormatIds
from core.recording.keys import SegmentName
from core.recording.models import Stream, Volume
from core.recording.store import write_batch
from core.recording.volumes import OpenVolume, open_volume

FPS = 10


def make_volume(root: Path, name: str = "test", **fields: int) -> OpenVolume:
    row, _ = Volume.objects.get_or_create(
        name=name, defaults={"backend": "local_disk", "settings": {"path": str(root)}, "reserve_bytes": 0, **fields}
    )
    return open_volume(row)


def footage(seconds: int = 4, start_ms: int = START_MS) -> Footage:
    return video(frames=seconds * FPS, fps=FPS, gop=FPS, start_ms=start_ms)


def record(
    volume: OpenVolume,
    camera_id: int = 1,
    *,
    seconds: int = 4,
    start_ms: int = START_MS,
    segment_ms: int = 60_000,
    index: bool = True,
    commit: bool = True,
) -> list[SegmentEntry]:
    """Segments of that many seconds; without `index` no row, without `commit` the last object stays unfinished."""
    segmenter = Segmenter(camera_id, "main", 500, segment_ms)
    source = footage(seconds, start_ms)
    segmenter.on_stream(source.info)
    entries: list[SegmentEntry] = []
    writer: ObjectWriter | None = None
    for event in [*segmenter.push(source.units), *segmenter.flush()]:
        if isinstance(event, Opened):
            name = SegmentName(camera_id, Stream.MAIN, event.start_ms)
            entries.append(SegmentEntry(name, volume.id, event.tracks, len(event.init)))
            writer = volume.storage.create(event.key)
            writer.append(event.init)
        elif isinstance(event, Ready) and writer is not None:
            writer.append(event.data)
            entries[-1].add(event.fragment)
        elif isinstance(event, Closed) and writer is not None:
            entries[-1].close(event.end_ms)
            if commit:
                writer.commit()
            else:
                writer.release()
    if index:
        write_batch(entries, [], FormatIds())
    return entries
