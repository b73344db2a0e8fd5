"""Several recorders: what kills one costs its own cameras a moment, and those of the others nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rig.arena import Arena, Simulator, rig_camera
from tests.rig.system import RunningSystem, now_ms

NAMES = ("north", "east", "south", "west")
RECORDERS = 2
KILLED = 1
LOST_MS, BACK_MS = 1000, 2000


@pytest.fixture
def simulator_process(simulator_cache: Path, tmp_path: Path) -> Iterator[Simulator]:
    process = Simulator(simulator_cache, [rig_camera(name) for name in NAMES], tmp_path / "simulator.log")
    process.start()
    yield process
    process.stop()


def test_a_killed_recorder_costs_the_others_cameras_nothing(
    new_system: Callable[..., RunningSystem], simulator_process: Simulator
) -> None:
    system = new_system(EYRIE_RECORDERS=str(RECORDERS)).start()
    cameras = [(camera, simulator_process.url(camera.name)) for camera in simulator_process.cameras]
    arena = Arena.begin(system, simulator_process.cache, cameras)
    (untouched,) = system.members("recorder-0")
    time.sleep(2)
    before = arena.sizes()
    at_ms = arena.kill(f"recorder-{KILLED}")
    arena.growing(before)
    time.sleep(2)
    assert [one.pid for one in system.members("recorder-0")] == [untouched.pid]
    ended_ms = now_ms()
    system.stop()
    holes = {camera: arena.presence(camera).holes(at_ms - 1500, ended_ms - 1500) for camera in arena.cameras}
    theirs = {camera for camera in holes if camera % RECORDERS == KILLED}
    assert len(theirs) == len(holes) - len(theirs) == 2
    assert {camera: found for camera, found in holes.items() if found and camera not in theirs} == {}
    for camera in theirs:
        for hole in holes[camera]:
            assert at_ms - LOST_MS < hole.start_ms, camera
            assert hole.end_ms < at_ms + BACK_MS, camera
    assert arena.undecodable() == []
    system.run("fsck")
