"""From RTP packets to batches of access units: one session's tracks on one time base."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.media.burst import OpeningBurst
from core.media.clock import Clock
from core.media.h26x import ParameterSets
from core.media.rtsp.formats import Format
from core.media.rtsp.frames import Frame
from core.media.rtsp.receiver import NalReceiver, Receiver
from core.media.source import PacketSink
from core.media.timeline import DecodeOrder, Timeline, signed
from core.media.units import AccessUnit, Codec, StreamInfo, Track
from core.media.wallclock import WallClock

_SENDER_REPORT = struct.Struct(">BBHIIII")
_NTP_EPOCH_MS = 2_208_988_800_000  # 1900 to 1970
_START_S = 10  # the first unit's time, so that a track that began earlier has no negative one
_ALIGN_S = 1.0
_USUAL_FPS = 25


@dataclass(slots=True)
class Lane:
    """One track on its way to the sink. start: RTP time of the session's begin as PLAY answered it, when it did."""

    index: int
    chosen: Format
    receiver: Receiver
    sets: ParameterSets | None
    track: Track | None
    start: int | None = None
    timeline: Timeline | None = None
    order: DecodeOrder = field(default_factory=DecodeOrder)


class Intake:
    """Collects frames of all tracks and delivers them in batches.

    All tracks share one zero: a track's first frame is placed by RTP-Info (RFC 2326 section 12.33) when that agrees
    with arrival within a second, else by arrival; after a time in which nothing arrived, what comes may be so much
    older. `on_stream` waits for the video's parameter sets, and everything for the end of the burst a session opens
    with.
    """

    def __init__(self, formats: Sequence[Format], clock: Clock, detail: Mapping[str, str]) -> None:
        self._clock = clock
        self._detail = dict(detail)
        self._wall = WallClock(clock)
        self._lanes = [self._lane(index, chosen) for index, chosen in enumerate(formats)]
        self._sink: PacketSink | None = None
        self._announced = False
        self._burst: OpeningBurst | None = OpeningBurst()
        self._first: tuple[Lane, float | None] | None = None  # the track that began, seconds after RTP-Info's time
        self._report: tuple[int, float] | None = None

    @property
    def packets_lost(self) -> int:
        """Packets missing so far, over all tracks."""
        return sum(lane.receiver.packets_lost for lane in self._lanes)

    def receiver(self, index: int) -> Receiver:
        """Where the RTP packets of a track go."""
        return self._lanes[index].receiver

    def begin(self, sink: PacketSink, starts: Mapping[int, int]) -> None:
        """PLAY was answered; starts: RTP time of the begin by track. Frames wait until then."""
        self._sink = sink
        for index, start in starts.items():
            self._lanes[index].start = start

    def report(self, data: bytes, start: int, end: int) -> None:
        """An RTCP packet of the first track; a sender report (RFC 3550 section 6.4.1) tells the camera's clock."""
        if end - start < 20:
            return
        first, kind, _, _, seconds, fraction, raw = _SENDER_REPORT.unpack_from(data, start)
        if kind == 200 and first & 0xC0 == 0x80 and seconds:
            self._report = raw, seconds * 1000 + fraction * 1000 / 0x100000000 - _NTP_EPOCH_MS
            self._use_report()

    def _use_report(self) -> None:
        """Tell the wall clock; a report that comes before the first picture waits for it."""
        timeline = self._lanes[0].timeline
        if self._report is None or timeline is None or (ticks := timeline.of(self._report[0])) is None:
            return
        self._wall.report(ticks * 1000 / timeline.rate, self._report[1])
        self._report = None

    def deliver(self) -> None:
        """Hand what has been completed since the last call to the sink, in one batch per set of parameters."""
        if self._sink is None:
            return
        now = self._clock.monotonic()
        if self._burst is not None and self._waits(self._burst, now):
            return
        units: list[AccessUnit] = []
        for lane in self._lanes:
            frames = lane.receiver.depacketiser.frames
            if frames:
                lane.receiver.depacketiser.frames = []
                self._take(lane, frames, now, units)
        if units:
            self._sink.on_units(units)

    def finish(self) -> None:
        """Deliver what is left: the session has ended."""
        self._burst = None
        self.deliver()

    def _waits(self, burst: OpeningBurst, now: float) -> bool:
        """Whether frames stay where they are, because more old ones are on their way."""
        if not any(lane.receiver.depacketiser.frames for lane in self._lanes):
            return True
        video = self._lanes[0].receiver.depacketiser.frames
        newest = _span(video) / self._lanes[0].chosen.media.clock_rate if video else None
        if burst.goes_on(newest, now):
            return True
        self._burst = None
        return False

    def _take(self, lane: Lane, frames: list[Frame], now: float, units: list[AccessUnit]) -> None:
        if lane.timeline is None:
            lane.timeline = Timeline(lane.chosen.media.clock_rate, self._origin(lane, frames, now))
        timeline, rate = lane.timeline, lane.timeline.rate
        times = [timeline.ticks(frame.timestamp, now) for frame in frames]
        if lane.index == 0:
            self._use_report()
            if self._wall.settling:
                self._wall.stamp(max(times) * 1000 / rate)
        place = self._wall.of if lane.index else self._wall.stamp
        for frame, ticks in zip(frames, times, strict=True):
            if frame.parameters or frame.size[0] or not self._announced:
                self._look_at(lane, frame, units)
            dts, pts = lane.order.times(ticks)
            if self._announced:
                wall_ms = place(pts * 1000 / rate)
                units.append(AccessUnit(lane.index, dts, pts, frame.duration, frame.keyframe, wall_ms, frame.data))
            elif not lane.index:
                place(pts * 1000 / rate)

    def _look_at(self, lane: Lane, frame: Frame, units: list[AccessUnit]) -> None:
        """Announce the tracks, when this frame makes them known or changes them."""
        if self._changes(lane, frame) or not self._announced:
            self._announce(units)

    def _origin(self, lane: Lane, frames: list[Frame], now: float) -> int:
        """Ticks of a track's first frame. Of frames that come together the newest counts as arriving now."""
        rate = lane.chosen.media.clock_rate
        since = None if lane.start is None else signed(frames[0].timestamp - lane.start) / rate
        if self._first is None:
            self._first = lane, since
            return _START_S * rate
        other, since_other = self._first
        arrived = (other.timeline.reached(now) if other.timeline else _START_S) - _span(frames) / rate
        if since is not None and since_other is not None:
            informed = _START_S + since - since_other
            held_up = other.timeline.idle(now) if other.timeline else 0.0
            if -_ALIGN_S - held_up <= informed - arrived <= _ALIGN_S:
                return round(informed * rate)
        return round(arrived * rate)

    def _changes(self, lane: Lane, frame: Frame) -> bool:
        """Take parameters that came with a frame; True when they make another track."""
        track = lane.track
        if lane.sets is not None:
            if frame.parameters and lane.sets.observe(frame.parameters):
                track = _video_track(lane, lane.sets)
                _declare(lane, lane.sets, track)
        elif frame.size[0] and (track is None or (track.width, track.height) != frame.size):
            media = lane.chosen.media
            track = Track(lane.index, lane.chosen.codec, media.clock_rate, b"", *frame.size, fps=media.fps)
        changed = track is not None and track != lane.track
        lane.track = track
        return changed

    def _announce(self, units: list[AccessUnit]) -> None:
        tracks = tuple(lane.track for lane in self._lanes if lane.track)
        if self._sink is None or len(tracks) < len(self._lanes):
            return
        if units:
            self._sink.on_units(units[:])
            units.clear()
        self._announced = True
        self._sink.on_stream(StreamInfo(tracks, self._detail))

    def _lane(self, index: int, chosen: Format) -> Lane:
        nal = chosen.codec in (Codec.H264, Codec.H265)
        lane = Lane(index, chosen, NalReceiver(chosen) if nal else Receiver(chosen), None, None)
        if nal:
            lane.sets = ParameterSets(chosen.codec)
            lane.sets.observe(chosen.parameter_sets())
            lane.track = _video_track(lane, lane.sets)
            _declare(lane, lane.sets, lane.track)
        elif not chosen.codec.is_video:
            lane.track = chosen.audio_track(index)
        return lane


def _video_track(lane: Lane, sets: ParameterSets) -> Track | None:
    """The video track of the parameter sets seen, None while they are incomplete or broken."""
    media = lane.chosen.media
    try:
        return sets.track(lane.index, media.clock_rate, media.fps) if sets.complete else lane.track
    except ValueError:
        return lane.track


def _declare(lane: Lane, sets: ParameterSets, track: Track | None) -> None:
    """Tell the decoding order how far the sets let it differ from the display order."""
    if track is not None:
        lane.order.declare(sets.reorder, round(track.timescale / (track.fps or _USUAL_FPS)))


def _span(frames: Sequence[Frame]) -> int:
    """Ticks from the first to the last of these frames."""
    return signed(frames[-1].timestamp - frames[0].timestamp)
