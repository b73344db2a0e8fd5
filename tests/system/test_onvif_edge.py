"""An outage, and what was missing comes from the camera's card by itself, although what fetches it is killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from plugins.simulator.testing import DeviceFace, onvif_device
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, ms_of

__all__ = ["onvif_device"]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
OUTAGE_MS = 8_000
GROUP_MS = 1_100


@pytest.fixture
def system(tmp_path: Path) -> Iterator[RunningSystem]:
    settings = {"EYRIE_PLUGINS": "local_disk,onvif", "EYRIE_EDGE_MEGABITS": "1"}
    system = RunningSystem(tmp_path / "data", settings)
    try:
        yield system.start()
    finally:
        system.stop()


def told(system: RunningSystem, camera: int, since_ms: int) -> Any:
    return system.timeline(camera, since_ms, since_ms + 3_600_000)


def test_an_outage_is_filled_from_the_card(system: RunningSystem, onvif_device: Callable[..., DeviceFace]) -> None:
    device = onvif_device()
    settings = {"address": device.address, "user": device.user, "password": device.password}
    probe = system.api.post("cameras/probe/", json={"driver": "onvif", "settings": settings}, timeout=30).json()
    assert probe["ok"], probe["message"]
    values = {"name": "Door", "driver": "onvif", "settings": settings | probe["settings"]}
    camera = system.api.post("cameras/", json=values).json()["id"]
    system.wait_recording(camera, 60)
    since = ms_of(system.status(camera)["last_frame"])

    device.park.fault("gate", "drop", OUTAGE_MS / 1000)
    eventually(lambda: told(system, camera, since)["gaps"], 60, "the gap is noticed", 0.5)
    eventually(lambda: told(system, camera, since)["gaps"][-1]["end"], 60, "the gap is over", 0.5)
    gap = told(system, camera, since)["gaps"][-1]

    [fetcher, *_] = eventually(lambda: system.members("edge"), 90, "somebody fetches", 0.02)
    fetcher.kill()
    url = f"cameras/{camera}/fills/"

    def over() -> bool:
        return any(row["state"] == "done" for row in system.api.get(url).json()["results"])

    eventually(over, 120, "it is fetched all the same", 0.5)
    found = told(system, camera, since)
    assert found["fetched"], found
    assert found["fetched"][0]["start"] >= gap["start"]
    assert found["fetched"][-1]["end"] <= gap["end"]
    # A group of pictures that began before the gap cannot be had from its middle on: that much stays missing.
    missing = sum(ms_of(b["start"]) - ms_of(a["end"]) for a, b in pairwise(found["ranges"]))
    assert missing <= GROUP_MS, found
