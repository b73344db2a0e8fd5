"""The simulator for tests: real cameras over real RTSP, in a thread with a loop of its own.

    from plugins.simulator.testing import SimulatedCamera, running_park

    with running_park(cache, SimulatedCamera("gate"), SimulatedCamera("yard", codec="h265")) as park:
        park.url("gate")                  # rtsp://127.0.0.1:40123/gate/main
        park.fault("gate", "freeze")      # returns when the camera is broken
        park.clear("gate")

`cache` is any folder; tests share one a session, so that each tiny clip is rendered once. As a fixture:
`from plugins.simulator.testing import simulator` gives a factory that takes cameras and ends the park after the test.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest

from plugins.simulator.camera import SimulatedCamera
from plugins.simulator.faults import FaultKind
from plugins.simulator.park import Park
from plugins.simulator.scenes.barcode import read

__all__ = ["FaultKind", "ParkFace", "SimulatedCamera", "frame_number", "running_park", "simulator", "simulator_cache"]

T = TypeVar("T")
ANSWER_SECONDS = 60  # rendering included, on a machine with other work


class ParkFace:
    """A running park, driven from the test's thread."""

    def __init__(self, park: Park, loop: asyncio.AbstractEventLoop) -> None:
        self._park = park
        self._loop = loop

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(ANSWER_SECONDS)

    def _call(self, function: Callable[[], T]) -> T:
        async def call() -> T:
            return function()

        return self._do(call())

    @property
    def port(self) -> int:
        """The RTSP port."""
        return self._park.port

    def url(self, name: str, stream: str = "main", *, credentials: bool = True) -> str:
        """The address of a camera's stream."""
        return self._park.url(name, stream, credentials=credentials)

    def add(self, camera: SimulatedCamera) -> None:
        """Put up one more camera."""
        self._do(self._park.add(camera))

    def remove(self, name: str) -> None:
        """Take a camera away."""
        self._call(lambda: self._park.remove(name))

    def fault(self, name: str, kind: FaultKind | str, seconds: float | None = None) -> None:
        """Break a camera; it is broken on return."""
        self._do(self._park.fault(name, FaultKind(kind), seconds))

    def clear(self, name: str) -> None:
        """Mend a camera."""
        self._call(lambda: self._park.clear(name))

    def watched(self, name: str, stream: str = "main") -> int:
        """How many clients play a stream."""
        return self._call(lambda: self._park.watched(name, stream))

    def truth(self, name: str) -> list[dict[str, Any]]:
        """What happens in the camera's loop."""
        return self._park.truth(name)


@contextmanager
def running_park(cache: Path, *cameras: SimulatedCamera, **options: Any) -> Iterator[ParkFace]:
    """A park in a thread, its cameras ready; ended on leaving. options: those of `Park`."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator", daemon=True)
    thread.start()
    park = Park(cache, **options)
    face = ParkFace(park, loop)
    try:
        face._do(park.start(*cameras))
        yield face
    finally:
        face._do(park.stop())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def frame_number(luma: Any) -> tuple[int, int] | None:
    """Camera seed and frame number burnt into a decoded picture (luma plane, height x width bytes), or None.

    From PyAV: `frame_number(frame.to_ndarray(format="gray"))`.
    """
    return read(np.asarray(luma))


@pytest.fixture(scope="session")
def simulator_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the session's clips lie, of all processes of a parallel run (pytest-xdist)."""
    mine = tmp_path_factory.getbasetemp()
    cache = (mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "simulator"
    cache.mkdir(exist_ok=True)
    return cache


@pytest.fixture
def simulator(simulator_cache: Path) -> Iterator[Callable[..., ParkFace]]:
    """A factory of running parks: `park = simulator(SimulatedCamera("gate"))`."""
    with ExitStack() as parks:

        def start(*cameras: SimulatedCamera, **options: Any) -> ParkFace:
            manager: AbstractContextManager[ParkFace] = running_park(simulator_cache, *cameras, **options)
            return parks.enter_context(manager)

        yield start
