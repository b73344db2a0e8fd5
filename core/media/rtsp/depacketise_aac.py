"""AAC in RTP: RFC 3640, modes AAC-hbr and AAC-lbr (and `generic` with the same fields)."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.media.rtsp.frames import MAX_FRAME, Frame


@dataclass(slots=True)
class AacDepacketiser:
    """size_bits, index_bits, delta_bits: `sizelength`, `indexlength`, `indexdeltalength` of the fmtp line.
    frame_samples: samples of one frame, 1024 or 960.
    """

    size_bits: int = 13
    index_bits: int = 3
    delta_bits: int = 3
    frame_samples: int = 1024
    frames: list[Frame] = field(default_factory=list)
    _begun: list[bytes] = field(default_factory=list)
    _missing: int = 0

    def push(self, data: bytes, start: int, end: int, timestamp: int, marker: bool) -> None:
        """Take one packet: several whole frames, or a piece of one frame that is larger than a packet."""
        if end - start < 2:
            return
        bits = data[start] << 8 | data[start + 1]
        body = start + 2 + (bits + 7) // 8
        sizes = self._sizes(int.from_bytes(data[start + 2 : body], "big") >> (-bits % 8), bits) if body <= end else []
        if len(sizes) == 1 and (self._missing or sizes[0] > end - body):
            self._piece(sizes[0], data[body:end], timestamp)
            return
        self.lost()
        for size in sizes:
            if not size or body + size > end:
                return
            self.frames.append(Frame(timestamp, data[body : body + size], duration=self.frame_samples))
            timestamp = timestamp + self.frame_samples & 0xFFFFFFFF
            body += size

    def lost(self) -> None:
        """Packets are missing: a frame in pieces cannot be completed."""
        self._begun, self._missing = [], 0

    def _sizes(self, headers: int, bits: int) -> list[int]:
        sizes, extra = [], self.index_bits
        while bits >= self.size_bits + extra:
            bits -= self.size_bits
            sizes.append(headers >> bits & ((1 << self.size_bits) - 1))
            bits -= extra
            extra = self.delta_bits
        return sizes

    def _piece(self, size: int, piece: bytes, timestamp: int) -> None:
        if not self._missing:
            self._missing = size
        self._begun.append(piece)
        self._missing -= len(piece)
        if self._missing <= 0 or size > MAX_FRAME:
            if self._missing == 0:
                self.frames.append(Frame(timestamp, b"".join(self._begun), duration=self.frame_samples))
            self.lost()
