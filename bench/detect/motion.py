"""Motion on annotated clips: quality, false alarms under disturbances and CPU, in the same run.

    .venv/bin/python bench/detect/motion.py [--quick] [--json FILE]

Beside it the research note's method (MOG2 at full size, kept where the lag-2 difference agrees) and, where it is
installed, Debian's `motion` (apt-get install motion), which looks at the same pictures in real time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/, where the harness lies
import clips
import disturbances
import harness
import motion_baseline
import motion_beside
from motion_beside import Looks
from motion_scoring import score, spans

from core.api import Frame
from plugins.motion.detector import MotionDetector
from plugins.motion.settings import MotionSettings

SMALL_PERCENT = 0.07  # distant cars and people
QUICK_KINDS = ("clean", "noise 14", "light x1.43", "flicker 10%", "rain")  # shown to `motion` with --quick


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


def car(detector: Looks, pictures: disturbances.Pictures, fps: float) -> dict[str, Any]:
    """Visits found, events that are of none, and CPU."""
    on = [detector.look(frame)[0] for frame in clips.frames(pictures, fps)]
    return {**score(on, clips.visits(), fps).row(), "cpu ms": round(detector.cpu_s / len(on) * 1000, 2)}


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


def car_table(kinds: Iterable[str], figures: dict[str, Any], with_note: bool) -> None:
    clip = clips.load("car")
    rows: list[list[Any]] = []
    for name in kinds:
        pictures = disturbances.of_kind(name, clip.pictures, 140, clip.fps)
        found = {"eyrie": car(Eyrie(), pictures, clip.fps)}
        if with_note:
            found["note"] = car(motion_baseline.Baseline(), pictures, clip.fps)
        figures[f"car, {name}"] = found
        rows.append([name, *(value for one in found.values() for value in one.values())])
    head = [f"{who}: {key}" for who, one in found.items() for key in one]
    harness.table(["car clip", *head], rows)


def clip_tables(quick: bool, figures: dict[str, Any]) -> None:
    tried: dict[str, Callable[[Looks], dict[str, Any]]] = {
        "highway, each 5th picture": (lambda looks: highway(looks, 5)),
        "vtest": walkers,
    }
    if not quick:
        tried["highway"] = lambda looks: highway(looks, 1)
        tried["vtest, shaken 3 px"] = lambda looks: walkers(looks, shaken=True)
    for name, measure in tried.items():
        found = figures[name] = {
            "eyrie": measure(Eyrie(smallest_percent=SMALL_PERCENT)),
            "note": measure(motion_baseline.Baseline(SMALL_PERCENT / 100)),
        }
        harness.table([name, *found["eyrie"]], [[who, *one.values()] for who, one in found.items()])


def main() -> None:
    options = harness.arguments(__doc__ or "").parse_args()
    clips.require()
    minutes = 0.25 if options.quick else 10
    report = harness.begin("detect/motion", time.time_ns() // 1_000_000, minutes_of_each_disturbance=minutes)
    figures = report.figures
    car_table(disturbances.KINDS, figures, with_note=not options.quick)
    clip_tables(options.quick, figures)
    told = figures["false alarms"] = list(alarms(minutes))
    harness.table(["empty view", "car", "highway", "vtest", "an hour", "cpu ms"], told)
    costs = [figures[f"car, {name}"]["eyrie"]["cpu ms"] for name in disturbances.KINDS]
    cameras = {"quiet": told[0][-1], "car clip": costs[0], "dearest disturbance": max(costs)}
    cameras = figures["cameras a core at 5 fps"] = {name: round(200 / ms) for name, ms in cameras.items()}
    harness.table(list(cameras), [list(cameras.values())])
    kinds = QUICK_KINDS if options.quick else tuple(disturbances.KINDS)
    figures["beside motion"] = motion_beside.measured(Eyrie, kinds, empty_s=25 if options.quick else 120)
    report.write(options.json)


if __name__ == "__main__":
    main()
