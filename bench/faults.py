"""What faults cost: Eyrie and `ffmpeg -c copy -f segment` in a loop on the same simulated camera at the same time.

Both are killed with kill -9 some times; then the camera goes away, and hangs (40 s; 8 s with --quick). Every picture
on disk is told apart and has its exact time, so *lost* is how much before the kill is missing, and *back* how much
after the kill, or the camera's return; *first bytes* is when a file grows again. A camera that sends its pictures since
the last keyframe first, as this one does, can make *back* 0. Figures of other peers are those of the research note
(peers.md), measured on such a machine at another time and marked "published".

A side of which no file grows again for SUSPICIOUS_S after a kill is told with the end of its log, and the folder is
kept to be looked at.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import harness
from faults_peers import EyrieSide, FfmpegLoop, Side

from plugins.simulator.camera import film
from plugins.simulator.testing import ParkFace, running_park
from tests.rig.arena import rig_camera
from tests.rig.pictures import Loop
from tests.rig.presence import Presence
from tests.rig.system import now_ms

NAME = "bench"
OUTAGE_S = 5.0
APART_S = (11.0, 14.0)
"""Seconds between kills: longer than ffmpeg's files of 10 s, so that each kill has its own loss."""
SETTLED_MS = 5000
"""Later than this after a kill, what is missing is charged to the next one."""
SUSPICIOUS_S = 10.0
HERE, THERE = "this run", "published"
PEERS = [  # shared/research/peers.md; seconds: start, lost by kill -9, back after kill, after outage, after a 40 s hang
    ("ffmpeg mp4 in a loop", "0.9-2.0", "2.8-8.9", "1.9", "1.0-1.8", "0.8"),
    ("ffmpeg mkv", "-", "0.5-0.9", "3.2", "-", "-"),
    ("motion", "8-10", "29.4 (all)", "8.5", "7-13", "55"),
    ("ZoneMinder", "4-11", "0.7-1.2", "3.3-4.8", "3.9-6.9", "2.1"),
    ("Frigate", "5.6-13", "2.8-3.3", "1-1.8", "0.8-1.7", "0.8"),
]
PEER_FIGURES = ("recorder", "start_s", "kill_lost_s", "kill_back_s", "outage_back_s", "hang_back_s")


@dataclass(slots=True)
class Account:
    """What happened to one side. kills: UTC ms; outage, hang: from, to. …_bytes_s: until a file grew again.
    suspicious: it took too long once."""

    start_s: float = 0.0
    began_ms: int = 0
    kills: list[int] = field(default_factory=list)
    outage: tuple[int, int] = (0, 0)
    hang: tuple[int, int] = (0, 0)
    kill_bytes_s: list[float] = field(default_factory=list)
    outage_bytes_s: float = 0.0
    hang_bytes_s: float = 0.0
    suspicious: bool = False


def main() -> int:
    """Hurt both, then read what is on disk."""
    options = _options()
    rounds = options.rounds or (3 if options.quick else 10)
    hang_s = 8.0 if options.quick else 40.0
    report = harness.begin("faults", now_ms(), rounds=rounds, outage_s=OUTAGE_S, hang_s=hang_s)
    work = Path(tempfile.mkdtemp(prefix="eyrie-bench-faults-"))
    camera = rig_camera(NAME)
    sides: list[Side] = []
    accounts: list[Account] = []
    try:
        with running_park(work / "cache", camera) as park:
            sides = [EyrieSide(work / "eyrie", park.url(NAME)), FfmpegLoop(work / "ffmpeg", park.url(NAME))]
            accounts = [Account() for _ in sides]
            _hurt(sides, accounts, park, rounds, hang_s)
            for side in sides:
                side.stop()
        loop = Loop(film(camera, work / "cache").main_file)
        rows = [_row(side, account, side.presence(loop)) for side, account in zip(sides, accounts, strict=True)]
    finally:
        for side in sides:
            side.stop()
        if any(account.suspicious for account in accounts):
            print(f"  kept for a look: {work}")
        else:
            shutil.rmtree(work)
    report.conditions["load_at_end"] = [round(value, 2) for value in os.getloadavg()]
    _print(report, rows)
    report.write(options.json)
    return 0


def _options() -> argparse.Namespace:
    parser = harness.arguments(__doc__ or "")
    parser.add_argument("--rounds", type=int, help="kills of each side (10; 3 with --quick)")
    return parser.parse_args()


def _hurt(sides: Sequence[Side], accounts: Sequence[Account], park: ParkFace, rounds: int, hang_s: float) -> None:
    for side, account in zip(sides, accounts, strict=True):
        began = time.monotonic()
        side.start()
        account.start_s = time.monotonic() - began
    for account in accounts:
        account.began_ms = now_ms()
    _kill_both(sides, accounts, rounds)
    _take_camera_away(sides, accounts, park, hang_s)


