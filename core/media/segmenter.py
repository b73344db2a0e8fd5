"""From access units to segments: files of about a minute, made of fragments of half a second.

A segment begins at a keyframe. Its time line starts at 0, which is the wall time `start_ms` of its first picture;
media time runs by the source's own clock, and each new segment of an unbroken stream corrects the wall time by at most
SLEW_MS. Audio is placed by time: a fragment is held back, at most GRACE_MS, until the audio of its time has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.media.fragments import Fragment
from core.media.h26x import in_band
from core.media.mp4.fragment import Run, build
from core.media.mp4.init import init_segment
from core.media.mp4.meta import SegmentMeta
from core.media.tracks import VIDEO_TIMESCALE, FileTracks, file_tracks
from core.media.units import AccessUnit, StreamInfo, Track

MAX_FRAGMENT_BYTES = 8 * 1024 * 1024
MAX_SEGMENT_MS = 580_000  # the index counts on 600_000 at most, and a frame may stand for JUMP_MS
GRACE_MS = 300
STALL_MS = 1_000
JUMP_MS = 10_000
WALL_STEP_MS = 2_000
SLEW_MS = 20
SNAP_MS = 100
_TICKS_PER_MS = VIDEO_TIMESCALE // 1000
_FALLBACK_DURATION = VIDEO_TIMESCALE // 25


def segment_key(camera: int, stream: str, start_ms: int) -> str:
    """The object's key: `{camera}/{YYYY-MM-DD}/{HH}/{stream}-{start_ms}.mp4`, in UTC."""
    start = datetime.fromtimestamp(start_ms // 1000, UTC)
    return f"{camera}/{start:%Y-%m-%d}/{start:%H}/{stream}-{start_ms}.mp4"


def segment_header(camera: int, stream: str, start_ms: int, tracks: tuple[Track, ...], *, edge: bool = False) -> bytes:
    """A segment file's first bytes; as long for any `start_ms` of this age. edge: see SegmentMeta."""
    meta = SegmentMeta(camera, stream, start_ms, segment_key(camera, stream, start_ms), tracks, edge)
    return init_segment(tracks, meta=meta.encode())


@dataclass(frozen=True, slots=True)
class Opened:
    """A segment begins. init: the file's first bytes; the first fragment's offset is their length."""

    start_ms: int
    key: str
    tracks: tuple[Track, ...]
    init: bytes


@dataclass(frozen=True, slots=True)
class Ready:
    """A fragment of the open segment is whole. data: exactly `fragment.size` bytes, to be written at its offset."""

    data: bytes
    fragment: Fragment


@dataclass(frozen=True, slots=True)
class Closed:
    """The open segment has all its fragments. end_ms: UTC ms, exclusive; the next one's start if it follows on."""

    end_ms: int


Event = Opened | Ready | Closed


@dataclass(slots=True, eq=False)
class _Segment:
    """video_zero: the source's dts at the start of the time line. audio_zero: the same for audio, once it is known.

    audio_from: least time of the next audio sample, so that placing audio anew never steps back.
    """

    start_ms: int
    video_zero: int
    delay: int
    audio_zero: int | None = None
    audio_checked: bool = False
    audio_from: int = 0
    count: int = 0
    offset: int = 0


@dataclass(slots=True, eq=False)
class _Part:
    """A fragment being gathered. start, end: source dts of video; end_exact: a frame begins there.

    audio_end: source dts of audio at `end`. closes: the segment's end in UTC ms when this is its last fragment.
    """

    segment: _Segment
    start: int
    video: list[AccessUnit] = field(default_factory=list)
    audio: list[AccessUnit] = field(default_factory=list)
    audio_zero: int | None = None
    audio_broken: bool = False
    size: int = 0
    end: int = 0
    end_exact: bool = True
    audio_end: int = 0
    closes: int | None = None


class Segmenter:
    """Cuts one stream of one camera. Holds at most two fragments of units, whatever comes in.

    Fed by `on_stream` and `push`; each returns what happened, in the order in which it must be carried out:
    Opened, Ready …, Closed. Never raises for what a camera sends.
    """

    def __init__(
        self, camera: int, stream: str, fragment_ms: int = 500, segment_ms: int = 60_000, *, edge: bool = False
    ) -> None:
        self._camera, self._stream, self._edge = camera, stream, edge
        self._fragment = fragment_ms * _TICKS_PER_MS
        self._fragment_ms = fragment_ms
        self._segment_length = segment_ms * _TICKS_PER_MS
        self._file: FileTracks | None = None
        self._audio_rate = 1
        self._part: _Part | None = None
        self._closing: _Part | None = None
        self._video_dts = self._video_step = 0
        self._audio_last: AccessUnit | None = None
        self._audio_step = 0
        self._end_ms: int | None = None

    def on_stream(self, info: StreamInfo) -> list[Event]:
        """Tracks from now on. When they differ from before, the open segment ends here."""
        found = file_tracks(info)
        if found == self._file:
            return []
        out = self.flush()
        self._file = found
        if found is not None and found.audio is not None:
            self._audio_rate = found.audio.timescale
        return out

    def push(self, units: Sequence[AccessUnit]) -> list[Event]:
        """Take access units. Video before the first keyframe, and audio before it, is dropped."""
        out: list[Event] = []
        file = self._file
        if file is None:
            return out
        for unit in units:
            if unit.track == file.video_index:
                self._take_video(file.video_unit(unit), out)
            elif unit.track == file.audio_index and self._part is not None:
                self._take_audio(self._part, unit, out)
        return out

    def flush(self) -> list[Event]:
        """End the open fragment and segment now: at a stop, when the camera is lost, when parameters change."""
        out: list[Event] = []
        self._finish_closing(out)
        part, self._part, self._audio_last = self._part, None, None
        if part is not None:
            part.end, part.end_exact = self._expected_end(part), False
            part.closes = self._end_ms = part.segment.start_ms + _ms(part.end - part.segment.video_zero)
            self._emit(part, out)
        return out

    def _expected_end(self, part: _Part) -> int:
        """Where the time after the last frame begins."""
        if not part.video:
            audio = len(part.audio) * self._audio_step * VIDEO_TIMESCALE // self._audio_rate
            return max(part.start + audio, self._video_dts + self._video_step)
        return part.video[-1].dts + (part.video[-1].duration or self._video_step or _FALLBACK_DURATION)

    def _take_video(self, unit: AccessUnit, out: list[Event]) -> None:
        part = self._part
        if part is not None and not 0 < unit.dts - self._video_dts <= JUMP_MS * _TICKS_PER_MS:
            out += self.flush()
            part = None
        if part is None:
            if not unit.keyframe:
                return
            part = self._begin(unit, self._start_after_break(unit.wall_ms))
            self._video_step = 0
        else:
            self._video_step = unit.dts - self._video_dts
            part = self._follow(part, unit, out)
        part.video.append(self._with_sets(unit) if unit.keyframe else unit)
        part.size += len(unit.data)
        self._video_dts = unit.dts

    def _follow(self, part: _Part, unit: AccessUnit, out: list[Event]) -> _Part:
        """The part that takes the unit: the open one, or a new one when this unit ends it."""
        dts, segment = unit.dts, part.segment
        media = dts - segment.video_zero
        if (unit.keyframe and self._rotation_due(segment, media, unit.wall_ms)) or _ms(media) >= MAX_SEGMENT_MS:
            return self._rotate(part, unit, out)
        changes = unit.keyframe and bool(part.video) and not part.video[-1].keyframe
        if changes or dts - part.start >= self._fragment or part.size > MAX_FRAGMENT_BYTES:
            return self._cut(part, dts, True, out)
        if self._closing is not None and dts - self._closing.end > GRACE_MS * _TICKS_PER_MS:
            self._finish_closing(out)
        return part

    def _rotation_due(self, segment: _Segment, media: int, wall_ms: int) -> bool:
        return media >= self._segment_length or abs(segment.start_ms + _ms(media) - wall_ms) >= WALL_STEP_MS

    def _rotate(self, part: _Part, unit: AccessUnit, out: list[Event]) -> _Part:
        """End the segment before this unit and begin the next with it, without a seam unless the wall clock jumped."""
        old = part.segment
        following = self._cut(part, unit.dts, True, out, old.start_ms + _ms(unit.dts - old.video_zero), unit.wall_ms)
        start_ms = self._end_ms if self._end_ms is not None else unit.wall_ms
        if abs(unit.wall_ms - start_ms) >= WALL_STEP_MS:
            start_ms = unit.wall_ms if unit.wall_ms != old.start_ms else unit.wall_ms + 1
        fresh = self._begin(unit, start_ms)
        if part.audio_zero is not None:
            fresh.audio_zero = part.audio_zero + self._audio_ticks(unit.dts - old.video_zero)
            fresh.segment.audio_zero = fresh.audio_zero
        fresh.audio, fresh.size = following.audio, following.size
        return fresh

    def _start_after_break(self, wall_ms: int) -> int:
        """Wall time of a segment that does not follow on; never a little before the end of the one before."""
        end = self._end_ms
        return end if end is not None and end - WALL_STEP_MS < wall_ms < end + SNAP_MS else wall_ms

    def _begin(self, unit: AccessUnit, start_ms: int) -> _Part:
        segment = _Segment(start_ms, unit.dts, unit.pts - unit.dts)
        self._part = _Part(segment, unit.dts)
        return self._part

    def _cut(
        self, part: _Part, end: int, exact: bool, out: list[Event], closes: int | None = None, wall_ms: int = 0
    ) -> _Part:
        """End a part at a video dts and begin the next; the audio behind the cut moves over.

        closes: media time's idea of the segment's end when this was its last part; wall_ms: the wall clock's.
        """
        self._finish_closing(out)
        part.end, part.end_exact = end, exact
        if closes is not None:
            step = wall_ms - closes
            slew = max(-SLEW_MS, min(step, SLEW_MS)) if abs(step) < WALL_STEP_MS else 0
            part.closes = self._end_ms = closes + slew
        following = _Part(part.segment, end, audio_zero=part.segment.audio_zero)
        self._part = following
        if part.audio_zero is not None:
            part.audio_end = part.audio_zero + self._audio_ticks(end - part.segment.video_zero)
            self._move_audio(part, following)
        if self._audio_is_near(part):
            self._closing = part
        else:
            self._emit(part, out)
        return following

    def _move_audio(self, part: _Part, following: _Part) -> None:
        keep = len(part.audio)
        while keep and part.audio[keep - 1].dts >= part.audio_end:
            keep -= 1
        following.audio = part.audio[keep:]
        following.size = sum(len(unit.data) for unit in following.audio)
        del part.audio[keep:]

    def _audio_is_near(self, part: _Part) -> bool:
        """Whether audio of the part's time is still to be expected soon."""
        last = self._audio_last
        if last is None or part.audio_zero is None or part.audio_broken:
            return False
        reached = last.dts + (last.duration or self._audio_step)
        return reached < part.audio_end < reached + self._audio_rate * STALL_MS // 1000

    def _finish_closing(self, out: list[Event]) -> None:
        if self._closing is not None:
            part, self._closing = self._closing, None
            self._emit(part, out)

    def _take_audio(self, part: _Part, unit: AccessUnit, out: list[Event]) -> None:
        last, self._audio_last = self._audio_last, unit
        if last is not None:
            self._audio_step = unit.dts - last.dts
            if not 0 < self._audio_step <= self._audio_rate * JUMP_MS // 1000:
                self._break_audio(part)
        if part.audio_broken:
            return
        zero = self._audio_zero(part, unit)
        closing = self._closing
        if closing is not None:
            if closing.audio_zero is not None and unit.dts < closing.audio_end:
                if unit.dts >= closing.audio_zero:
                    closing.audio.append(unit)
                return
            self._finish_closing(out)
        if unit.dts < zero:
            return
        at_ms = (unit.dts - zero) * 1000 // self._audio_rate
        if at_ms - _ms(self._video_dts - part.segment.video_zero) > JUMP_MS:
            return  # video is gone, and audio alone is not recorded
        ahead = at_ms - _ms(part.start - part.segment.video_zero)
        if ahead >= self._fragment_ms + STALL_MS or part.size > MAX_FRAGMENT_BYTES:
            part = self._cut_for_audio(part, unit, zero, out)
        part.audio.append(unit)
        part.size += len(unit.data)

    def _cut_for_audio(self, part: _Part, unit: AccessUnit, zero: int, out: list[Event]) -> _Part:
        """Video has stalled while audio goes on: end the part at this unit, so that nothing gathers without end."""
        end = part.segment.video_zero + (unit.dts - zero) * VIDEO_TIMESCALE // self._audio_rate
        return self._cut(part, max(end, part.start + 1), False, out)

    def _break_audio(self, part: _Part) -> None:
        """The audio's own clock jumped: leave it out of this part and place it anew, by wall time, in the next."""
        part.audio_broken = True
        part.segment.audio_zero, part.segment.audio_checked = None, False
        if self._closing is not None:
            self._closing.audio_broken = True

    def _audio_zero(self, part: _Part, unit: AccessUnit) -> int:
        """The audio dts at the segment's start: carried on, or from wall time when unknown or off by SNAP_MS."""
        segment, zero = part.segment, part.audio_zero
        if zero is None or not segment.audio_checked:
            by_wall = unit.dts - (unit.wall_ms - segment.start_ms) * self._audio_rate // 1000
            if zero is None or abs(by_wall - zero) > self._audio_rate * SNAP_MS // 1000:
                part.audio.clear()
                zero = by_wall
            part.audio_zero = segment.audio_zero = zero
            segment.audio_checked = True
        return zero

    def _audio_ticks(self, video_ticks: int) -> int:
        return video_ticks * self._audio_rate // VIDEO_TIMESCALE

    def _emit(self, part: _Part, out: list[Event]) -> None:
        """Turn a part into its fragment; nothing when it is empty."""
        segment = part.segment
        runs = self._runs(part)
        if runs:
            if not segment.count:
                out.append(self._opened(segment))
            segment.count += 1
            start_ms, end_ms = _ms(part.start - segment.video_zero), _ms(part.end - segment.video_zero)
            first_ms = runs[0].decode_time * 1000 // (VIDEO_TIMESCALE if part.video else self._audio_rate)
            data, head = build(segment.count, runs, segment.start_ms + first_ms)
            keyframe = bool(part.video) and part.video[0].keyframe
            out.append(Ready(data, Fragment(segment.offset, len(data), head, start_ms, end_ms - start_ms, keyframe)))
            segment.offset += len(data)
        if part.closes is not None and segment.count:
            out.append(Closed(part.closes))

    def _runs(self, part: _Part) -> list[Run]:
        runs, segment = [], part.segment
        if part.video:
            units = part.video
            rest = part.end - units[-1].dts if part.end_exact else self._video_step or _FALLBACK_DURATION
            runs.append(Run(1, units[0].dts - segment.video_zero, units, max(rest, 1), segment.delay))
        zero = part.audio_zero
        if part.audio and zero is not None and part.audio[0].dts - zero < segment.audio_from:
            part.audio = [unit for unit in part.audio if unit.dts - zero >= segment.audio_from]
        if part.audio and zero is not None:
            last = part.audio[-1]
            segment.audio_from = last.dts - zero + 1
            runs.append(Run(2, part.audio[0].dts - zero, part.audio, last.duration or max(self._audio_step, 1)))
        return runs

    def _with_sets(self, unit: AccessUnit) -> AccessUnit:
        """A keyframe with its parameter sets in band: in joined segments of two sizes, a player may seek to any."""
        if self._file is None:
            return unit
        try:
            data = in_band(self._file.video, unit.data)
        except ValueError:
            return unit
        return AccessUnit(unit.track, unit.dts, unit.pts, unit.duration, unit.keyframe, unit.wall_ms, data)

    def _opened(self, segment: _Segment) -> Opened:
        tracks = self._file.tracks if self._file is not None else ()
        key = segment_key(self._camera, self._stream, segment.start_ms)
        init = segment_header(self._camera, self._stream, segment.start_ms, tracks, edge=self._edge)
        segment.offset = len(init)
        return Opened(segment.start_ms, key, tracks, init)


def _ms(ticks: int) -> int:
    return ticks // _TICKS_PER_MS
