"""Access units into RTP payloads: one packetiser a track, shared by all who watch it.

A packetiser knows nothing of sequence numbers, SSRCs or clients: it makes payloads once, and each client's outlet puts
its own RTP headers before them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from core.media.rtsp.packetise_jpeg import JpegPacketiser
from core.media.units import AccessUnit, Codec, Track

# Fits an Ethernet frame with IP, UDP, RTP and SRTP headers; real cameras use about this over TCP too.
MAX_PAYLOAD = 1400

# RFC 3551 table 4 and 5: static payload types, at the only clock rate they are defined for.
STATIC_PAYLOAD_TYPES = {Codec.PCMU: 0, Codec.PCMA: 8, Codec.MJPEG: 26}
DYNAMIC_PAYLOAD_TYPE = 96

H264_IDR, H264_SPS, H264_STAP_A, H264_FU_A = 5, 7, 24, 28
H265_AP, H265_FU, H265_SPS = 48, 49, 33


class Packetiser(Protocol):
    """Makes the RTP payloads of one track's access units. The last payload of a unit bears the marker bit."""

    def payloads(self, unit: AccessUnit) -> list[bytes]:
        """At most MAX_PAYLOAD bytes each."""


def nal_units(data: bytes) -> Iterator[bytes]:
    """The NAL units of length-prefixed video (ISO/IEC 14496-15). A truncated last one is given as far as it goes."""
    position, end = 0, len(data)
    while position + 4 < end:
        length = int.from_bytes(data[position : position + 4])
        position += 4
        if length:
            yield data[position : position + length]
        position += length


def parameter_sets(track: Track) -> list[bytes]:
    """The parameter-set NAL units in a track's configuration record, in the order they must be sent."""
    if track.codec is Codec.H264:
        return _avc_parameter_sets(track.config)
    if track.codec is Codec.H265:
        return _hevc_parameter_sets(track.config)
    return []


def _avc_parameter_sets(config: bytes) -> list[bytes]:
    # AVCDecoderConfigurationRecord, ISO/IEC 14496-15 5.3.3.1: SPS count at byte 5, then the PPS count.
    found: list[bytes] = []
    position = 5
    for mask in (0x1F, 0xFF):
        if position >= len(config):
            break
        count = config[position] & mask
        position = _take_sized(config, position + 1, count, found)
    return found


def _hevc_parameter_sets(config: bytes) -> list[bytes]:
    # HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 8.3.3.1: arrays of NAL units from byte 22.
    found: list[bytes] = []
    if len(config) < 23:
        return found
    position = 23
    for _ in range(config[22]):
        kind = config[position] & 0x3F
        count = int.from_bytes(config[position + 1 : position + 3])
        array: list[bytes] = []
        position = _take_sized(config, position + 3, count, array)
        if 32 <= kind <= 34:
            found += array
    return found


def _take_sized(config: bytes, position: int, count: int, into: list[bytes]) -> int:
    for _ in range(count):
        length = int.from_bytes(config[position : position + 2])
        into.append(config[position + 2 : position + 2 + length])
        position += 2 + length
    return position


class H264Packetiser:
    """RFC 6184, packetization-mode 1: single NAL units, parameter sets in one STAP-A, large ones in FU-A.

    Parameter sets are sent in band before every keyframe that does not bring its own, as cameras do.
    """

    def __init__(self, track: Track) -> None:
        self._sets = _stap_a(_avc_parameter_sets(track.config))

    def payloads(self, unit: AccessUnit) -> list[bytes]:
        """See Packetiser."""
        out: list[bytes] = []
        has_sps = False
        for nal in nal_units(unit.data):
            kind = nal[0] & 0x1F
            has_sps = has_sps or kind == H264_SPS
            if kind == H264_IDR and not has_sps:
                out += self._sets
                has_sps = True
            if len(nal) <= MAX_PAYLOAD:
                out.append(nal)
            else:
                indicator = bytes(((nal[0] & 0xE0) | H264_FU_A,))
                out += _fragments(nal, 1, indicator, kind)
        return out


