"""How many faces of the marked pictures of ../shared/data are found (CMU+MIT, IoU >= .3), how many where there
are none, and what it costs. Targets: recall >= .88, precision >= .95, <= 2 on the pictures without faces.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/, where the harness lies
import harness

from core.testing.scores import Box, score_detections
from plugins.faces.detector import FaceDetector
from plugins.faces.settings import FaceSettings

PEOPLE = harness.ROOT.parent / "shared" / "data" / "people"
LEAST = 0.3


def main() -> None:
    options = harness.arguments(__doc__.splitlines()[0]).parse_args()
    report = harness.begin("detect/faces", time.time_ns() // 1_000_000, opencv=cv2.__version__)
    rows = [looked(smallest) for smallest in ((24,) if options.quick else (20, 24, 40))]
    head = ("smallest, px", "recall", "precision", "on 30 pictures without", "CPU ms a megapixel")
    harness.table(head, rows)
    report.figures["rows"] = [dict(zip(head, row, strict=True)) for row in rows]
    report.write(options.json)


def marked() -> dict[str, list[Box]]:
    faces: dict[str, list[Box]] = {path.name: [] for path in sorted((PEOPLE / "faces").glob("*.jpg"))}
    for line in (PEOPLE / "faces" / "ground_truth_bboxes.txt").read_text("utf-8").splitlines():
        name, x0, y0, x1, y1 = line.split()
        faces[name].append((float(x0), float(y0), float(x1) - float(x0), float(y1) - float(y0)))
    return faces


def gray(path: Path) -> npt.NDArray[np.uint8]:
    """A picture's brightness."""
    picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert picture is not None, path  # noqa: S101 - the clips were looked for at the start
    return np.asarray(picture, np.uint8)


def looked(smallest: int) -> tuple[float, ...]:
    """One setting over all pictures."""
    detector = FaceDetector(FaceSettings(smallest=smallest))
    spent = pixels = 0.0
    found: dict[int, list[Box]] = {}
    faces = marked()
    for number, name in enumerate(faces):
        picture = gray(PEOPLE / "faces" / name)
        started = time.process_time()
        found[number] = [(float(x), float(y), float(w), float(h)) for x, y, w, h in detector.faces(picture)]
        spent += time.process_time() - started
        pixels += picture.size / 1e6
    truth = {number: [("", box) for box in boxes] for number, boxes in enumerate(faces.values())}
    score = score_detections(truth, found, LEAST)
    wrong = 0
    for path in sorted((PEOPLE / "no-faces").iterdir()):
        wrong += len(detector.faces(gray(path)))
    return (smallest, round(score.recall, 3), round(score.precision, 3), wrong, round(1000 * spent / pixels))


if __name__ == "__main__":
    main()
