"""Debian's `motion` (apt-get install motion) recording the main streams and looking at the sub streams of the same
cameras: what its one process costs. It is as without a configuration, but that it records all the time, as Eyrie does,
without decoding the main stream.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import clip_server
import harness

PROGRAM = "motion"
_MAIN = """daemon off
setup_mode off
log_level 4
log_file {folder}/log
target_dir {folder}
webcontrol_port 0
stream_port 0
picture_output off
movie_output on
movie_passthrough on
movie_max_time 60
emulate_motion on
{cameras}
"""
_CAMERA = """camera_id {id}
netcam_url {base}{path}-sub
netcam_high_url {base}{path}-main
width 640
height 360
framerate 10
movie_filename {id}-%s
"""


def measure(work: Path, base: str, cameras: int, settle_s: float, seconds: int) -> dict[str, Any] | None:
    """Its CPU seconds a camera-second, PSS and what it recorded; None where it is not installed.

    base: address of the RTSP server.
    """
    if shutil.which(PROGRAM) is None:
        print(f"{PROGRAM} is not installed and left out")
        return None
    folder = work / PROGRAM
    folder.mkdir()
    for number in range(cameras):
        text = _CAMERA.format(id=number + 1, base=base, path=clip_server.path(number))
        (folder / f"{number + 1}.conf").write_text(text)
    files = "\n".join(f"camera {folder}/{number + 1}.conf" for number in range(cameras))
    (folder / "main.conf").write_text(_MAIN.format(folder=folder, cameras=files))
    command = [PROGRAM, "-n", "-c", str(folder / "main.conf")]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        time.sleep(settle_s)
        before, began = harness.usage([process.pid]), time.monotonic()
        time.sleep(seconds)
        after, took = harness.usage([process.pid]), time.monotonic() - began
    finally:
        process.terminate()
        process.wait(timeout=20)
    files_of = {path.name.partition("-")[0] for path in folder.glob("*.m*") if path.stat().st_size}
    return {
        "cpu_s_per_camera_second": round((after.cpu_s - before.cpu_s) / took / cameras, 5),
        "pss_mb": round(after.pss / harness.MB, 1),
        "cameras_recorded": len(files_of),
    }
