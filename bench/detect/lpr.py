"""Reading number plates: how many of labelled pictures are read right, and what it costs. What the vote over a passing
car adds is in `lpr_vote.py`, which this runs too.

    .venv/bin/python bench/detect/lpr.py [--quick] [--json FILE]

Pictures: `../shared/data/lpr`, of which the foremost plate of each is compared with its label; strict, and with O as 0
and I as 1, which the labels mix. Regions are chosen as a user would: us, eu, br. `--quick` takes a fixed tenth.
Beside them the floor, the figures of the note that the detector was built after, and the best that others have
published, both on all 444 pictures of the same collection (this folder has 179 of them).
"""

from __future__ import annotations

import csv
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/, where the harness lies
import clips
import cv2
import harness
import lpr_quiet
import lpr_vote
import numpy as np

from plugins.lpr.locate import Locator, Picture
from plugins.lpr.reading import CUTS, Plate, Reader
from plugins.lpr.recognise import Recogniser
from plugins.lpr.syntax import chosen

PLATES = harness.ROOT.parent / "shared" / "data" / "lpr"
FLOOR = {"us": 84.7, "eu": 97.2, "br": 97.4}
PUBLISHED = {"us": 90.5, "eu": 99.1, "br": 98.2}
LONGEST = 1280
QUICK = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was read of one labelled picture."""

    region: str
    label: str
    plates: list[Plate]
    cpu_ms: float

    @property
    def text(self) -> str:
        return self.plates[0].text if self.plates else ""

    @property
    def confidence(self) -> float:
        return self.plates[0].confidence if self.plates else 0.0


def folded(text: str) -> str:
    return text.replace("O", "0").replace("I", "1")


def labelled(quick: bool) -> Iterator[tuple[str, Path, str]]:
    """Region, picture and label; with `quick` those of a fixed tenth."""
    for region in FLOOR:
        with (PLATES / region / "truth.csv").open() as file:
            for row in csv.DictReader(file):
                if not quick or zlib.crc32(row["file"].encode()) % QUICK == 0:
                    yield region, PLATES / region / row["file"], row["plate"]


def read_all(quick: bool, locator: Locator, recogniser: Recogniser) -> list[Outcome]:
    readers = {region: Reader(chosen([region]), locator, recogniser) for region in FLOOR}
    outcomes = []
    for region, path, label in labelled(quick):
        picture = picture_of(path)
        began = time.process_time()
        plates = readers[region].plates(picture, LONGEST)
        outcomes.append(Outcome(region, label, plates, (time.process_time() - began) * 1000))
    return outcomes


def picture_of(path: Path) -> Picture:
    """Height x width x 3 bytes, BGR."""
    picture = cv2.imread(str(path))
    if picture is None:
        raise SystemExit(f"{path.name} is no picture.")
    return np.asarray(picture, np.uint8)


def by_region(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    rows = []
    for region in (*FLOOR, "all"):
        of = [one for one in outcomes if region in (one.region, "all")]
        if not of:
            continue
        within = [any(folded(plate.text) == folded(one.label) for plate in one.plates) for one in of]
        rows.append(
            {
                "region": region,
                "pictures": len(of),
                "strict %": percent([one.text == one.label for one in of]),
                "folded %": percent([folded(one.text) == folded(one.label) for one in of]),
                "among all %": percent(within),
                "floor folded %": FLOOR.get(region, ""),
                "best published folded %": PUBLISHED.get(region, ""),
                "CPU ms median": round(median(one.cpu_ms for one in of)),
            }
        )
    return rows


def by_confidence(outcomes: list[Outcome]) -> list[dict[str, Any]]:
    """How many of the surest reads are right."""
    order = sorted(outcomes, key=lambda one: -one.confidence)
    rows = []
    for share in (50, 80, 90, 100):
        kept = order[: max(1, len(order) * share // 100)]
        right = [folded(one.text) == folded(one.label) for one in kept]
        rows.append({"kept %": share, "right %": percent(right), "least confidence": round(kept[-1].confidence, 3)})
    return rows


def percent(rights: list[bool]) -> float:
    return round(100 * sum(rights) / len(rights), 1) if rights else 0.0


def costs(locator: Locator, recogniser: Recogniser) -> dict[str, float]:
    """CPU of one crop, the widest of the picture, and of one frame of 960 pixels with a plate in it: medians."""
    paths = [path for region, path, _ in labelled(False) if region == "us"]
    frame = np.asarray(cv2.resize(picture_of(paths[0]), (960, 540)), np.uint8)
    reader = Reader(chosen(["us"]), locator, recogniser)
    widest = max(locator.lines(frame, 960), key=lambda line: line.width / line.height)
    crop = CUTS[0].of(frame, widest)
    return {
        "one crop, CPU ms": cpu_ms(lambda: recogniser.read(crop), 15),
        "one 960 px frame, CPU ms": cpu_ms(lambda: reader.plates(frame, 960), 5),
    }


def cpu_ms(work: Callable[[], object], times: int) -> float:
    work()
    taken = []
    for _ in range(times):
        began = time.process_time()
        work()
        taken.append((time.process_time() - began) * 1000)
    return round(median(taken), 1)


def main() -> None:
    parser = harness.arguments(__doc__.splitlines()[0])
    parser.add_argument("--pictures-only", action="store_true", help="leave the vote over passing cars out")
    options = parser.parse_args()
    clips.require()
    report = harness.begin("detect/lpr", time.time_ns() // 1_000_000, pictures="../shared/data/lpr", longest=LONGEST)
    cv2.setNumThreads(1)
    locator, recogniser = Locator(), Recogniser()

    def keep(name: str, rows: list[dict[str, Any]]) -> None:
        report.figures[name] = rows
        harness.table(list(rows[0]), [list(row.values()) for row in rows])
        report.write(options.json)

    keep("cost", [costs(locator, recogniser)])
    outcomes = read_all(options.quick, locator, recogniser)
    keep("regions", by_region(outcomes))
    keep("confidence", by_confidence(outcomes))
    keep("quiet", lpr_quiet.measured(options.quick))
    if not options.pictures_only:
        keep("vote", lpr_vote.measured(options.quick, locator, recogniser))


if __name__ == "__main__":
    main()
