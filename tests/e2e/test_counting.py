"""People of a real clip, all the way: seen by the objects plugin, followed, over a line of the analytics, counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.real_data, pytest.mark.timeout(240)]
LINES = [{"name": f"At {x}", "points": [[x, 1.0], [x, 0.0]]} for x in (0.25, 0.5, 0.75)]


def test_who_crosses_a_line_is_an_event_and_is_counted(
    clips: Path, new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace]
) -> None:
    clip = clips / "people" / "vtest-480x360.avi"
    park = simulator(SimulatedCamera("square", file=clip, sub=False))
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,objects,analytics").start()
    camera = system.add_camera("Square", park.url("square"))
    for name, settings in (("objects", {"fps": 5}), ("analytics", {"lines": LINES, "labels": ["person"]})):
        body = {"enabled": True, "settings": settings}
        system.api.put(f"cameras/{camera}/detectors/{name}/", json=body).raise_for_status()

    def events(kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (
            system.api.get("events/", params={"type": kind}).raise_for_status().json()["results"]
        )
        return found

    eventually(lambda: events("objects.seen"), 90, "people are seen", 0.5)
    [crossed, *_] = eventually(lambda: events("analytics.line_crossed"), 120, "somebody crosses a line", 0.5)
    assert crossed["camera"] == camera
    assert crossed["attributes"]["label"] == "person"
    first = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    address = f"plugins/analytics/cameras/{camera}/counts/"

    def counted() -> list[dict[str, Any]]:
        answer = system.api.get(address, params={"day": first, "days": 3, "by": "day"})
        rows: list[dict[str, Any]] = answer.raise_for_status().json()["series"]
        return rows

    rows = eventually(counted, 40, "it is counted", 0.5)
    assert {row["kind"] for row in rows} <= {"to_left", "to_right"}
    assert {row["name"] for row in rows} <= {line["name"] for line in LINES}
