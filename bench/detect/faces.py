"""How many faces of the marked pictures of ../shared/data are found (CMU+MIT, IoU >= .3), how many where there
are none, and what it costs. Targets: recall >= .88, precision >= .95, <= 2 on the pictures without faces.

How many an export would cover, eyes to mouth, and how much of pictures without faces. Where dlib is installed: how many
pairs of faces of one picture, which are different people's, it takes for one person's, and how many of the same face,
darker, blurred, noisy or half the size, for two.
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

from core.exports.trails import MARGIN
from core.testing.scores import Box, score_detections
from plugins.faces.dlib_model import DlibEmbedder
from plugins.faces.finding import AnySide, Finder, FoundFace, Frontal

PEOPLE = harness.ROOT.parent / "shared" / "data" / "people"
LEAST = 0.3


def main() -> None:
    options = harness.arguments(__doc__.splitlines()[0]).parse_args()
    report = harness.begin("detect/faces", time.time_ns() // 1_000_000, opencv=cv2.__version__)
    cv2.setNumThreads(1)
    rows = [looked(smallest) for smallest in ((24,) if options.quick else (20, 24, 40))]
    head = ("smallest, px", "recall", "precision", "on 30 pictures without", "CPU ms a megapixel")
    harness.table(head, rows)
    report.figures["rows"] = [dict(zip(head, row, strict=True)) for row in rows]
    finders: list[tuple[str, Finder]] = [("frontal", Frontal(20)), ("any side", AnySide(20))]
    covers = [covered(name, finder, 3 if options.quick else 1) for name, finder in finders]
    covering = ("for exports", "faces covered", "of pictures without, covered", "CPU ms a megapixel")
    harness.table(covering, covers)
    report.figures["covered"] = [dict(zip(covering, row, strict=True)) for row in covers]
    try:
        embedder = DlibEmbedder()
        pairs = [row for smallest in (40, 60, 80) for row in compared(embedder, smallest)]
    except ValueError as error:
        print(f"RECOGNITION NOT MEASURED: {error}")
    else:
        telling = (
            "face from, px",
            "likeness from",
            "different people taken for one",
            "pairs",
            "same face taken for two",
            "pairs",
        )
        harness.table(telling, pairs)
        report.figures["dlib"] = [list(row) for row in pairs]
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
    finder = Frontal(smallest)
    spent = pixels = 0.0
    found: dict[int, list[Box]] = {}
    faces = marked()
    for number, name in enumerate(faces):
        picture = gray(PEOPLE / "faces" / name)
        started = time.process_time()
        found[number] = [(float(x), float(y), float(w), float(h)) for x, y, w, h in boxes(finder, picture)]
        spent += time.process_time() - started
        pixels += picture.size / 1e6
    truth = {number: [("", box) for box in marks] for number, marks in enumerate(faces.values())}
    score = score_detections(truth, found, LEAST)
    wrong = 0
    for path in sorted((PEOPLE / "no-faces").iterdir()):
        wrong += len(boxes(finder, gray(path)))
    return (smallest, round(score.recall, 3), round(score.precision, 3), wrong, round(1000 * spent / pixels))


def boxes(finder: Finder, picture: npt.NDArray[np.uint8]) -> list[tuple[int, int, int, int]]:
    return [face.box for face in finder.find(picture)]


def covered(name: str, finder: Finder, every: int) -> tuple[object, ...]:
    """One finder: of faces from 20 pixels on, those whose inner 60 % lie in one box with its margin."""
    hit = total = 0
    spent = pixels = 0.0
    for picture_name, marks in list(marked().items())[::every]:
        picture = gray(PEOPLE / "faces" / picture_name)
        started = time.process_time()
        found = boxes(finder, picture)
        spent += time.process_time() - started
        pixels += picture.size / 1e6
        large = [mark for mark in marks if mark[2] >= 20]
        total += len(large)
        hit += sum(any(holds(box, mark) for box in found) for mark in large)
    shares = []
    for path in sorted((PEOPLE / "no-faces").iterdir())[::every]:
        picture = gray(path)
        hidden = np.zeros(picture.shape, np.bool_)
        for x, y, w, h in boxes(finder, picture):
            left, top = max(int(x - MARGIN * w), 0), max(int(y - MARGIN * h), 0)
            hidden[top : int(y + (1 + MARGIN) * h), left : int(x + (1 + MARGIN) * w)] = True
        shares.append(float(hidden.mean()))
    return name, f"{hit} of {total}", f"{100 * sum(shares) / len(shares):.1f} %", round(1000 * spent / pixels)


def holds(box: tuple[int, int, int, int], mark: Box) -> bool:
    """Whether the inner 60 % of a mark lie in a box with its margin."""
    x, y, w, h = box
    across = x - MARGIN * w <= mark[0] + 0.2 * mark[2] and mark[0] + 0.8 * mark[2] <= x + (1 + MARGIN) * w
    down = y - MARGIN * h <= mark[1] + 0.2 * mark[3] and mark[1] + 0.8 * mark[3] <= y + (1 + MARGIN) * h
    return across and down


def compared(embedder: DlibEmbedder, smallest: int) -> list[tuple[object, ...]]:
    """By likeness: pairs within a picture that pass, of how many; changed faces that fail, of how many."""
    finder = Frontal(40)
    others: list[float] = []
    same: list[float] = []
    for name in marked():
        picture = np.asarray(cv2.imread(str(PEOPLE / "faces" / name)), np.uint8)
        faces = [face for face in finder.find(picture) if face.box[2] >= smallest]
        vectors = [embedder.embed(picture, face) for face in faces]
        for at, vector in enumerate(vectors):
            others += (
                [float(one) for one in embedder.alike(vector, np.stack(vectors[at + 1 :]))] if vectors[at + 1 :] else []
            )
        for face, vector in zip(faces, vectors, strict=True):
            again = np.stack([embedder.embed(*changed) for changed in changes(picture, face)])
            same += [float(one) for one in embedder.alike(vector, again)]
    return [
        (smallest, at, sum(one >= at for one in others), len(others), sum(one < at for one in same), len(same))
        for at in (0.4, 0.45, 0.5, 0.55)
    ]


def changes(picture: npt.NDArray[np.uint8], face: FoundFace) -> list[tuple[npt.NDArray[np.uint8], FoundFace]]:
    """The picture darker, blurred, noisy, and half the size."""
    noise = np.random.default_rng(1).normal(0, 12, picture.shape)
    x, y, w, h = face.box
    half = FoundFace((x // 2, y // 2, max(w // 2, 1), max(h // 2, 1)))
    return [
        (np.asarray(picture * 0.5, np.uint8), face),
        (np.asarray(cv2.GaussianBlur(picture, (0, 0), 2), np.uint8), face),
        (np.asarray(np.clip(picture + noise, 0, 255), np.uint8), face),
        (np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8), half),
    ]


if __name__ == "__main__":
    main()
