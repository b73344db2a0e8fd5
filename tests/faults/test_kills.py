"""kill -9 of every process at random times: files stay playable, little is lost, recording goes on by itself."""

from __future__ import annotations

import logging
import os
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from tests.rig.arena import Arena, Simulator, rig_camera
from tests.rig.presence import Hole, files_of
from tests.rig.system import RunningSystem, now_ms

log = logging.getLogger("eyrie.tests.faults")

PROCESSES = ("recorder-0", "web", "worker", "forkserver", "simulator", "supervisor")
NAMES = ("north", "south")
LOST_MS = 1000
"""What a killed recorder may cost: one fragment (500 ms) and the one being collected."""
BACK_MS = {"recorder-0": 2000, "simulator": 1000}
START_MS = 2000
"""A new start of everything, Django and plugins loaded anew."""
HARMLESS = ("web", "worker", "forkserver")
APART_MS = 1200
"""From when all cameras are recorded again to the next round: more than LOST_MS, so that each has its own loss."""
SEED = 20261122


@dataclass(frozen=True, slots=True)
class Kill:
    """One round. at_ms: when; back_ms: when the killed could be back at the earliest; both UTC. slowness: how many
    times longer than alone a process takes for its work, as others share the cores; the limits are those of 1.0."""

    victims: tuple[str, ...]
    at_ms: int
    back_ms: int
    slowness: float

    def excuses(self, hole: Hole) -> bool:
        """Whether these processes' end may cost these pictures."""
        back_ms = self.back_ms + self.slowness * max(BACK_MS.get(victim, START_MS) for victim in self.victims)
        harmless = set(self.victims) <= set(HARMLESS)
        lost_ms = self.slowness * LOST_MS
        return not harmless and hole.start_ms >= self.at_ms - lost_ms and hole.end_ms <= back_ms


@pytest.fixture
def simulator_process(simulator_cache: Path, tmp_path: Path) -> Iterator[Simulator]:
    cameras = [rig_camera(name) for name in NAMES]
    process = Simulator(simulator_cache, cameras, tmp_path / "simulator.log")
    process.start()
    yield process
    process.stop()


def test_one_round_of_each_process(new_system: Callable[..., RunningSystem], simulator_process: Simulator) -> None:
    """Those whose death must cost no picture are killed together."""
    rounds = [HARMLESS, ("recorder-0",), ("simulator",), ("supervisor",)]
    _rounds(new_system(), simulator_process, rounds, within_s=1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_sixty_rounds(new_system: Callable[..., RunningSystem], simulator_process: Simulator) -> None:
    _rounds(new_system(), simulator_process, [(name,) for name in PROCESSES] * 10, within_s=2.5)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_recorder_killed_again_as_soon_as_it_records(
    new_system: Callable[..., RunningSystem], simulator_process: Simulator
) -> None:
    """It often gets the keyframe again with which its predecessor's segment began."""
    system = new_system().start()
    cameras = [(camera, simulator_process.url(camera.name)) for camera in simulator_process.cameras]
    arena = Arena.begin(system, simulator_process.cache, cameras)
    for _ in range(12):
        before = arena.sizes()
        arena.kill("recorder-0")
        arena.growing(before)
    time.sleep(APART_MS / 1000)
    system.stop()
    assert "exists already" not in system.log.read_text("utf-8")
    starts = [int(file.stem.rpartition("-")[2]) for file in files_of(arena.recordings, next(iter(arena.cameras)))]
    assert 1 in {after - before for before, after in pairwise(starts)}, "no keyframe came twice: nothing was tried"
    assert arena.undecodable() == []
    system.run("fsck")


def _rounds(
    system: RunningSystem, simulator: Simulator, victims_of: Iterable[tuple[str, ...]], *, within_s: float
) -> None:
    """Kill the processes of each round, within some time after things went well for APART_MS."""
    dice = random.Random(SEED)  # noqa: S311 - which process and when, no secret
    rounds = list(victims_of)
    dice.shuffle(rounds)
    arena = Arena.begin(
        system.start(), simulator.cache, [(camera, simulator.url(camera.name)) for camera in simulator.cameras]
    )
    time.sleep(APART_MS / 1000)
    kills = []
    for victims in rounds:
        # at a random moment of the fragment, the segment and the index's second
        time.sleep(dice.uniform(0.1, within_s))
        before = arena.sizes()
        times = [_kill(arena, simulator, victim) for victim in victims]
        kills.append(Kill(victims, min(at for at, _ in times), max(back for _, back in times), _slowness()))
        arena.growing(before, 60)
        time.sleep(APART_MS / 1000)
    ended_ms = now_ms()
    system.stop()
    _check(arena, kills, ended_ms)


def _slowness() -> float:
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def _kill(arena: Arena, simulator: Simulator, victim: str) -> tuple[int, int]:
    """UTC ms of the kill, and of when the killed can be back: a simulator, once it serves again."""
    if victim != "simulator":
        at_ms = arena.kill(victim)
        return at_ms, at_ms
    at_ms = simulator.kill()
    time.sleep(1)
    simulator.start()
    return at_ms, now_ms()


def _check(arena: Arena, kills: list[Kill], ended_ms: int) -> None:
    assert arena.undecodable() == []
    arena.system.run("fsck")  # fails when a row has no file, a file no row, or their sizes differ
    found = {camera: arena.presence(camera) for camera in arena.cameras}
    complaints = [f"camera {camera}: {one.broken}" for camera, one in found.items() if one.broken]
    windows = [*(kill.at_ms for kill in kills), ended_ms]
    for number, kill in enumerate(kills):
        for camera, one in found.items():
            for hole in one.holes(kill.at_ms - APART_MS, windows[number + 1] - APART_MS):
                what = f"round {number}, {'+'.join(kill.victims)} killed: camera {camera} misses {hole.pictures}"
                what += f" pictures, from {hole.start_ms - kill.at_ms:+.0f} to {hole.end_ms - kill.back_ms:+.0f} ms"
                what += f" (slowness {kill.slowness:.1f})"
                log.warning(what)
                if not kill.excuses(hole):
                    complaints.append(what)
    assert complaints == [], "\n".join(complaints)
