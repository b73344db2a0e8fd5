"""A person signs in, sees each camera live, and plays the last minute."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.system import PASSWORD, RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SECONDS = 1000
VIDEO = "[...document.querySelectorAll('#wall video')]"


@pytest.fixture
def park(simulator: Callable[..., ParkFace]) -> ParkFace:
    return simulator(SimulatedCamera("gate"), SimulatedCamera("yard"))


@pytest.fixture
def system(running_system: RunningSystem, park: ParkFace) -> Iterator[RunningSystem]:
    """A running Eyrie with the park's two cameras and no other."""
    ids = [running_system.add_camera(f"Page {name}", park.url(name)) for name in ("gate", "yard")]
    for camera_id in ids:
        running_system.wait_recording(camera_id)
    yield running_system
    for camera_id in ids:
        running_system.api.delete(f"cameras/{camera_id}/").raise_for_status()


def sign_in(window: Page, system: RunningSystem, password: str = PASSWORD) -> None:
    window.goto(system.url)
    window.fill("#username", "admin")
    window.fill("#password", password)
    window.keyboard.press("Enter")


def tile(window: Page, name: str):
    return window.locator(".tile", has_text=name)


def test_a_person_signs_in_and_sees_the_cameras_live(window: Page, system: RunningSystem, park: ParkFace) -> None:
    sign_in(window, system, "wrong")
    expect(window.get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    sign_in(window, system)
    for name in ("Page gate", "Page yard"):
        expect(tile(window, name).locator(".state")).to_have_text("Live", timeout=20 * SECONDS)
        expect(tile(window, name).locator(".veil")).to_be_hidden(timeout=20 * SECONDS)
    _wait_for_frames(window, 2)

    park.fault("gate", "drop")
    expect(tile(window, "Page gate").locator(".state")).not_to_have_text("Live", timeout=20 * SECONDS)
    expect(tile(window, "Page yard").locator(".state")).to_have_text("Live")
    park.clear("gate")
    expect(tile(window, "Page gate").locator(".state")).to_have_text("Live", timeout=20 * SECONDS)
    _wait_for_frames(window, 2)


def test_the_last_minute_plays(window: Page, system: RunningSystem) -> None:
    sign_in(window, system)
    link = tile(window, "Page yard").get_by_role("link", name="Play the last minute")
    expect(link).to_be_visible(timeout=30 * SECONDS)
    link.click()
    expect(window.get_by_role("dialog")).to_contain_text("Page yard, the last minute")
    window.wait_for_function("() => document.querySelector('#player video').currentTime > 0.5", timeout=20 * SECONDS)
    window.wait_for_function("() => document.querySelector('#player video').videoWidth > 0")
    window.keyboard.press("Escape")
    expect(window.get_by_role("dialog")).to_be_hidden()


def test_signing_out_ends_the_session(window: Page, system: RunningSystem) -> None:
    sign_in(window, system)
    window.get_by_role("button", name="Sign out").click()
    expect(window.get_by_role("heading", name="Sign in to Eyrie")).to_be_visible()
    window.goto(system.url)
    expect(window.get_by_role("heading", name="Sign in to Eyrie")).to_be_visible()


def _wait_for_frames(window: Page, cameras: int) -> None:
    """Every camera's video has shown 15 further frames of its own."""
    shown = f"{VIDEO}.map((video) => video.getVideoPlaybackQuality().totalVideoFrames)"
    before = window.evaluate(shown)
    assert len(before) == cameras
    window.wait_for_function(
        f"(before) => {shown}.every((frames, n) => frames > before[n] + 15 || (frames < before[n] && frames > 15))",
        arg=before,
        timeout=30 * SECONDS,
    )
