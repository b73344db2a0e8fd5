"""Motion on annotated clips: quality, false alarms under disturbances and CPU, in the same run.

    .venv/bin/python bench/detect/motion.py [--quick] [--json FILE]

Beside it the research note's method: MOG2 at full size, kept where the lag-2 difference agrees.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/, where the harness lies
import clips
import disturbances
import harness
import motion_baseline

from core.api import Frame
from plugins.motion.detector import MotionDetector
from plugins.motion.settings import MotionSettings

ROUNDING = 3  # pictures by which an annotated visit may be off
SMALL_PERCENT = 0.07  # distant cars and people


class Looks(Protocol):
    """What is measured: a detector that says whether motion goes on, in which boxes, and in which cells."""

    cpu_s: float

    def look(self, frame: Frame) -> tuple[bool, list[tuple[float, ...]], Any]:
        """Whether an event goes on, boxes as fractions, and the mask of what moves."""


class Eyrie:
    """The plugin's detector, timed."""

    def __init__(self, **settings: Any) -> None:
        self._detector = MotionDetector(MotionSettings(**settings))
        self.cpu_s = 0.0

    def look(self, frame: Frame) -> tuple[bool, list[tuple[float, ...]], Any]:
        began = time.process_time()
        sight = self._detector.look(frame)
        self.cpu_s += time.process_time() - began
        newest = self._detector.newest
        return (
            bool(sight.going_on),
            [seen.box or () for seen in sight.objects],
            None if newest is None else newest.moving(),
        )


