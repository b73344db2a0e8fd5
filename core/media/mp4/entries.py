"""Sample entries: what a decoder must know of a track, in the form MP4 gives it."""

from __future__ import annotations

import struct

from core.media.mp4.boxes import box, full_box
from core.media.units import Codec, Track

_OBJECT_TYPE_AAC, _OBJECT_TYPE_JPEG = 0x40, 0x6C  # ISO/IEC 14496-1 table 5
_STREAM_VISUAL, _STREAM_AUDIO = 4, 5


def sample_entry(track: Track) -> bytes:
    """The sample entry of a track: avc1, hvc1, mp4v, mp4a, Opus or fLaC.

    Raises ValueError for a codec that MP4 players cannot hold (G.711).
    """
    if track.codec is Codec.H264:
        return _visual(b"avc1", track, box(b"avcC", track.config))
    if track.codec is Codec.H265:
        return _visual(b"hvc1", track, box(b"hvcC", track.config))
    if track.codec is Codec.MJPEG:
        return _visual(b"mp4v", track, _esds(track, _OBJECT_TYPE_JPEG, _STREAM_VISUAL, b""))
    if track.codec is Codec.AAC:
        return _audio(b"mp4a", track, _esds(track, _OBJECT_TYPE_AAC, _STREAM_AUDIO, track.config))
    if track.codec is Codec.OPUS:
        return _audio(b"Opus", track, box(b"dOps", _dops(track.config)))
    if track.codec is Codec.FLAC:
        stream_info = struct.pack(">I", 0x80 << 24 | len(track.config)) + track.config
        return _audio(b"fLaC", track, full_box(b"dfLa", 0, 0, stream_info))
    raise ValueError(f"{track.codec.value} cannot be held in MP4; transcode it first")


def _visual(kind: bytes, track: Track, config: bytes) -> bytes:
    """VisualSampleEntry (ISO/IEC 14496-12 section 12.1.3): 72 dpi, one frame a sample, 24 bits."""
    size = struct.pack(">HHIIIH", track.width, track.height, 0x480000, 0x480000, 0, 1)
    return box(kind, bytes(6), b"\0\1", bytes(16), size, bytes(32), b"\0\x18\xff\xff", config)


def _audio(kind: bytes, track: Track, config: bytes) -> bytes:
    """AudioSampleEntry (ISO/IEC 14496-12 section 12.2.3). Rates over 65535 do not fit and are left 0."""
    rate = track.sample_rate if track.sample_rate < 1 << 16 else 0
    return box(kind, bytes(6), b"\0\1", bytes(8), struct.pack(">HHII", track.channels or 1, 16, 0, rate << 16), config)


def _esds(track: Track, object_type: int, stream_type: int, specific: bytes) -> bytes:
    """ES_Descriptor (ISO/IEC 14496-1 section 7.2.6.5) with its decoder configuration and SL configuration."""
    info = _descriptor(5, specific) if specific else b""
    decoder = _descriptor(4, struct.pack(">BBxxxII", object_type, stream_type << 2 | 1, 0, 0) + info)
    return full_box(b"esds", 0, 0, _descriptor(3, struct.pack(">HB", 1, 0) + decoder + _descriptor(6, b"\2")))


def _descriptor(tag: int, content: bytes) -> bytes:
    size = len(content)
    return bytes((tag, 0x80 | size >> 21 & 127, 0x80 | size >> 14 & 127, 0x80 | size >> 7 & 127, size & 127)) + content


def _dops(head: bytes) -> bytes:
    """OpusSpecificBox (Encapsulation of Opus in ISOBMFF, section 4.3.2) from an OpusHead body, which is little-endian.

    Raises ValueError when the body is too short.
    """
    if len(head) < 11:
        raise ValueError("the Opus header is too short")
    _, channels, pre_skip, rate, gain, family = struct.unpack_from("<BBHIhB", head)
    return struct.pack(">BBHIhB", 0, channels, pre_skip, rate, gain, family) + (head[11:] if family else b"")
