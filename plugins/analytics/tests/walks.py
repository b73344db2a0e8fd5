"""Tracks as a tracker gives them, of objects that go where a test says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.api import TrackedObject, TrackPoint, Tracks

T0 = 1_700_000_000_000
STEP_MS = 200
HEIGHT = 0.2


def walks(
    ways: Mapping[str, Callable[[float], tuple[float, float] | None]],
    seconds: float,
    *,
    label: str = "person",
    camera_id: int = 1,
) -> list[Tracks]:
    """Five looks a second. ways: by id, where the feet are after so many seconds; None when it is not there."""
    trails: dict[str, list[TrackPoint]] = {name: [] for name in ways}
    looks = []
    for number in range(round(seconds * 1000 / STEP_MS) + 1):
        at_ms = T0 + number * STEP_MS
        tracks = []
        for name, way in ways.items():
            place = way(number * STEP_MS / 1000)
            if place is not None:
                box = (place[0] - 0.025, place[1] - HEIGHT, 0.05, HEIGHT)
                trails[name].append(TrackPoint(at_ms, box))
                tracks.append(TrackedObject(name, label, tuple(trails[name])))
            elif trails[name]:
                tracks.append(TrackedObject(name, label, tuple(trails[name]), seen=False, ended=True))
                trails[name] = []
        looks.append(Tracks(camera_id, at_ms, tuple(tracks)))
    return looks
