"""Where a camera's recordings have holes."""

from __future__ import annotations

from core.recording import queries
from core.recording.models import Stream

SHORTEST_MS = 1_000
"""A shorter hole is not worth a session with the camera: its pictures come by whole groups."""

Span = tuple[int, int]


def holes(camera_id: int, start_ms: int, end_ms: int) -> list[Span]:
    """What of [start_ms, end_ms) is not recorded, in order. Blocks on the database."""
    found: list[Span] = []
    at = start_ms
    for one in queries.timelines([camera_id], start_ms, end_ms, Stream.MAIN)[camera_id].ranges:
        if one.start_ms - at >= SHORTEST_MS:
            found.append((at, one.start_ms))
        at = max(at, one.end_ms)
    if end_ms - at >= SHORTEST_MS:
        found.append((at, end_ms))
    return found
