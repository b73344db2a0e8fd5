"""How many people the detector without a model finds on vtest (MOT15's marks, IoU >= .4), and its CPU, at three rates;
the same frames, gray, 480 x 360, one thread. Targets: recall >= .75, precision >= .93, <= 50 ms CPU a look.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import cv2

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/, where the harness lies
import harness

from core.api import Frame
from core.testing.scores import Box, read_mot, score_detections
from plugins.objects.opening import open_detector
from plugins.objects.settings import ObjectSettings

PEOPLE = harness.ROOT.parent / "shared" / "data" / "people"
WIDTH, HEIGHT, FPS = 480, 360, 10
LEAST = 0.4


def main() -> None:
    options = harness.arguments(__doc__.splitlines()[0]).parse_args()
    report = harness.begin("detect/people", time.time_ns() // 1_000_000, opencv=cv2.__version__)
    frames = read_frames()
    rows = [looked(frames, each) for each in ((5,) if options.quick else (2, 3, 5))]
    head = ("looks/s", "recall", "precision", "CPU ms/look", "cameras per core")
    harness.table(head, rows)
    report.figures["rows"] = [dict(zip(head, row, strict=True)) for row in rows]
    report.write(options.json)


def read_frames() -> list[bytes]:
    capture, frames = cv2.VideoCapture(str(PEOPLE / "vtest-480x360.avi")), []
    while (read := capture.read())[0]:
        frames.append(cv2.cvtColor(read[1], cv2.COLOR_BGR2GRAY).tobytes())
    return frames


def looked(frames: list[bytes], each: int) -> tuple[float, ...]:
    """One run with every such frame."""
    marked = read_mot(PEOPLE / "vtest-gt.txt", (0.625, 0.625))
    detector = open_detector(ObjectSettings(fps=FPS / each))
    found: dict[int, list[Box]] = {}
    spent = 0.0
    for number in range(0, len(frames), each):
        frame = Frame(1, number * 1000 // FPS, WIDTH, HEIGHT, "gray", frames[number])
        started = time.process_time()
        sight = detector.look(frame)
        spent += time.process_time() - started
        boxes = [one.box for one in sight.objects if one.box]
        found[number + 1] = [(x * WIDTH, y * HEIGHT, w * WIDTH, h * HEIGHT) for x, y, w, h in boxes]
    score = score_detections({at: [(who, box) for who, box, _ in rows] for at, rows in marked.items()}, found, LEAST)
    cpu_ms = 1000 * spent / len(found)
    per_core = 1000 / (cpu_ms * FPS / each)
    return tuple(round(value, 3) for value in (FPS / each, score.recall, score.precision, cpu_ms, per_core))


if __name__ == "__main__":
    main()
