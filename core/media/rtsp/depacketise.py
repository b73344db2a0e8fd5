"""RTP payloads of video in NAL units to access units: H.264 (RFC 6184) and H.265 (RFC 7798).

An access unit ends with the marker bit. Cameras get that wrong in two ways, both ordinary input here: without markers
it ends when the timestamp changes or a picture's first slice comes; with a marker on every NAL unit (seen when a
slice continues a picture already ended) markers are believed no more for the rest of the session. A marker after
parameter sets alone ends nothing.
Parameter sets leave the access unit and are reported beside it; delimiters and filler are dropped.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from core.media.h26x import H264_IDR, H264_PPS, H264_SEI, H264_SPS, H265_PPS, H265_SPS, H265_VPS, is_keyframe
from core.media.rtsp.frames import MAX_FRAME, Frame
from core.media.units import Codec

_H264_DROPPED = (9, 10, 11, 12)  # delimiter, end of sequence, end of stream, filler
_H265_DROPPED = (35, 36, 37, 38)  # the same


@dataclass(slots=True)
class NalDepacketiser:
    """What H.264 and H.265 share. Subclasses know the payload structures and the kinds of NAL units.

    For whoever takes middle fragments without `push`: pieces is the NAL unit begun, None when there is none; its middle
    fragments have `timestamp`, and begin with `tag` (once their first 32 bits are shifted right by TAG_SHIFT) and
    `skip` bytes that are not the NAL unit's. `grow` is to be told how much was added to `pieces`.
    """

    TAG_SHIFT: ClassVar[int]

    frames: list[Frame] = field(default_factory=list)
    pieces: list[bytes] | None = None
    timestamp: int = -1
    tag: int = -1
    skip: int = 2
    _parts: list[bytes] = field(default_factory=list)
    _size: int = 0
    _ended: int = -1
    _picture: bool = False
    _keyframe: bool = False
    _recovery: bool = False
    _damaged: bool = False
    _gap: bool = False
    _markers: bool = True
    _sets: list[bytes] = field(default_factory=list)

    def push(self, data: bytes, start: int, end: int, timestamp: int, marker: bool) -> None:
        """Take one payload; frames that it completes are in `frames` afterwards."""
        if timestamp != self.timestamp:
            if self._picture:
                self._finish()
            self.timestamp = timestamp
        self._payload(data, start, end)
        if marker and self._markers and self._picture and self.pieces is None:
            self._ended = timestamp
            self._finish()

    def lost(self) -> None:
        """Packets are missing: what is begun is damaged; what comes next is too, unless it is a picture's beginning."""
        if self.pieces is not None or self._picture:
            self._damaged = True
        self._gap = True
        self.pieces = None

    def _payload(self, data: bytes, start: int, end: int) -> None:
        raise NotImplementedError

    def _nal(self, nal: bytes) -> None:
        raise NotImplementedError

    def grow(self, size: int) -> None:
        """So many bytes were added to `pieces`; what has grown too large is dropped."""
        self._size += size
        if self._size > MAX_FRAME:
            self._drop()

    def _fragment(self, header: bytes, data: bytes, start: int, end: int, last: bool) -> None:
        """One fragmentation unit, `data[start:end]` without its headers; header: the NAL unit's, with its first."""
        if header:
            self.pieces = [header]
        if self.pieces is None:
            self._damaged = self._picture = True  # its beginning was lost
            return
        self.pieces.append(data[start:end])
        self.grow(end - start)
        if last and self.pieces is not None:
            nal, self.pieces = b"".join(self.pieces), None
            self._nal(nal)

    def _slice(self, nal: bytes, keyframe: bool, first: bool) -> None:
        """A slice of a picture; `first` when it says to be the picture's first."""
        if first and self._picture:
            self._finish()
        elif not first and not self._picture and (self._gap or self._ended == self.timestamp):
            self._markers, self._damaged = self._markers and self._gap, True
        self._picture, self._gap = True, False
        self._keyframe = self._keyframe or keyframe or self._recovery
        self._append(nal)

    def _append(self, nal: bytes) -> None:
        self._parts.append(len(nal).to_bytes(4, "big"))
        self._parts.append(nal)

    def _parameter_set(self, nal: bytes) -> None:
        if self._picture:
            self._finish()  # sets stand in front of the picture they are for
        if nal not in self._sets:
            self._sets.append(nal)

    def _finish(self) -> None:
        if not self._damaged:
            self.frames.append(Frame(self.timestamp, b"".join(self._parts), self._keyframe, 0, tuple(self._sets)))
            self._sets = []
        self._drop()

    def _drop(self) -> None:
        self._parts, self.pieces, self._size = [], None, 0
        self._picture = self._keyframe = self._recovery = self._damaged = False


