"""Debian's `motion` on the same pictures as Eyrie's detector, in the same run: events, false alarms, CPU a picture.

`motion` looks at cameras in real time, so each film is sent to it as an MJPEG camera, all at once; Eyrie's detector
looks at the same JPEG pictures. `motion` is set as it is without a configuration, but for: threshold 0.5 % of the
picture (its default, 1500 pixels, is that of its default size), events end 2 s after the last motion as Eyrie's do, no
files, no web pages.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import harness
import numpy as np
import psutil
from clips import Pictures

PROGRAM = "motion"
QUALITY = 90
THRESHOLD = 0.005  # of the picture
STARTS_S = 20.0  # within which it has connected to all cameras
_BOUNDARY = b"--picture\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
_TELLS = '#!/bin/sh\necho "$1 $2 $(date +%s.%N)" >> "$(dirname "$0")/told"\n'
_MAIN = """daemon off
setup_mode off
log_level 4
log_file {folder}/log
target_dir {folder}
webcontrol_port 0
stream_port 0
{cameras}
"""
_CAMERA = """camera_id {id}
netcam_url http://127.0.0.1:{port}/{id}
width {width}
height {height}
framerate {fps}
threshold {threshold}
event_gap 2
pre_capture 0
post_capture 0
picture_output off
movie_output off
on_event_start {folder}/tells start %t
on_event_end {folder}/tells end %t
"""


@dataclass(slots=True)
class Film:
    """Pictures of one camera as they are sent, and what `motion` made of them. fps: whole pictures a second;
    sent: when each was sent, seconds since 1970; told: when events began and ended, of the same clock.
    """

    name: str
    jpegs: list[bytes]
    fps: int
    size: tuple[int, int]
    sent: list[float] = field(default_factory=list)
    told: list[tuple[str, float]] = field(default_factory=list)

    def going_on(self) -> list[bool]:
        """Of each picture whether an event went on when it was the newest."""
        on, rest, state = [], list(self.told), False
        for at in [*self.sent[1:], self.sent[-1] + 1 / self.fps]:
            while rest and rest[0][1] < at:
                state = rest.pop(0)[0] == "start"
            on.append(state)
        return on


def film(name: str, pictures: Pictures, fps: int) -> Film:
    """A film of grey pictures, cut to a height that `motion` takes: a multiple of eight."""
    pictures = pictures[:, : pictures.shape[1] // 8 * 8]
    quality = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    jpegs = [cv2.imencode(".jpg", cv2.cvtColor(one, cv2.COLOR_GRAY2BGR), quality)[1].tobytes() for one in pictures]
    return Film(name, jpegs, fps, (pictures.shape[2], pictures.shape[1]))


def decoded(jpegs: Sequence[bytes]) -> tuple[Pictures, float]:
    """The pictures as they arrive, and the CPU ms that decoding each takes."""
    began = time.process_time()
    pictures = [np.asarray(cv2.imdecode(np.frombuffer(one, np.uint8), cv2.IMREAD_GRAYSCALE)) for one in jpegs]
    spent = time.process_time() - began
    return np.stack(pictures).astype(np.uint8), spent / len(jpegs) * 1000


def installed() -> str | None:
    """The program's version, None where it is not installed."""
    if shutil.which(PROGRAM) is None:
        return None
    said = subprocess.run([PROGRAM, "-h"], capture_output=True, text=True, check=False).stdout
    return said.partition(",")[0].strip() or PROGRAM


def watch(films: Sequence[Film]) -> float:
    """Show all films at once; fills in what was told of each. CPU ms of `motion` for a picture, with decoding."""
    with TemporaryDirectory(prefix="eyrie-motion-") as name:
        return asyncio.run(_watched(films, Path(name)))


async def _watched(films: Sequence[Film], folder: Path) -> float:
    ended = asyncio.Event()
    shown: set[str] = set()

    async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        one = films[int(request.split()[1].strip(b"/")) - 1]
        if one.name not in shown and await _shown(one, writer):
            shown.add(one.name)
            if len(shown) == len(films):
                ended.set()
        writer.close()

    server = await asyncio.start_server(send, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    configuration = str(_configured(films, folder, port))
    process = await asyncio.create_subprocess_exec(PROGRAM, "-c", configuration, stderr=subprocess.DEVNULL)
    try:
        longest = max(len(one.jpegs) / one.fps for one in films)
        await asyncio.wait_for(ended.wait(), STARTS_S + longest * 1.5)
        cpu_s = sum(psutil.Process(process.pid).cpu_times()[:2])
    except (TimeoutError, psutil.NoSuchProcess):
        sys.exit(f"{PROGRAM} did not look at all films; its log: {_log(folder)}")
    finally:
        process.terminate()
        await process.wait()
        server.close()
    _heard(films, folder)
    return cpu_s / sum(len(one.jpegs) for one in films) * 1000


async def _shown(one: Film, writer: asyncio.StreamWriter) -> bool:
    """Whether a film was seen to its end: the first connection is only a look at what camera this is."""
    one.sent.clear()
    began = asyncio.get_running_loop().time()
    try:
        writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=picture\r\n\r\n")
        for number, jpeg in enumerate(one.jpegs):
            await asyncio.sleep(began + number / one.fps - asyncio.get_running_loop().time())
            one.sent.append(time.time())
            writer.write(_BOUNDARY % len(jpeg) + jpeg + b"\r\n")
            await writer.drain()
    except ConnectionError:
        return False
    return True


def _configured(films: Sequence[Film], folder: Path, port: int) -> Path:
    tells = folder / "tells"
    tells.write_text(_TELLS)
    tells.chmod(0o755)
    names = []
    for number, one in enumerate(films, 1):
        width, height = one.size
        said = {"id": number, "port": port, "width": width, "height": height, "fps": one.fps, "folder": folder}
        camera = folder / f"camera-{number}.conf"
        camera.write_text(_CAMERA.format(**said, threshold=round(THRESHOLD * width * height)))
        names.append(f"camera {camera}")
    main = folder / "motion.conf"
    main.write_text(_MAIN.format(folder=folder, cameras="\n".join(names)))
    return main


def _heard(films: Sequence[Film], folder: Path) -> None:
    told = folder / "told"
    for line in told.read_text().splitlines() if told.exists() else []:
        what, number, at = line.split()
        films[int(number) - 1].told.append((what, float(at)))
    for one in films:
        one.told.sort(key=lambda event: event[1])


def _log(folder: Path) -> str:
    log = folder / "log"
    return log.read_text(errors="replace")[-600:] if log.exists() else "none"


def compared(films: Sequence[Film], own: dict[str, dict[str, Any]], peer: dict[str, dict[str, Any]]) -> None:
    """A table of both, a row a film."""
    first = films[0].name
    head = ["film", *(f"eyrie: {key}" for key in own[first]), *(f"{PROGRAM}: {key}" for key in peer[first])]
    harness.table(head, [[one.name, *own[one.name].values(), *peer[one.name].values()] for one in films])
