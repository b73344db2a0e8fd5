"""The segment index with ten million rows: how long the portal's questions take, idle and beside 1,000 inserts/s.

Builds a fresh database by the real migrations, fills it (bench/segment_rows.py) and asks through
core.recording.queries, as web does, with the fragment indexes in the rows. A second process writes through the
recorder's own index writer meanwhile. The peer is the same question in the research note's lab (10 s segments, no
fragment index; shared/research/webstack.md section 3); targets: one camera-hour p95 < 10 ms, seek p95 < 5 ms.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import harness
import segment_rows

HOUR_MS = 3_600_000
CAMERAS = 64
COLD = 200  # questions, so that the 95th percentile is not the second worst of all
LAB_SQLITE_P95_MS = {"hour": 6.6, "seek": 2.8, "day": 89.0}  # webstack.md, p95, SQLite
HOUSEKEEPING = ("volume_counted_ms", "volume_tally_ms", "unsettled_ms")
Question = Callable[[int, int], Any]


def main() -> int:
    """Build, ask, ask again while rows come in."""
    options = _options()
    at_ms = time.time_ns() // 1_000_000
    rows = options.rows or (300_000 if options.quick else 10_000_000)
    report = harness.begin(
        "index", at_ms, rows=rows, cameras=CAMERAS, database="postgres" if options.postgres else "sqlite"
    )
    data = Path(tempfile.mkdtemp(prefix="eyrie-bench-index-", dir=options.dir))
    try:
        segment_rows.set_up(data, options.postgres)
        seconds = 10 if options.quick else 40
        Bench(report, rows, options.rate, seconds, data).run()
        report.write(options.json)
    finally:
        shutil.rmtree(data)
    return 0


def _options() -> argparse.Namespace:
    parser = harness.arguments(__doc__ or "")
    parser.add_argument("--rows", type=int, help="segments in the index (10,000,000; 300,000 with --quick)")
    parser.add_argument("--rate", type=int, default=1000, help="segments inserted per second beside the questions")
    parser.add_argument("--postgres", metavar="URL", help="an empty PostgreSQL database instead of SQLite")
    parser.add_argument("--dir", type=Path, help="where the temporary database goes (needs about 12 GB)")
    return parser.parse_args()


class Bench:
    """One database: filled, then asked."""

    def __init__(self, report: harness.Report, rows: int, rate: int, seconds: int, data: Path) -> None:
        self.report, self.rows, self.rate, self.seconds, self.data = report, rows, rate, seconds, data
        self.loader = segment_rows.Loader(CAMERAS)
        self.rng = random.Random(7)  # noqa: S311 - picks times to ask for
        self.last_ms = self.loader.start_of(rows)

    def run(self) -> None:
        began = time.monotonic()
        self.loader.load(self.rows)
        took = time.monotonic() - began
        figures = self.report.figures
        figures["load_rows_per_s"] = round(self.rows / took)
        print(f"  loaded {self.rows:,} segments with pieces in {took:.0f} s")
        if stored := sum(p.stat().st_size for p in self.data.glob("index.sqlite3*")):
            figures["bytes_per_row"] = round(stored / self.rows)
            print(f"  bytes_per_row: {figures['bytes_per_row']}")
        questions = _questions()
        self._cold(questions)
        idle = {name: self._ask(question, self.seconds / len(questions)) for name, question in questions.items()}
        inserted, loaded = self._beside_inserts(questions)
        figures["inserts_per_s"] = inserted
        self._keeping_house()
        self._print(idle, loaded)

    def _cold(self, questions: dict[str, Question]) -> None:
        """The first questions after a start on a machine whose page cache holds other things."""
        for path in self.data.glob("index.sqlite3*"):
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        for name in ("hour", "seek"):
            times = [self._once(questions[name]) for _ in range(COLD)]
            self.report.figures[f"{name}_cold_p95_ms"] = round(harness.percentile(times, 0.95), 2)

    def _ask(self, question: Question, seconds: float) -> list[float]:
        """Latencies in ms of the question at random cameras and times for so long."""
        for _ in range(5):
            self._once(question)
        times: list[float] = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            times.append(self._once(question))
        return times

    def _once(self, question: Question) -> float:
        at = self.rng.randrange(segment_rows.FIRST_MS, max(segment_rows.FIRST_MS + 1, self.last_ms - 24 * HOUR_MS))
        camera = self.rng.randint(1, CAMERAS)
        began = time.perf_counter()
        question(camera, at)
        return (time.perf_counter() - began) * 1000

    def _beside_inserts(self, questions: dict[str, Question]) -> tuple[float, dict[str, list[float]]]:
        script = Path(__file__).with_name("index_inserts.py")
        first_ms = self.last_ms + HOUR_MS
        argv = [sys.executable, str(script), str(self.rate), str(self.seconds + 4), str(first_ms), str(CAMERAS)]
        writer = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        try:
            assert writer.stdout is not None  # noqa: S101 - stdout is a pipe
            writer.stdout.readline()  # the writer is running
            loaded = {name: self._ask(question, self.seconds / len(questions)) for name, question in questions.items()}
            inserted = float(writer.stdout.readline().split()[0])
        finally:
            writer.wait()
        return inserted, loaded

    def _keeping_house(self) -> None:
        """What retention asks every minute, the first time in full and then by its tally, and what each start asks."""
        from core.recording.models import UNSETTLED, Segment, State
        from core.recording.retention import held_by_volume
        from core.recording.tally import Tally

        tally, volume_id = Tally(), self.loader.volume.pk
        questions: dict[str, Callable[[], Any]] = {
            "volume_counted_ms": lambda: tally.total("volume", held_by_volume(volume_id), self.last_ms),
            "volume_tally_ms": lambda: tally.total("volume", held_by_volume(volume_id), self.last_ms + 60_000),
            "unsettled_ms": lambda: list(Segment.objects.filter(UNSETTLED, state=State.OPEN).values_list("pk")),
        }
        for name, question in questions.items():
            began = time.perf_counter()
            question()
            self.report.figures[name] = round((time.perf_counter() - began) * 1000, 2)

    def _print(self, idle: dict[str, list[float]], loaded: dict[str, list[float]]) -> None:
        figures, rows = self.report.figures, []
        for name, times in idle.items():
            row: list[Any] = [name, len(times)]
            for suffix, values in (("", times), ("_writing", loaded[name])):
                for share in (0.5, 0.95):
                    value = round(harness.percentile(values, share), 2)
                    figures[f"{name}{suffix}_p{round(share * 100)}_ms"] = value
                    row.append(value)
            rows.append([*row, LAB_SQLITE_P95_MS.get(name, "-")])
        harness.table(["question", "asked", "p50 ms", "p95 ms", "p50 writing", "p95 writing", "lab p95 ms"], rows)
        for name in ("hour_cold_p95_ms", "seek_cold_p95_ms", "inserts_per_s", *HOUSEKEEPING):
            print(f"  {name}: {figures[name]}")


def _questions() -> dict[str, Question]:
    from core.recording import queries

    return {
        "hour": lambda camera, at: list(queries.segments(camera, at, at + HOUR_MS)),
        "seek": queries.segment_at,
        "day": lambda camera, at: list(queries.segments(camera, at, at + 24 * HOUR_MS)),
        "timeline_day": lambda camera, at: queries.timelines([camera], at, at + 24 * HOUR_MS),
        "timeline_64_hour": lambda _camera, at: queries.timelines(range(1, CAMERAS + 1), at, at + HOUR_MS),
        "timeline_64_day": lambda _camera, at: queries.timelines(range(1, CAMERAS + 1), at, at + 24 * HOUR_MS),
    }


if __name__ == "__main__":
    sys.exit(main())
