"""Settings of many ONVIF cameras in a whole Eyrie: read, looked at, changed; also by a process that is killed."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from plugins.simulator.testing import DeviceFace, onvif_device, simulator, simulator_cache
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

__all__ = ["onvif_device", "simulator", "simulator_cache"]
pytestmark = pytest.mark.timeout(240)
ROOT = "plugins/onvif/many/"
SET = ("tr2", "SetVideoEncoderConfiguration")
SOON = 60.0


def added(system: RunningSystem, name: str, device: DeviceFace) -> int:
    settings = {"address": device.address, "user": device.user, "password": device.password}
    body = {"name": name, "driver": "onvif", "settings": settings, "recording": "off"}
    answer = system.api.post("cameras/", json=body, timeout=60)
    assert answer.status_code == 201, answer.text
    found: int = answer.json()["id"]
    return found


def asked(system: RunningSystem, path: str, **body: Any) -> Any:
    answer = system.api.post(f"{ROOT}{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json()


def told(system: RunningSystem, path: str) -> Any:
    return system.api.get(f"{ROOT}{path}").raise_for_status().json()


def over(system: RunningSystem, number: int) -> dict[str, Any]:
    """The round, once it is done with what it was asked for."""

    def done() -> dict[str, Any] | None:
        found: dict[str, Any] = told(system, f"{number}/")
        return found if found["state"] in ("done", "failed", "cancelled") else None

    return eventually(done, SOON, f"the round is over; see {system.log}")


def test_many_are_changed_and_a_killed_process_changes_none_twice(
    new_system: Callable[..., RunningSystem], onvif_device: Callable[..., DeviceFace]
) -> None:
    quick, slow, gone = (onvif_device() for _ in range(3))
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,onvif").start()
    cameras = [added(system, name, device) for name, device in (("Quick", quick), ("Slow", slow), ("Gone", gone))]
    gone.fault("off")

    number = asked(system, "", section="streams", cameras=cameras)["id"]
    assert over(system, number)["counts"] == {"read": 2, "failed": 1}
    gop = next(one for one in told(system, f"{number}/fields/") if one["name"] == "main.gop")
    assert (gop["cameras"], gop["value"]) == (2, 20)

    wish = {"values": {"main.gop": 10}}
    looks = asked(system, f"{number}/preview/", **wish)
    assert [[(one["before"], one["after"]) for one in look["changes"]] for look in looks] == [[("20", "10")]] * 2 + [[]]
    assert looks[2]["whys"]
    assert SET not in [*quick.calls, *slow.calls], "a preview changes nothing"

    slow.fault("slow", only="tr2", seconds=3)
    asked(system, f"{number}/run/", **wish)
    eventually(lambda: SET in quick.calls, SOON, "the quick one is changed")
    eventually(lambda: told(system, f"{number}/")["counts"].get("changed") == 1, SOON, "and that is written down")
    before = system.members("onvif:events")[0]
    before.kill()
    assert told(system, f"{number}/")["counts"]["working"] == 1
    slow.clear()
    assert over(system, number)["counts"] == {"changed": 2, "failed": 1}
    assert (quick.calls.count(SET), slow.calls.count(SET)) == (1, 1)

    rows = list(csv.DictReader(io.StringIO(system.api.get(f"{ROOT}{number}/report.csv").text)))
    assert [(row["camera"], row["result"], row["before"], row["after"]) for row in rows] == [
        ("Quick", "Changed", "20", "10"),
        ("Slow", "Changed", "20", "10"),
        ("Gone", "Failed", "", ""),
    ]
    with closing(sqlite3.connect(system.data / "eyrie.sqlite3")) as database:
        told_of = database.execute("SELECT target FROM system_auditrow WHERE action = 'onvif.configure'").fetchall()
    assert sorted(told_of) == [(f"camera:{camera}",) for camera in cameras[:2]]

    assert asked(system, f"{number}/preview/", **wish)[0]["changes"] == []
    assert system.api.post(f"{ROOT}{number}/run/", json=wish | {"cameras": cameras[:2]}).status_code == 400


@pytest.mark.slow
def test_a_round_that_is_cancelled_begins_with_no_further_camera(
    new_system: Callable[..., RunningSystem], onvif_device: Callable[..., DeviceFace]
) -> None:
    device = onvif_device(channels=6)
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,onvif").start()
    login = {"address": device.address, "user": device.user, "password": device.password}
    body = {"driver": "onvif", "recording": "off"}
    cameras = [
        system.api.post("cameras/", json=body | {"name": name, "settings": login | {"channel": name}}, timeout=60)
        .raise_for_status()
        .json()["id"]
        for name in (f"gate{number}" for number in range(1, 7))
    ]
    device.fault("slow", only="tr2", seconds=0.4)
    number = asked(system, "", section="streams", cameras=cameras)["id"]
    assert system.api.post(f"{ROOT}{number}/run/", json={"suggested": True}).status_code in (400, 409)
    eventually(lambda: told(system, f"{number}/")["counts"].get("working"), SOON, "it has begun")
    asked(system, f"{number}/cancel/")
    counts = over(system, number)["counts"]
    assert counts["left"] >= 2 and sum(counts.values()) == 6
    device.clear()
    asked(system, f"{number}/read/")
    assert over(system, number)["counts"] == {"read": 6}
