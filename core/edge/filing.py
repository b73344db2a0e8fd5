"""Writing what was fetched: segments like all others, but each filed whole.

A recorder may start at any moment and adopt what it finds unfinished, so a segment is gathered in memory and lies
unfinished for an instant only. What the recorder should do in just that instant is noticed, and the segment is
written again.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from core.hookspecs.storage import StorageError
from core.media.audio import RecordableAudio
from core.media.segmenter import Closed, Event, Opened, Ready, Segmenter
from core.media.units import AccessUnit, StreamInfo
from core.recorder.volume_io import FLOOR, FLOOR_SHARE, NAMESAKES
from core.recording.entries import SegmentEntry
from core.recording.formats import FormatIds
from core.recording.keys import SegmentName
from core.recording.models import Stream
from core.recording.services import fetched_later
from core.recording.store import write_batch
from core.recording.volumes import OpenVolume

log = logging.getLogger("eyrie.edge")

SEGMENT_MS = 30_000
"""Shorter than the recorder's, as each is held in memory: 30 MB at 8 Mbit/s."""
BREAK_MS = 1_500
"""So much between two pictures is missing, and no slow camera."""
_AGAIN = 3


@dataclass(slots=True)
class _Gathering:
    """A segment that comes together."""

    opened: Opened
    ready: list[Ready] = field(default_factory=list)


class Filer:
    """Takes what was recorded of one camera in [start_ms, end_ms), in order, and nothing beside. Blocks.

    at_ms: up to where it has come; fetched_ms, bytes: what has been written.
    """

    def __init__(self, camera_id: int, volume: OpenVolume, start_ms: int, end_ms: int, fragment_ms: int) -> None:
        self.at_ms = start_ms
        self.fetched_ms = 0
        self.bytes = 0
        self._camera_id = camera_id
        self._volume = volume
        self._start_ms, self._end_ms = start_ms, end_ms
        self._segmenter = Segmenter(camera_id, "main", fragment_ms, SEGMENT_MS, edge=True)
        self._audio = RecordableAudio()
        self._formats = FormatIds()
        self._video = -1
        self._gathering: _Gathering | None = None
        self._last_ms: int | None = None

    def take(self, part: StreamInfo | Sequence[AccessUnit]) -> None:
        """Some more. Raises StorageError, django.db.Error."""
        if isinstance(part, StreamInfo):
            info = self._audio.on_stream(part)
            self._video = info.video.index if info.video is not None else -1
            self._carry_out(self._segmenter.on_stream(info))
            return
        wanted: list[AccessUnit] = []
        for unit in self._audio.on_units(part):
            if unit.track == self._video and self._breaks(unit.wall_ms):
                self._carry_out(self._segmenter.push(wanted))
                wanted = []
                self._carry_out(self._segmenter.flush())
            if self._start_ms <= unit.wall_ms < self._end_ms:
                wanted.append(unit)
        self._carry_out(self._segmenter.push(wanted))

    def end(self) -> None:
        """That was all: what is begun is written."""
        self._carry_out(self._segmenter.flush())

    def _breaks(self, wall_ms: int) -> bool:
        last, self._last_ms = self._last_ms, wall_ms
        return last is not None and not -BREAK_MS < wall_ms - last < BREAK_MS

    def _carry_out(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Opened):
                self._gathering = _Gathering(event)
            elif isinstance(event, Closed):
                self._file(min(event.end_ms, self._end_ms))
            elif self._gathering is not None:
                self._gathering.ready.append(event)

    def _file(self, end_ms: int) -> None:
        gathering, self._gathering = self._gathering, None
        if gathering is None or not gathering.ready:
            return
        for _ in range(_AGAIN):
            entry = self._written(gathering, end_ms)
            if self._volume.storage.size(entry.key) == entry.size:
                break
            log.warning("%s was touched while it was written; it is written again", entry.key)
            self._volume.storage.delete(entry.key)
        start_ms = entry.name.start_ms
        fetched_later(self._camera_id, Stream.MAIN, start_ms, end_ms)
        self.at_ms = max(self.at_ms, end_ms)
        self.fetched_ms += end_ms - start_ms
        self.bytes += entry.size

    def _written(self, gathering: _Gathering, end_ms: int) -> SegmentEntry:
        opened, storage = gathering.opened, self._volume.storage
        self._look_for_space()
        name = SegmentName(self._camera_id, Stream.MAIN, opened.start_ms)
        entry = SegmentEntry(name, self._volume.id, opened.tracks, len(opened.init), edge=True)
        writer, header = None, opened.init
        for _ in range(NAMESAKES):
            try:
                writer = storage.create(entry.key)
                break
            except StorageError:
                if not self._exists(entry.key):
                    raise
            header = entry.begin_later()
        writer = writer or storage.create(entry.key)
        try:
            writer.append(b"".join((header, *(one.data for one in gathering.ready))))
        except StorageError:
            writer.abort()
            raise
        writer.release()
        for one in gathering.ready:
            entry.add(one.fragment)
        entry.close(end_ms)
        write_batch([entry], [], self._formats)
        storage.resume(entry.key, entry.size).commit()
        return entry

    def _exists(self, key: str) -> bool:
        try:
            self._volume.storage.size(key)
        except StorageError:
            return False
        return True

    def _look_for_space(self) -> None:
        space = self._volume.storage.space()
        if space.free < min(FLOOR, space.total // FLOOR_SHARE):
            raise StorageError(
                f"Volume {self._volume.name!r} is full; lower retention or give it more space.", full=True
            )
