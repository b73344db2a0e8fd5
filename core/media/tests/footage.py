"""Real encoded media for tests: pictures of known content, encoded by PyAV, as access units."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import av
import numpy as np

from core.media.h26x import ParameterSets, annexb_to_prefixed, is_annexb, is_keyframe, split_prefixed, video_track
from core.media.units import AccessUnit, Codec, StreamInfo, Track

START_MS = 1_780_000_000_000
_ENCODERS = {Codec.H264: "libx264", Codec.H265: "libx265", Codec.MJPEG: "mjpeg"}


@dataclass
class Footage:
    """A stream and its units in arrival order, and the pictures that a decoder makes of the encoder's own output."""

    info: StreamInfo
    units: list[AccessUnit]
    pictures: list[np.ndarray] = field(default_factory=list)

    def of(self, track: int) -> list[AccessUnit]:
        return [unit for unit in self.units if unit.track == track]


def picture(number: int, width: int, height: int) -> np.ndarray:
    """A picture that tells its number: a bright block moving over a gradient."""
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.linspace(0, 120, width, dtype=np.uint8)[None, :, None]
    x = number * 7 % (width - 16)
    image[8:24, x : x + 16] = 255 - number % 100
    return image


def video(
    codec: Codec = Codec.H264,
    frames: int = 90,
    *,
    width: int = 160,
    height: int = 96,
    fps: int = 30,
    gop: int = 30,
    b_frames: int = 0,
    start_dts: int = 900_000,
    start_ms: int = START_MS,
    index: int = 0,
) -> Footage:
    """Encoded video at 90 kHz; wall_ms is the presentation time."""
    encoder = av.CodecContext.create(_ENCODERS[codec], "w")
    encoder.width, encoder.height = width, height
    encoder.pix_fmt = "yuvj420p" if codec is Codec.MJPEG else "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, fps), Fraction(fps)
    encoder.options = _options(codec, gop, b_frames)
    if codec is not Codec.MJPEG:
        encoder.flags |= 1 << 22  # global header: parameter sets out of band
    encoder.open()
    packets = []
    for number in range(frames):
        frame = av.VideoFrame.from_ndarray(picture(number, width, height), "rgb24").reformat(format=encoder.pix_fmt)
        frame.pts = number
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    tick = 90_000 // fps
    first = min(packet.dts for packet in packets)
    track = _track(codec, bytes(encoder.extradata or b""), index, width, height, fps)
    units = []
    for packet in packets:
        data = bytes(packet)
        if is_annexb(data):
            data = annexb_to_prefixed(data)
        key = codec is Codec.MJPEG or is_keyframe(codec, split_prefixed(data))
        wall = start_ms + packet.pts * 1000 // fps
        dts, pts = ((value - first) * tick + start_dts for value in (packet.dts, packet.pts))
        units.append(AccessUnit(index, dts, pts, 0, key, wall, data))
    return Footage(StreamInfo((track,)), units, decode(track, units))


def _options(codec: Codec, gop: int, b_frames: int) -> dict[str, str]:
    if codec is Codec.H264:
        return {"preset": "ultrafast", "g": str(gop), "bf": str(b_frames), "sc_threshold": "0"}
    if codec is Codec.H265:
        params = f"keyint={gop}:min-keyint={gop}:bframes={b_frames}:scenecut=0:log-level=none:open-gop=0"
        return {"preset": "ultrafast", "x265-params": params}
    return {"qmin": "4", "qmax": "4"}


def _track(codec: Codec, extradata: bytes, index: int, width: int, height: int, fps: int) -> Track:
    if codec is Codec.MJPEG:
        return Track(index, codec, 90_000, b"", width, height, float(fps))
    sets = ParameterSets(codec)
    assert not sets.complete
    return video_track(index, codec, extradata)


def audio(
    codec: Codec = Codec.AAC,
    seconds: float = 3.0,
    *,
    rate: int = 16_000,
    start_dts: int = 5_000,
    start_ms: int = START_MS,
    index: int = 1,
) -> Footage:
    """A rising tone. wall_ms of a unit is the time of its first sample."""
    name = {Codec.AAC: "aac", Codec.PCMU: "pcm_mulaw", Codec.PCMA: "pcm_alaw", Codec.OPUS: "libopus"}[codec]
    encoder = av.CodecContext.create(name, "w")
    encoder.sample_rate, encoder.layout = rate, "mono"
    encoder.format = "fltp" if codec is Codec.AAC else "s16"
    encoder.open()
    size = encoder.frame_size or rate // 50
    times = np.arange(int(seconds * rate))
    sweep = 440 + 60 * times / rate  # so that no two frames are alike
    wave = np.sin(times * 2 * np.pi * sweep / rate) * 0.5
    packets = []
    for at in range(0, len(wave) - size + 1, size):
        block = wave[at : at + size]
        data = block.astype(np.float32) if codec is Codec.AAC else (block * 32767).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(data[None, :], encoder.format.name, "mono")
        frame.sample_rate, frame.pts, frame.time_base = rate, at, Fraction(1, rate)
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    packets = [packet for packet in packets if packet.pts >= 0]
    extradata = bytes(encoder.extradata or b"")
    config = {Codec.AAC: extradata[:2], Codec.OPUS: extradata[8:]}.get(codec, b"")
    scale = 48_000 if codec is Codec.OPUS else rate
    track = Track(index, codec, scale, config, sample_rate=scale, channels=1)
    units = []
    for packet in packets:
        at = int(packet.pts * packet.time_base * scale) if packet.time_base else packet.pts
        units.append(
            AccessUnit(index, at + start_dts, at + start_dts, 0, True, start_ms + at * 1000 // scale, bytes(packet))
        )
    return Footage(StreamInfo((track,)), units)


def together(*parts: Footage, late_ms: int = 0) -> Footage:
    """Several tracks as one stream, units in order of arrival; audio arrives `late_ms` after its time."""
    tracks = tuple(track for part in parts for track in part.info.tracks)
    video_index = tracks[0].index
    arrival: dict[int, int] = {}
    units: list[tuple[int, AccessUnit]] = []
    for part in parts:
        newest = 0
        for unit in part.units:
            newest = max(newest, unit.wall_ms + (late_ms if unit.track != video_index else 0))
            units.append((newest, unit))
            arrival[unit.track] = newest
    units.sort(key=lambda pair: pair[0])
    return Footage(StreamInfo(tracks), [unit for _, unit in units], parts[0].pictures)


def decode(track: Track, units: Iterable[AccessUnit]) -> list[np.ndarray]:
    """The luma of each picture, by PyAV from the access units themselves."""
    decoder = av.CodecContext.create({"h264": "h264", "h265": "hevc", "mjpeg": "mjpeg"}[track.codec.value], "r")
    if track.config:
        decoder.extradata = track.config
    frames = []
    for unit in units:
        frames += decoder.decode(av.Packet(unit.data))
    frames += decoder.decode(None)
    return [luma(frame) for frame in frames]


def luma(frame: av.VideoFrame) -> np.ndarray:
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width].copy()


def decode_file(data: bytes) -> list[np.ndarray]:
    """The luma of each picture of an MP4 file, by PyAV's demuxer."""
    with av.open(io.BytesIO(data)) as container:
        return [luma(frame) for frame in container.decode(video=0)]


def same(left: list[np.ndarray], right: list[np.ndarray]) -> bool:
    return len(left) == len(right) and all(np.array_equal(a, b) for a, b in zip(left, right, strict=True))
