"""NAL units of H.264 and H.265: framing, parameter sets, key pictures, decoder configuration records.

Framing: Annex B of ITU-T H.264/H.265 (start codes) and length-prefixed (ISO/IEC 14496-15). Inside Eyrie everything is
length-prefixed with four bytes.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator

from core.media.bits import BitReader, rbsp
from core.media.sps import Sps, parse_h264_sps, parse_h265_sps
from core.media.units import Codec, Track

_START = re.compile(b"\0\0\1")
_LENGTH = struct.Struct(">I")

H264_IDR, H264_SEI, H264_SPS, H264_PPS = 5, 6, 7, 8
H265_VPS, H265_SPS, H265_PPS = 32, 33, 34
_H264_SETS = (H264_SPS, H264_PPS)
_H265_SETS = (H265_VPS, H265_SPS, H265_PPS)
_H265_IRAP = range(16, 22)
_SEI_RECOVERY_POINT = 6
_H264_HIGH = frozenset({100, 110, 122, 144})


def split_annexb(data: bytes) -> list[bytes]:
    """The NAL units of an Annex B byte stream, without start codes and trailing zeros."""
    starts = [(match.start(), match.end()) for match in _START.finditer(data)]
    ends = [start for start, _ in starts[1:]] + [len(data)]
    nals = (data[begin:end].rstrip(b"\0") for (_, begin), end in zip(starts, ends, strict=False))
    return [nal for nal in nals if nal]


def is_annexb(data: bytes) -> bool:
    """Whether data begins with a start code. So does a length prefix of 256 to 511 bytes: see `is_prefixed`."""
    return data.startswith((b"\0\0\1", b"\0\0\0\1"))


def is_prefixed(data: bytes, length_size: int) -> bool:
    """Whether the lengths in an access unit lead to its very end: then it is length-prefixed, however it begins."""
    at, end = 0, len(data)
    while at + length_size < end:
        at += length_size + int.from_bytes(data[at : at + length_size], "big")
    return at == end


def split_prefixed(data: bytes, length_size: int = 4) -> Iterator[bytes]:
    """The NAL units of a length-prefixed access unit. Raises ValueError when a length does not fit."""
    at, end = 0, len(data)
    while at < end:
        size = int.from_bytes(data[at : at + length_size], "big")
        at += length_size + size
        if at > end:
            raise ValueError("a NAL unit is longer than its access unit")
        yield data[at - size : at]


def to_prefixed(nals: Iterable[bytes]) -> bytes:
    """NAL units, each behind its length in four bytes."""
    parts: list[bytes] = []
    for nal in nals:
        parts += (_LENGTH.pack(len(nal)), nal)
    return b"".join(parts)


def to_annexb(nals: Iterable[bytes]) -> bytes:
    """NAL units, each behind a start code of four bytes."""
    parts: list[bytes] = []
    for nal in nals:
        parts += (b"\0\0\0\1", nal)
    return b"".join(parts)


def annexb_to_prefixed(data: bytes) -> bytes:
    """An Annex B access unit as length-prefixed."""
    return to_prefixed(split_annexb(data))


def nal_type(codec: Codec, nal: bytes) -> int:
    """The type field of a NAL unit's header (H.264 section 7.3.1, H.265 section 7.3.1.2)."""
    return nal[0] & 31 if codec is Codec.H264 else nal[0] >> 1 & 63


def is_keyframe(codec: Codec, nals: Iterable[bytes]) -> bool:
    """Whether decoding can start at the picture made of these NAL units.

    H.264: an IDR, or a recovery point SEI (section D.2.8: open GOPs and intra refresh have no IDR). H.265: any IRAP.
    """
    if codec is Codec.H265:
        return any(nal and nal[0] >> 1 & 63 in _H265_IRAP for nal in nals)
    return any(nal and (nal[0] & 31 == H264_IDR or (nal[0] & 31 == H264_SEI and _is_recovery(nal))) for nal in nals)


def _is_recovery(sei: bytes) -> bool:
    """Whether a SEI NAL unit holds a recovery point message (H.264 section 7.3.2.3.1)."""
    at, end = 1, len(sei) - 1
    while at < end:
        kind = size = 0
        while at < end and sei[at] == 255:
            kind, at = kind + 255, at + 1
        kind, at = kind + sei[at], at + 1
        while at < end and sei[at] == 255:
            size, at = size + 255, at + 1
        if kind == _SEI_RECOVERY_POINT:
            return True
        if at >= end:
            return False
        at += 1 + size + sei[at]
    return False


