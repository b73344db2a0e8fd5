"""What recorded RTP packets say of when they were recorded: the header extension 0xABAC (ONVIF Streaming
Specification, section 6.3).
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from dataclasses import dataclass

_EXTENSION = struct.Struct(">HHIIB")
_PROFILE = 0xABAC
_NTP_EPOCH_MS = 2_208_988_800_000  # 1900 to 1970
_MOST = 4096
CLEAN, END, BROKEN, TERMINAL = 0x80, 0x40, 0x20, 0x10
"""Flags: a clean point (C), the end of a contiguous section (E), a discontinuity before it (D), the last of all (T)."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """Of one packet: UTC ms at which it was recorded, and flags."""

    wall_ms: float
    flags: int


class Stamps:
    """One track's, by RTP time, until its frames ask for them."""

    def __init__(self) -> None:
        self.terminal = False
        self._stamps: OrderedDict[int, Stamp] = OrderedDict()
        self._newest: Stamp | None = None

    def note(self, data: bytes, start: int, end: int) -> None:
        """Look at the RTP packet `data[start:end]`; one without the extension says nothing."""
        stamp = stamp_of(data, start, end)
        if stamp is None:
            return
        self.terminal = self.terminal or bool(stamp.flags & TERMINAL)
        time = int.from_bytes(data[start + 4 : start + 8], "big")
        known = self._stamps.get(time)
        # Of a picture's packets the first tells the time; each may tell of what is special.
        self._stamps[time] = stamp if known is None else Stamp(known.wall_ms, known.flags | stamp.flags)
        if len(self._stamps) > _MOST:
            self._stamps.popitem(last=False)

    def of(self, time: int) -> Stamp | None:
        """The stamp of a frame's RTP time, or what is known newest where the frame itself has none."""
        found = self._stamps.pop(time, None)
        if found is None:
            return None if self._newest is None else Stamp(self._newest.wall_ms, 0)
        self._newest = found
        return found


def stamp_of(data: bytes, start: int, end: int) -> Stamp | None:
    """The stamp of an RTP packet, None without one."""
    if end - start < 12 or not data[start] & 0x10:
        return None
    at = start + 12 + 4 * (data[start] & 15)
    if at + _EXTENSION.size > end:
        return None
    profile, words, seconds, fraction, flags = _EXTENSION.unpack_from(data, at)
    if profile != _PROFILE or words < 3 or not seconds:
        return None
    return Stamp(seconds * 1000 + fraction * 1000 / 0x100000000 - _NTP_EPOCH_MS, flags)
