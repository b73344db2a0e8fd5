"""What live view costs, and how live it is: a whole Eyrie, real cameras, real Chromium.

First picture: from asking for a stream to its first picture on the screen, in a browser. Warm: the camera is being
recorded, so the newest group of pictures is at hand. Cold: a sub stream nobody has asked for, so the camera is
connected to first; the cameras of this bench begin with their last keyframe, and one that does not adds up to its
keyframe distance. Age: from the instant the camera took a picture to the screen, by the number burnt into the picture.
Viewers: 1080p30 at 4 Mbit/s with sound through one web process; CPU is user+system of whole processes over a window.
Stalled: viewers that stop reading; growth of web's and the recorder's memory. Converted: 1080p30 H.265 at 4 Mbit/s made
into 720p H.264 for one viewer.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO, cast

import clip_server
import harness
import live_browser
from playwright.sync_api import Page

from plugins.simulator.testing import SimulatedCamera, running_park
from tests.rig.processes import manage
from tests.rig.system import RunningSystem, now_ms

HERE = Path(__file__).parent
FPS, LOOP_S = 25, 4
CAMERAS = 4
VIEWERS = 16
SETTLE_S = 3.0
TARGETS = {
    "first_picture_warm_ms": 300,
    "first_picture_cold_ms": 1000,
    "drift_ms": 100,
    "web_cpu_percent_16_viewers": 5,
    "stalled_growth_mb": 8,
}


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long each part runs. seconds: a measured window; age_s: of watching in the browser; firsts: how often."""

    seconds: float
    age_s: float
    firsts: int


def main() -> int:
    """Start, measure one thing after the other, print, write."""
    options = _options()
    lengths = Lengths(10, 15, 6) if options.quick else Lengths(30, 60, 20)
    report = harness.begin("live", now_ms(), cameras=CAMERAS, viewers=VIEWERS, window_s=lengths.seconds)
    work = Path(tempfile.mkdtemp(prefix="eyrie-bench-live-"))
    try:
        with ExitStack() as stack:
            _measure(stack, work, lengths, report)
    finally:
        shutil.rmtree(work)
    _judge(report)
    report.write(options.json)
    return 0


def _options() -> argparse.Namespace:
    return harness.arguments(__doc__ or "").parse_args()


