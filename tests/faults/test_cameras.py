"""Everything that can be wrong with a camera, at once and each on its own camera, beside one that is well."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from plugins.simulator.testing import FaultKind, ParkFace
from tests.rig.arena import Arena, rig_camera
from tests.rig.system import RunningSystem, now_ms

log = logging.getLogger("eyrie.tests.faults")

WELL = "well"
BACK_MS = 1000
"""Pictures taken later than this after a camera's return are recorded."""
TAMPERED = (FaultKind.PACKET_LOSS, FaultKind.CORRUPTION)
OUTAGES = (FaultKind.DROP, FaultKind.FREEZE, FaultKind.HALF_OPEN)
# After a refused password Eyrie waits 10 s, then 30 s and longer, so that a camera does not lock the account.
PATIENT_S = 40


def test_faults_for_five_seconds(
    new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace], simulator_cache: Path
) -> None:
    _suffer(new_system(), simulator, simulator_cache, list(FaultKind), 5)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_faults_for_twelve_seconds(
    new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace], simulator_cache: Path
) -> None:
    _suffer(new_system(), simulator, simulator_cache, list(FaultKind), 12)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_outages_of_forty_seconds(
    new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace], simulator_cache: Path
) -> None:
    _suffer(new_system(), simulator, simulator_cache, list(OUTAGES), 40)


def _suffer(
    system: RunningSystem, simulator: Callable[..., ParkFace], cache: Path, kinds: list[FaultKind], seconds: float
) -> None:
    cameras = [rig_camera(str(kind)) for kind in kinds] + [rig_camera(WELL)]
    park = simulator(*cameras)
    arena = Arena.begin(system.start(), cache, [(camera, park.url(camera.name)) for camera in cameras])
    ids = {camera.name: number for number, camera in arena.cameras.items()}
    time.sleep(2.5)
    began = {kind: _break(park, kind) for kind in kinds}
    time.sleep(seconds)
    cleared = {kind: _mend(park, kind) for kind in kinds}
    for kind in kinds:
        system.wait_recording(ids[kind], PATIENT_S)
    time.sleep(3)
    ended_ms = now_ms()
    system.stop()
    complaints = _others_noticed(arena, ids[WELL], min(began.values()), ended_ms)
    for kind in kinds:
        complaints += _complaints(arena, ids[kind], kind, cleared[kind], ended_ms)
    for kind in set(kinds) & set(OUTAGES):  # the fault was a real one
        missing = sum(hole.pictures for hole in arena.presence(ids[kind]).holes(began[kind], cleared[kind]))
        assert missing > seconds * 2, f"{kind}: only {missing} pictures are missing"
    spoiled = {ids[kind] for kind in kinds if kind in TAMPERED}
    complaints += arena.undecodable(spoiled)
    arena.system.run("fsck")
    assert complaints == [], "\n".join(complaints)


def _break(park: ParkFace, kind: FaultKind) -> int:
    park.fault(kind, kind)
    return now_ms()


def _mend(park: ParkFace, kind: FaultKind) -> int:
    park.clear(kind)
    return now_ms()


def _others_noticed(arena: Arena, camera: int, start_ms: int, end_ms: int) -> list[str]:
    found = arena.presence(camera)
    holes = found.holes(start_ms - 1000, end_ms - 1500)
    return [f"the camera that was well: {holes}, broken {found.broken}"] if holes or found.broken else []


def _complaints(arena: Arena, camera: int, kind: FaultKind, cleared_ms: int, ended_ms: int) -> list[str]:
    found = arena.presence(camera)
    complaints = [f"{kind}: unreadable: {one}" for one in found.broken]
    holes = found.holes(cleared_ms, ended_ms - 1500)
    for hole in holes:
        span = hole.start_ms - cleared_ms, hole.end_ms - cleared_ms
        log.warning("%s: misses %d pictures from %+.0f to %+.0f ms after its return", kind, hole.pictures, *span)
    late = holes and holes[-1].end_ms - cleared_ms > BACK_MS and kind is not FaultKind.WRONG_PASSWORD
    if late:
        complaints.append(f"{kind}: recorded again only {holes[-1].end_ms - cleared_ms:.0f} ms after its return")
    return complaints
