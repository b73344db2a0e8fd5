"""Counting errors on lines: people of vtest (MOT15's marks are the truth, at three upright lines at a quarter, the half
and three quarters of the width), given the detections of others and from motion blobs alone; and the four cars of the
car clip, looked at by people (two up, two down, at a line across at the half of the height). All through the product's
tracker and the analytics' detector; the blobs are the bench's own (MOG2), so that no motion detector is judged with it.
Targets: cars 4/4 with direction; vtest <= 10 % of the crossings with given detections, <= 15 % with blobs.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/, where the harness lies
import harness

from core.analyser.tracker import Tracker
from core.api import Line, SeenObject, TrackedObject, TrackPoint, Tracks
from core.testing.scores import read_mot
from plugins.analytics.detector import Analytics
from plugins.analytics.settings import AnalyticsSettings

DATA = harness.ROOT.parent / "shared" / "data"
UPRIGHT = tuple(Line(name=str(x), points=((x, 1.0), (x, 0.0))) for x in (0.25, 0.5, 0.75))
ACROSS = (Line(name="0.5", points=((0.0, 0.5), (1.0, 0.5))),)
"""From the left to the right: who goes down crosses it to its right."""
CARS = Counter({("0.5", "to_right"): 2, ("0.5", "to_left"): 2})
SCALE = (1 / 768, 1 / 576)
SMALLEST, CHANGED, CHANGING = 200, 20, 0.04
"""Of a blob: pixels, the step of a pixel that has changed, and the share of those."""
Looks = Iterator[tuple[int, list[SeenObject]]]


def main() -> None:
    options = harness.arguments(__doc__.splitlines()[0]).parse_args()
    report = harness.begin("detect/lines", time.time_ns() // 1_000_000, looks="every frame")
    truth = marked()
    rows = [
        row("vtest, given detections", UPRIGHT, truth, given()),
        row("cars, motion blobs", ACROSS, CARS, blobs(DATA / "motion" / "car-detection.mp4", 12.5)),
    ]
    if not options.quick:
        rows.append(row("vtest, motion blobs", UPRIGHT, truth, blobs(DATA / "people" / "vtest-480x360.avi", 10)))
    head = ("what", "line", "direction", "truth", "counted")
    harness.table(head, [one for table, _ in rows for one in table])
    sums = ("what", "crossings", "off by", "error", "CPU ms/look of the analytics")
    harness.table(sums, [last for _, last in rows])
    report.figures["lines"] = [dict(zip(head, one, strict=True)) for table, _ in rows for one in table]
    report.figures["sums"] = [dict(zip(sums, last, strict=True)) for _, last in rows]
    report.write(options.json)


def row(
    what: str, lines: tuple[Line, ...], truth: Counter[tuple[str, str]], looks: Looks
) -> tuple[list[tuple[str, str, str, int, int]], tuple[str, int, int, float, float]]:
    tracker, detector = Tracker(1), Analytics(AnalyticsSettings(lines=lines, heat=False))
    counted: Counter[tuple[str, str]] = Counter()
    cpu, number = 0.0, 0
    for at_ms, objects in looks:
        tracks = tracker.update(objects, at_ms)
        started = time.process_time()
        counted.update(crossed(detector, tracks))
        cpu += time.process_time() - started
        number += 1
    names = [(line.name, direction) for line in lines for direction in ("to_left", "to_right")]
    off = sum(abs(truth[name] - counted[name]) for name in names)
    table = [(what, *name, truth[name], counted[name]) for name in names]
    return table, (what, truth.total(), off, round(off / truth.total(), 3), round(1000 * cpu / number, 3))


def crossed(detector: Analytics, tracks: Tracks) -> list[tuple[str, str]]:
    told = [one.attributes for one in detector.look(tracks).moments]
    return [(one["line"], one["direction"]) for one in told]


def marked() -> Counter[tuple[str, str]]:
    """What crosses when the marked people are the tracks."""
    detector = Analytics(AnalyticsSettings(lines=UPRIGHT, heat=False))
    truth: Counter[tuple[str, str]] = Counter()
    for frame, rows in sorted(read_mot(DATA / "people" / "vtest-gt.txt", SCALE).items()):
        tracks = tuple(TrackedObject(who, "person", (TrackPoint(frame * 100, box),)) for who, box, _ in rows)
        truth.update(crossed(detector, Tracks(1, frame * 100, tracks)))
    return truth


def given() -> Looks:
    found = read_mot(DATA / "people" / "vtest-det.txt", SCALE)
    for frame in range(1, max(found) + 1):
        yield frame * 100, [SeenObject("person", score, box) for _, box, score in found.get(frame, [])]


def blobs(clip: Path, fps: float) -> Looks:
    """What moves, by MOG2 on 480 pixels of width; a blob counts where the picture changed in the last two frames."""
    capture, model = cv2.VideoCapture(str(clip)), cv2.createBackgroundSubtractorMOG2(500, 16, True)
    tall = np.ones((9, 5), np.uint8)  # a person's parts lie above each other
    before: deque[np.ndarray[Any, Any]] = deque(maxlen=2)
    number = 0
    while (read := capture.read())[0]:
        grey = cv2.cvtColor(read[1], cv2.COLOR_BGR2GRAY)
        small = cv2.resize(grey, (480, 480 * grey.shape[0] // grey.shape[1]), interpolation=cv2.INTER_AREA)
        mask = (model.apply(small) == 255).astype(np.uint8)
        mask = cv2.morphologyEx(cv2.medianBlur(mask, 5), cv2.MORPH_CLOSE, tall)
        changed = cv2.absdiff(small, before[0] if before else small) > CHANGED
        before.append(small)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
        shares = np.bincount(labels.ravel(), changed.ravel(), len(stats)) / stats[:, cv2.CC_STAT_AREA]
        height, width = mask.shape
        parts = [
            (x / width, y / height, w / width, h / height)
            for (x, y, w, h, area), share in zip(stats[1:], shares[1:], strict=True)
            if area >= SMALLEST and share >= CHANGING
        ]
        number += 1
        yield round(number * 1000 / fps), [SeenObject("moving", 1.0, part) for part in parts]


if __name__ == "__main__":
    main()
