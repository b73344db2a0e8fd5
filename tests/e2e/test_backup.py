"""A camera's recordings go to an FTP server and to a store, through a killed process and a server that is away."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from plugins.ftp_backup.tests.servers import PASSWORD, USER, FtpServer, ftp_server
from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, now_ms

SIZE = 300_000
SLOW = 30_000
FAST = 50_000_000


@pytest.fixture
def far(tmp_path: Path) -> Path:
    place = tmp_path / "far"
    place.mkdir()
    return place


@pytest.fixture
def served(far: Path) -> Iterator[FtpServer]:
    with ftp_server(far) as server:
        yield server


def created(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def hashes(folder: Path) -> list[str]:
    files = [path for path in folder.rglob("*.mp4*") if path.is_file() and "open" not in path.parts]
    return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)


def recorded(system: RunningSystem, simulator: Callable[..., ParkFace]) -> Path:
    """A closed recording of a camera; where it lies."""
    park = simulator(SimulatedCamera("gate", width=1280, height=720, sub=False))
    camera = system.add_camera("Gate", park.url("gate"))
    folder = system.data / "recordings" / str(camera)
    system.wait_recording(camera, 60)
    eventually(lambda: sum(one["size"] for one in ranges(system, camera)) > SIZE, 60, "recordings", 0.5)
    system.api.patch(f"cameras/{camera}/", json={"enabled": False}).raise_for_status()
    eventually(lambda: hashes(folder), 30, "a closed recording")
    return folder


def ranges(system: RunningSystem, camera: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = system.timeline(camera, now_ms() - 600_000, now_ms())["ranges"]
    return found


@pytest.mark.timeout(240)
@pytest.mark.slow  # the engine's own tests cut and crash too, in seconds
def test_killed_in_the_middle_nothing_is_lost_or_doubled(
    new_system: Callable[..., RunningSystem],
    simulator: Callable[..., ParkFace],
    served: FtpServer,
    far: Path,
) -> None:
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,ftp_backup").start()
    folder = recorded(system, simulator)
    settings = {
        "host": "127.0.0.1",
        "port": served.port,
        "security": "none",
        "username": USER,
        "password": PASSWORD,
    }
    target = created(
        system.api.post("backup/targets/", json={"name": "NAS", "kind": "ftp", "settings": settings, "cap": SLOW})
    )
    assert (
        "It works"
        in system.api.post(
            "backup/targets/probe/",
            json={
                "kind": "ftp",
                "settings": target["settings"],
                "target": target["id"],
            },  # the password as it was shown
        )
        .raise_for_status()
        .json()["summary"]
    )
    created(system.api.post("backup/plans/", json={"name": "all", "target": target["id"], "backlog": True}))

    parts = lambda: [path for path in far.rglob("*.part") if path.stat().st_size > 2 * SLOW]  # noqa: E731
    eventually(parts, 60, "half a file at the server")
    [process] = system.members("backup")
    process.kill()
    process.wait(20)
    served.faults.cut_after = 100_000  # and once more the line is cut, later
    system.api.patch(f"backup/targets/{target['id']}/", json={"cap": FAST}).raise_for_status()

    def copies() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = system.api.get("backup/copies/").raise_for_status().json()["results"]
        return found

    eventually(lambda: [copy["state"] for copy in copies()] == ["done"], 90, "the copy", 0.5)
    assert hashes(far) == hashes(folder)
    assert {copy["verified"] for copy in copies()} == {"read"}
    resumed = [offset for name, offset in served.faults.uploads if offset and name.endswith(".part")]
    assert resumed, served.faults.uploads
    assert max(resumed) > SLOW

    listed = system.api.get(f"backup/targets/{target['id']}/files/", params={"folder": ""}).json()["results"]
    assert [entry["name"] for entry in listed] == ["Gate"]
    path = copies()[0]["path"]
    fetched = system.api.get(f"backup/targets/{target['id']}/file/", params={"path": path}).raise_for_status()
    assert hashlib.sha256(fetched.content).hexdigest() == copies()[0]["sha256"]
