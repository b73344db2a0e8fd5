"""Codec-neutral access units: what every source yields and every consumer takes.

An access unit is one picture of a video track or one frame of an audio track, whole, with the times its sender gave
it. Video of H.264 and H.265 is length-prefixed (a big-endian 32-bit length before each NAL unit, ISO/IEC 14496-15),
never Annex B, so that it goes into MP4 untouched.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Codec(StrEnum):
    """Codecs a track may carry. The value is the name shown to people and stored in the index."""

    H264 = "h264"
    H265 = "h265"
    MJPEG = "mjpeg"
    AAC = "aac"
    PCMU = "pcmu"
    PCMA = "pcma"
    OPUS = "opus"
    FLAC = "flac"

    @property
    def is_video(self) -> bool:
        """Whether this codec carries pictures."""
        return self in (Codec.H264, Codec.H265, Codec.MJPEG)


@dataclass(frozen=True, slots=True)
class Track:
    """One elementary stream of a source, immutable: a change of parameters makes a new Track.

    index: position among the source's tracks, the number access units refer to.
    timescale: ticks per second of this track's `dts`, `pts` and `duration` (90000 for video, the sample rate for
        audio).
    config: what a decoder needs out of band: the AVCDecoderConfigurationRecord (avcC) for H.264, the
        HEVCDecoderConfigurationRecord (hvcC) for H.265 (both ISO/IEC 14496-15), the AudioSpecificConfig
        (ISO/IEC 14496-3) for AAC, the OpusHead body (RFC 7845, without its magic) for Opus, the STREAMINFO block for
        FLAC; empty for MJPEG and G.711.
    width, height: luma samples after cropping; 0 for audio.
    fps: nominal frames per second when the sender says so, else 0.0.
    sample_rate, channels: 0 for video.
    """

    index: int
    codec: Codec
    timescale: int
    config: bytes = b""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    sample_rate: int = 0
    channels: int = 0

    @property
    def is_video(self) -> bool:
        """Whether the track carries pictures."""
        return self.codec.is_video


@dataclass(slots=True)
class AccessUnit:
    """One coded picture or audio frame.

    track: index of its Track. dts, pts, duration: ticks of the track's timescale; dts strictly rises within a track
    while the source is connected (the source repairs what the camera got wrong); duration 0 means unknown.
    keyframe: decoding can start here (always true for audio and MJPEG).
    wall_ms: UTC milliseconds since the epoch at which the picture was taken, as well as is known (RTCP sender report
        if plausible, else arrival), smoothed so that it advances with the media time.
    """

    track: int
    dts: int
    pts: int
    duration: int
    keyframe: bool
    wall_ms: int
    data: bytes


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """The tracks of a source from now on. Sent before the first access unit and again whenever a track changes."""

    tracks: tuple[Track, ...]
    detail: dict[str, str] = field(default_factory=dict)

    @property
    def video(self) -> Track | None:
        """The first video track."""
        return next((t for t in self.tracks if t.is_video), None)

    @property
    def audio(self) -> Track | None:
        """The first audio track."""
        return next((t for t in self.tracks if not t.is_video), None)
