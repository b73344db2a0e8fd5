"""What a segment's file says about itself, so that the index can be rebuilt from the disk alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.media.units import Codec, Track


@dataclass(frozen=True, slots=True)
class SegmentMeta:
    """camera, stream ("main", "sub"), start in UTC ms, the object's key, and the tracks in order of their track_ID.

    edge: it was not recorded by us, but fetched from what the camera keeps.
    """

    camera: int
    stream: str
    start_ms: int
    key: str
    tracks: tuple[Track, ...]
    edge: bool = False

    def encode(self) -> bytes:
        """As JSON for the `uuid` box."""
        values = {"camera": self.camera, "stream": self.stream, "start_ms": self.start_ms, "key": self.key}
        origin = {"edge": True} if self.edge else {}
        return json.dumps({**values, **origin, "tracks": tracks_to_json(self.tracks)}, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, data: bytes) -> SegmentMeta:
        """From the `uuid` box. Raises ValueError when it is not what `encode` makes."""
        try:
            values = json.loads(data)
            tracks = tracks_from_json(values["tracks"])
            camera, stream, start_ms = int(values["camera"]), str(values["stream"]), int(values["start_ms"])
            return cls(camera, stream, start_ms, values["key"], tracks, bool(values.get("edge", False)))
        except (KeyError, TypeError) as error:
            raise ValueError(f"the segment's description lacks {error}") from None


def tracks_to_json(tracks: Sequence[Track]) -> list[dict[str, Any]]:
    """Tracks as plain JSON values; the binary configuration in hexadecimal."""
    return [{**asdict(track), "codec": track.codec.value, "config": track.config.hex()} for track in tracks]


def tracks_from_json(values: Sequence[dict[str, Any]]) -> tuple[Track, ...]:
    """Tracks from what `tracks_to_json` made. Raises KeyError, TypeError or ValueError when they are not."""
    return tuple(
        Track(**{**value, "codec": Codec(value["codec"]), "config": bytes.fromhex(value["config"])}) for value in values
    )
