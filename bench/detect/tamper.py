"""Tampering made on real clips: found, of the right kind, how soon; false alarms in what is no tampering; CPU.

    .venv/bin/python bench/detect/tamper.py [--quick] [--json FILE]

--quick leaves out the hour from day to night and back of each clip, and takes a tenth of the places.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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
PLACE_BEFORE_S, PLACE_S = 20, 5


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


def tried(
    clip: clips.Clip, change: tampering.Change, during_s: float = DURING_S, before_s: float = BEFORE_S
) -> tuple[Watched, list[str | None]]:
    """A minute of the clip, then the change, then the clip again; what was told of from the change on."""
    watched, source = Watched(), footage(clip)
    watched.look(taken(source, before_s))
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
    figures = report.figures
    loaded = [clips.load(name) for name in ("car", "highway", "vtest", "campus")]
    names = [clip.name for clip in loaded]
    figures["tampered"], cpu_ms = of_clips(loaded)
    harness.table(["tampered", *names], figures["tampered"])
    figures["no tampering"] = ordinary_of_clips(loaded)
    harness.table(["no tampering", *names], figures["no tampering"])
    figures["places"] = of_places(10 if options.quick else 1)
    harness.table(["pictures of places", "right", "told"], figures["places"])
    if not options.quick:
        figures["hour"] = [(clip.name, *alarms_of_an_hour(clip)) for clip in loaded]
        harness.table(["hour, day to night to day", "alarms", "kinds"], figures["hour"])
    figures["cpu ms a look"] = round(cpu_ms, 2)
    print(f"CPU a look: {figures['cpu ms a look']} ms")
    report.write(options.json)


def of_clips(loaded: Sequence[clips.Clip]) -> tuple[list[list[str]], float]:
    """A row a trouble with what was told of on each clip, and when; CPU ms a look."""
    cpu, looks, rows = 0.0, 0, []
    for name, (kind, change) in tampering.TAMPERED.items():
        cells = []
        for clip in loaded:
            watched, told = tried(clip, change)
            early = any(watched.told[: round(BEFORE_S * LOOKS_A_SECOND)])
            stays = ", stays" if told[-1] else ""
            cells.append(f"{first(told) or 'missed'} {after_s(told)} s{stays}{', FALSE' if early else ''}")
            cpu, looks = cpu + watched.cpu_s, looks + len(watched.told)
        rows.append([f"{name} ({kind})", *cells])
    return rows, cpu / looks * 1000


def ordinary_of_clips(loaded: Sequence[clips.Clip]) -> list[list[str]]:
    def shaken(pictures: Any) -> Any:
        return disturbances.shake(pictures, 2, LOOKS_A_SECOND)

    rows = []
    for name, ordinary in (tampering.ORDINARY | {"shake 2 px": shaken}).items():
        seconds = 5 if "5 s" in name else DURING_S
        rows.append([name, *(first(tried(clip, ordinary, seconds)[1]) or "-" for clip in loaded)])
    return rows


def of_places(each: int) -> list[list[Any]]:
    """The same troubles on pictures of places that no threshold was chosen on: how many are told of, and as what."""
    views = list(clips.places(each))
    rows = []
    for name, (kind, change) in tampering.TAMPERED.items():
        told = Counter(first(tried(view, change, PLACE_S, PLACE_BEFORE_S)[1]) for view in views)
        rows.append([name, f"{told[kind]}/{len(views)}", counted(told)])
    for name, ordinary in tampering.ORDINARY.items():
        told = Counter(first(tried(view, ordinary, PLACE_S, PLACE_BEFORE_S)[1]) for view in views)
        rows.append([name, f"{told[None]}/{len(views)}", counted(told)])
    return rows


def counted(told: Counter[str | None]) -> str:
    return ", ".join(f"{count} {kind or 'not told of'}" for kind, count in told.most_common())


def first(told: list[str | None]) -> str | None:
    """The first kind that was told of."""
    return next((one for one in told if one), None)


def alarms_of_an_hour(clip: clips.Clip) -> tuple[int, str]:
    told = Watched().look(tampering.hour(clip.pictures, clip.fps))
    begun = [kind for before, kind in zip([None, *told], told, strict=False) if kind and kind != before]
    return len(begun), ", ".join(begun)


if __name__ == "__main__":
    main()
