"""JPEG in RTP (RFC 2435): the headers left out on the way are put in front of the scan again."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.media.rtsp.frames import MAX_FRAME, Frame

# Quantiser tables for quality 50, in zigzag order (RFC 2435 appendix A).
_LUMA = (
    "16 11 12 14 12 10 16 14 13 14 18 17 16 19 24 40 26 24 22 22 24 49 35 37 29 40 58 51 61 60 57 51 "
    "56 55 64 72 92 78 64 68 87 69 55 56 80 109 81 87 95 98 103 104 103 62 77 113 121 112 100 120 92 101 103 99"
)
_CHROMA = (
    "17 18 18 24 21 24 47 26 26 47 99 66 56 66 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 "
    "99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99"
)
_BASE = tuple(tuple(map(int, table.split())) for table in (_LUMA, _CHROMA))

# Huffman tables of ITU-T T.81 annex K.3, as DHT wants them: class and id, counts by length, symbols.
_DC_SYMBOLS = bytes(range(12))
_LUMA_AC = (
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a"
    "434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8"
    "a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
)
_CHROMA_AC = (
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a353637383"
    "93a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4a5"
    "a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa"
)
_HUFFMAN = (
    (0x00, "00010501010101010100000000000000", _DC_SYMBOLS),
    (0x10, "0002010303020403050504040000017d", bytes.fromhex(_LUMA_AC)),
    (0x01, "00030101010101010101010000000000", _DC_SYMBOLS),
    (0x11, "00020102040403040705040400010277", bytes.fromhex(_CHROMA_AC)),
)


@dataclass(slots=True)
class JpegDepacketiser:
    """width, height: of the session description, for pictures over 2040 pixels, whose payload says 0."""

    width: int = 0
    height: int = 0
    frames: list[Frame] = field(default_factory=list)
    _head: bytes = b""
    _scan: list[bytes] = field(default_factory=list)
    _length: int = 0
    _size: tuple[int, int] = (0, 0)
    _tables: dict[int, bytes] = field(default_factory=dict)

    def push(self, data: bytes, start: int, end: int, timestamp: int, marker: bool) -> None:
        """Take one piece; offsets say where it belongs, the marker that it is the last."""
        if end - start < 8:
            return
        offset, kind, quality = int.from_bytes(data[start + 1 : start + 4], "big"), data[start + 4], data[start + 5]
        self._size = data[start + 6] * 8 or self.width, data[start + 7] * 8 or self.height
        start += 8
        interval = 0
        if 64 <= kind < 128:
            interval = int.from_bytes(data[start : start + 2], "big")
            start += 4
        if offset == 0:
            self.lost()
            tables, start = self._quantisers(data, start, quality)
            self._head = _headers(kind & 63, self._size, tables, interval) if tables and all(self._size) else b""
        if not self._head or offset != self._length or offset > MAX_FRAME:
            self.lost()
            return
        self._scan.append(data[start:end])
        self._length += max(0, end - start)
        if marker:
            picture = b"".join((self._head, *self._scan, b"\xff\xd9"))
            self.frames.append(Frame(timestamp, picture, size=self._size))
            self.lost()

    def lost(self) -> None:
        """Pieces are missing: the picture begun is dropped."""
        self._head, self._scan, self._length = b"", [], 0

    def _quantisers(self, data: bytes, start: int, quality: int) -> tuple[bytes, int]:
        """Both tables in 8 bits, and where the scan begins; no tables when they are not to be had."""
        if quality < 128:
            return _scaled(quality), start
        length = int.from_bytes(data[start + 2 : start + 4], "big")
        tables = data[start + 4 : start + 4 + length]
        wide = data[start + 1] if start + 1 < len(data) else 0
        if length and wide == 0 and len(tables) in (64, 128):
            self._tables[quality] = tables if len(tables) == 128 else tables * 2
        return self._tables.get(quality, b""), start + 4 + length


def _scaled(quality: int) -> bytes:
    quality = min(max(quality, 1), 99)
    factor = 5000 // quality if quality < 50 else 200 - quality * 2
    return bytes(min(max((value * factor + 50) // 100, 1), 255) for table in _BASE for value in table)


def _headers(kind: int, size: tuple[int, int], tables: bytes, interval: int) -> bytes:
    """RFC 2435 appendix B. kind: 0 is 4:2:2, 1 is 4:2:0."""
    width, height = size
    parts = [b"\xff\xd8"]
    parts += [_segment(0xDB, bytes((index,)) + tables[64 * index : 64 * index + 64]) for index in (0, 1)]
    if interval:
        parts.append(_segment(0xDD, interval.to_bytes(2, "big")))
    sampling = 0x21 if kind == 0 else 0x22
    frame = b"\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big")
    parts.append(_segment(0xC0, frame + bytes((3, 0, sampling, 0, 1, 0x11, 1, 2, 0x11, 1))))
    parts += [_segment(0xC4, bytes((table,)) + bytes.fromhex(counts) + symbols) for table, counts, symbols in _HUFFMAN]
    parts.append(_segment(0xDA, bytes((3, 0, 0, 1, 0x11, 2, 0x11, 0, 63, 0))))
    return b"".join(parts)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body
