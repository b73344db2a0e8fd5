"""The recorders that bench/recording.py compares, and the window in which they are measured."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import harness

from tests.rig.pictures import Journey, Loop, coded_pictures
from tests.rig.processes import MANAGE, end, enrol, environment, eventually, migrate

SETTLE_S = 4.0
BEGIN_S = 60.0
SEGMENT_S = 60


@dataclass(frozen=True, slots=True)
class Window:
    """What one recorder did: CPU ms per camera-second, bytes of memory, and the frames it wrote."""

    cpu_ms: float
    rss: int
    pss: int
    rss_per_camera: float
    frames: int
    lost: int
    foreign: int


class Recorder(Protocol):
    """Something that records RTSP addresses into files."""

    def start(self, urls: Sequence[str]) -> None:
        """Record these addresses beside those already recorded; returns when each has a file."""

    def pids(self) -> list[int]: ...

    def files(self, number: int) -> list[Path]:
        """The files of camera `number` (from 0), oldest first."""

    def stop(self) -> None: ...


def measure(recorder: Recorder, urls: Sequence[str], count: int, seconds: int, clip: Path) -> Window:
    """Record `count` cameras; CPU over a steady window of so many seconds, memory at its end."""
    try:
        recorder.start(urls[:1])
        time.sleep(SETTLE_S)
        one = harness.usage(recorder.pids()).rss
        if count > 1:
            recorder.start(urls[1:count])
            time.sleep(SETTLE_S)
        before, began = harness.usage(recorder.pids()), time.monotonic()
        time.sleep(seconds)
        after, took = harness.usage(recorder.pids()), time.monotonic() - began
        grown = after.rss
        if count == 1:  # what a second camera would add
            recorder.start(urls[1:2])
            time.sleep(max(seconds, SETTLE_S))
            grown = harness.usage(recorder.pids()).rss
    finally:
        recorder.stop()
    loop = Loop(clip)
    journeys = [_journey(loop, recorder.files(number)) for number in range(count)]
    return Window(
        cpu_ms=(after.cpu_s - before.cpu_s) * 1000 / (took * count),
        rss=after.rss,
        pss=after.pss,
        rss_per_camera=(grown - one) / max(count - 1, 1),
        frames=sum(journey.recorded for journey in journeys),
        lost=sum(journey.lost for journey in journeys),
        foreign=sum(journey.foreign for journey in journeys),
    )


def _journey(loop: Loop, files: Sequence[Path]) -> Journey:
    return loop.follow([picture.digest for file in files for picture in coded_pictures(file)])


class Eyrie:
    """`manage.py recorder`, one process or several, on a data directory of its own."""

    def __init__(self, data: Path, recorders: int, profile: Path | None = None) -> None:
        self.data = data
        self.recorders = recorders
        self.profile = profile
        self.cameras = 0
        self.processes: list[subprocess.Popen[bytes]] = []
        data.mkdir()
        migrate(data)

    def start(self, urls: Sequence[str]) -> None:
        enrol(self.data, {f"camera {self.cameras + place}": url for place, url in enumerate(urls)})
        self.cameras += len(urls)
        if not self.processes:
            self.processes = [self._process(index) for index in range(self.recorders)]
        eventually(lambda: len(self._open_files()) >= self.cameras, BEGIN_S, f"{self.cameras} cameras in {self.data}")

    def _open_files(self) -> list[Path]:
        return list((self.data / "recordings" / "open").glob("*.mp4"))

    def _process(self, index: int) -> subprocess.Popen[bytes]:
        profiling = ["-m", "cProfile", "-o", str(self.profile)] if self.profile and index == 0 else []
        command = [str(MANAGE), "recorder", "--index", str(index), "--of", str(self.recorders)]
        settings = {"EYRIE_PLUGINS": "local_disk,rtsp", "EYRIE_SEGMENT_SECONDS": str(SEGMENT_S)}
        with (self.data / "recorder.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *profiling, *command], env=environment(self.data, settings), stdout=log, stderr=log
            )

    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]

    def files(self, number: int) -> list[Path]:
        """Camera ids count from 1 in a fresh database."""
        found = (self.data / "recordings").glob(f"{number + 1}/*/*/main-*.mp4")
        return sorted(found, key=lambda path: path.name)

    def stop(self) -> None:
        for process in self.processes:
            end(process, timeout=20)


class Ffmpeg:
    """One `ffmpeg -c copy -f segment` per camera."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        folder.mkdir()

    def start(self, urls: Sequence[str]) -> None:
        for url in urls:
            self.processes.append(self._process(len(self.processes), url))
        wanted = len(self.processes)
        eventually(
            lambda: len(list(self.folder.glob("*-000.mp4"))) >= wanted, BEGIN_S, f"ffmpeg files in {self.folder}"
        )

    def _process(self, number: int, url: str) -> subprocess.Popen[bytes]:
        target = self.folder / f"{number}-%03d.mp4"
        options = ["-c", "copy", "-f", "segment", "-segment_time", str(SEGMENT_S), "-segment_format", "mp4"]
        return subprocess.Popen(
            ["ffmpeg", "-v", "error", "-rtsp_transport", "tcp", "-i", url, *options, str(target)],
            stdin=subprocess.DEVNULL,
        )

    def pids(self) -> list[int]:
        return [process.pid for process in self.processes]

    def files(self, number: int) -> list[Path]:
        return sorted(self.folder.glob(f"{number}-*.mp4"))

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(timeout=20)