def parse_sps(codec: Codec, nal: bytes) -> Sps:
    """Read an SPS NAL unit. Raises ValueError when it is broken."""
    return parse_h264_sps(nal) if codec is Codec.H264 else parse_h265_sps(nal)


def h264_config(sps: Iterable[bytes], pps: Iterable[bytes]) -> bytes:
    """An AVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 5.3.3.1). Raises ValueError without a whole SPS."""
    sps, pps = list(sps), list(pps)
    if not sps or len(sps[0]) < 4:
        raise ValueError("H.264 needs a sequence parameter set")
    parts = [b"\x01", sps[0][1:4], b"\xff", bytes([0xE0 | len(sps)]), *_sized(sps), bytes([len(pps)]), *_sized(pps)]
    if sps[0][1] in _H264_HIGH:
        seen = parse_h264_sps(sps[0])
        depths = 0xF8 | seen.bit_depth_luma - 8, 0xF8 | seen.bit_depth_chroma - 8
        parts.append(bytes([0xFC | seen.chroma_format, *depths, 0]))
    return b"".join(parts)


def h265_config(vps: Iterable[bytes], sps: Iterable[bytes], pps: Iterable[bytes]) -> bytes:
    """An HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 section 8.3.3.1). Raises ValueError without a whole SPS."""
    sets = [(H265_VPS, list(vps)), (H265_SPS, list(sps)), (H265_PPS, list(pps))]
    if not sets[1][1]:
        raise ValueError("H.265 needs a sequence parameter set")
    first = sets[1][1][0]
    seen = parse_h265_sps(first)
    profile_tier_level = rbsp(first)[3:15]
    depths = 0xF8 | seen.bit_depth_luma - 8, 0xF8 | seen.bit_depth_chroma - 8
    layers = seen.temporal_layers << 3 | seen.temporal_nesting << 2 | 3
    present = [(kind, nals) for kind, nals in sets if nals]
    head = bytes([0xF0, 0, 0xFC, 0xFC | seen.chroma_format, *depths, 0, 0, layers, len(present)])
    parts = [b"\x01", profile_tier_level, head]
    for kind, nals in present:
        parts += (bytes([0x80 | kind]), struct.pack(">H", len(nals)), *_sized(nals))
    return b"".join(parts)


def _sized(nals: list[bytes]) -> Iterator[bytes]:
    for nal in nals:
        yield struct.pack(">H", len(nal))
        yield nal


def config_sets(codec: Codec, config: bytes) -> list[bytes]:
    """The parameter set NAL units inside an avcC or hvcC. Raises ValueError when it is broken."""
    try:
        return _avcc_sets(config) if codec is Codec.H264 else _hvcc_sets(config)
    except (IndexError, struct.error):
        raise ValueError("the decoder configuration ends too early") from None


def _avcc_sets(config: bytes) -> list[bytes]:
    at, nals = 5, []
    for mask in (31, 255):
        count, at = config[at] & mask, at + 1
        found, at = _take(config, at, count)
        nals += found
    return nals


def _hvcc_sets(config: bytes) -> list[bytes]:
    at, nals = 23, []
    for _ in range(config[22]):
        (count,) = struct.unpack_from(">H", config, at + 1)
        found, at = _take(config, at + 3, count)
        nals += found
    return nals


def _take(config: bytes, at: int, count: int) -> tuple[list[bytes], int]:
    nals = []
    for _ in range(count):
        (size,) = struct.unpack_from(">H", config, at)
        nals.append(config[at + 2 : at + 2 + size])
        at += 2 + size
    return nals, at


def video_track(index: int, codec: Codec, extradata: bytes, timescale: int = 90000, fps: float = 0.0) -> Track:
    """A Track from out-of-band parameter sets: Annex B, or avcC/hvcC as they are. fps: when the SPS has none.

    Raises ValueError when they hold no whole SPS.
    """
    nals = split_annexb(extradata) if is_annexb(extradata) else config_sets(codec, extradata)
    sets = ParameterSets(codec)
    sets.observe(nals)
    return sets.track(index, timescale, fps)


