"""What a depacketiser yields: whole coded frames with the sender's raw RTP time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

MAX_FRAME = 16 * 1024 * 1024


@dataclass(slots=True)
class Frame:
    """One whole frame.

    timestamp: RTP time, 32 bit. duration: in RTP ticks, 0 when unknown. parameters: parameter sets that came in front
    of it, changed or not. size: width and height where the payload itself says them (MJPEG).
    """

    timestamp: int
    data: bytes
    keyframe: bool = True
    duration: int = 0
    parameters: tuple[bytes, ...] = ()
    size: tuple[int, int] = (0, 0)


class Depacketiser(Protocol):
    """Takes the payloads of one RTP stream in order and collects frames. A malformed payload costs its frame only."""

    frames: list[Frame]

    def push(self, data: bytes, start: int, end: int, timestamp: int, marker: bool) -> None:
        """Take the payload `data[start:end]`, which is not empty."""

    def lost(self) -> None:
        """Packets are missing before the next one."""


@dataclass(slots=True)
class WholeFrames:
    """Formats with one frame a packet: G.711 (RFC 3551 section 4.5.14) and Opus (RFC 7587)."""

    bytes_per_tick: int = 0
    frames: list[Frame] = field(default_factory=list)

    def push(self, data: bytes, start: int, end: int, timestamp: int, marker: bool) -> None:
        """Take one frame; its duration is known where bytes are samples."""
        duration = (end - start) // self.bytes_per_tick if self.bytes_per_tick else opus_duration(data, start, end)
        self.frames.append(Frame(timestamp, data[start:end], duration=duration))

    def lost(self) -> None:
        """Nothing spans packets."""


def opus_duration(data: bytes, start: int, end: int) -> int:
    """Samples at 48 kHz of an Opus packet, from its table-of-contents byte (RFC 6716 section 3.1)."""
    toc = data[start]
    config, code = toc >> 3, toc & 3
    if config < 12:
        samples = (480, 960, 1920, 2880)[config & 3]
    elif config < 16:
        samples = (480, 960)[config & 1]
    else:
        samples = (120, 240, 480, 960)[config & 3]
    if code == 3:
        return samples * (data[start + 1] & 63) if end - start > 1 else 0
    return samples * (1 if code == 0 else 2)
