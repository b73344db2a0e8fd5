"""From PyAV's containers and packets to tracks and access units. Blocking; knows no thread and no loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from core.media.burst import OpeningBurst
from core.media.clock import Clock
from core.media.h26x import (
    ParameterSets,
    config_sets,
    is_annexb,
    is_prefixed,
    nal_type,
    split_annexb,
    split_prefixed,
    to_prefixed,
)
from core.media.source import Fault, SourceError
from core.media.timeline import DecodeOrder, Timeline
from core.media.units import AccessUnit, Codec, StreamInfo, Track
from core.media.wallclock import WallClock

_CODECS = {
    "h264": Codec.H264,
    "hevc": Codec.H265,
    "mjpeg": Codec.MJPEG,
    "aac": Codec.AAC,
    "pcm_mulaw": Codec.PCMU,
    "pcm_alaw": Codec.PCMA,
    "opus": Codec.OPUS,
    "libopus": Codec.OPUS,
}
_VIDEO_RATE = 90000
_START_S = 10
# Parameter sets, delimiters and filler leave the access unit, as in the lean client.
_DROPPED = {Codec.H264: frozenset((7, 8, 9, 10, 11, 12)), Codec.H265: frozenset((32, 33, 34, 35, 36, 37, 38))}
_ADTS = 0xFFF0


@dataclass(slots=True)
class _Lane:
    """One stream of the container on its way to a track."""

    stream: Any
    track: Track
    sets: ParameterSets | None
    ticks_per_unit: float  # ticks of the track for one unit of the stream's time base
    length_size: int = 0  # of length-prefixed NAL units; 0 for Annex B
    undated: list[Any] = field(default_factory=list)
    timeline: Timeline | None = None
    order: DecodeOrder = field(default_factory=DecodeOrder)
    last: int | None = None

    def declare(self) -> None:
        """Tell the decoding order how far the parameter sets let it differ from the display order."""
        if self.sets is not None:
            self.order.declare(self.sets.reorder, round(self.track.timescale / (self.track.fps or 25)))


class Demuxer:
    """Turns one container's packets into units.

    live: times are repaired as those of a camera (jumps taken out, decoding times derived); else the file's own times
    are kept, but for decoding times that do not rise. on_stream is called before the first unit and when parameters
    change, on_unit for each unit. Raises SourceError when there is no video that can be recorded.
    """

    def __init__(
        self,
        container: Any,
        *,
        live: bool,
        audio: bool,
        clock: Clock,
        detail: dict[str, str],
        on_stream: Callable[[StreamInfo], None],
        on_unit: Callable[[AccessUnit], None],
    ) -> None:
        self._live = live
        self._clock = clock
        self._detail = detail
        self._on_stream = on_stream
        self._on_unit = on_unit
        self._wall = WallClock(clock)
        self._first: float | None = None
        self._announced = False
        self._burst = OpeningBurst() if live else None
        self._held: list[AccessUnit] = []  # while the opening burst goes on
        self._lanes = {lane.stream.index: lane for lane in self._choose(container, audio)}
        self.seconds = 0.0  # media time of the end of what was read
        self._offset = 0.0

    @property
    def streams(self) -> list[Any]:
        """The container's streams to demux."""
        return [lane.stream for lane in self._lanes.values()]

    def again(self, container: Any) -> None:
        """The same file from its beginning: times go on where they ended. Raises SourceError when it was replaced."""
        self._offset = self.seconds
        for index, lane in self._lanes.items():
            if index >= len(container.streams):
                raise SourceError(Fault.PATH, "The file was replaced by another while it was read.")
            lane.stream = container.streams[index]

    def push(self, packet: Any) -> float | None:
        """Take a packet. Returns its decoding time in seconds, None when it yielded nothing."""
        lane = self._lanes.get(packet.stream_index)
        if lane is None or not packet.size or packet.is_corrupt:
            return None
        if packet.pts is None and packet.dts is None and self._live and lane.last is None:
            if len(lane.undated) < 8:  # FFmpeg gives the first packets of a session no time
                lane.undated.append(packet)
            return None
        undated, lane.undated = lane.undated, []
        time_of = packet.pts if packet.pts is not None else packet.dts
        for back, early in zip(range(len(undated), 0, -1), undated, strict=True):
            self._unit(lane, early, None if time_of is None else time_of - back * self._step(lane, packet))
        return self._unit(lane, packet, time_of)

    def _step(self, lane: _Lane, packet: Any) -> int:
        return int(packet.duration or (_VIDEO_RATE / (lane.track.fps or 25) / lane.ticks_per_unit))

    def _unit(self, lane: _Lane, packet: Any, pts: int | None) -> float | None:
        data = self._data(lane, bytes(packet))
        if not data:
            return None
        rate = lane.track.timescale
        dts, shown = self._live_times(lane, pts) if self._live else self._file_times(lane, packet, pts)
        duration = round((packet.duration or 0) * lane.ticks_per_unit)
        lane.last = dts
        self.seconds = max(self.seconds, (dts + duration) / rate)
        if not self._announced:
            self._announce()
        if lane.track.is_video and self._live:
            self._wall.stamp(shown * 1000 / rate)
        wall_ms = self._wall.of(shown * 1000 / rate)
        keyframe = bool(packet.is_keyframe) or not lane.sets
        self._pass_on(lane, AccessUnit(lane.track.index, dts, shown, duration, keyframe, wall_ms, data))
        return dts / rate

    def _pass_on(self, lane: _Lane, unit: AccessUnit) -> None:
        if self._burst is None:
            self._on_unit(unit)
            return
        self._held.append(unit)
        newest = unit.pts / lane.track.timescale if lane.track.is_video else None
        if not self._burst.goes_on(newest, self._clock.monotonic()):
            self.release()

    def release(self) -> None:
        """Pass on what was held back during the opening burst, stamped by what is known now."""
        self._burst, held, self._held = None, self._held, []
        rates = {lane.track.index: lane.track.timescale for lane in self._lanes.values()}
        for unit in held:
            unit.wall_ms = self._wall.of(unit.pts * 1000 / rates[unit.track])
            self._on_unit(unit)

    def _live_times(self, lane: _Lane, pts: int | None) -> tuple[int, int]:
        now, rate = self._clock.monotonic(), lane.track.timescale
        ticks = round(pts * lane.ticks_per_unit) if pts is not None else round(now * rate)
        if self._first is None:
            self._first = ticks / rate
        if lane.timeline is None:
            lane.timeline = Timeline(rate, ticks + round((_START_S - self._first) * rate))
            lane.declare()
        return lane.order.times(lane.timeline.ticks(ticks, now))

    def _file_times(self, lane: _Lane, packet: Any, pts: int | None) -> tuple[int, int]:
        offset = round(self._offset * lane.track.timescale)
        shown = (lane.last or 0) + 1 if pts is None else round(pts * lane.ticks_per_unit) + offset
        dts = shown if packet.dts is None else round(packet.dts * lane.ticks_per_unit) + offset
        if lane.last is not None:
            dts = max(dts, lane.last + 1)
        return dts, shown

    def _data(self, lane: _Lane, data: bytes) -> bytes:
        if lane.sets is None:
            return _without_adts(data) if lane.track.codec is Codec.AAC else data
        annexb = is_annexb(data) and not (lane.length_size and is_prefixed(data, lane.length_size))
        if lane.length_size == 4 and not annexb:
            return data
        dropped = _DROPPED[lane.track.codec]
        nals = split_annexb(data) if annexb else list(split_prefixed(data, lane.length_size or 4))
        if lane.sets.observe(nals) and lane.sets.complete:
            try:
                track = lane.sets.track(lane.track.index, _VIDEO_RATE, lane.track.fps)
            except ValueError:
                return b""
            if track != lane.track:
                lane.track = track
                lane.declare()
                self._announce()
        return to_prefixed(nal for nal in nals if nal_type(lane.track.codec, nal) not in dropped)

    def _announce(self) -> None:
        tracks = tuple(lane.track for lane in self._lanes.values() if lane.track.config or not lane.sets)
        if len(tracks) == len(self._lanes):
            if self._held:
                self.release()
            self._announced = True
            self._on_stream(StreamInfo(tracks, self._detail))

    def _choose(self, container: Any, audio: bool) -> list[_Lane]:
        known = [s for s in container.streams if s.type in ("video", "audio") and s.codec_context.name in _CODECS]
        video = next((s for s in known if s.type == "video"), None)
        if video is None:
            raise _no_video(container)
        sound = next((s for s in known if s.type == "audio"), None)
        lanes = [_video(video)]
        if audio and sound is not None and (lane := _audio(sound)):
            lanes.append(lane)
        return lanes


