"""What Media Source Extensions must be told about an initialization segment: its codecs (RFC 6381)."""

from __future__ import annotations

from core.media.h26x import codec_string
from core.media.mp4.tracks_of import tracks_of


def codecs_of(init: bytes) -> list[str]:
    """Codec strings of the tracks of an initialization segment, in order. Raises ValueError when it is none."""
    return [codec_string(track) for track in tracks_of(init)]
