"""Where followed objects were, kept in the worker: it is told each look's newest place only."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from core.hookspecs.detectors import TrackedObject, TrackPoint, Tracks

KEPT_MS = 30_000


class Trails:
    """The trails of one camera, for one detector."""

    def __init__(self) -> None:
        self._points: dict[str, deque[TrackPoint]] = {}

    def follow(self, camera_id: int, wall_ms: int, rows: Sequence[Sequence[Any]]) -> Tracks:
        """Take the newest places ([id, label, seen, ended, at_ms, box, score, text]) and give whole tracks."""
        tracks = tuple(self._track(*row) for row in rows)
        for track_id, points in list(self._points.items()):
            if not points or not 0 <= wall_ms - points[-1].wall_ms <= KEPT_MS:  # one may come without having been seen
                del self._points[track_id]
        return Tracks(camera_id, wall_ms, tracks)

    def _track(
        self, track_id: str, label: str, seen: bool, ended: bool, at_ms: int, box: list[float], score: float, text: str
    ) -> TrackedObject:
        points = self._points.setdefault(track_id, deque())
        point = TrackPoint(at_ms, (box[0], box[1], box[2], box[3]), score)
        if ended:
            del self._points[track_id]
        elif seen and (not points or points[-1].wall_ms < at_ms):
            points.append(point)
            while points[0].wall_ms < at_ms - KEPT_MS:
                points.popleft()
        told = tuple(points)
        if not told or told[-1].wall_ms < at_ms:
            told += (point,)
        return TrackedObject(track_id, label, told, seen, ended, text)
