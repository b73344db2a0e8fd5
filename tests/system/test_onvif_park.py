"""Fifty devices in a network of their own: all are found; and what becomes of one that is power-cycled, has another
address, another time or another password.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from core.api import Fault, FoundCamera
from plugins.onvif.discovery import search
from plugins.onvif.driver import SPEC
from plugins.onvif.settings import OnvifSettings
from plugins.simulator.testing import simulator_cache
from tests.rig.namespaces import Networks, two_networks, why_not
from tests.rig.processes import ROOT, eventually
from tests.rig.serve_devices import PASSWORD, USER
from tests.rig.system import RunningSystem, ms_of, now_ms

__all__ = ["simulator_cache"]
DEVICES = 50
ELSEWHERE, FURTHER = "10.77.0.200", "10.77.0.201"
SOON = 120.0


class Crowd:
    """The park's process, and the recorder's view of its network."""

    def __init__(self, networks: Networks, process: subprocess.Popen[str]) -> None:
        self.networks, self.process = networks, process

    def tell(self, word: str, number: int, *more: Any) -> None:
        """Do something to a device."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([word, number, *more]) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip() == "done"

    def found(self, seconds: float = 8.0) -> list[FoundCamera]:
        """Who answers a search by multicast."""
        here = self.networks.interface
        return self.networks.inside(lambda: asyncio.run(search([str(here.ip)], seconds, [here])))

    def probe(self, address: str, password: str = PASSWORD) -> Any:
        """What the driver says of a device."""
        settings = OnvifSettings(address=address, user=USER, password=password)
        return self.networks.inside(lambda: asyncio.run(SPEC.probe(settings, 20)))


@pytest.fixture(scope="module")
def crowd(simulator_cache: Path) -> Iterator[Crowd]:
    if reason := why_not():
        pytest.skip(reason)
    with two_networks(DEVICES) as networks:
        subprocess.run(["ip", "-n", networks.cameras, "addr", "add", f"{ELSEWHERE}/24", "dev", "cam0"], check=True)
        argv = [sys.executable, "-m", "tests.rig.serve_devices", str(simulator_cache), *networks.addresses]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "cwd": ROOT}
        with networks.run_in_cameras(argv, **pipes) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline().strip() == "ready"
                yield Crowd(networks, process)
            finally:
                process.kill()


def test_all_are_found_each_with_its_address_and_id(crowd: Crowd) -> None:
    found = crowd.found()
    assert sorted(one.address for one in found) == sorted(crowd.networks.addresses)
    assert len({one.settings["device_id"] for one in found}) == DEVICES
    assert {one.title for one in found} == {"Eyrie Simulated camera"}


def test_one_is_power_cycled(crowd: Crowd) -> None:
    address = crowd.networks.addresses[1]
    assert crowd.probe(address).ok
    crowd.tell("restart", 1, "", 0.5)
    assert crowd.probe(address).ok


def test_one_has_another_address_and_is_known_by_its_id(crowd: Crowd) -> None:
    def by_id() -> dict[str, str]:
        return {one.settings["device_id"]: one.address for one in crowd.found()}

    before = by_id()
    mine = next(uuid for uuid, address in before.items() if address == crowd.networks.addresses[2])
    crowd.tell("restart", 2, ELSEWHERE, 0)
    assert by_id() == before | {mine: ELSEWHERE}
    assert crowd.probe(crowd.networks.addresses[2]).fault in (Fault.PORT, Fault.ADDRESS)


@pytest.mark.parametrize("offset_ms", [-3_600_000, 86_400_000])
def test_one_has_a_wrong_clock(crowd: Crowd, offset_ms: int) -> None:
    crowd.tell("clock", 3, offset_ms)
    assert crowd.probe(crowd.networks.addresses[3]).ok


def test_one_has_another_password(crowd: Crowd) -> None:
    address = crowd.networks.addresses[4]
    crowd.tell("password", 4, "Other-34")
    assert crowd.probe(address).fault is Fault.CREDENTIALS
    assert crowd.probe(address, "Other-34").ok


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_whole_eyrie_stays_with_a_device(crowd: Crowd, tmp_path: Path) -> None:
    crowd.networks.inside(lambda: _stays(crowd, tmp_path / "data"), 280)  # its processes are in that network too


def _stays(crowd: Crowd, data: Path) -> None:
    number, cameras = 7, crowd.networks.cameras
    old = crowd.networks.addresses[number]
    subprocess.run(["ip", "-n", cameras, "addr", "add", f"{FURTHER}/24", "dev", "cam0"], check=True)
    system = RunningSystem(data, {"EYRIE_PLUGINS": "local_disk,onvif"}).start()
    try:
        found = {name: value for name, value in crowd.probe(old).settings.items() if not isinstance(value, SecretStr)}
        settings = {"address": old, "user": USER, "password": PASSWORD} | found  # as the portal saves it
        body = {"name": "Gate", "driver": "onvif", "settings": settings}
        camera = system.api.post("cameras/", json=body, timeout=60).raise_for_status().json()["id"]
        _records_from(system, camera, now_ms())

        crowd.tell("drop", number, 3)
        crowd.tell("restart", number, "", 3)
        _records_from(system, camera, now_ms())

        crowd.tell("clock", number, 86_400_000)
        crowd.tell("drop", number, 1)
        crowd.tell("restart", number, "", 0)
        _records_from(system, camera, now_ms())

        crowd.tell("restart", number, FURTHER, 0)
        subprocess.run(["ip", "-n", cameras, "addr", "del", f"{old}/24", "dev", "cam0"], check=True)
        _records_from(system, camera, now_ms())
        assert system.api.get(f"cameras/{camera}/").json()["settings"]["address"] == FURTHER
        told = system.api.get("events/", params={"type": "onvif.address_changed"}).raise_for_status().json()["results"]
        assert [(one["camera"], one["attributes"]) for one in told] == [(camera, {"old": old, "new": FURTHER})]

        crowd.tell("password", number, "Other-34")
        crowd.tell("drop", number, 1)
        eventually(lambda: not system.status(camera)["recording"], SOON, "it is not recorded with the old password")
        change = {"settings": {"password": "Other-34"}}
        system.api.patch(f"cameras/{camera}/", json=change, timeout=60).raise_for_status()
        _records_from(system, camera, now_ms())
    finally:
        system.stop()


def _records_from(system: RunningSystem, camera: int, start_ms: int) -> None:
    """Wait until two seconds of what was after a moment are recorded."""

    def recorded() -> bool:
        ranges = system.timeline(camera, start_ms, start_ms + 600_000)["ranges"]
        return bool(ranges) and ms_of(ranges[-1]["end"]) - max(ms_of(ranges[-1]["start"]), start_ms) > 2000

    eventually(recorded, SOON, f"it is recorded again; see {system.log}", 0.2)
