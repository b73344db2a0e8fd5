"""Tampering made on real clips: found, of the right kind, how soon; false alarms in what is no tampering; CPU.

    .venv/bin/python bench/detect/tamper.py [--quick] [--json FILE]

--quick leaves out the hour from day to night and back of each clip.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/, where the harness lies
import clips
import disturbances
import harness
import tampering

from core.api import Frame
from plugins.tamper.detector import TamperDetector
from plugins.tamper.settings import LOOKS_A_SECOND, TamperSettings

BEFORE_S, DURING_S, AFTER_S = 60, 20, 20


class Watched:
    """The plugin's detector, timed. told: each look's kind, or None."""

    def __init__(self) -> None:
        self._detector = TamperDetector(TamperSettings())
        self.told: list[str | None] = []
        self.cpu_s = 0.0

    def look(self, pictures: Iterable[Any]) -> list[str | None]:
        """The kinds told of in these, which follow the ones before."""
        first = len(self.told)
        for picture in pictures:
            at = 1_000_000 + round(len(self.told) * 1000 / LOOKS_A_SECOND)
            frame = Frame(1, at, picture.shape[1], picture.shape[0], "gray", picture.tobytes())
            began = time.process_time()
            sight = self._detector.look(frame)
            self.cpu_s += time.process_time() - began
            self.told.append(sight.going_on[0].key if sight.going_on else None)
        return self.told[first:]


def footage(clip: clips.Clip) -> Iterator[Any]:
    """The clip forth and back, two pictures a second, with a little grain: no two are the same."""
    rng = np.random.default_rng(4)
    order = [*range(len(clip.pictures)), *range(len(clip.pictures) - 2, 0, -1)]
    number = 0
    while True:
        picture = clip.pictures[order[round(number * clip.fps / LOOKS_A_SECOND) % len(order)]]
        yield np.clip(picture + rng.standard_normal(picture.shape, np.float32), 0, 255).astype(np.uint8)
        number += 1


def taken(source: Iterator[Any], seconds: float) -> Any:
    return np.stack([next(source) for _ in range(round(seconds * LOOKS_A_SECOND))])


def tried(clip: clips.Clip, change: tampering.Change, during_s: float = DURING_S) -> tuple[Watched, list[str | None]]:
    """A minute of the clip, then the change, then the clip again; what was told of from the change on."""
    watched, source = Watched(), footage(clip)
    watched.look(taken(source, BEFORE_S))
    told = watched.look(change(taken(source, during_s)))
    return watched, [*told, *watched.look(taken(source, AFTER_S))]


def after_s(told: list[str | None]) -> float | None:
    """Seconds until the first alarm."""
    first = next((number for number, kind in enumerate(told) if kind), None)
    return None if first is None else first / LOOKS_A_SECOND


def main() -> None:
    options = harness.arguments(__doc__ or "").parse_args()
    clips.require()
    report = harness.begin("detect/tamper", time.time_ns() // 1_000_000, looks_a_second=LOOKS_A_SECOND)
    loaded = [clips.load(name) for name in ("car", "highway", "vtest", "campus")]
    cpu, looks, rows = 0.0, 0, []
    for name, (kind, change) in tampering.TAMPERED.items():
        cells = []
        for clip in loaded:
            watched, told = tried(clip, change)
            first = next((one for one in told if one), None)
            early = any(watched.told[: round(BEFORE_S * LOOKS_A_SECOND)])
            over = not told[-1]
            cells.append(
                f"{first or 'missed'} {after_s(told)} s{'' if over else ', stays'}{', FALSE' if early else ''}"
            )
            cpu, looks = cpu + watched.cpu_s, looks + len(watched.told)
        rows.append([f"{name} ({kind})", *cells])
    harness.table(["tampered", *(clip.name for clip in loaded)], rows)
    report.figures["tampered"] = rows
    rows = []
    for name, ordinary in tampering.ORDINARY.items():
        seconds = 5 if "5 s" in name else DURING_S
        rows.append([name, *(next((one for one in tried(clip, ordinary, seconds)[1] if one), "-") for clip in loaded)])

    def shaken(pictures: Any) -> Any:
        return disturbances.shake(pictures, 2, LOOKS_A_SECOND)

    rows.append(["shake 2 px", *(next((one for one in tried(clip, shaken)[1] if one), "-") for clip in loaded)])
    harness.table(["no tampering", *(clip.name for clip in loaded)], rows)
    report.figures["no tampering"] = rows
    if not options.quick:
        hours = [(clip.name, *alarms_of_an_hour(clip)) for clip in loaded]
        harness.table(["hour, day to night to day", "alarms", "kinds"], hours)
        report.figures["hour"] = hours
    report.figures["cpu ms a look"] = round(cpu / looks * 1000, 2)
    print(f"CPU a look: {report.figures['cpu ms a look']} ms")
    report.write(options.json)


def alarms_of_an_hour(clip: clips.Clip) -> tuple[int, str]:
    told = Watched().look(tampering.hour(clip.pictures, clip.fps))
    begun = [kind for before, kind in zip([None, *told], told, strict=False) if kind and kind != before]
    return len(begun), ", ".join(begun)


if __name__ == "__main__":
    main()
