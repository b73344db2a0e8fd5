"""The clips of ../shared/data with their ground truth, as small grey pictures."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/, where the harness lies
import harness

from core.api import Frame

DATA = harness.ROOT.parent / "shared" / "data"
WIDTH = 320
Pictures = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Clip:
    """pictures: count x height x 320; fps: as recorded."""

    name: str
    pictures: Pictures
    fps: float


CLIPS = {
    "car": "motion/car-detection.mp4",
    "highway": "motion/cdnet-highway.avi",
    "vtest": "people/vtest-480x360.avi",
    "campus": "people/TUD-Campus.mp4",
}


def require() -> None:
    """End with a sentence where the clips are not."""
    if not (DATA / CLIPS["car"]).exists():
        print(f"skipped: the clips are not at {DATA}; they are no part of this repository")
        sys.exit(0)


def load(name: str) -> Clip:
    """A clip, scaled down as the analyser would."""
    with av.open(str(DATA / CLIPS[name])) as container:
        stream = container.streams.video[0]
        height = round(stream.height * WIDTH / stream.width / 2) * 2
        pictures = [picture.reformat(WIDTH, height, "gray").to_ndarray() for picture in container.decode(stream)]
        return Clip(name, np.stack(pictures).astype(np.uint8), float(stream.average_rate or 10))


def frames(pictures: Pictures, fps: float, start_ms: int = 1_000_000) -> Iterator[Frame]:
    """Pictures as a detector gets them."""
    height, width = pictures.shape[1:]
    for number, picture in enumerate(pictures):
        yield Frame(1, start_ms + round(number * 1000 / fps), width, height, "gray", picture.tobytes())


def still(clip: Clip) -> Pictures:
    """The clip's view without anybody in it: the median over time."""
    return np.asarray(np.median(clip.pictures[::7], axis=0), np.uint8)


def empty_footage(view: Pictures, count: int, seed: int = 9) -> Pictures:
    """A still view with a sensor's grain, in which nothing happens."""
    rng = np.random.default_rng(seed)
    grain = (rng.standard_normal(view.shape, np.float32) * 2.5 for _ in range(count))
    return np.stack([np.clip(view + one, 0, 255).astype(np.uint8) for one in grain])


def places(each: int) -> Iterator[Clip]:
    """Every so manieth of the pictures of places without people, each as footage in which nothing moves."""
    for path in sorted((DATA / "people/no-faces").iterdir())[::each]:
        picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
        height = round(picture.shape[0] * WIDTH / picture.shape[1] / 2) * 2
        small = cv2.resize(picture, (WIDTH, height), interpolation=cv2.INTER_AREA)
        yield Clip(path.stem, np.stack([small] * 3).astype(np.uint8), 2.0)


def visits() -> list[tuple[int, int]]:
    """First and last picture of each time a car is in the car clip."""
    with (DATA / "motion/car-detection.events.csv").open() as file:
        return [(int(row["start_frame"]), int(row["end_frame"])) for row in csv.DictReader(file)]


def highway_truth() -> dict[int, Pictures]:
    """By picture number of the highway clip: 255 moving, 85 and 170 not to be judged, less for still."""
    return {
        int(path.stem[2:]) - 1: np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
        for path in sorted((DATA / "motion/cdnet-highway-gt").glob("*.png"))
    }


def people() -> dict[int, dict[int, NDArray[np.float64]]]:
    """By picture number of vtest and by person: left, top, width, height in pixels of a picture 320 wide."""
    found: dict[int, dict[int, NDArray[np.float64]]] = {}
    for line in (DATA / "people/vtest-gt.txt").read_text().splitlines():
        number, who, *box = (float(value) for value in line.split(",")[:6])
        found.setdefault(int(number) - 1, {})[int(who)] = np.array(box) * (WIDTH / 768)
    return found
