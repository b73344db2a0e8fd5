"""Where no plate can be read, none may be told: the clips of people and of distant cars."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import harness

from core.api import Frame
from plugins.lpr.detector import PlateDetector
from plugins.lpr.settings import PlateSettings

SHARED = harness.ROOT.parent / "shared" / "data"
CLIPS = ("people/vtest-480x360.avi", "people/TUD-Campus.mp4", "motion/car-detection.mp4", "motion/cdnet-highway.avi")
EACH_MS = 500


def measured(quick: bool) -> list[dict[str, Any]]:
    """A row a clip: looks at it, texts that were taken for plates in single looks, and plates told."""
    return [told(SHARED / clip) for clip in (CLIPS[-1:] if quick else CLIPS)]


def told(clip: Path) -> dict[str, Any]:
    detector = PlateDetector(PlateSettings())
    looks = taken = 0
    texts: list[str] = []
    for frame in frames(clip):
        sight = detector.look(frame)
        looks += 1
        taken += len(sight.objects)
        texts += [moment.attributes["text"] for moment in sight.moments]
    return {"clip": clip.name, "looks": looks, "texts taken for plates": taken, "told": " ".join(texts) or "none"}


def frames(clip: Path) -> Iterator[Frame]:
    """Two pictures a second."""
    with av.open(str(clip)) as container:
        rate = float(container.streams.video[0].average_rate or 25)
        due = 0.0
        for number, picture in enumerate(container.decode(video=0)):
            at_ms = number / rate * 1000
            if at_ms < due:
                continue
            due += EACH_MS
            pixels = picture.to_ndarray(format="bgr24").tobytes()
            yield Frame(1, round(at_ms), picture.width, picture.height, "bgr24", pixels)
