"""One Eyrie that records some simulated cameras, to be hurt in tests and benches."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from plugins.simulator.camera import SimulatedCamera, film
from tests.rig.pictures import Loop, decoded_luma
from tests.rig.presence import Presence, files_of, presence
from tests.rig.processes import alive, children, eventually
from tests.rig.system import RunningSystem, now_ms

LOOP_S = 20


def rig_camera(name: str, **options: object) -> SimulatedCamera:
    """A small camera whose loop is long enough to tell any picture's time."""
    return SimulatedCamera(name, fps=10, seconds=LOOP_S, sub=False, **options)  # type: ignore[arg-type]


@dataclass(slots=True)
class Arena:
    """cameras: id to camera. cache: the park's folder of clips."""

    system: RunningSystem
    cameras: dict[int, SimulatedCamera]
    cache: Path

    @classmethod
    def begin(cls, system: RunningSystem, cache: Path, cameras: Iterable[tuple[SimulatedCamera, str]]) -> Arena:
        """Add the cameras, given with their addresses, to a started system; returns when all are being recorded."""
        ids = {system.add_camera(camera.name, url): camera for camera, url in cameras}
        for camera in ids:
            system.wait_recording(camera, 30)
        return cls(system, ids, cache)

    @property
    def recordings(self) -> Path:
        return self.system.data / "recordings"

    def presence(self, camera: int) -> Presence:
        """Which of a camera's pictures are on disk now."""
        return presence(self.recordings, camera, Loop(film(self.cameras[camera], self.cache).main_file))

    def sizes(self) -> dict[int, tuple[str, int]]:
        """Newest file and its size, by camera."""
        while True:
            newest = {camera: files_of(self.recordings, camera) for camera in self.cameras}
            with suppress(FileNotFoundError):  # closed and moved just now
                return {camera: (files[-1].name, files[-1].stat().st_size) for camera, files in newest.items() if files}

    def growing(self, since: dict[int, tuple[str, int]], timeout: float = 20) -> None:
        """Return when every camera's recording has grown beyond `since`."""
        eventually(lambda: self._grown(since), timeout, f"all cameras recording; see {self.system.log}")

    def _grown(self, since: dict[int, tuple[str, int]]) -> bool:
        now = self.sizes()
        return all(now.get(camera, ("", 0)) != since.get(camera, ("", 0)) for camera in self.cameras)

    def kill(self, name: str) -> int:
        """kill -9 one process by name, or the "supervisor" (which is started again); UTC ms of the moment."""
        if name == "supervisor":
            assert self.system.process is not None
            left = children(self.system.process.pid)
            at_ms = now_ms()
            self.system.kill()
            eventually(lambda: not any(alive(child) for child in left), 10, "the supervisor's children gone")
            self.system.launch()
            return at_ms
        victim = eventually(lambda: self.system.members(name), 10, name)[0]
        at_ms = now_ms()
        os.kill(victim.pid, signal.SIGKILL)
        return at_ms

    def undecodable(self, spoiled: Container[int] = ()) -> list[str]:
        """Files of which not every picture decodes without an error, but for cameras that sent spoiled pictures."""
        found = []
        for camera in (camera for camera in self.cameras if camera not in spoiled):
            for file in files_of(self.recordings, camera):
                try:
                    pictures = sum(1 for _ in decoded_luma(file))
                except Exception as error:  # noqa: BLE001 - whatever PyAV raises is the finding
                    found.append(f"{file.name}: {error}")
                    continue
                if not pictures:
                    found.append(f"{file.name}: no picture")
        return found


class Simulator:
    """A park in a process of its own, so that it can be killed: served again at the same port."""

    def __init__(self, cache: Path, cameras: Iterable[SimulatedCamera], log: Path) -> None:
        self.cache, self.cameras, self.log = cache, tuple(cameras), log
        self.port = 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Serve; returns when the port is open."""
        names = [camera.name for camera in self.cameras]
        argv = [sys.executable, "-m", "tests.rig.serve_park", str(self.cache), str(self.port), *names]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def url(self, name: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}/{name}/main"

    def kill(self) -> int:
        """kill -9; UTC ms of the moment."""
        assert self.process is not None
        at_ms = now_ms()
        self.process.kill()
        self.process.wait()
        return at_ms

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