class H265Packetiser:
    """RFC 7798: single NAL units, parameter sets in one aggregation packet, large ones in fragmentation units."""

    def __init__(self, track: Track) -> None:
        self._sets = _aggregation(_hevc_parameter_sets(track.config))

    def payloads(self, unit: AccessUnit) -> list[bytes]:
        """See Packetiser."""
        out: list[bytes] = []
        has_sps = False
        for nal in nal_units(unit.data):
            kind = (nal[0] >> 1) & 0x3F
            has_sps = has_sps or kind == H265_SPS
            if 16 <= kind <= 21 and not has_sps:  # IRAP pictures, H.265 table 7-1
                out += self._sets
                has_sps = True
            if len(nal) <= MAX_PAYLOAD:
                out.append(nal)
            else:
                header = bytes(((nal[0] & 0x81) | (H265_FU << 1), nal[1]))
                out += _fragments(nal, 2, header, kind)
        return out


def _fragments(nal: bytes, header_size: int, header: bytes, kind: int) -> Iterator[bytes]:
    """FU-A (RFC 6184 5.8) and FU (RFC 7798 4.4.3) differ in the header before the FU header only."""
    step = MAX_PAYLOAD - len(header) - 1
    end = len(nal)
    for start in range(header_size, end, step):
        flags = (0x80 if start == header_size else 0) | (0x40 if start + step >= end else 0)
        yield header + bytes((flags | kind,)) + nal[start : start + step]


def _stap_a(nals: list[bytes]) -> list[bytes]:
    body = b"".join(len(nal).to_bytes(2) + nal for nal in nals)
    if len(nals) < 2 or len(body) + 1 > MAX_PAYLOAD:
        return nals
    importance = max(nal[0] & 0x60 for nal in nals)
    return [bytes((importance | H264_STAP_A,)) + body]


def _aggregation(nals: list[bytes]) -> list[bytes]:
    body = b"".join(len(nal).to_bytes(2) + nal for nal in nals)
    if len(nals) < 2 or len(body) + 2 > MAX_PAYLOAD:
        return nals
    return [bytes((H265_AP << 1, 1)) + body]


class AacPacketiser:
    """RFC 3640 AAC-hbr: one AU header of 13 bits size and 3 bits index before the frame; long frames in pieces."""

    def payloads(self, unit: AccessUnit) -> list[bytes]:
        """See Packetiser."""
        header = b"\x00\x10" + (len(unit.data) << 3 & 0xFFFF).to_bytes(2)
        step = MAX_PAYLOAD - len(header)
        return [header + unit.data[at : at + step] for at in range(0, len(unit.data), step)]


class PlainPacketiser:
    """G.711 (RFC 3551 4.5.14) and Opus (RFC 7587): the frame is the payload."""

    def payloads(self, unit: AccessUnit) -> list[bytes]:
        """See Packetiser."""
        return [unit.data]


def packetiser(track: Track) -> Packetiser:
    """The packetiser of a track. Raises ValueError for a codec that RTP output does not carry (FLAC)."""
    match track.codec:
        case Codec.H264:
            return H264Packetiser(track)
        case Codec.H265:
            return H265Packetiser(track)
        case Codec.MJPEG:
            return JpegPacketiser(MAX_PAYLOAD)
        case Codec.AAC:
            return AacPacketiser()
        case Codec.PCMU | Codec.PCMA | Codec.OPUS:
            return PlainPacketiser()
        case _:
            raise ValueError(f"{track.codec} cannot be sent over RTP")


def payload_type(track: Track) -> int:
    """The RTP payload type of a track: RFC 3551's static one where it applies, else a dynamic one by index."""
    static = STATIC_PAYLOAD_TYPES.get(track.codec)
    if static is not None and (track.is_video or (track.sample_rate, track.channels) == (8000, 1)):
        return static
    return DYNAMIC_PAYLOAD_TYPE + track.index


def clock_rate(track: Track) -> int:
    """Ticks per second of the track's RTP timestamps: 90 kHz for video, 48 kHz for Opus, else the sample rate."""
    if track.is_video:
        return 90_000
    return 48_000 if track.codec is Codec.OPUS else track.sample_rate
