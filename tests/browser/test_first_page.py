"""A person signs in, sees each camera live, and plays the last minute."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Response, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.system import PASSWORD, RunningSystem, now_ms

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
    expect(tile(window, "Page gate").locator("video")).not_to_have_css("filter", "none")  # nor does it look live
    expect(tile(window, "Page yard").locator(".state")).to_have_text("Live")
    expect(tile(window, "Page yard").locator("video")).to_have_css("filter", "none")
    park.clear("gate")
    expect(tile(window, "Page gate").locator(".state")).to_have_text("Live", timeout=20 * SECONDS)
    _wait_for_frames(window, 2)


def test_the_last_minute_plays(window: Page, system: RunningSystem) -> None:
    files: list[tuple[str | None, str]] = []
    window.on("response", lambda answer: files.append(_file_of(answer)) if "video.mp4" in answer.url else None)
    sign_in(window, system)
    link = tile(window, "Page yard").get_by_role("link", name="Play the last minute")
    expect(link).to_be_visible(timeout=30 * SECONDS)
    link.click()
    expect(window.get_by_role("dialog")).to_contain_text("Page yard, the last minute")
    window.wait_for_function("() => document.querySelector('#player video').currentTime > 0.5", timeout=20 * SECONDS)
    window.wait_for_function("() => document.querySelector('#player video').videoWidth > 0")
    for place in (0.9, 0.1, 0.7):  # to and fro, as far as it is recorded, while more is being recorded
        window.evaluate(
            "(place) => { const v = document.querySelector('#player video'); v.currentTime = v.duration * place; }",
            place,
        )
        window.wait_for_function("() => !document.querySelector('#player video').seeking", timeout=20 * SECONDS)
    assert window.evaluate("document.querySelector('#player video').error") is None
    assert len(set(files)) == 1, files
    window.keyboard.press("Escape")
    expect(window.get_by_role("dialog")).to_be_hidden()


def test_what_the_browser_cannot_play_is_shown_as_pictures(
    window: Page, running_system: RunningSystem, simulator: Callable[..., ParkFace]
) -> None:
    """Debian's Chromium has no H.265 decoder, and no machine of ours a hardware one."""
    park = simulator(SimulatedCamera("attic", codec="h265"))
    camera_id = running_system.add_camera("Page attic", park.url("attic"))
    running_system.wait_recording(camera_id)
    try:
        sign_in(window, running_system)
        attic = tile(window, "Page attic")
        note = attic.get_by_text("This browser cannot play H.265: a picture every 2\u00a0s")
        expect(note).to_be_visible(timeout=20 * SECONDS)
        expect(attic.locator("video")).to_be_hidden()
        expect(attic.locator(".veil")).to_be_hidden(timeout=20 * SECONDS)
        shown = "(img) => img.naturalWidth"
        assert attic.locator("img").evaluate(shown) == 320
        before = attic.locator("img").get_attribute("src")
        expect(attic.locator("img")).not_to_have_attribute("src", before or "", timeout=20 * SECONDS)
        expect(attic.locator(".veil")).to_be_hidden()
    finally:
        running_system.api.delete(f"cameras/{camera_id}/").raise_for_status()


def test_times_are_the_sites_and_of_24_hours(window: Page, system: RunningSystem) -> None:
    """The browser sits in Tokyo and speaks American English, the site is in UTC."""
    sign_in(window, system)
    words = tile(window, "Page gate").locator(".recorded")
    expect(words).to_have_text(re.compile(r"^Recorded until \d\d:\d\d:\d\d UTC$"), timeout=30 * SECONDS)
    hours, minutes, seconds = (int(part) for part in (words.text_content() or "").split()[2].split(":"))
    now_s = now_ms() // 1000 % 86_400
    late = (now_s - (hours * 3600 + minutes * 60 + seconds)) % 86_400
    assert late < 60


def test_signing_out_ends_the_session(window: Page, system: RunningSystem) -> None:
    sign_in(window, system)
    window.get_by_role("button", name="Sign out").click()
    expect(window.get_by_role("heading", name="Sign in to Eyrie")).to_be_visible()
    window.goto(system.url)
    expect(window.get_by_role("heading", name="Sign in to Eyrie")).to_be_visible()


def _file_of(answer: Response) -> tuple[str | None, str]:
    """ETag and whole size of what a part of was sent."""
    return answer.headers.get("etag"), answer.headers.get("content-range", "").rpartition("/")[2]


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
