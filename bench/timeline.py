"""What the portal's timeline waits for, at the API: a day of 64 cameras, a month of 16, a jump to its first picture.

A whole Eyrie with ten million segments in its index (bench/segment_rows.py), motion grids of a month of 16 cameras, and
real recordings at some of the places. Asked over HTTP on one connection, one question after the other. "Cold": the
files' pages are dropped from the page cache before each question. Targets: a day of 64 cameras p95 < 100 ms; a jump to
the first picture (the first keyframe's fragment received) p95 < 300 ms.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import harness
import segment_rows
import timeline_places

from tests.rig.system import RunningSystem, now_ms, rfc3339

CAMERAS, MONTH_CAMERAS = 64, 16
DAY_MS = 86_400_000
FIRST_STRETCH_MS = 4_000  # what the player asks for first after a jump
REGION = "0.3,0.4;0.6,0.4;0.6,0.8;0.3,0.8"
Ask = Callable[[], Any]


def main() -> int:
    """Build, start, ask."""
    options = _options()
    rows = options.rows or (300_000 if options.quick else 10_000_000)
    report = harness.begin(
        "timeline", now_ms(), rows=rows, cameras=CAMERAS, database="postgres" if options.postgres else "sqlite"
    )
    work = Path(tempfile.mkdtemp(prefix="eyrie-bench-timeline-", dir=options.dir))
    try:
        park = timeline_places.build(work, rows, CAMERAS, MONTH_CAMERAS, options.postgres, quick=options.quick)
        logging.getLogger("httpx").setLevel(logging.WARNING)  # Django's set-up has it tell each question
        with _running(work / "data", options.postgres) as system:
            Bench(report, system, park, 20 if options.quick else 150).run()
        report.write(options.json)
    finally:
        shutil.rmtree(work)
    return 0


def _options() -> argparse.Namespace:
    parser = harness.arguments(__doc__ or "")
    parser.add_argument("--rows", type=int, help="segments in the index (10,000,000; 300,000 with --quick)")
    parser.add_argument("--postgres", metavar="URL", help="an empty PostgreSQL database instead of SQLite")
    parser.add_argument("--dir", type=Path, help="where the temporary data goes (needs about 12 GB)")
    return parser.parse_args()


@contextmanager
def _running(data: Path, postgres: str | None) -> Iterator[RunningSystem]:
    system = RunningSystem(data, {"EYRIE_DATABASE_URL": postgres} if postgres else None)
    try:
        yield system.start()
    finally:
        system.stop(30)


class Bench:
    """A running system, asked."""

    def __init__(self, report: harness.Report, system: RunningSystem, park: timeline_places.Park, asks: int) -> None:
        self.report, self.system, self.park, self.asks = report, system, park, asks
        self.rng = random.Random(11)  # noqa: S311 - picks times to ask for

    def run(self) -> None:
        """All questions, warm and cold."""
        files = list(self.system.data.glob("index.sqlite3*"))
        rows = []
        for name, ask in self._questions().items():
            for cold in (False, True):
                times = self._times(ask, files if cold else [])
                figures = {f"p{share}_ms": round(harness.percentile(times, share / 100), 1) for share in (50, 95)}
                label = f"{name}_cold" if cold else name
                self.report.figures |= {f"{label}_{key}": value for key, value in figures.items()}
                rows.append([label, len(times), *figures.values()])
        harness.table(["question", "asked", "p50 ms", "p95 ms"], rows)

    def _questions(self) -> dict[str, Ask]:
        places = self.rng.sample(self.park.places, len(self.park.places))
        turn = count()
        return {
            "day_64_cameras": lambda: self._get("recordings/", CAMERAS, DAY_MS),
            "hour_64_cameras": lambda: self._get("recordings/", CAMERAS, DAY_MS // 24),
            "month_16_cameras": lambda: self._get("recordings/", MONTH_CAMERAS, self.park.month_ms, detail=1800),
            "seek_first_picture": lambda: self._first_picture(places[next(turn) % len(places)]),
            "motion_ridge_day_16": lambda: self._get("activity/", MONTH_CAMERAS, DAY_MS, step=120),
            "motion_ridge_month_16": lambda: self._get("activity/", MONTH_CAMERAS, self.park.month_ms, step=3600),
            "motion_search_month_16": lambda: self._get(
                "motion/search/", MONTH_CAMERAS, self.park.month_ms, region=REGION
            ),
        }

    def _times(self, ask: Ask, files: list[Path]) -> list[float]:
        ask()
        times = []
        for _ in range(self.asks):
            for path in [*files, *(self.park.files if files else [])]:
                _forget(path)
            began = time.perf_counter()
            ask()
            times.append((time.perf_counter() - began) * 1000)
        return times

    def _get(self, path: str, cameras: int, span_ms: int, **more: Any) -> None:
        latest = max(self.park.first_ms + 1, self.park.last_ms - span_ms)
        start = self.rng.randrange(self.park.first_ms, latest)
        query = {"camera": ",".join(map(str, range(1, cameras + 1))), "start": rfc3339(start), **more}
        answer = self.system.api.get(path, params=query | {"end": rfc3339(start + span_ms)})
        answer.raise_for_status().json()

    def _first_picture(self, place: timeline_places.Place) -> None:
        """Ask as the player does after a jump, and leave as soon as the first fragment is there."""
        at = place.start_ms + self.rng.randrange(segment_rows.SEGMENT_MS - FIRST_STRETCH_MS)
        query = {"start": rfc3339(at), "end": rfc3339(at + FIRST_STRETCH_MS)}
        received = bytearray()
        with self.system.api.stream("GET", f"cameras/{place.camera}/stretch.mp4", params=query) as answer:
            answer.raise_for_status()
            for chunk in answer.iter_raw():
                received += chunk
                if _has_fragment(received):
                    return
        raise AssertionError(f"no fragment among {len(received)} bytes of {place}")


def _has_fragment(data: bytearray) -> bool:
    """Whether the first `mdat` is whole (ISO/IEC 14496-12, 4.2: size and type of a box)."""
    at = 0
    while at + 8 <= len(data):
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        at += size
        if kind == b"mdat":
            return at <= len(data)
    return False


def _forget(path: Path) -> None:
    """Drop a file's pages from the page cache."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    sys.exit(main())
