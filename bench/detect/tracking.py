"""How well the tracker follows people, given the detections of others: MOTA, IDF1, changed ids and CPU, on MOT15's two
sequences of ../shared/data, at their own rate and at lower ones, as a detector looks. Targets on vtest at its own rate:
MOTA >= .60, IDF1 >= .50, <= 1 ms CPU a look.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/, where the harness lies
import harness

from core.analyser.tracker import Tracker
from core.api import SeenObject
from core.testing.scores import TrackingScore, read_mot, score_tracks

PEOPLE = harness.ROOT.parent / "shared" / "data" / "people"
SEQUENCES = {"vtest": ((768, 576), 10), "TUD-Campus": ((640, 480), 25)}
EACH = (1, 2, 4)
"""Every such frame is looked at."""


def main() -> None:
    options = harness.arguments(__doc__.splitlines()[0]).parse_args()
    report = harness.begin("detect/tracking", time.time_ns() // 1_000_000, detections="MOT15 public, given")
    rows = []
    for name, (size, fps) in SEQUENCES.items():
        for each in EACH[:1] if options.quick else EACH:
            score, cpu_ms = followed(name, size, fps, each)
            row = (name, round(fps / each, 1), score.mota, score.idf1, score.switches, score.ids, cpu_ms)
            rows.append([value if isinstance(value, (str, int)) else round(value, 3) for value in row])
    head = ("clip", "looks/s", "MOTA", "IDF1", "switches", "ids", "CPU ms/look")
    harness.table(head, rows)
    report.figures["rows"] = [dict(zip(head, row, strict=True)) for row in rows]
    report.write(options.json)


def followed(name: str, size: tuple[int, int], fps: int, each: int) -> tuple[TrackingScore, float]:
    """The score, and CPU ms a look."""
    scale = (1 / size[0], 1 / size[1])
    truth = read_mot(PEOPLE / f"{name}-gt.txt", scale)
    found = read_mot(PEOPLE / f"{name}-det.txt", scale)
    looks = {
        frame: [SeenObject("person", score, box) for _, box, score in found.get(frame, [])]
        for frame in range(1, max(truth) + 1, each)
    }
    tracker, tracks = Tracker(1), {}
    started = time.process_time()
    for frame, seen in looks.items():
        tracks[frame] = tracker.update(seen, frame * 1000 // fps).tracks
    cpu_ms = (time.process_time() - started) * 1000 / len(looks)
    shown = {at: [(one.id, one.points[-1].box) for one in there if one.seen] for at, there in tracks.items()}
    return score_tracks({at: [(who, box) for who, box, _ in rows] for at, rows in truth.items()}, shown), cpu_ms


if __name__ == "__main__":
    main()
