"""Boxes of followed objects, as detectors saw them; packed minute by minute for the overlay of playback."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

_VERSION = 2
_HEAD = struct.Struct(">BI")  # version, length of the names
_RECORD = struct.Struct(">HHBHHHH")  # ms in the minute, track, score, box
_WHOLE = 0xFFFF


@dataclass(frozen=True, slots=True)
class SeenBox:
    """Where an object was at a moment, UTC ms. track: the same as it moves; box: left, top, width, height; text: what
    was read on it by then.
    """

    at_ms: int
    detector: str
    track: str
    label: str
    score: float
    box: tuple[float, float, float, float]
    text: str = ""


def pack_boxes(minute_ms: int, boxes: Sequence[SeenBox]) -> bytes:
    """The boxes of the minute that begins then."""
    names: dict[tuple[str, str, str, str], int] = {}
    records = b"".join(
        _RECORD.pack(
            one.at_ms - minute_ms,
            names.setdefault((one.detector, one.track, one.label, one.text), len(names)),
            round(min(max(one.score, 0.0), 1.0) * 255),
            *(round(min(max(part, 0.0), 1.0) * _WHOLE) for part in one.box),
        )
        for one in boxes
    )
    head = json.dumps([list(name) for name in names], separators=(",", ":")).encode()
    return zlib.compress(_HEAD.pack(_VERSION, len(head)) + head + records)


def unpack_boxes(minute_ms: int, data: bytes | memoryview) -> list[SeenBox]:
    """What `pack_boxes` was given, to a 65,535th of the picture. Raises ValueError when damaged."""
    try:
        plain = zlib.decompress(bytes(data))
        version, length = _HEAD.unpack_from(plain)
        if version != _VERSION:
            raise ValueError(f"boxes of version {version}, this Eyrie reads version {_VERSION}")
        names: list[tuple[str, str, str, str]] = json.loads(plain[_HEAD.size : _HEAD.size + length])
        return [
            _box(minute_ms + at, names[name], score, (x / _WHOLE, y / _WHOLE, w / _WHOLE, h / _WHOLE))
            for at, name, score, x, y, w, h in _RECORD.iter_unpack(plain[_HEAD.size + length :])
        ]
    except (zlib.error, struct.error, IndexError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"the boxes are damaged ({error})") from None


def _box(at_ms: int, name: tuple[str, str, str, str], score: int, box: tuple[float, float, float, float]) -> SeenBox:
    detector, track, label, text = name
    return SeenBox(at_ms, detector, track, label, score / 255, box, text)
