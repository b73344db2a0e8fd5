"""How good detectors and trackers are, against what people have marked: for tests and benches, also of plugins.

Boxes are left, top, width, height in any one unit. A box is right when it shares at least half of the union with the
marked one, as MOTChallenge counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

Box: TypeAlias = tuple[float, float, float, float]
Marked: TypeAlias = Mapping[int, Sequence[tuple[str, Box]]]
"""By number of the frame: who is where. Names are one object's for its whole life."""

HALF = 0.5


@dataclass(frozen=True, slots=True)
class DetectionScore:
    """right: boxes found where one is; marked, found: all there are."""

    right: int
    marked: int
    found: int

    @property
    def recall(self) -> float:
        """Share of what is there that was found."""
        return self.right / max(self.marked, 1)

    @property
    def precision(self) -> float:
        """Share of what was found that is there."""
        return self.right / max(self.found, 1)


@dataclass(frozen=True, slots=True)
class TrackingScore:
    """MOTA (Bernardin and Stiefelhagen, 2008), IDF1 (Ristani et al., 2016), and how often an object changed its id."""

    mota: float
    idf1: float
    switches: int
    ids: int


def read_mot(path: Path, scale: tuple[float, float] = (1.0, 1.0)) -> dict[int, list[tuple[str, Box, float]]]:
    """A text of MOTChallenge: frame (from 1), id, left, top, width, height, score, …; boxes times `scale` (x, y)."""
    frames: dict[int, list[tuple[str, Box, float]]] = {}
    for line in path.read_text("ascii").splitlines():
        frame, track, left, top, width, height, score = line.split(",")[:7]
        x, y = scale
        box = (float(left) * x, float(top) * y, float(width) * x, float(height) * y)
        frames.setdefault(int(float(frame)), []).append((track, box, float(score)))
    return frames


def score_detections(marked: Marked, found: Mapping[int, Sequence[Box]], least: float = HALF) -> DetectionScore:
    """Compare boxes over the frames of `found`. least: how much of the union a right box shares."""
    right = marked_in_all = found_in_all = 0
    for frame, boxes in found.items():
        there = [box for _, box in marked.get(frame, ())]
        right += len(_matches(overlaps(there, boxes), least))
        marked_in_all += len(there)
        found_in_all += len(boxes)
    return DetectionScore(right, marked_in_all, found_in_all)


def score_tracks(marked: Marked, followed: Marked) -> TrackingScore:
    """Compare tracks over the frames of `followed`."""
    last: dict[str, str] = {}
    together: Counter[tuple[str, str]] = Counter()
    there_in_all: Counter[str] = Counter()
    followed_in_all: Counter[str] = Counter()
    wrong = switches = 0
    for frame in sorted(followed):
        there, tracks = marked.get(frame, ()), followed[frame]
        there_in_all.update(name for name, _ in there)
        followed_in_all.update(name for name, _ in tracks)
        alike = overlaps([box for _, box in there], [box for _, box in tracks])
        together.update((there[row][0], tracks[column][0]) for row, column in np.argwhere(alike >= HALF))
        stays = np.array([[last.get(name) == track for track, _ in tracks] for name, _ in there]).reshape(alike.shape)
        matches = _matches(alike, HALF, alike + 10 * stays)
        wrong += len(there) + len(tracks) - 2 * len(matches)
        for row, column in matches:
            name, track = there[row][0], tracks[column][0]
            switches += last.get(name, track) != track
            last[name] = track
    in_all = there_in_all.total()
    idf1 = 2 * _together(together) / max(in_all + followed_in_all.total(), 1)
    return TrackingScore(1 - (wrong + switches) / max(in_all, 1), idf1, switches, len(followed_in_all))


def overlaps(ones: Sequence[Box], others: Sequence[Box]) -> npt.NDArray[np.float64]:
    """Intersection over union of each pair, n x m."""
    a, b = (np.array(boxes, np.float64).reshape(-1, 4) for boxes in (ones, others))
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum((a[:, :2] + a[:, 2:])[:, None], (b[:, :2] + b[:, 2:])[None])
    shared = np.clip(high - low, 0, None).prod(axis=2)
    areas = a[:, 2:].prod(axis=1)[:, None] + b[:, 2:].prod(axis=1)[None]
    return np.asarray(shared / np.maximum(areas - shared, 1e-12))


def _matches(
    alike: npt.NDArray[np.float64], least: float, worth: npt.NDArray[np.float64] | None = None
) -> list[tuple[int, int]]:
    """Pairs that are alike enough, as many as there can be."""
    worth = np.where(alike >= least, (alike if worth is None else worth) + 1000, 0.0)
    rows, columns = linear_sum_assignment(worth, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if alike[row, column] >= least]


def _together(together: Counter[tuple[str, str]]) -> int:
    """Frames in which each object is with the one track that is given to it for the whole time."""
    names = sorted({name for name, _ in together})
    tracks = sorted({track for _, track in together})
    frames = np.array([[together[name, track] for track in tracks] for name in names]).reshape(len(names), len(tracks))
    rows, columns = linear_sum_assignment(frames, maximize=True)
    return int(frames[rows, columns].sum())
