"""What a whole system costs that records and analyses: all its processes, from supervisor to detector.

Cameras (1080p30 at 4 Mbit/s, sub stream 640x360 at 10 fps) are served by a process of its own; their main stream is
recorded, their sub stream looked at. `--detector idler` is a detector that does nothing: what remains is the pipeline.
`--peer` has Debian's `motion` do the same afterwards, with the same cameras.
Targets with motion: cpu_s_per_camera_second < 0.025, pss_mb < 270 for 8 cameras (MB of 10^6 bytes).

How many pages of a library a process is counted depends on how the file came into the system's cache: written by an
installation, in large pieces, it counts 20 MB more than read at a start of the machine. So libraries are dropped from
the cache first, for Eyrie and its peer alike.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import clip_server
import harness
import psutil
import system_peer

from tests.rig.system import RunningSystem
from tests.rig.watchers import DETECTORS, install

SETTLE_S = 40.0
LIBRARIES = (Path(sys.prefix), Path(sys.base_prefix) / "lib", Path("/usr/lib"))


def main() -> int:
    """Serve, record and analyse, measure, print, write."""
    options = _options()
    if options.serve:
        asyncio.run(_serve(Path(options.serve), options.cameras))
        return 0
    seconds = 15 if options.quick else options.seconds
    conditions = {"cameras": options.cameras, "seconds": seconds, "detector": options.detector}
    report = harness.begin("detect/system", time.time_ns() // 1_000_000, **conditions)
    work = Path(tempfile.mkdtemp(prefix="eyrie-bench-detect-", dir=options.dir))
    try:
        _forget_libraries()
        report.figures = _measure(work, options, seconds)
    finally:
        shutil.rmtree(work)
    _print(report.figures)
    report.write(options.json)
    return 0


def _options() -> argparse.Namespace:
    parser = harness.arguments(__doc__ or "")
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--seconds", type=int, default=60, help="length of the measured window")
    parser.add_argument("--detector", default="motion", help="a plugin's detector, or idler, or none")
    parser.add_argument("--peer", action="store_true", help="measure Debian's motion as well")
    parser.add_argument("--dir", type=Path, help="where recordings go meanwhile")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(work: Path, options: argparse.Namespace, seconds: int) -> dict[str, Any]:
    clip_server.encode(work / "main.mp4")
    _encode_sub(work / "sub.mp4")
    command = [sys.executable, __file__, "--serve", str(work), "--cameras", str(options.cameras)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    system = RunningSystem(work / "data", _settings(work, options.detector))
    try:
        assert server.stdout is not None  # noqa: S101 - stdout is a pipe
        base = f"rtsp://127.0.0.1:{int(server.stdout.readline())}"
        system.start()
        _add_cameras(system, base, options)
        time.sleep(SETTLE_S)
        figures = _window(system, options.cameras, seconds)
        system.stop()
        if options.peer:
            figures["motion"] = system_peer.measure(work, base, options.cameras, SETTLE_S, seconds)
        return figures
    finally:
        system.stop()
        server.send_signal(signal.SIGTERM)
        server.wait()


def _forget_libraries() -> None:
    """Have what is in no use of them dropped from the cache of files (posix_fadvise(2))."""
    for path in (path for folder in LIBRARIES for path in folder.rglob("*.so*") if path.is_file()):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _settings(work: Path, detector: str) -> dict[str, str]:
    if detector in DETECTORS:
        return install(work / "site", detector)
    return {"EYRIE_PLUGINS": "local_disk,rtsp" + ("" if detector == "none" else f",{detector}")}


def _add_cameras(system: RunningSystem, base: str, options: argparse.Namespace) -> None:
    for number in range(options.cameras):
        url, sub = (f"{base}{clip_server.path(number)}-{stream}" for stream in ("main", "sub"))
        camera = system.add_camera(f"camera {number}", url, sub_url=sub)
        if options.detector != "none":
            settings = {"stream": "sub"} if options.detector in DETECTORS else {}
            path = f"cameras/{camera}/detectors/{options.detector}/"
            system.api.put(path, json={"settings": settings}).raise_for_status()
        system.wait_recording(camera, 60)


def _encode_sub(target: Path, seconds: int = 20) -> None:
    """640x360 at 10 fps, 500 kbit/s, GOP 2 s: test pattern that moves, with noise."""
    options = f"-f lavfi -i testsrc2=size=640x360:rate=10,noise=alls=6:allf=t -t {seconds}"
    options += " -c:v libx264 -preset veryfast -bf 0 -g 20 -sc_threshold 0 -b:v 500k -pix_fmt yuv420p"
    subprocess.run(["ffmpeg", "-v", "error", "-y", *options.split(), str(target)], check=True)


async def _serve(work: Path, cameras: int) -> None:
    """Serve both clips of each camera until SIGTERM; prints the port."""
    from core.media.rtsp.server import RtspServer
    from plugins.simulator.clips import load
    from plugins.simulator.stream import LoopingStream

    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    server = RtspServer()
    for stream in ("main", "sub"):
        clip = load(work / f"{stream}.mp4")
        for number in range(cameras):
            clock = clip_server.Shifted(number * clip_server.SPREAD_MS // cameras)
            server.mount(f"{clip_server.path(number)}-{stream}", LoopingStream(clip, clock))
    await server.start()
    print(server.port, flush=True)
    await ended.wait()
    await server.stop()


def _window(system: RunningSystem, cameras: int, seconds: int) -> dict[str, Any]:
    assert system.process is not None  # noqa: S101 - it runs
    before, began = _processes(system.process.pid), time.monotonic()
    time.sleep(seconds)
    after, took = _processes(system.process.pid), time.monotonic() - began
    share = 1000 / took / cameras
    rows = [
        (name, round((cpu - before.get(key, ("", 0.0, 0))[1]) * share, 2), round(pss / harness.MB, 1))
        for key, (name, cpu, pss) in sorted(after.items())
    ]
    looks = _standing(system)
    return {
        "cameras": cameras,
        "cpu_s_per_camera_second": round(sum(cpu for _, cpu, _ in rows) / 1000, 5),
        "pss_mb": round(sum(pss for _, _, pss in rows), 1),
        "looks_per_second": round(sum(row["looks_per_second"] for row in looks), 2),
        "dropped": sum(row["dropped"] for row in looks),
        "cpu_ms_per_look": round(sum(row["cpu_ms_per_look"] for row in looks) / max(len(looks), 1), 3),
        "processes": [{"process": name, "cpu_ms_per_camera_second": cpu, "pss_mb": pss} for name, cpu, pss in rows],
    }


def _processes(supervisor: int) -> dict[int, tuple[str, float, int]]:
    """By pid: name, CPU seconds, PSS."""
    found: dict[int, tuple[str, float, int]] = {}
    top = psutil.Process(supervisor)
    for process in (top, *top.children(recursive=True)):
        try:
            times = process.cpu_times()
            name = "supervisor" if process.pid == supervisor else process.name()
            found[process.pid] = (name, times.user + times.system, process.memory_full_info().pss)
        except psutil.NoSuchProcess:
            continue
    return found


def _standing(system: RunningSystem) -> list[dict[str, Any]]:
    ids = [row["id"] for row in system.api.get("cameras/").raise_for_status().json()["results"]]
    return [row for one in ids for row in system.api.get(f"cameras/{one}/detectors/").json()["results"]]


def _print(figures: dict[str, Any]) -> None:
    head = ["process", "CPU ms/cam-s", "PSS MB"]
    rows = [[row["process"], row["cpu_ms_per_camera_second"], row["pss_mb"]] for row in figures["processes"]]
    total = ["all", round(figures["cpu_s_per_camera_second"] * 1000, 2), figures["pss_mb"]]
    harness.table(head, [*rows, total])
    print({name: value for name, value in figures.items() if name != "processes"})


if __name__ == "__main__":
    sys.exit(main())