def _measure(stack: ExitStack, work: Path, lengths: Lengths, report: harness.Report) -> None:
    port = stack.enter_context(_clip_cameras(clip_server.encode(work / "clip.mp4"), 2 * CAMERAS))
    other = stack.enter_context(_clip_cameras(clip_server.encode(work / "h265.mp4", codec="libx265"), 1))
    numbered: dict[str, Any] = {"fps": FPS, "seconds": LOOP_S, "width": 1280, "height": 720, "sub": False}
    park = stack.enter_context(
        running_park(
            work / "cache",
            SimulatedCamera("plain", seed=1, **numbered),
            SimulatedCamera("h265", codec="h265", seed=2, **numbered),
        )
    )
    system = RunningSystem(work / "data", {"EYRIE_LOG_FORMAT": "text"})
    stack.callback(system.stop)
    system.start()
    urls = [f"rtsp://127.0.0.1:{port}{clip_server.path(number)}" for number in range(2 * CAMERAS)]
    heavy = [system.add_camera(f"heavy {n}", urls[n], sub_url=urls[CAMERAS + n]) for n in range(CAMERAS)]
    large = system.add_camera("large", f"rtsp://127.0.0.1:{other}{clip_server.path(0)}")
    plain, h265 = (system.add_camera(name, park.url(name)) for name in ("plain", "h265"))
    for camera in (*heavy, large, plain, h265):
        system.wait_recording(camera, 60)
    time.sleep(SETTLE_S)
    _viewers(system, heavy, lengths, report)
    _converted(system, large, lengths, report)
    _stalled(system, heavy, lengths, report)
    with live_browser.browsing(system) as page:
        cold = live_browser.first_pictures(page, heavy, "sub")
        warm = live_browser.first_pictures(page, heavy * lengths.firsts, "main")
        converted = live_browser.first_pictures(page, [h265] * max(lengths.firsts // 3, 2), "main")
        _firsts(report, {"warm": warm, "cold": cold, "converted": converted})
        for name, camera in (("plain", plain), ("h265", h265)):
            _age(page, name, camera, lengths, report)


@contextmanager
def _clip_cameras(clip: Path, count: int) -> Iterator[int]:
    command = [sys.executable, str(HERE / "clip_server.py"), str(clip), str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(cast(TextIO, process.stdout).readline())
        finally:
            process.terminate()


@contextmanager
def _watching(system: RunningSystem, count: int, cameras: Sequence[int], *flags: str) -> Iterator[dict[str, Any]]:
    """So many viewers while inside; afterwards what they took."""
    token = manage(system.data, "token", "create", "--user", "admin", extra=system.settings).strip()
    words = [f"127.0.0.1:{system.port}", token, str(count), *map(str, cameras), *flags]
    command = [sys.executable, str(HERE / "live_viewers.py"), *words]
    taken: dict[str, Any] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        lines = cast(TextIO, process.stdout)
        try:
            if lines.readline().strip() != "watching":
                raise RuntimeError("the viewers did not begin")
            yield taken
        finally:
            process.terminate()
            taken |= json.loads(lines.readline() or "{}")


def _usage(system: RunningSystem, name: str) -> harness.Usage:
    return harness.usage([process.pid for process in system.members(name)])


def _cpu(system: RunningSystem, seconds: float) -> dict[str, float]:
    """Percent of a core that web and recorder take over a window."""
    names = ("web", "recorder-0")
    before, began = {name: _usage(system, name).cpu_s for name in names}, time.monotonic()
    time.sleep(seconds)
    took = time.monotonic() - began
    return {name: (_usage(system, name).cpu_s - before[name]) * 100 / took for name in names}


def _viewers(system: RunningSystem, cameras: list[int], lengths: Lengths, report: harness.Report) -> None:
    idle = _cpu(system, lengths.seconds)
    rows = []
    for count in (1, VIEWERS):
        with _watching(system, count, cameras) as taken:
            time.sleep(SETTLE_S)
            busy = _cpu(system, lengths.seconds)
        megabits = taken["bytes"] * 8 / taken["seconds"] / harness.MB
        web, recorder = (busy[name] - idle[name] for name in ("web", "recorder-0"))
        rows.append([count, f"{megabits:.1f}", f"{web:.1f}", f"{web * 10 / count:.2f}", f"{recorder:.1f}"])
    report.figures |= {
        "web_cpu_percent_idle": idle["web"],
        "web_cpu_percent_16_viewers": web,
        "recorder_cpu_percent_16_viewers": recorder,
        "megabits_16_viewers": megabits,
    }
    harness.table(("viewers", "Mbit/s", "web CPU %", "ms per viewer-s", "recorder CPU %"), rows)


def _converted(system: RunningSystem, camera: int, lengths: Lengths, report: harness.Report) -> None:
    """One stream that is converted, for a viewer and for four."""
    rows = []
    for count in (1, 4):
        with _watching(system, count, [camera], "--converted") as taken:
            time.sleep(SETTLE_S)
            cpu = _cpu(system, lengths.seconds)["web"]
            memory = (_usage(system, "web").pss, len(system.members("web")[0].children(recursive=True)))
        megabits = taken["bytes"] * 8 / taken["seconds"] / harness.MB
        report.figures[f"converted_cpu_percent_{count}_viewers"] = cpu
        rows.append([count, memory[1], f"{megabits:.1f}", f"{cpu:.1f}", f"{memory[0] / harness.MB:.0f}"])
    harness.table(("H.265 viewers", "processes", "Mbit/s", "web+transcoder CPU %", "PSS MB"), rows)


def _stalled(system: RunningSystem, cameras: list[int], lengths: Lengths, report: harness.Report) -> None:
    """Four viewers that stop reading: memory after they have filled what they may, and again later."""
    with _watching(system, 4, cameras, "--stalled"):
        time.sleep(20)  # at 4 Mbit/s: more than may wait for a viewer
        full = {name: _usage(system, name).rss for name in ("web", "recorder-0")}
        time.sleep(2 * lengths.seconds)
        grown = {name: (_usage(system, name).rss - full[name]) / harness.MB for name in full}
    report.figures["stalled_growth_mb"] = max(grown.values())
    rows = [[name, f"{full[name] / harness.MB:.0f}", f"{grown[name]:+.1f}"] for name in full]
    harness.table(("4 stalled viewers", "RSS MB", f"after {2 * lengths.seconds:g} s more"), rows)


def _firsts(report: harness.Report, found: dict[str, list[float]]) -> None:
    rows = []
    for name, values in found.items():
        report.figures[f"first_picture_{name}_ms"] = statistics.median(values)
        report.figures[f"first_picture_{name}_p95_ms"] = harness.percentile(values, 0.95)
        rows.append([name, len(values), *(f"{harness.percentile(values, share):.0f}" for share in (0.5, 0.95, 1))])
    harness.table(("first picture", "times", "median ms", "p95", "worst"), rows)


def _age(page: Page, name: str, camera: int, lengths: Lengths, report: harness.Report) -> None:
    seen = live_browser.watched(page, camera, lengths.age_s, FPS, LOOP_S)
    figures = {
        "age_ms": seen.age(0.5),
        "age_p95_ms": seen.age(0.95),
        "drift_ms": seen.drift_ms,
        "badge_error_ms": seen.badge_error_ms,
        "stalls": seen.stalls,
        "shown": seen.shown,
        "dropped": seen.dropped,
    }
    suffix = "" if name == "plain" else f"_{name}"
    report.figures |= {key + suffix: value for key, value in figures.items()}
    cells = [f"{value:.0f}" for value in figures.values()]
    harness.table((f"720p25 {name}:", *(key.replace("_", " ") for key in figures)), [["", *cells]])


def _judge(report: harness.Report) -> None:
    rows = []
    for name, target in TARGETS.items():
        value = abs(report.figures[name])
        rows.append([name, f"{value:.1f}", f"<= {target}", "met" if value <= target else "MISSED"])
    harness.table(("figure", "measured", "target", ""), rows)


if __name__ == "__main__":
    sys.exit(main())
