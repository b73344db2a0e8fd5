"""Detectors in a running system: what one sees is stored, and one that crashes, hangs or eats costs no recording."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from plugins.simulator.testing import ParkFace
from tests.rig.arena import Arena, rig_camera
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, now_ms, rfc3339
from tests.rig.watchers import install

SEER = "seer:detectors"


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Callable[..., RunningSystem]]:
    """Starts a system with some of the rig's detector plugins, and others beside them."""
    made: list[RunningSystem] = []

    def make(*names: str, beside: Sequence[str] = ()) -> RunningSystem:
        settings = install(tmp_path / "site", *names)
        settings["EYRIE_PLUGINS"] = ",".join((settings["EYRIE_PLUGINS"], *beside))
        made.append(RunningSystem(tmp_path / "data", settings))
        return made[-1].start()

    yield make
    for system in made:
        system.stop()


def _standing(system: RunningSystem, camera: int) -> dict[str, dict[str, Any]]:
    rows = system.api.get(f"cameras/{camera}/detectors/").raise_for_status().json()["results"]
    return {row["detector"]: row for row in rows}


def _is(system: RunningSystem, camera: int, detector: str, state: str) -> bool:
    return bool(_standing(system, camera)[detector]["state"] == state)


def _looks(system: RunningSystem, camera: int, detector: str) -> bool:
    """It looks, on a busy machine less often than it would like."""
    return any(_is(system, camera, detector, state) for state in ("looking", "slowed"))


def _switch_on(system: RunningSystem, camera: int, detector: str, **settings: Any) -> None:
    body = {"enabled": True, "settings": settings}
    system.api.put(f"cameras/{camera}/detectors/{detector}/", json=body).raise_for_status()


def _events(system: RunningSystem, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = system.api.get("events/", params={"type": kind}).raise_for_status().json()["results"]
    return found


def test_what_a_detector_sees_is_stored(
    watched: Callable[..., RunningSystem], simulator: Callable[..., ParkFace]
) -> None:
    system = watched("seer")
    begun = now_ms()
    camera = system.add_camera("Porch", simulator(rig_camera("porch")).url("porch"))
    assert not system.members(SEER), "nobody needs it yet"
    _switch_on(system, camera, "seer", width=160)
    ended = eventually(
        lambda: [event for event in _events(system, "seer.seen") if event["end"]], 60, "an event that has ended", 0.5
    )
    assert ended[0]["camera"] == camera
    assert _events(system, "seer.moment")
    eventually(partial(_looks, system, camera, "seer"), 20, "it looks", 0.5)
    between = {"start": rfc3339(begun), "end": rfc3339(begun + 600_000)}
    search = {"camera": str(camera), **between}
    found = eventually(
        lambda: system.api.get("motion/search/", params=search).raise_for_status().json()["results"], 40, "motion", 0.5
    )
    assert found[0]["camera"] == camera
    tracks = eventually(
        lambda: system.api.get(f"cameras/{camera}/objects/", params=between).raise_for_status().json()["tracks"],
        40,
        "boxes",
        0.5,
    )
    assert {(track["detector"], track["label"]) for track in tracks} == {("seer", "thing")}

    system.api.put(f"cameras/{camera}/detectors/seer/", json={"enabled": False}).raise_for_status()
    eventually(lambda: all(event["end"] for event in _events(system, "seer.seen")), 20, "nothing goes on", 0.5)
    eventually(lambda: not system.members(SEER), 40, "the process that nobody needs any more ended", 0.5)
    eventually(lambda: "ended with exit code 0" in system.log.read_text(), 20, "its end told in the log")
    system.api.put(f"cameras/{camera}/detectors/seer/", json={"enabled": True}).raise_for_status()
    eventually(partial(_looks, system, camera, "seer"), 40, "it looks again", 0.5)


def test_cameras_with_telephone_sound_and_with_opus_are_looked_at_and_listened_to(
    watched: Callable[..., RunningSystem], simulator: Callable[..., ParkFace]
) -> None:
    system = watched("seer", beside=("loudness",))
    begun = now_ms()
    park = simulator(rig_camera("hall", codec="h265", audio="pcmu"), rig_camera("yard", audio="opus"))
    camera, other = (system.add_camera(name.title(), park.url(name)) for name in ("hall", "yard"))
    for one in (camera, other):
        _switch_on(system, one, "loudness", threshold_db=-80)
    eventually(partial(_looks, system, camera, "loudness"), 60, "it listens", 0.5)
    assert not system.api.get("detectors/standing/").json()["streams"][0]["decoded_per_second"], "nobody looks"
    _switch_on(system, camera, "seer", width=160)
    eventually(partial(_looks, system, camera, "seer"), 60, "it looks", 0.5)
    eventually(lambda: _events(system, "sound.detected"), 40, "it is loud", 0.5)
    between = {"start": rfc3339(begun), "end": rfc3339(begun + 600_000)}

    def kept(one: int) -> list[tuple[str, float]]:
        found: list[tuple[str, float]] = system.api.get(f"cameras/{one}/loudness/", params=between).json()["levels"]
        return found

    for one in (camera, other):
        levels = eventually(partial(kept, one), 40, "loudness kept", 0.5)
        assert all(-80 < level < 0 for _, level in levels)


def test_detectors_that_crash_hang_and_eat_cost_no_picture(
    watched: Callable[..., RunningSystem], simulator: Callable[..., ParkFace], simulator_cache: Path
) -> None:
    bad = ("aborter", "eater")
    system = watched("seer", "sleeper", *bad)
    kind = rig_camera("porch")
    arena = Arena.begin(system, simulator_cache, [(kind, simulator(kind).url("porch"))])
    (camera,) = arena.cameras
    begun = now_ms()
    for name in ("seer", "sleeper", *bad):
        _switch_on(system, camera, name)

    for name in bad:
        eventually(partial(_is, system, camera, name, "quarantined"), 60, f"{name} given up", 0.5)
    hung = "sleeper:detectors (process"
    eventually(lambda: hung in system.log.read_text(), 60, "the hanging one killed", 0.5)
    eventually(partial(_looks, system, camera, "seer"), 60, "the good one looks", 0.5)
    assert len(system.members("recorder-0")) == 1
    until = now_ms() - 2000
    eventually(lambda: now_ms() > until + 5000, 20, "what was recorded then is on the disk", 0.2)
    assert arena.presence(camera).holes(begun, until) == []
