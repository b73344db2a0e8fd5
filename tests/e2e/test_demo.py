"""The demo's access system beside a running Eyrie: what it sets up and reports, and that it leaves deletions alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.processes import ROOT, end, eventually
from tests.rig.system import RunningSystem

pytestmark = pytest.mark.timeout(240)
SOON = 60.0
ACCESS = "plugins/accesscontrol/"
PLUGINS = "local_disk,rtsp,accesscontrol,record,snapshot"


@contextmanager
def access_system(system: RunningSystem) -> Iterator[None]:
    program = [sys.executable, str(ROOT / "scripts" / "demo_access.py")]
    with system.log.open("ab") as output:
        process = subprocess.Popen(program, env=system.environment(), stdout=output, stderr=output)
    try:
        yield
        assert process.poll() is None, system.log.read_text("utf-8")[-2000:]
    finally:
        end(process)


@pytest.fixture
def system(new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace]) -> RunningSystem:
    """With a camera at the entrance in whose door somebody is seen each second."""
    park = simulator(SimulatedCamera("entrance"))
    found = new_system(EYRIE_PLUGINS=PLUGINS).start()
    found.add_camera("Entrance", park.url("entrance"))
    truth = found.data / "simulator" / "entrance-1" / "truth.json"
    truth.parent.mkdir(parents=True)
    order = {"name": "entrance", "seconds": 1, "fps": 10}
    truth.write_text(json.dumps({"order": order, "events": [{"first": 2}]}), "utf-8")
    return found


def badges(system: RunningSystem) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = system.api.get("events/", params={"type": "access.granted"}).json()["results"]
    return found


def test_it_sets_up_once_and_reports(system: RunningSystem) -> None:
    with access_system(system):
        [first] = eventually(lambda: badges(system), SOON, "somebody badges", 0.2)
    [door] = system.api.get(ACCESS + "doors/").json()
    holders = system.api.get(ACCESS + "holders/").json()
    assert first["attributes"]["holder"] in {holder["name"] for holder in holders}
    assert (first["attributes"]["door"], first["camera"]) == (door["code"], door["camera"])
    [rule] = system.api.get("rules/").json()["results"]
    assert rule["problems"] == []

    def states() -> list[str]:
        return [one["state"] for one in system.api.get("deliveries/").json()["results"]]

    eventually(lambda: states() == ["done", "done"], SOON, "it is recorded and pictured", 0.2)
    key = system.data / "demo-access.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_text("utf-8") not in system.log.read_text("utf-8")

    for holder in holders:
        system.api.delete(f"{ACCESS}holders/{holder['id']}/").raise_for_status()
    with access_system(system):
        eventually(lambda: len(badges(system)) == 2, SOON, "somebody badges again", 0.2)
    assert system.api.get(ACCESS + "holders/").json() == []
