"""JPEG pictures into RTP payloads, RFC 2435: headers are taken apart, only the entropy-coded scan travels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

SOF0, DHT, SOS, DQT, DRI = 0xC0, 0xC4, 0xDA, 0xDB, 0xDD
MAX_SIDE = 2040  # RFC 2435 3.1.5: sizes are sent in blocks of 8 pixels, one byte each


class UnsendableJpeg(ValueError):
    """The picture is a JPEG that RFC 2435 has no form for; the message says why."""


class _HasData(Protocol):
    data: bytes


@dataclass(slots=True)
class _Picture:
    width: int = 0
    height: int = 0
    kind: int = 1  # RFC 2435 4.1: 0 is 4:2:2, 1 is 4:2:0
    restart_interval: int = 0
    tables: dict[int, bytes] = field(default_factory=dict)
    scan: bytes = b""


def _parse(data: bytes) -> _Picture:
    picture = _Picture()
    position = 2
    while position + 4 <= len(data):
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4])
        body = data[position + 4 : position + 2 + length]
        position += 2 + length
        if marker == DQT:
            _read_tables(body, picture.tables)
        elif marker == DRI:
            picture.restart_interval = int.from_bytes(body[:2])
        elif marker == SOF0:
            _read_frame(body, picture)
        elif 0xC1 <= marker <= 0xCF and marker != DHT:
            raise UnsendableJpeg("only baseline JPEG can be sent over RTP")
        elif marker == SOS:
            picture.scan = data[position:].removesuffix(b"\xff\xd9")
            return picture
    raise UnsendableJpeg("the JPEG has no picture in it")


def _read_tables(body: bytes, tables: dict[int, bytes]) -> None:
    position = 0
    while position < len(body):
        if body[position] >> 4:
            raise UnsendableJpeg("16-bit quantisation tables are not supported")
        tables[body[position] & 15] = body[position + 1 : position + 65]
        position += 65


def _read_frame(body: bytes, picture: _Picture) -> None:
    picture.height, picture.width = int.from_bytes(body[1:3]), int.from_bytes(body[3:5])
    if max(picture.width, picture.height) > MAX_SIDE:
        raise UnsendableJpeg(f"RTP carries JPEG up to {MAX_SIDE} pixels a side")
    sampling = tuple(body[7 + 3 * component] for component in range(body[5]))
    kinds = {(0x21, 0x11, 0x11): 0, (0x22, 0x11, 0x11): 1}
    if sampling not in kinds:
        raise UnsendableJpeg("RTP carries JPEG with 4:2:0 or 4:2:2 colour only")
    picture.kind = kinds[sampling]


class JpegPacketiser:
    """Payloads of MJPEG pictures. The encoder must use the standard Huffman tables (RFC 2435 3.1.3)."""

    def __init__(self, max_payload: int) -> None:
        self._max = max_payload

    def payloads(self, unit: _HasData) -> list[bytes]:
        """Raises UnsendableJpeg."""
        picture = _parse(unit.data)
        tables = b"".join(picture.tables[index] for index in sorted(picture.tables))
        kind = picture.kind | (64 if picture.restart_interval else 0)
        fixed = bytes((kind, 255, (picture.width + 7) // 8, (picture.height + 7) // 8))
        restart = picture.restart_interval.to_bytes(2) + b"\xff\xff" if picture.restart_interval else b""
        # Q = 255: the tables travel in the first packet of every picture (RFC 2435 3.1.8).
        extra = restart + bytes((0, 0)) + len(tables).to_bytes(2) + tables
        out: list[bytes] = []
        position = 0
        while position < len(picture.scan):
            head = b"\x00" + position.to_bytes(3) + fixed + extra
            step = self._max - len(head)
            out.append(head + picture.scan[position : position + step])
            position += step
            extra = restart
        return out
