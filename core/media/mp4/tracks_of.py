"""Reading an initialization segment that `init` made back into its tracks."""

from __future__ import annotations

import struct
from collections.abc import Callable

from core.media.mp4.boxes import children, find
from core.media.units import Codec, Track

_VISUAL_HEADER, _AUDIO_HEADER = 78, 28
"""Bytes of a sample entry before its boxes (ISO/IEC 14496-12 sections 12.1.3 and 12.2.3)."""


def tracks_of(init: bytes) -> tuple[Track, ...]:
    """The tracks in order of track_ID, as they were given to `init_segment`; fps is not told.

    Raises ValueError when it is no initialization segment of ours.
    """
    moov = find(init, b"moov")
    if moov is None:
        raise ValueError("no initialization segment: it has no moov box")
    try:
        traks = [(at, end) for kind, at, end in children(init, *moov) if kind == b"trak"]
        return tuple(_track(init, index, *span) for index, span in enumerate(traks))
    except (struct.error, KeyError, StopIteration) as error:
        raise ValueError("no initialization segment of ours") from error


def _track(init: bytes, index: int, start: int, end: int) -> Track:
    mdhd = find(init, b"mdia", b"mdhd", start=start, end=end)
    stsd = find(init, b"mdia", b"minf", b"stbl", b"stsd", start=start, end=end)
    if mdhd is None or stsd is None:
        raise ValueError("a track without description")
    (timescale,) = struct.unpack_from(">I", init, mdhd[0] + 12)
    kind, at, entry_end = next(children(init, stsd[0] + 8, stsd[1]))
    codec, box, config_of = _ENTRIES[kind]
    visual = codec.is_video
    found = find(init, box, start=at + (_VISUAL_HEADER if visual else _AUDIO_HEADER), end=entry_end)
    config = config_of(init[found[0] : found[1]]) if found else b""
    if visual:
        width, height = struct.unpack_from(">HH", init, at + 24)
        return Track(index, codec, timescale, config, width, height)
    (channels,) = struct.unpack_from(">H", init, at + 16)
    return Track(index, codec, timescale, config, sample_rate=timescale, channels=channels)


def _aac_config(esds: bytes) -> bytes:
    """The AudioSpecificConfig: the DecoderSpecificInfo, tag 5 with a four-byte length (ISO/IEC 14496-1, 7.2.6.7)."""
    at = esds.find(b"\x05\x80\x80\x80")
    return esds[at + 5 : at + 5 + esds[at + 4]] if at >= 0 else b""


def _opus_head(dops: bytes) -> bytes:
    """The OpusHead body, little-endian, of an OpusSpecificBox, which is big-endian."""
    _, channels, pre_skip, rate, gain, family = struct.unpack_from(">BBHIhB", dops)
    return struct.pack("<BBHIhB", 1, channels, pre_skip, rate, gain, family) + dops[11:]


_ENTRIES: dict[bytes, tuple[Codec, bytes, Callable[[bytes], bytes]]] = {
    b"avc1": (Codec.H264, b"avcC", bytes),
    b"hvc1": (Codec.H265, b"hvcC", bytes),
    b"mp4v": (Codec.MJPEG, b"esds", lambda _: b""),
    b"mp4a": (Codec.AAC, b"esds", _aac_config),
    b"Opus": (Codec.OPUS, b"dOps", _opus_head),
    b"fLaC": (Codec.FLAC, b"dfLa", lambda dfla: dfla[8:]),
}