class ParameterSets:
    """The newest parameter sets of one video track, gathered in band and out of band."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._kinds = _H264_SETS if codec is Codec.H264 else _H265_SETS
        self._sets: dict[tuple[int, int], bytes] = {}

    def observe(self, nals: Iterable[bytes]) -> bool:
        """Take parameter sets from among these NAL units; True when one is new or has changed."""
        changed = False
        for nal in nals:
            if len(nal) < 4 or (kind := nal_type(self._codec, nal)) not in self._kinds:
                continue
            if nal in self._sets.values():
                continue
            try:
                self._sets[kind, self._set_id(kind, nal)] = nal
            except ValueError:
                continue  # damaged on the way; the next one counts
            changed = True
        return changed

    @property
    def complete(self) -> bool:
        """Whether a decoder could start: one of each kind is known."""
        return {kind for kind, _ in self._sets} == set(self._kinds)

    @property
    def reorder(self) -> int | None:
        """How many pictures may be decoded before one and shown after it; None while that is not known."""
        spss = [nal for (kind, _), nal in sorted(self._sets.items()) if kind == self._kinds[-2]]
        try:
            return parse_sps(self._codec, spss[0]).reorder if spss else None
        except ValueError:
            return None

    def track(self, index: int, timescale: int = 90000, fps: float = 0.0) -> Track:
        """The Track of these sets. Raises ValueError while there is no SPS, or when it is broken."""
        by_kind = [[nal for (kind, _), nal in sorted(self._sets.items()) if kind == wanted] for wanted in self._kinds]
        config = h264_config(*by_kind) if self._codec is Codec.H264 else h265_config(*by_kind)
        seen = parse_sps(self._codec, by_kind[-2][0])
        return Track(index, self._codec, timescale, config, seen.width, seen.height, seen.fps or fps)

    def _set_id(self, kind: int, nal: bytes) -> int:
        """The set's own id, so that a changed set replaces the one it means."""
        if self._codec is Codec.H264:
            return BitReader(rbsp(nal[4 if kind == H264_SPS else 1 :][:16])).ue()
        if kind == H265_VPS:
            return nal[2] >> 4
        if kind == H265_PPS:
            return BitReader(rbsp(nal[2:18])).ue()
        return 0


def in_band(track: Track, data: bytes) -> bytes:
    """The access unit with the track's parameter sets in front, unless it brings an SPS itself.

    Decoders that walk from one sample entry to the next by the bitstream alone (FFmpeg's, in fragmented files) need it.
    """
    if track.codec not in (Codec.H264, Codec.H265) or not track.config:
        return data
    wanted = H264_SPS if track.codec is Codec.H264 else H265_SPS
    if any(nal and nal_type(track.codec, nal) == wanted for nal in split_prefixed(data)):
        return data
    return to_prefixed(config_sets(track.codec, track.config)) + data


def codec_string(track: Track) -> str:
    """The `codecs` parameter of RFC 6381 for MSE, such as avc1.64001f, hvc1.1.6.L93.B0, mp4a.40.2, flac, opus."""
    if track.codec is Codec.H264:
        return "avc1." + track.config[1:4].hex()
    if track.codec is Codec.H265:
        return _hevc_string(track.config)
    if track.codec is Codec.AAC:
        return f"mp4a.40.{_aac_object_type(track.config)}"
    return {Codec.MJPEG: "mp4v.6c", Codec.PCMU: "ulaw", Codec.PCMA: "alaw"}.get(track.codec, track.codec.value)


def _aac_object_type(config: bytes) -> int:
    """audioObjectType of an AudioSpecificConfig (ISO/IEC 14496-3 section 1.6.2.1); AAC-LC when there is none."""
    kind = config[0] >> 3 if config else 2
    return kind if kind < 31 or len(config) < 2 else 32 + ((config[0] & 7) << 3 | config[1] >> 5)


def _hevc_string(config: bytes) -> str:
    """ISO/IEC 14496-15 annex E.3: profile, compatibility in reverse bit order, tier and level, constraint bytes."""
    space = ("", "A", "B", "C")[config[1] >> 6]
    compatibility = int(f"{int.from_bytes(config[2:6], 'big'):032b}"[::-1], 2)
    tier = "H" if config[1] >> 5 & 1 else "L"
    constraints = "".join(f".{byte:X}" for byte in config[6:12].rstrip(b"\0"))
    return f"hvc1.{space}{config[1] & 31}.{compatibility:X}.{tier}{config[12]}{constraints}"
