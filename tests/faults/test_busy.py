"""Both cores are taken by other work: recording does not stop, and no picture is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from plugins.simulator.testing import ParkFace
from tests.rig.arena import Arena, rig_camera
from tests.rig.system import RunningSystem, now_ms

BUSY = "while True: pass"
NAMES = ("north", "east", "south", "west")
"""Those of the other tests, whose clips are rendered already."""


@contextmanager
def saturated_cores() -> Iterator[None]:
    """Two busy processes a core, at the priority everybody has."""
    busy = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def test_six_seconds(
    new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace], simulator_cache: Path
) -> None:
    _record_busily(new_system(), simulator, simulator_cache, 6)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_minute(
    new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace], simulator_cache: Path
) -> None:
    _record_busily(new_system(), simulator, simulator_cache, 60)


def _record_busily(system: RunningSystem, simulator: Callable[..., ParkFace], cache: Path, seconds: float) -> None:
    cameras = [rig_camera(name) for name in NAMES]
    park = simulator(*cameras)
    arena = Arena.begin(system.start(), cache, [(camera, park.url(camera.name)) for camera in cameras])
    time.sleep(1)
    start_ms = now_ms()
    with saturated_cores():
        time.sleep(seconds)
        end_ms = now_ms()
    time.sleep(2)
    system.stop()
    for camera in arena.cameras:
        found = arena.presence(camera)
        assert (found.holes(start_ms, end_ms), found.broken) == ([], [])
    assert arena.undecodable() == []
