"""What Media Source Extensions must be told about an initialization segment: its codecs (RFC 6381)."""

from __future__ import annotations

from collections.abc import Iterator

from core.media.h26x import codec_string
from core.media.mp4.boxes import children, find
from core.media.units import Codec, Track

_VISUAL_HEADER, _AUDIO_HEADER = (
    78,
    28,
)  # fields of a sample entry before its boxes (ISO/IEC 14496-12, 12.1.3 and 12.2.3)
_ENTRIES = {
    b"avc1": (Codec.H264, _VISUAL_HEADER, b"avcC"),
    b"hvc1": (Codec.H265, _VISUAL_HEADER, b"hvcC"),
    b"mp4v": (Codec.MJPEG, _VISUAL_HEADER, b"esds"),
    b"mp4a": (Codec.AAC, _AUDIO_HEADER, b"esds"),
    b"Opus": (Codec.OPUS, _AUDIO_HEADER, b"dOps"),
    b"fLaC": (Codec.FLAC, _AUDIO_HEADER, b"dfLa"),
}


def codecs_of(init: bytes) -> list[str]:
    """Codec strings of the tracks of an initialization segment, in order. Raises ValueError when it is none."""
    moov = find(init, b"moov")
    if moov is None:
        raise ValueError("no initialization segment: it has no moov box")
    return [codec_string(track) for track in _tracks(init, *moov)]


def _tracks(init: bytes, start: int, end: int) -> Iterator[Track]:
    for kind, trak, trak_end in children(init, start, end):
        stsd = find(init, b"mdia", b"minf", b"stbl", b"stsd", start=trak, end=trak_end) if kind == b"trak" else None
        if stsd is None:
            continue
        entry, at, entry_end = next(children(init, stsd[0] + 8, stsd[1]))
        codec, header, wanted = _ENTRIES[entry]
        config = find(init, wanted, start=at + header, end=entry_end)
        data = init[config[0] : config[1]] if config else b""
        yield Track(0, codec, 1, _aac_config(data) if codec is Codec.AAC else data)


def _aac_config(esds: bytes) -> bytes:
    """The AudioSpecificConfig: the DecoderSpecificInfo, tag 5 with a four-byte length (ISO/IEC 14496-1, 7.2.6.7)."""
    at = esds.find(b"\x05\x80\x80\x80")
    return esds[at + 5 :] if at >= 0 else b""
