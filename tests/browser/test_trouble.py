"""What goes wrong is said on the page, in a sentence: no rights, no file, no server, a clock that is an hour off."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from plugins.simulator.testing import ParkFace
from tests.browser.watching import HOSTILE, numbers, stays_live, tile
from tests.rig.browser import SECONDS, enter, filled
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, ms_of, now_ms, rfc3339

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
OWN = "correct horse battery 7"
HOUR = 3600 * SECONDS
CLOSED = """(path) => new Promise((done) => {
  new WebSocket(`ws://${location.host}${path}`).onclose = ({ code, reason }) => done([code, reason]);
})"""
FAST_CLOCK = f"Date.now = ((real) => () => real.call(Date) + {HOUR})(Date.now);"


def add_user(system: RunningSystem, name: str, **grant: Any) -> None:
    """A user with one role, or none."""
    body = {"username": name, "password": OWN, "roles": []}
    user = system.api.post("users/", json=body).raise_for_status().json()["id"]
    if grant:
        system.api.post(f"users/{user}/grants/", json=grant).raise_for_status()


def test_who_has_no_rights_is_told_who_can_grant_them(
    window: Page, system: RunningSystem, cameras: dict[str, int]
) -> None:
    add_user(system, "nobody")
    enter(window, system, "nobody", OWN)
    window.goto(system.url)
    filled(window)
    expect(window.get_by_text("An administrator can add cameras, or let you see those that are there.")).to_be_visible()
    for path in (f"/ws/v1/cameras/{cameras['Gate']}/live/", "/ws/v1/cameras/99999/live/"):
        code, reason = window.evaluate(CLOSED, path)
        assert code in (4403, 4404)
        assert reason
    window.goto(f"{system.url}/playback/?camera={cameras['Gate']}")
    expect(window.get_by_text("A camera is gone, or you may not play its recordings.")).to_be_visible()
    expect(window.get_by_role("heading", name="No recordings for you")).to_be_visible()


def test_a_shared_view_shows_each_user_the_cameras_of_their_rights(
    window: Page, system: RunningSystem, cameras: dict[str, int]
) -> None:
    tiles = [{"camera": camera} for camera in cameras.values()]
    arrangement = {"layout": "2x2", "tiles": [*tiles, {"camera": None}, {"camera": None}]}
    system.api.post("views/", json={"name": "Both", "shared": True, "arrangement": arrangement}).raise_for_status()
    add_user(system, "gatekeeper", role="viewer", camera=cameras["Gate"])
    enter(window, system, "gatekeeper", OWN)
    window.goto(system.url)
    filled(window)
    window.keyboard.press("1")
    gate, other = tile(window, "Gate"), window.locator("eyrie-tile").nth(1)
    numbers(gate, 2)
    expect(other.get_by_text("your rights do not reach it; an administrator can tell")).to_be_visible()
    expect(window.get_by_text(HOSTILE)).to_have_count(0)


def test_a_recording_whose_file_is_gone_is_said_to_be_missing(
    window: Page, system: RunningSystem, park: ParkFace
) -> None:
    camera = system.add_camera("Lost", park.url("gate"))
    system.wait_recording(camera)
    eventually(lambda: _recorded_ms(system, camera) > 4 * SECONDS, 60, "4 s are recorded", 0.5)
    system.api.patch(f"cameras/{camera}/", json={"enabled": False}).raise_for_status()
    files = eventually(lambda: list((system.data / "recordings" / str(camera)).rglob("*.mp4")), 30, "a closed segment")
    start = ms_of(_ranges(system, camera)[0]["start"])
    assert system.video(camera, start, start + 2 * SECONDS)
    for file in files:
        file.unlink()
    enter(window, system)
    window.goto(f"{system.url}/playback/?camera={camera}&at={rfc3339(start + SECONDS)}")
    filled(window)
    expect(window.locator("eyrie-recording .veil")).to_contain_text("cannot be read")
    system.api.delete(f"cameras/{camera}/").raise_for_status()


def _ranges(system: RunningSystem, camera: int) -> list[dict[str, Any]]:
    now = now_ms()
    found: list[dict[str, Any]] = system.timeline(camera, now - HOUR, now)["ranges"]
    return found


def _recorded_ms(system: RunningSystem, camera: int) -> int:
    return sum(ms_of(one["end"]) - ms_of(one["start"]) for one in _ranges(system, camera))


def test_a_clock_that_is_an_hour_ahead_moves_nothing(
    window: Page, system: RunningSystem, cameras: dict[str, int]
) -> None:
    window.add_init_script(FAST_CLOCK)
    enter(window, system)
    window.goto(system.url)
    filled(window)
    expect(window.get_by_text("This device's clock is 60 minutes ahead.")).to_be_visible()
    hours = window.evaluate("document.getElementById('site-clock').textContent.slice(0, 2)")
    assert int(hours) in {(now_ms() + late) // HOUR % 24 for late in (0, -10 * SECONDS)}  # the site's zone is UTC
    gate = tile(window, "Gate")
    stays_live(gate)
    gate.focus()
    window.keyboard.press("i")
    expect(gate.locator("[data-part=state]")).to_have_text("Replay")
    numbers(gate, 3)
    window.goto(f"{system.url}/playback/?camera={cameras['Gate']}")
    filled(window)
    at = window.evaluate("document.querySelector('eyrie-recording').clock.now()")
    assert now_ms() - 120 * SECONDS < at < now_ms()
    assert window.get_by_text("This device's clock").count() == 0  # said once is enough


def test_a_server_that_is_away_is_said_and_comes_back(window: Page, system: RunningSystem) -> None:
    enter(window, system)
    window.goto(system.url + "/cameras/")
    filled(window)
    window.context.set_offline(True)
    expect(window.get_by_text("The server does not answer.")).to_be_visible()
    window.context.set_offline(False)
    expect(window.get_by_text("The server does not answer.")).to_be_hidden()
