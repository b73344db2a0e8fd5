"""One ONVIF camera through the portal, from being found to its gap being filled: what issue 6 shows, in one go."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from plugins.simulator.testing import DeviceFace, onvif_device
from tests.browser.test_onvif_adding import found_at
from tests.browser.test_talk import heard, iso, loudest
from tests.browser.watching import stays_live, tile
from tests.rig.microphone import TONE
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, ms_of

__all__ = ["onvif_device"]
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]
SOON = 60_000
OUTAGE_S = 8.0


@pytest.fixture(scope="module")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """An Eyrie with the ONVIF plugin."""
    settings = {"EYRIE_PLUGINS": "local_disk,onvif,camera_control"}
    system = RunningSystem(tmp_path_factory.mktemp("eyrie-whole") / "data", settings)
    try:
        yield system.start()
    finally:
        system.stop()


def test_a_camera_is_found_added_moved_talked_through_listened_to_and_filled(
    window: Page, running_system: RunningSystem, onvif_device: Callable[..., DeviceFace]
) -> None:
    system, device = running_system, onvif_device(camera={"moves": True, "width": 640, "height": 360})
    camera = added(window, system, device)
    system.wait_recording(camera, 60)
    window.goto(system.url)
    shown = tile(window, "Gate")
    stays_live(shown)
    moved(window, shown, device)
    talked(window, shown, device)
    told(system, camera, device)
    filled(window, system, camera, device)


def added(window: Page, system: RunningSystem, device: DeviceFace) -> int:
    """Found on the network, tried, saved."""
    found_at(window, system, device)
    window.locator("find-cameras .choice").filter(has_text=device.address).click()
    form = window.locator("camera-form")
    form.get_by_label("Name", exact=True).fill("Gate")
    form.get_by_label("User name").fill(device.user)
    form.get_by_label("Password", exact=True).fill(device.password)
    form.get_by_role("button", name="Connect and show picture").click()
    expect(form.get_by_alt_text("What the camera sees now")).to_be_visible(timeout=SOON)
    form.get_by_role("button", name="Save camera").click()
    window.wait_for_url(re.compile(r"/cameras/\d+/$"), timeout=SOON)
    return int(window.url.rstrip("/").rpartition("/")[2])


def moved(window: Page, shown: Any, device: DeviceFace) -> None:
    """By a key, in its tile."""
    shown.focus()
    window.keyboard.press("Enter")
    window.keyboard.press("p")
    expect(shown.locator("eyrie-ptz [data-part=pad]")).to_be_visible(timeout=SOON)
    shown.focus()
    window.keyboard.down("ArrowUp")
    eventually(lambda: getattr(device.view(), "tilt", 0) > 0.05, 30, "the key turns it up", 0.1)
    window.keyboard.up("ArrowUp")
    shown.focus()
    window.keyboard.press("p")
    window.keyboard.press("Escape")


def talked(window: Page, shown: Any, device: DeviceFace) -> None:
    """A tone goes into the microphone, and the same tone is at the device."""
    shown.hover()
    shown.locator("[data-part=talk-button]").click()
    shown.locator("eyrie-talk [data-part=button]").hover()
    window.mouse.down()
    expect(shown.locator("eyrie-talk [data-part=words]")).to_have_text("Talk now", timeout=SOON)
    eventually(lambda: len(heard(device)[0]) > 8000, 60, "a second of speech has arrived", 0.2)
    window.mouse.up()
    assert abs(loudest(*heard(device)) - TONE) <= 10


def told(system: RunningSystem, camera: int, device: DeviceFace) -> None:
    """What the camera tells fires a rule, which switches the camera's relay."""
    action = {"name": "relay", "settings": {"camera": camera, "output": "2", "state": "on"}}
    definition = {"types": ["io.input"], "cameras": [camera], "actions": [action]}
    system.api.post("rules/", json={"name": "Door", "definition": definition}).raise_for_status()
    eventually(lambda: device.subscriptions() == 1, 60, "the camera's events are listened to")
    device.set_input("1", True)
    eventually(lambda: device.relays()["2"], 60, "the rule switches the relay")


def filled(window: Page, system: RunningSystem, camera: int, device: DeviceFace) -> None:
    """What an outage left out comes from the camera's card, and the timeline shows it."""
    since = ms_of(system.status(camera)["last_frame"])
    device.park.fault("gate", "drop", OUTAGE_S)

    def fetched() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = system.timeline(camera, since, since + 3_600_000)["fetched"]
        return found

    piece = eventually(fetched, 150, "the gap is filled", 0.5)[0]
    at = (ms_of(piece["start"]) + ms_of(piece["end"])) // 2
    window.goto(f"{system.url}/playback/?camera={camera}&at={iso(at)}")
    timeline = window.locator("eyrie-timeline")
    box = timeline.bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def shown() -> bool:
        for aside in (1, 0):  # what lies there is told when the pointer moves, and is there a moment after the page
            window.mouse.move(middle[0] + aside, middle[1])
        return "Fetched later from the camera" in timeline.locator(".tip").inner_text()

    eventually(shown, 60, "the timeline tells that it was fetched", 0.5)