def spans(going_on: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last number of each run of true ones."""
    edges = np.flatnonzero(np.diff([0, *map(int, going_on), 0]))
    return [(int(first), int(after) - 1) for first, after in zip(edges[::2], edges[1::2], strict=True)]


def car(detector: Looks, pictures: disturbances.Pictures, fps: float) -> dict[str, Any]:
    """Visits found, events in between, and the share of the empty time inside an event (but for its end: 2 s)."""
    on = [detector.look(frame)[0] for frame in clips.frames(pictures, fps)]
    truth = clips.visits()
    events = spans(on)
    empty = np.ones(len(on), bool)
    for first, last in truth:
        empty[first - ROUNDING : last + ROUNDING + round(2 * fps) + 1] = False
    delays = [min((e[0] - v[0] for e in events if e[0] <= v[1] and e[1] >= v[0]), default=None) for v in truth]
    return {
        "visits": f"{sum(delay is not None for delay in delays)}/{len(truth)}",
        "false": sum(not any(e[0] <= v[1] and e[1] >= v[0] - ROUNDING for v in truth) for e in events),
        "idle": f"{np.asarray(on)[empty].mean():.1%}",
        "latest start s": max((round(delay / fps, 2) for delay in delays if delay is not None), default=None),
        "cpu ms": round(detector.cpu_s / len(on) * 1000, 2),
    }


def highway(detector: Looks, every: int) -> dict[str, Any]:
    """Moving pixels against the ground truth, from every so manieth picture."""
    clip, truth = clips.load("highway"), clips.highway_truth()
    first = min(truth) % every
    hits = wrong = missed = 0
    numbers = range(first, len(clip.pictures), every)
    for number, frame in zip(numbers, clips.frames(clip.pictures[first::every], 10), strict=True):
        mask = detector.look(frame)[2]
        if number in truth and mask is not None:
            told = _sized(mask, truth[number].shape)
            judged = (truth[number] != 85) & (truth[number] != 170)
            moves = truth[number] == 255
            hits += int((told & moves & judged).sum())
            wrong += int((told & ~moves & judged).sum())
            missed += int((~told & moves & judged).sum())
    precision, recall = hits / max(1, hits + wrong), hits / max(1, hits + missed)
    return {
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "F": round(2 * precision * recall / max(1e-9, precision + recall), 3),
        "cpu ms": round(detector.cpu_s / len(numbers) * 1000, 2),
    }


def _sized(mask: Any, shape: tuple[int, ...]) -> Any:
    return cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_NEAREST) > 0


def walkers(detector: Looks, shaken: bool = False) -> dict[str, Any]:
    """People who walk (over two pixels in five pictures): a tenth of their box moves. Boxes told: hold a person."""
    clip, truth = clips.load("vtest"), clips.people()
    pictures = disturbances.shake(clip.pictures, fps=10) if shaken else clip.pictures
    found = walking = boxes = right = 0
    for number, frame in enumerate(clips.frames(pictures, 10)):
        _, told, mask = detector.look(frame)
        people = truth.get(number, {})
        if number < 50 or mask is None:
            continue
        large = _sized(mask, pictures.shape[1:])
        for who, box in people.items():
            before = truth.get(number - 5, {}).get(who)
            if before is not None and np.hypot(*(box[:2] - before[:2])) > 2:
                left, top, width, height = (int(value) for value in box)
                inside = large[max(0, top) : top + height, max(0, left) : left + width]
                walking, found = walking + 1, found + bool(inside.size and inside.mean() > 0.1)
        boxes += len(told)
        right += sum(any(_meet(box, one, pictures.shape[1:]) for one in people.values()) for box in told)
    cpu = round(detector.cpu_s / len(pictures) * 1000, 2)
    return {"found": round(found / walking, 3), "boxes right": round(right / max(1, boxes), 3), "cpu ms": cpu}


def _meet(box: tuple[float, ...], person: Any, shape: tuple[int, ...]) -> bool:
    left, top, width, height = np.array(box) * [shape[1], shape[0], shape[1], shape[0]]
    return bool(
        left < person[0] + person[2]
        and person[0] < left + width
        and top < person[1] + person[3]
        and person[1] < top + height
    )


def alarms(minutes: float) -> Iterable[list[Any]]:
    """False alarms per hour in empty views under each disturbance, 5 pictures a second."""
    views = [clips.still(clips.load(name)) for name in ("car", "highway", "vtest")]
    footage = [clips.empty_footage(view, round(minutes * 300)) for view in views]
    for name in disturbances.KINDS:
        told, cpu, looks = [], 0.0, 0
        for pictures in footage:
            detector = Eyrie()
            disturbed = disturbances.of_kind(name, pictures, len(pictures) // 2, 5.0)
            told.append(len(spans([detector.look(frame)[0] for frame in clips.frames(disturbed, 5)])))
            cpu, looks = cpu + detector.cpu_s, looks + len(pictures)
        yield [name, *told, round(sum(told) * 60 / (minutes * len(footage)), 1), round(cpu / looks * 1000, 2)]


def main() -> None:
    options = harness.arguments(__doc__ or "").parse_args()
    clips.require()
    minutes = 1 if options.quick else 10
    report = harness.begin("detect/motion", time.time_ns() // 1_000_000, minutes_of_each_disturbance=minutes)
    figures = report.figures
    clip = clips.load("car")
    rows = []
    for name in disturbances.KINDS:
        pictures = disturbances.of_kind(name, clip.pictures, 140, clip.fps)
        own = car(Eyrie(), pictures, clip.fps)
        note = car(motion_baseline.Baseline(), pictures, clip.fps)
        figures[f"car, {name}"] = {"eyrie": own, "note": note}
        rows.append([name, *own.values(), *note.values()])
    harness.table(["car clip", *own, *(f"note: {key}" for key in note)], rows)
    tried: dict[str, Callable[[Looks], dict[str, Any]]] = {
        "highway, each 5th picture": (lambda looks: highway(looks, 5)),
        "highway": (lambda looks: highway(looks, 1)),
        "vtest": walkers,
        "vtest, shaken 3 px": (lambda looks: walkers(looks, shaken=True)),
    }
    for name, measure in tried.items():
        figures[name] = {
            "eyrie": measure(Eyrie(smallest_percent=SMALL_PERCENT)),
            "note": measure(motion_baseline.Baseline(SMALL_PERCENT / 100)),
        }
        harness.table([name, *figures[name]["eyrie"]], [[who, *found.values()] for who, found in figures[name].items()])
    told = list(alarms(minutes))
    figures["false alarms"] = told
    harness.table(["empty view", "car", "highway", "vtest", "an hour", "cpu ms"], told)
    costs = [figures[f"car, {name}"]["eyrie"]["cpu ms"] for name in disturbances.KINDS]
    figures["cameras a core at 5 fps"] = {
        "quiet": round(200 / told[0][-1]),
        "car clip": round(200 / costs[0]),
        "dearest disturbance": round(200 / max(costs)),
    }
    harness.table(list(figures["cameras a core at 5 fps"]), [list(figures["cameras a core at 5 fps"].values())])
    report.write(options.json)


if __name__ == "__main__":
    main()