class H264Depacketiser(NalDepacketiser):
    """H.264: single NAL units, STAP-A and FU-A of RFC 6184 sections 5.6 to 5.8; no camera uses interleaved mode."""

    __slots__ = ()
    TAG_SHIFT: ClassVar[int] = 16

    def _payload(self, data: bytes, start: int, end: int) -> None:
        kind = data[start] & 31
        if kind == 28 and end - start > 2:
            flags, header = data[start + 1], b""
            if flags & 0x80:
                header, self.tag = bytes((data[start] & 0xE0 | flags & 31,)), data[start] << 8 | flags & 31
            self._fragment(header, data, start + 2, end, flags & 0x40 > 0)
        elif kind == 24:
            for nal in split_aggregate(data, start + 1, end):
                self._nal(nal)
        elif 0 < kind < 24:
            self._nal(data[start:end])

    def _nal(self, nal: bytes) -> None:
        kind = nal[0] & 31
        if kind in (1, H264_IDR):
            self._slice(nal, kind == H264_IDR, len(nal) > 1 and nal[1] >= 0x80)
        elif kind in (H264_SPS, H264_PPS):
            self._parameter_set(nal)
        elif kind not in _H264_DROPPED:
            if kind == H264_SEI and is_keyframe(Codec.H264, (nal,)):
                self._recovery = True
            self._append(nal)


@dataclass(slots=True)
class H265Depacketiser(NalDepacketiser):
    """H.265: single NAL units, AP (48) and FU (49) of RFC 7798 section 4.4. decoding_order: DON fields are present
    (`sprop-max-don-diff` above 0); they are skipped, since over TCP packets come in decoding order.
    """

    TAG_SHIFT: ClassVar[int] = 8
    decoding_order: bool = False

    def _payload(self, data: bytes, start: int, end: int) -> None:
        kind = data[start] >> 1 & 63
        skip = 2 if self.decoding_order else 0
        if end - start < 3 + skip:
            return
        if kind == 49:
            flags, header = data[start + 2], b""
            if flags & 0x80:
                header = bytes((data[start] & 0x81 | (flags & 63) << 1, data[start + 1]))
                self.tag, self.skip = data[start] << 16 | data[start + 1] << 8 | flags & 63, 3 + skip
            self._fragment(header, data, start + 3 + skip, end, flags & 0x40 > 0)
        elif kind == 48:
            for nal in split_aggregate(data, start + 2 + skip, end, 1 if skip else 0):
                self._nal(nal)
        elif kind < 48:
            self._nal(data[start : start + 2] + data[start + 2 + skip : end])

    def _nal(self, nal: bytes) -> None:
        if len(nal) < 3:
            return
        kind = nal[0] >> 1 & 63
        if kind < 32:
            self._slice(nal, 16 <= kind <= 23, nal[2] >= 0x80)
        elif kind in (H265_VPS, H265_SPS, H265_PPS):
            self._parameter_set(nal)
        elif kind not in _H265_DROPPED:
            self._append(nal)


def split_aggregate(data: bytes, start: int, end: int, between: int = 0) -> list[bytes]:
    """NAL units of an aggregation packet: a 16-bit size before each, `between` bytes of DOND between them."""
    found = []
    while start + 2 < end:
        size = data[start] << 8 | data[start + 1]
        start += 2
        if size and start + size <= end:
            found.append(data[start : start + size])
        start += size + between
    return found
