"""An export outlives its exporter: kill -9 in the middle of it, and a new start of everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from core.exports.verify import check
from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, ms_of, now_ms, rfc3339

pytestmark = pytest.mark.timeout(180)


def _state(system: RunningSystem, export: int) -> dict[str, Any]:
    found: dict[str, Any] = system.api.get(f"exports/{export}/").raise_for_status().json()
    return found


def _asked(system: RunningSystem, camera: int, **more: Any) -> int:
    now = now_ms()
    item = {"camera": camera, "start": rfc3339(now - 600_000), "end": rfc3339(now)}
    answer = system.api.post("exports/", json={"items": [item], **more})
    assert answer.status_code == 201, answer.text
    found: int = answer.json()["id"]
    return found


def _archive(system: RunningSystem, export: int, path: Path) -> Path:
    path.write_bytes(system.api.get(f"exports/{export}/export.zip").raise_for_status().content)
    return path


def test_the_exporter_is_killed_in_the_middle(
    new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace], tmp_path: Path
) -> None:
    park = simulator(SimulatedCamera("gate"))
    system = new_system().start()
    camera = system.add_camera("Gate", park.url("gate"))
    system.wait_recording(camera)
    eventually(lambda: _recorded_ms(system, camera) > 8000, 40, "eight seconds of recording", 0.3)

    assert not system.members("exporter")  # nobody needs one yet
    first = _asked(system, camera)
    eventually(lambda: _ended(system, first), 60, "an export", 0.3)
    exporter: psutil.Process = system.members("exporter")[0]  # kept for a while
    exporter.suspend()  # so that the kill falls into the work, whatever the machine is busy with
    export = _asked(system, camera, burn_in=True)
    exporter.resume()
    eventually(lambda: _state(system, export)["state"] == "running", 20, "the export begun", 0.01)
    exporter.kill()
    assert _state(system, export)["state"] == "running"
    done = eventually(
        lambda: _ended(system, export), 60, f"the export made by the next exporter; see {system.log}", 0.3
    )
    assert done["state"] == "done", done["error"]
    assert check(_archive(system, export, tmp_path / "one.zip")).intact
    assert {path.name for path in (system.data / "exports").iterdir()} == {f"{first}.zip", f"{export}.zip"}

    waiting = _asked(system, camera)
    system.stop()
    system.start()
    done = eventually(lambda: _ended(system, waiting), 60, "the export after a new start", 0.3)
    assert done["state"] == "done", done["error"]
    output = system.run("verify", str(_archive(system, waiting, tmp_path / "two.zip")))
    assert "The export is as it was made." in output


def _recorded_ms(system: RunningSystem, camera: int) -> int:
    now = now_ms()
    ranges = system.timeline(camera, now - 600_000, now)["ranges"]
    return sum(ms_of(one["end"]) - ms_of(one["start"]) for one in ranges)


def _ended(system: RunningSystem, export: int) -> dict[str, Any] | None:
    found = _state(system, export)
    return found if found["state"] not in ("queued", "running") else None
