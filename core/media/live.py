"""From access units to live fragments: one for each video frame, at once, for Media Source Extensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.media.mp4.fragment import Run, build
from core.media.mp4.init import init_segment
from core.media.segmenter import JUMP_MS
from core.media.tracks import VIDEO_TIMESCALE, FileTracks, file_tracks
from core.media.units import AccessUnit, StreamInfo, Track

_JUMP = JUMP_MS * VIDEO_TIMESCALE // 1000
_FALLBACK_DURATION = VIDEO_TIMESCALE // 25
_MAX_PENDING = 64


@dataclass(frozen=True, slots=True)
class LiveFragment:
    """One video frame and the audio that came since the last. wall_ms: UTC ms at which the picture was taken."""

    data: bytes
    keyframe: bool
    wall_ms: int


class LiveFragmenter:
    """Makes one continuous presentation of a stream, its time line starting at 0 with the first keyframe.

    A frame goes out with the duration of the one before it, so nothing waits for the next frame. When the source's
    clock jumps, the time line goes on without a seam. Never raises for what a camera sends.
    """

    def __init__(self) -> None:
        self._file: FileTracks | None = None
        self._known = False
        self._restart()

    def _restart(self) -> None:
        self._sequence = 0
        self._video_zero: int | None = None
        self._delay = 0
        self._video_last = 0
        self._step = _FALLBACK_DURATION
        self._start_ms = 0
        self._audio_zero: int | None = None
        self._audio_last = -1
        self._pending: list[AccessUnit] = []

    @property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks of the presentation in order of track_ID; for `codec_string`. Empty when nothing can be shown."""
        return self._file.tracks if self._file is not None else ()

    def on_stream(self, info: StreamInfo) -> bytes | None:
        """A new initialization segment when the tracks are new or have changed, and None when they are as before.

        A changed presentation starts over at time 0 with the next keyframe. Empty when nothing of it can be shown.
        """
        found = file_tracks(info)
        if self._known and found == self._file:
            return None
        self._file, self._known = found, True
        self._restart()
        return init_segment(found.tracks) if found is not None else b""

    def push(self, units: Sequence[AccessUnit]) -> list[LiveFragment]:
        """The fragments of these units; frames before the first keyframe are dropped."""
        file, out = self._file, list[LiveFragment]()
        if file is None:
            return out
        for unit in units:
            if unit.track == file.video_index:
                fragment = self._video(file.video_unit(unit))
                if fragment is not None:
                    out.append(fragment)
            elif unit.track == file.audio_index and file.audio is not None:
                self._audio(unit, file.audio.timescale)
        return out

    def _video(self, unit: AccessUnit) -> LiveFragment | None:
        if self._video_zero is None:
            if not unit.keyframe:
                return None
            self._video_zero, self._delay, self._start_ms = unit.dts, unit.pts - unit.dts, unit.wall_ms
        elif not 0 < (step := unit.dts - self._video_last) <= _JUMP:
            self._video_zero += step - self._step
            self._audio_zero = None
        else:
            self._step = step
        self._video_last = unit.dts
        runs = [Run(1, unit.dts - self._video_zero, [unit], unit.duration or self._step, self._delay)]
        if (audio := self._audio_run()) is not None:
            runs.append(audio)
        self._sequence += 1
        waits_ms = (unit.pts - unit.dts - self._delay) * 1000 // VIDEO_TIMESCALE  # with B-frames
        data, _ = build(self._sequence, runs, unit.wall_ms - waits_ms)
        return LiveFragment(data, unit.keyframe, unit.wall_ms)

    def _audio(self, unit: AccessUnit, rate: int) -> None:
        """Keep an audio unit for the next frame. While video stalls, the oldest are lost."""
        if self._video_zero is None:
            return
        last = self._pending[-1].dts if self._pending else self._audio_last
        if self._audio_zero is None:
            presented_ms = self._start_ms + (self._video_last - self._video_zero) * 1000 // VIDEO_TIMESCALE
            self._audio_zero = unit.dts - (unit.wall_ms - self._start_ms) * rate // 1000
            if abs(unit.wall_ms - presented_ms) > JUMP_MS:
                self._audio_zero = unit.dts - (presented_ms - self._start_ms) * rate // 1000
            self._pending.clear()
        elif not 0 < unit.dts - last <= rate * JUMP_MS // 1000:
            self._audio_zero = None
            self._audio_last = unit.dts
            return
        self._pending.append(unit)
        del self._pending[:-_MAX_PENDING]

    def _audio_run(self) -> Run | None:
        pending, self._pending = self._pending, []
        zero = self._audio_zero
        if zero is None:
            return None
        pending = [unit for unit in pending if unit.dts >= zero]
        if not pending:
            return None
        step = pending[-1].dts - (pending[-2].dts if len(pending) > 1 else self._audio_last)
        self._audio_last = pending[-1].dts
        return Run(2, pending[0].dts - zero, pending, pending[-1].duration or max(min(step, 8192), 1))
