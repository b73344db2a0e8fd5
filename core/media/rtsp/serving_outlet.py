"""One client's view of one track: its RTP headers and sender reports (RFC 3550)."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from core.media.rtsp.packetise import clock_rate, payload_type
from core.media.units import Codec, Track

REPORT_INTERVAL_MS = 5000
NTP_EPOCH_OFFSET = 2_208_988_800  # seconds from 1900 to 1970
_RTP_HEADER = struct.Struct("!BBHII")
_SENDER_REPORT = struct.Struct("!BBHIIIIII")


DOCUMENTS = Track(100, Codec.MJPEG, 90_000)
"""Stands for a metadata track (ONVIF Streaming Specification, 5.1.2.1), which goes out as pictures do: at 90 kHz, a
marker at the end of each document. Its payload type is DOCUMENT_TYPE.
"""
DOCUMENT_TYPE = 107


@dataclass(frozen=True, slots=True)
class Parcel:
    """One access unit, packetised for all clients. An empty payload is a packet that gets lost on the way.

    extension: of the first packet's header (RFC 3550 5.3.1), whole, a multiple of four bytes; none when empty.
    """

    track: int
    pts: int
    wall_ms: int
    starts_gop: bool
    payloads: list[bytes]
    size: int
    extension: bytes = b""


class Outlet:
    """Stamps one track's parcels for one client: sequence number, timestamp and SSRC are the client's own."""

    def __init__(self, track: Track, number: int | None = None) -> None:
        """number: the payload type where the other side says it."""
        self.track = track.index
        self._type = payload_type(track) if number is None else number
        self._marks = track.is_video or track.codec is Codec.AAC
        self._clock = clock_rate(track)
        self._timescale = track.timescale
        self._sequence = secrets.randbelow(1 << 16)
        self._base = secrets.randbits(32)
        self.ssrc = secrets.randbits(32)
        self._packets = 0
        self._octets = 0
        self._reported_ms: int | None = None

    @property
    def next_sequence(self) -> int:
        """The sequence number of the packet that comes next, for RTP-Info (RFC 2326 12.33)."""
        return self._sequence

    def packets(self, parcel: Parcel) -> Iterator[tuple[bytes, bytes]]:
        """RTP header and payload of each packet of the parcel."""
        timestamp = self._timestamp(parcel)
        sequence, last, kind = self._sequence, len(parcel.payloads) - 1, self._type
        for number, payload in enumerate(parcel.payloads):
            marker = 0x80 if number == last and self._marks else 0
            if payload:
                extension = parcel.extension if number == 0 else b""
                first = 0x90 if extension else 0x80
                yield _RTP_HEADER.pack(first, kind | marker, sequence, timestamp, self.ssrc) + extension, payload
            sequence = (sequence + 1) & 0xFFFF
        self._sequence = sequence
        self._packets += len(parcel.payloads)
        self._octets += parcel.size

    def _timestamp(self, parcel: Parcel) -> int:
        return (self._base + parcel.pts * self._clock // self._timescale) & 0xFFFFFFFF

    def report(self, parcel: Parcel) -> bytes:
        """A sender report with SDES (RFC 3550 6.4.1, 6.5) when one is due before this parcel, else nothing."""
        if self._reported_ms is not None and abs(parcel.wall_ms - self._reported_ms) < REPORT_INTERVAL_MS:
            return b""
        self._reported_ms = parcel.wall_ms
        seconds, ms = divmod(parcel.wall_ms, 1000)
        head = _SENDER_REPORT.pack(
            0x80,
            200,
            6,
            self.ssrc,
            (seconds + NTP_EPOCH_OFFSET) & 0xFFFFFFFF,
            (ms << 32) // 1000,
            self._timestamp(parcel),
            self._packets & 0xFFFFFFFF,
            self._octets & 0xFFFFFFFF,
        )
        # The same CNAME on every track tells the client that they belong to one clock.
        name = b"\x01\x05eyrie\x00"
        return head + struct.pack("!BBHI", 0x81, 202, 1 + len(name) // 4, self.ssrc) + name
