"""What recording costs: Eyrie's recorder against one `ffmpeg -c copy -f segment` per camera, in the same run, in turns.

Both record the same RTSP cameras (1080p30 H.264 at 4 Mbit/s with AAC, over TCP) from a server process of its own.
CPU is user+system of whole processes over a steady window. Memory per added camera: the recorder's growth from one
camera to N, divided by N-1. Frames are compared one by one with those served: lost is what is missing between the
first and the last recorded one. Targets: cpu_ratio_to_ffmpeg <= 0.8, rss_mb_per_camera <= 8, frames_lost 0.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import clip_server
import harness
from recording_peers import Eyrie, Ffmpeg, Recorder, Window, measure

SWEEP = (1, 8, 32, 64)


def main() -> int:
    """Serve, record in turns, print, write."""
    options = _options()
    at_ms = time.time_ns() // 1_000_000
    cameras = list(SWEEP) if options.sweep else [options.cameras]
    seconds = 8 if options.quick else options.seconds
    report = harness.begin(
        "recording", at_ms, cameras=cameras, seconds=seconds, turns=options.turns, recorders=options.recorders
    )
    report.conditions["ffmpeg"] = _ffmpeg_version()
    work = Path(tempfile.mkdtemp(prefix="eyrie-bench-recording-", dir=options.dir))
    try:
        clip = clip_server.encode(work / "clip.mp4")
        rows = [_compare(work, clip, count, seconds, options) for count in cameras]
    finally:
        shutil.rmtree(work)
    _print(report, rows)
    report.write(options.json)
    return 0


def _options() -> argparse.Namespace:
    parser = harness.arguments(__doc__ or "")
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=30, help="length of each measured window")
    parser.add_argument("--turns", type=int, default=1, help="how often each recorder has its turn")
    parser.add_argument("--recorders", type=int, default=1, help="Eyrie's recorder processes")
    parser.add_argument("--sweep", action="store_true", help="for 1, 8, 32 and 64 cameras")
    parser.add_argument("--dir", type=Path, help="where recordings go meanwhile")
    parser.add_argument("--profile", type=Path, help="write the recorder's cProfile statistics there (costs CPU)")
    options = parser.parse_args()
    if min(options.cameras, options.seconds, options.turns, options.recorders) < 1:
        parser.error("--cameras, --seconds, --turns and --recorders take numbers from 1")
    return options


def _ffmpeg_version() -> str:
    done = subprocess.run(["ffmpeg", "-version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[2]


def _compare(work: Path, clip: Path, count: int, seconds: int, options: argparse.Namespace) -> dict[str, Any]:
    """One number of cameras: both recorders in turns, against one server. One camera more for the memory figure."""
    server = subprocess.Popen(
        [sys.executable, str(Path(clip_server.__file__)), str(clip), str(max(count, 2))],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stdout is not None  # noqa: S101 - stdout is a pipe
        port = int(server.stdout.readline())
        urls = [f"rtsp://127.0.0.1:{port}{clip_server.path(number)}" for number in range(max(count, 2))]
        ours: list[Window] = []
        theirs: list[Window] = []
        for turn in range(options.turns):
            eyrie: Recorder = Eyrie(work / f"eyrie-{count}-{turn}", options.recorders, options.profile)
            ours.append(measure(eyrie, urls, count, seconds, clip))
            theirs.append(measure(Ffmpeg(work / f"ffmpeg-{count}-{turn}"), urls, count, seconds, clip))
        return _row(count, ours, theirs)
    finally:
        server.terminate()
        server.wait()


def _row(count: int, ours: list[Window], theirs: list[Window]) -> dict[str, Any]:
    ours_cpu = sum(window.cpu_ms for window in ours) / len(ours)
    theirs_cpu = sum(window.cpu_ms for window in theirs) / len(theirs)
    return {
        "cameras": count,
        "cpu_ms_per_camera_second": round(ours_cpu, 2),
        "ffmpeg_cpu_ms_per_camera_second": round(theirs_cpu, 2),
        "cpu_ratio_to_ffmpeg": round(ours_cpu / theirs_cpu, 3),
        "rss_mb": round(max(window.rss for window in ours) / harness.MB, 1),
        "pss_mb": round(max(window.pss for window in ours) / harness.MB, 1),
        "rss_mb_per_camera": round(max(window.rss_per_camera for window in ours) / harness.MB, 2),
        "ffmpeg_rss_mb_per_camera": round(max(window.rss_per_camera for window in theirs) / harness.MB, 2),
        "ffmpeg_pss_mb_per_camera": round(max(window.pss for window in theirs) / count / harness.MB, 2),
        "frames_recorded": sum(window.frames for window in ours),
        "frames_lost": sum(window.lost for window in ours),
        "frames_foreign": sum(window.foreign for window in ours),
        "ffmpeg_frames_lost": sum(window.lost for window in theirs),
    }


def _print(report: harness.Report, rows: list[dict[str, Any]]) -> None:
    report.figures = dict(rows[-1]) if len(rows) == 1 else {"sweep": rows} | _worst(rows)
    head = [
        "cameras",
        "CPU ms/cam-s",
        "ffmpeg",
        "ratio",
        "RSS MB",
        "PSS MB",
        "RSS MB/cam",
        "ffmpeg",
        "frames",
        "lost",
        "ffmpeg",
    ]
    names = ["cameras", "cpu_ms_per_camera_second", "ffmpeg_cpu_ms_per_camera_second", "cpu_ratio_to_ffmpeg", "rss_mb"]
    names += [
        "pss_mb",
        "rss_mb_per_camera",
        "ffmpeg_rss_mb_per_camera",
        "frames_recorded",
        "frames_lost",
        "ffmpeg_frames_lost",
    ]
    harness.table(head, [[row[name] for name in names] for row in rows])


def _worst(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The three figures of a whole sweep: the worst of each."""
    names = ("cpu_ratio_to_ffmpeg", "rss_mb_per_camera", "frames_lost")
    return {name: max(row[name] for row in rows) for name in names}


if __name__ == "__main__":
    sys.exit(main())
