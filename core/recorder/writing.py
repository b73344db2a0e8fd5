"""Recording one stream: units become fragments, fragments go to a volume; what is lost becomes a gap.

At most BACKLOG bytes of a stream wait for its volume. When a disk cannot keep up, or fails, the open segment ends where
it was written, and recording begins anew at a keyframe once there is a volume that takes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.hookspecs.storage import StorageError
from core.media.segmenter import Closed, Event, Opened, Ready, Segmenter
from core.media.units import AccessUnit, StreamInfo
from core.recorder.gaps import GapKeeper
from core.recorder.protocol import CameraState
from core.recorder.volume_io import OpenFile, VolumeIO
from core.recorder.volumes import Volumes
from core.recording.entries import GapReason, SegmentEntry
from core.recording.keys import SegmentName, stream_number

BACKLOG = 4 * 1024 * 1024

_REASONS = {
    CameraState.STALLED: GapReason.STALLED,
    CameraState.AUTH_FAILED: GapReason.AUTH,
    CameraState.DISABLED: GapReason.DISABLED,
}


class Recording:
    """The consumer that records one stream of one camera.

    dropped: pictures that came while no volume took them.
    """

    def __init__(
        self, camera_id: int, stream: str, volumes: Volumes, gaps: GapKeeper, fragment_ms: int, segment_ms: int
    ) -> None:
        self._camera_id = camera_id
        self._stream = stream_number(stream)
        self._volumes = volumes
        self._gaps = gaps
        self._segmenter = Segmenter(camera_id, stream, fragment_ms, segment_ms)
        self._io: VolumeIO | None = None
        self._file: OpenFile | None = None
        self._flying: list[OpenFile] = []  # files whose last bytes may still wait
        self._held = False
        self._video = -1
        self.dropped = 0

    @property
    def active(self) -> bool:
        """A segment is being written."""
        return self._file is not None

    def on_stream(self, info: StreamInfo) -> None:
        """The tracks from now on."""
        video = info.video
        self._video = video.index if video is not None else -1
        self._carry_out(self._segmenter.on_stream(info))

    def on_units(self, units: Sequence[AccessUnit]) -> None:
        """Units to be recorded."""
        if self._held and not self._may_go_on():
            self.dropped += sum(unit.track == self._video for unit in units)
            return
        self._carry_out(self._segmenter.push(units))

    def on_trouble(self, state: CameraState, message: str) -> None:
        """The stream has ended or does not come."""
        self.close()
        if state is not CameraState.CONNECTING:
            self._gaps.lost(_REASONS.get(state, GapReason.OFFLINE), message)

    def close(self) -> None:
        """End the open segment."""
        self._carry_out(self._segmenter.flush())

    def _carry_out(self, events: Sequence[Event]) -> None:
        for event in events:
            if self._held:
                return
            if isinstance(event, Ready):
                self._write(event)
            elif isinstance(event, Opened):
                self._open(event)
            else:
                self._finish(event)

    def _open(self, event: Opened) -> None:
        self._io = self._volumes.choose(self._camera_id)
        if self._io is None:
            self._hold(GapReason.STORAGE_FAILED, self._volumes.trouble)
            return
        name = SegmentName(self._camera_id, self._stream, event.start_ms)
        entry = SegmentEntry(name, self._io.volume.id, event.tracks, len(event.init))
        self._file = self._io.begin(entry, event.init)
        self._flying.append(self._file)
        self._gaps.recorded(event.start_ms)

    def _write(self, event: Ready) -> None:
        self._land()
        io, file = self._io, self._file
        if io is None or file is None:
            return
        if file.failed is not None:
            self._gaps.reached(file.entry.end_ms)
            self._hold(_reason(file.failed), str(file.failed))
        elif (waiting := self._waiting()) and waiting + len(event.data) > BACKLOG:
            self._hold(GapReason.STORAGE_SLOW, "The volume does not keep up.")
        else:
            io.append(file, event.data, event.fragment)
            self._gaps.reached(file.entry.name.start_ms + event.fragment.end_ms)

    def _finish(self, event: Closed) -> None:
        io, file = self._io, self._file
        self._file = None
        if io is not None and file is not None:
            file.end_ms = event.end_ms
            io.finish(file, event.end_ms)
            self._gaps.reached(event.end_ms)

    def _hold(self, reason: GapReason, detail: str) -> None:
        """Stop recording for now: end the segment with what was given to the volume."""
        io, file = self._io, self._file
        self._file, self._held = None, True
        if io is not None and file is not None:
            file.end_ms = self._gaps.end_ms or file.end_ms
            io.finish(file)
        self._segmenter.flush()  # what it still holds is lost with the rest of the gap
        self._gaps.lost(reason, detail)

    def _may_go_on(self) -> bool:
        self._held = self._waiting() > BACKLOG // 2 or self._volumes.choose(self._camera_id) is None
        return not self._held

    def _land(self) -> None:
        """Forget finished files that have been written; one that failed behind our back leaves a gap."""
        for file in self._flying[:]:
            if file is self._file or (file.failed is None and file.queued > file.taken):
                continue
            self._flying.remove(file)
            if file.failed is not None:
                end_ms = file.entry.end_ms
                self._gaps.missing(end_ms, file.end_ms, _reason(file.failed), str(file.failed))

    def _waiting(self) -> int:
        return sum(file.queued - file.taken for file in self._flying)


def _reason(error: StorageError) -> GapReason:
    return GapReason.DISK_FULL if error.full else GapReason.STORAGE_FAILED
