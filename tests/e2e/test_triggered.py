"""A camera that is recorded on events, picture by picture: its pre-roll is whole, and nothing else is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from plugins.simulator.camera import film
from plugins.simulator.testing import ParkFace
from tests.rig.arena import rig_camera
from tests.rig.pictures import Loop
from tests.rig.presence import presence
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, now_ms

BEFORE_MS, SECONDS, AFTER_MS = 3_000, 2, 1_000
EARLIER_MS = 3_000
"""How much earlier than asked for a recording may begin, and later end: with whole groups of pictures."""


def test_the_first_second_of_what_triggers_is_there(
    running_system: RunningSystem, simulator: Callable[..., ParkFace], simulator_cache: Path
) -> None:
    kind = rig_camera("porch")
    camera = running_system.add_camera("Porch", simulator(kind).url("porch"))
    try:
        running_system.wait_recording(camera, 60)
        waiting = {"recording": "event", "pre_roll": BEFORE_MS // 1000, "post_roll": AFTER_MS // 1000}
        running_system.api.patch(f"cameras/{camera}/", json=waiting).raise_for_status()
        eventually(lambda: not running_system.status(camera)["recording"], 30, "the camera waits", 0.2)
        idle_ms = now_ms()
        eventually(
            lambda: now_ms() > idle_ms + BEFORE_MS + 2 * EARLIER_MS, 30, "more than the pre-roll has passed", 0.2
        )
        at_ms = now_ms()
        running_system.api.post(f"cameras/{camera}/record/", json={"seconds": SECONDS}).raise_for_status()
        eventually(lambda: running_system.status(camera)["recording"], 30, "it is recorded", 0.1)
        eventually(lambda: not running_system.status(camera)["recording"], 60, "it waits again", 0.2)
        found = presence(running_system.data / "recordings", camera, Loop(film(kind, simulator_cache).main_file))
        end_ms = at_ms + SECONDS * 1000 + AFTER_MS
        assert found.holes(at_ms - BEFORE_MS, end_ms) == []
        assert (found.twice, found.foreign, found.broken) == (0, 0, [])
        written = [number * found.period_ms for number in found.numbers if number * found.period_ms > idle_ms]
        assert at_ms - BEFORE_MS - EARLIER_MS < min(written)
        assert max(written) < end_ms + EARLIER_MS
        gaps = running_system.timeline(camera, idle_ms, at_ms)["gaps"]
        assert [gap["reason"] for gap in gaps] == ["no_event"]
    finally:
        running_system.api.delete(f"cameras/{camera}/").raise_for_status()