def _video(stream: Any) -> _Lane:
    context = stream.codec_context
    codec, extradata = _CODECS[context.name], bytes(context.extradata or b"")
    rate = float(stream.average_rate or stream.guessed_rate or 0)
    per_unit = float(stream.time_base * _VIDEO_RATE)
    if codec is Codec.MJPEG:
        return _Lane(stream, Track(0, codec, _VIDEO_RATE, b"", context.width, context.height, rate), None, per_unit)
    sets, length_size = ParameterSets(codec), 0
    if extradata and not is_annexb(extradata):
        length_size = (extradata[4 if codec is Codec.H264 else 21] & 3) + 1
    track = Track(0, codec, _VIDEO_RATE)
    try:
        sets.observe(split_annexb(extradata) if not length_size else config_sets(codec, extradata))
        if sets.complete:
            track = sets.track(0, _VIDEO_RATE, rate)
    except ValueError:
        length_size = length_size or 4  # parameters will come in band
    return _Lane(stream, track, sets, per_unit, length_size)


def _audio(stream: Any) -> _Lane | None:
    context = stream.codec_context
    codec, rate, channels = _CODECS[context.name], context.sample_rate or 0, context.channels or 1
    config = bytes(context.extradata or b"")
    if codec is Codec.OPUS:
        rate, config = 48000, config.removeprefix(b"OpusHead")
    if codec is Codec.AAC and not config and rate in _RATES:
        config = (2 << 11 | _RATES.index(rate) << 7 | channels << 3).to_bytes(2, "big")
    if not rate or (codec in (Codec.AAC, Codec.OPUS) and not config):
        return None
    track = Track(1, codec, rate, config, sample_rate=rate, channels=channels)
    return _Lane(stream, track, None, float(stream.time_base * rate))


_RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350)


def _without_adts(data: bytes) -> bytes:
    """An AAC frame without its ADTS header (ISO/IEC 14496-3 section 1.A.3.2), when it has one."""
    if len(data) < 7 or int.from_bytes(data[:2], "big") & 0xFFF6 != _ADTS:
        return data
    return data[7 if data[1] & 1 else 9 :]


def _no_video(container: Any) -> SourceError:
    others = [s.codec_context.name for s in container.streams if s.type == "video" and s.codec_context]
    if others:
        return SourceError(
            Fault.CODEC,
            f"The video is {others[0]}; only H.264, H.265 and MJPEG can be recorded; set the camera to one.",
        )
    return SourceError(Fault.PATH, "There is no video in it; check the path.")
