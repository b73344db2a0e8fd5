"""The two sides of bench/faults.py: a whole Eyrie, and ffmpeg in a loop that starts it again at once."""

from __future__ import annotations

import subprocess
import threading
from pathlib import Path
from typing import Protocol

import av
import harness  # noqa: F401 - puts the checkout on the path

from tests.rig.arena import Arena, rig_camera
from tests.rig.pictures import Loop, coded_pictures
from tests.rig.presence import Presence, files_of, place_pictures, presence
from tests.rig.processes import enrol, eventually, migrate
from tests.rig.system import RunningSystem

BEGIN_S = 60.0


class Side(Protocol):
    """Something that records one camera and brings itself back."""

    name: str

    def start(self) -> None:
        """Start; returns when the first bytes are on disk."""

    def kill(self) -> None:
        """kill -9 of what records."""

    def newest(self) -> tuple[str, int]:
        """Name and size of the newest file; ("", 0) without any."""

    def stop(self) -> None: ...

    def told(self) -> str:
        """The end of its log, if it keeps one."""

    def presence(self, loop: Loop) -> Presence: ...


class EyrieSide:
    """`manage.py serve`; its recorder process is what is killed."""

    name = "Eyrie"

    def __init__(self, folder: Path, url: str) -> None:
        folder.mkdir()
        self.system = RunningSystem(folder / "data")
        self.recordings = self.system.data / "recordings"
        self.system.data.mkdir()
        migrate(self.system.data)
        enrol(self.system.data, {"bench": url})
        self.arena = Arena(self.system, {1: rig_camera("bench")}, folder)

    def start(self) -> None:
        self.system.launch()
        eventually(lambda: self.newest()[1] > 0, BEGIN_S, f"first bytes; see {self.system.log}", 0.02)

    def kill(self) -> None:
        self.arena.kill("recorder-0")

    def newest(self) -> tuple[str, int]:
        return _newest(files_of(self.recordings, 1))

    def stop(self) -> None:
        self.system.stop()

    def told(self) -> str:
        return self.system.log.read_text("utf-8")[-4000:]

    def presence(self, loop: Loop) -> Presence:
        return presence(self.recordings, 1, loop)


class FfmpegLoop:
    """`while true; do ffmpeg …; done`, files of 10 s named by their second."""

    name = "ffmpeg mp4 in a loop"

    def __init__(self, folder: Path, url: str) -> None:
        folder.mkdir()
        self.folder, self.url = folder, url
        self._ended = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._loop, name="ffmpeg-loop")

    def _loop(self) -> None:
        options = ["-c", "copy", "-f", "segment", "-segment_time", "10", "-segment_format", "mp4", "-strftime", "1"]
        command = ["ffmpeg", "-v", "quiet", "-y", "-rtsp_transport", "tcp", "-timeout", "5000000", "-i", self.url]
        while not self._ended.is_set():
            self._process = subprocess.Popen(
                [*command, *options, str(self.folder / "%s.mp4")], stdin=subprocess.DEVNULL
            )
            self._process.wait()
            self._ended.wait(0.05)

    def start(self) -> None:
        self._thread.start()
        eventually(lambda: self.newest()[1] > 0, BEGIN_S, f"ffmpeg's first bytes in {self.folder}", 0.02)

    def kill(self) -> None:
        assert self._process is not None  # noqa: S101 - `start` has run
        self._process.kill()

    def newest(self) -> tuple[str, int]:
        return _newest(sorted(self.folder.glob("*.mp4")))

    def stop(self) -> None:
        self._ended.set()
        if self._process is not None:
            self._process.terminate()
        if self._thread.is_alive():
            self._thread.join(10)

    def told(self) -> str:
        return ""

    def presence(self, loop: Loop) -> Presence:
        found = Presence.of(loop)
        for file in sorted(self.folder.glob("*.mp4")):
            try:
                pictures = coded_pictures(file)
            except av.FFmpegError as error:
                found.broken.append(f"{file.name}: {error}")
                continue
            place_pictures(found, loop, int(file.stem) * 1000, pictures)
        return found


def _newest(files: list[Path]) -> tuple[str, int]:
    for file in reversed(files):
        try:
            return file.stem.rpartition("-")[2], file.stat().st_size
        except FileNotFoundError:  # moved to its final place just now
            continue
    return "", 0