def _kill_both(sides: Sequence[Side], accounts: Sequence[Account], rounds: int) -> None:
    dice = random.Random(11)  # noqa: S311 - when, no secret
    for _ in range(rounds):
        time.sleep(dice.uniform(*APART_S))
        for side, account in zip(sides, accounts, strict=True):
            at_ms = now_ms()
            side.kill()
            size = side.newest()
            account.kills.append(at_ms)
            took = _until_growing(side, size, at_ms)
            account.kill_bytes_s.append(took)
            print(f"  {side.name}: killed, a file grows again after {took:.2f} s")
            if took > SUSPICIOUS_S:
                account.suspicious = True
                print(f"  THAT IS LONG; the newest file was {size}, is {side.newest()}\n{side.told()}")
    time.sleep(APART_S[1])


def _take_camera_away(sides: Sequence[Side], accounts: Sequence[Account], park: ParkFace, hang_s: float) -> None:
    for kind, seconds in (("drop", OUTAGE_S), ("half_open", hang_s)):
        park.fault(NAME, kind)
        at_ms = now_ms()
        time.sleep(seconds)
        sizes = [side.newest() for side in sides]
        park.clear(NAME)
        back_ms = now_ms()
        for side, account, size in zip(sides, accounts, sizes, strict=True):
            took = _until_growing(side, size, back_ms)
            if kind == "drop":
                account.outage, account.outage_bytes_s = (at_ms, back_ms), took
            else:
                account.hang, account.hang_bytes_s = (at_ms, back_ms), took
        time.sleep(4)


def _until_growing(side: Side, before: tuple[str, int], since_ms: int, timeout: float = 60) -> float:
    until = time.monotonic() + timeout
    while side.newest() == before and time.monotonic() < until:
        time.sleep(0.02)
    return (now_ms() - since_ms) / 1000


def _row(side: Side, account: Account, found: Presence) -> dict[str, object]:
    times = [account.began_ms, *account.kills]
    lost, back = [], []
    for before_ms, at_ms in pairwise(times):
        lost.append(sum(hole.end_ms - hole.start_ms for hole in found.holes(before_ms + SETTLED_MS, at_ms)) / 1000)
        back.append(sum(hole.end_ms - hole.start_ms for hole in found.holes(at_ms, at_ms + SETTLED_MS)) / 1000)
    return {
        "recorder": side.name,
        "start_s": round(account.start_s, 2),
        "kill_lost_s": [round(value, 2) for value in lost],
        "kill_back_s": [round(value, 2) for value in back],
        "kill_first_bytes_s": [round(value, 2) for value in account.kill_bytes_s],
        "outage_back_s": _back(found, account.outage, account.hang[0] - 1000),
        "outage_first_bytes_s": round(account.outage_bytes_s, 2),
        "hang_back_s": _back(found, account.hang, account.hang[1] + 3000),
        "hang_first_bytes_s": round(account.hang_bytes_s, 2),
        "broken_files": len(found.broken),
    }


def _back(found: Presence, event: tuple[int, int], until_ms: int) -> float:
    """Seconds after the camera's return for which pictures are missing."""
    ends = [hole.end_ms for hole in found.holes(event[0], until_ms)]
    return round(max(0.0, max(ends, default=0.0) - event[1]) / 1000, 2)


def _print(report: harness.Report, rows: list[dict[str, object]]) -> None:
    report.figures |= _own_figures(rows[0])
    published = [dict(zip(PEER_FIGURES, peer, strict=True)) | {"measured": THERE} for peer in PEERS]
    report.figures["recorders"] = [*(row | {"measured": HERE} for row in rows), *published]
    head = ["recorder", "measured", "start s", "kill -9: lost s", "back s (first bytes)", "after outage", "after hang"]
    shown = [(*_cells(row), row["broken_files"]) for row in rows]
    harness.table([*head, "broken files"], [*shown, *((peer[0], THERE, *peer[1:], "-") for peer in PEERS)])


def _cells(row: dict[str, object]) -> tuple[object, ...]:
    lost, back, first = (_span(row[name]) for name in ("kill_lost_s", "kill_back_s", "kill_first_bytes_s"))
    outage = f"{row['outage_back_s']} ({row['outage_first_bytes_s']})"
    hang = f"{row['hang_back_s']} ({row['hang_first_bytes_s']})"
    return row["recorder"], HERE, row["start_s"], lost, f"{back} ({first})", outage, hang


def _own_figures(ours: dict[str, object]) -> dict[str, object]:
    """Eyrie's as single numbers: of the kills the greatest and the middle one."""
    figures = {name: value for name, value in ours.items() if isinstance(value, int | float)}
    for name in ("kill_lost_s", "kill_back_s", "kill_first_bytes_s"):
        values = ours[name]
        assert isinstance(values, list)  # noqa: S101 - narrows the type
        figures[f"{name[:-2]}_max_s"] = max(values)
        figures[f"{name[:-2]}_median_s"] = round(statistics.median(values), 2)
    return dict(figures)


def _span(values: object) -> str:
    assert isinstance(values, list)  # noqa: S101 - narrows the type
    return f"{min(values)}-{max(values)}, median {statistics.median(values):.2f}"


if __name__ == "__main__":
    sys.exit(main())
