"""A detector looks at a recording, as it would have looked at the camera then."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from core.analyser.trails import Trails
from core.hookspecs.detectors import (
    AudioRequest,
    Detector,
    DetectorSpec,
    Frame,
    FrameRequest,
    Sight,
    Sound,
    TrackRequest,
    Tracks,
    Wants,
)
from core.recording.object_store import objects_between
from core.recording.objects import SeenBox
from core.recording.reading import Readers
from core.replays.footage import WARM_UP_MS, Cost, frames, sounds

LOST_MS = 3000
"""A stored object has ended when it was not seen for so long."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One look. at_ms: of what was looked at, UTC; sight: None in the time before the range; look_us: its CPU µs."""

    at_ms: int
    sight: Sight | None
    look_us: int


def looks(
    spec: DetectorSpec, settings: Any, camera_id: int, start_ms: int, end_ms: int, cost: Cost
) -> Iterator[Looked]:
    """Each look at a range. Raises ValueError with a sentence when the detector cannot be opened, or what it raises."""
    wants = spec.wants(settings)
    detector = spec.open(settings)
    readers = Readers()
    try:
        from_ms = start_ms - WARM_UP_MS
        for seen in _seen(wants, camera_id, from_ms, end_ms, readers, cost):
            yield _look(detector, seen, start_ms)
    finally:
        readers.close()
        detector.close()


def _seen(
    wants: Wants, camera_id: int, start_ms: int, end_ms: int, readers: Readers, cost: Cost
) -> Iterator[Frame | Sound | Tracks]:
    if isinstance(wants, FrameRequest):
        return frames(camera_id, wants, start_ms, end_ms, readers, cost)
    if isinstance(wants, AudioRequest):
        return sounds(camera_id, wants, start_ms, end_ms, readers, cost)
    return tracks(camera_id, wants, start_ms, end_ms)


def _look(detector: Detector, seen: Frame | Sound | Tracks, start_ms: int) -> Looked:
    began = time.process_time_ns()
    sight = detector.look(seen)
    return Looked(seen.wall_ms, sight if seen.wall_ms >= start_ms else None, (time.process_time_ns() - began) // 1000)


def tracks(camera_id: int, wants: TrackRequest, start_ms: int, end_ms: int) -> Iterator[Tracks]:
    """The objects that are stored of a range, as their tracks went on; two places a second instead of each look's."""
    trails = Trails()
    newest: dict[str, SeenBox] = {}
    stored = objects_between(camera_id, start_ms, end_ms)
    for at_ms, boxes in groupby(stored, key=lambda one: one.at_ms):
        now = {one.track: one for one in boxes if not wants.labels or one.label in wants.labels}
        newest |= now
        ended = {track for track, one in newest.items() if at_ms - one.at_ms > LOST_MS}
        rows = [
            [track, one.label, track in now, track in ended, one.at_ms, one.box, one.score, one.text]
            for track, one in newest.items()
        ]
        newest = {track: one for track, one in newest.items() if track not in ended}
        yield trails.follow(camera_id, at_ms, rows)
