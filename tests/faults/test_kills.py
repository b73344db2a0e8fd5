"""kill -9 of every process at random times: files stay playable, little is lost, recording goes on by itself."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.rig.arena import Arena, Simulator, rig_camera
from tests.rig.system import RunningSystem, now_ms

log = logging.getLogger("eyrie.tests.faults")

PROCESSES = ("recorder-0", "web", "worker", "forkserver", "simulator", "supervisor")
NAMES = ("north", "south")
LOST_MS = 1000
"""What a killed recorder may cost: one fragment (500 ms) and the one being collected."""
BACK_MS = {"recorder-0": 2000, "simulator": 1000}
START_MS = 10_000
"""A new start of everything by hand, Django and plugins loaded anew."""
HARMLESS = ("web", "worker", "forkserver")
SEED = 20261122


@pytest.fixture
def simulator_process(simulator_cache: Path, tmp_path: Path) -> Iterator[Simulator]:
    cameras = [rig_camera(name) for name in NAMES]
    process = Simulator(simulator_cache, cameras, tmp_path / "simulator.log")
    process.start()
    yield process
    process.stop()


def test_one_round_of_each_process(new_system: Callable[..., RunningSystem], simulator_process: Simulator) -> None:
    _rounds(new_system(), simulator_process, list(PROCESSES))


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_sixty_rounds(new_system: Callable[..., RunningSystem], simulator_process: Simulator) -> None:
    _rounds(new_system(), simulator_process, list(PROCESSES) * 10)


def _rounds(system: RunningSystem, simulator: Simulator, victims: list[str]) -> None:
    dice = random.Random(SEED)  # noqa: S311 - which process and when, no secret
    dice.shuffle(victims)
    arena = Arena.begin(
        system.start(), simulator.cache, [(camera, simulator.url(camera.name)) for camera in simulator.cameras]
    )
    time.sleep(2)
    kills = []
    for victim in victims:
        time.sleep(dice.uniform(0.2, 2.5))  # at a random moment of the fragment, the segment and the index's second
        before = arena.sizes()
        kills.append((victim, *_kill(arena, simulator, victim)))
        arena.growing(before)
        time.sleep(1.5)
    ended_ms = now_ms()
    system.stop()
    _check(arena, kills, ended_ms)


def _kill(arena: Arena, simulator: Simulator, victim: str) -> tuple[int, int]:
    """UTC ms of the kill, and of when the killed can be back: a simulator, once it serves again."""
    if victim != "simulator":
        at_ms = arena.kill(victim)
        return at_ms, at_ms
    at_ms = simulator.kill()
    time.sleep(1)
    simulator.start()
    return at_ms, now_ms()


def _check(arena: Arena, kills: list[tuple[str, int, int]], ended_ms: int) -> None:
    assert arena.undecodable() == []
    arena.system.run("fsck")  # fails when a row has no file, a file no row, or their sizes differ
    found = {camera: arena.presence(camera) for camera in arena.cameras}
    complaints = [f"camera {camera}: {one.broken}" for camera, one in found.items() if one.broken]
    windows = [*(at_ms for _, at_ms, _ in kills), ended_ms]
    for number, (victim, at_ms, back_ms) in enumerate(kills):
        for camera, one in found.items():
            for hole in one.holes(at_ms - 1500, windows[number + 1] - 1500):
                what = f"round {number}, {victim} killed: camera {camera} misses {hole.pictures} pictures,"
                what += f" from {hole.start_ms - at_ms:+.0f} to {hole.end_ms - back_ms:+.0f} ms"
                log.warning(what)
                early, late = hole.start_ms < at_ms - LOST_MS, hole.end_ms > back_ms + BACK_MS.get(victim, START_MS)
                if victim in HARMLESS or early or late:
                    complaints.append(what)
    assert complaints == [], "\n".join(complaints)
