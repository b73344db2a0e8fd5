"""Talking through a camera from the live wall: a tone in the microphone is the same tone at the device."""

from __future__ import annotations

import io
import time
import wave
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from plugins.simulator.testing import DeviceFace, onvif_device
from tests.browser.test_accessibility import violations
from tests.browser.watching import tile
from tests.rig.browser import enter
from tests.rig.microphone import TONE
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

__all__ = ["onvif_device"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SOUND = 0.3
"""Seconds of sound that are enough to know a tone by."""


@pytest.fixture(scope="module")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """An Eyrie with the ONVIF plugin."""
    settings = {"EYRIE_PLUGINS": "local_disk,onvif"}
    system = RunningSystem(tmp_path_factory.mktemp("eyrie-talk") / "data", settings)
    try:
        yield system.start()
    finally:
        system.stop()


@pytest.fixture
def door(running_system: RunningSystem, onvif_device: Callable[..., DeviceFace]) -> Iterator[DeviceFace]:
    """An ONVIF device with a loudspeaker and a card, which is the camera "Door"; added as people add it."""
    device = onvif_device()
    settings = {"address": device.address, "user": device.user, "password": device.password}
    probe = running_system.api.post("cameras/probe/", json={"driver": "onvif", "settings": settings}, timeout=30).json()
    assert probe["ok"], probe["message"]
    values = {"name": "Door", "driver": "onvif", "settings": settings | probe["settings"], "recording": "off"}
    made = running_system.api.post("cameras/", json=values)
    made.raise_for_status()
    yield device
    running_system.api.delete(f"cameras/{made.json()['id']}/").raise_for_status()


def heard(device: DeviceFace) -> tuple[np.ndarray, int]:
    """What was said to the device, and its samples a second."""
    data = device.heard()
    if len(data) < 100:
        return np.zeros(0), 8000
    with wave.open(io.BytesIO(data)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float), file.getframerate()


def loudest(samples: np.ndarray, rate: int) -> float:
    """The loudest frequency of what is not silence."""
    loud = samples[np.abs(samples).argmax() :][: int(rate * SOUND)]
    spectrum = np.abs(np.fft.rfft(loud * np.hanning(len(loud)), rate))
    return float(np.argmax(spectrum[50:]) + 50)


def open_talk(window: Page, system: RunningSystem) -> Locator:
    """The button of the camera "Door" on the wall."""
    enter(window, system)
    window.goto(system.url)
    door = tile(window, "Door")
    door.hover()
    door.locator("[data-part=talk-button]").click()
    return door


def test_a_tone_in_the_microphone_is_heard_at_the_device(
    window: Page, running_system: RunningSystem, door: DeviceFace
) -> None:
    shown = open_talk(window, running_system)
    button = shown.locator("eyrie-talk [data-part=button]")
    button.hover()
    window.mouse.down()
    expect(shown.locator("eyrie-talk [data-part=words]")).to_have_text("Talk now")
    eventually(lambda: len(heard(door)[0]) > 8000, 60, "a second of speech has arrived", 0.2)
    window.mouse.up()
    expect(button).to_have_attribute("aria-pressed", "false")
    samples, rate = heard(door)
    assert abs(loudest(samples, rate) - TONE) <= 10
    assert np.abs(samples).max() > 3000
    events = running_system.api.get("events/", params={"type": "camera.talked"}).json()["results"]
    assert events[0]["attributes"]["by"] == "admin"
    eventually(
        lambda: running_system.api.get("events/", params={"type": "camera.talked"}).json()["results"][0]["end"],
        40,
        "the talk is over for everybody",
        0.2,
    )


def test_a_short_press_keeps_on_until_the_next_and_a_key_does_too(
    window: Page, running_system: RunningSystem, door: DeviceFace
) -> None:
    shown = open_talk(window, running_system)
    talk, button = shown.locator("eyrie-talk"), shown.locator("eyrie-talk [data-part=button]")
    button.click()
    expect(talk.locator("[data-part=words]")).to_have_text("Talk now")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(talk.locator("[data-part=words]")).to_be_hidden()

    shown.focus()
    window.keyboard.down("h")
    expect(talk.locator("[data-part=words]")).to_have_text("Talk now")
    window.keyboard.up("h")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_why_one_cannot_talk(window: Page, running_system: RunningSystem, door: DeviceFace) -> None:
    shown = open_talk(window, running_system)
    window.evaluate("Object.defineProperty(window, 'isSecureContext', { value: false, configurable: true })")
    shown.locator("eyrie-talk [data-part=button]").click()
    expect(shown.locator("eyrie-talk [data-part=words]")).to_contain_text("only over HTTPS")


def test_what_is_missing_is_fetched_and_seen_on_the_timeline(
    window: Page, running_system: RunningSystem, door: DeviceFace
) -> None:
    begin = time.time_ns() // 1_000_000 // 1000 * 1000 - 3_600_000
    door.keep([(begin, begin + 60_000)])
    [camera] = running_system.api.get("cameras/").json()["results"]
    assert (camera["keeps"], camera["speaks"]) == (True, True)
    enter(window, running_system)
    window.goto(f"{running_system.url}/playback/?camera={camera['id']}&at={iso(begin + 20_000)}")
    timeline = window.locator("eyrie-timeline")
    box = timeline.bounding_box()
    assert box is not None
    middle, height = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    window.keyboard.down("Shift")
    window.mouse.move(middle - 60, height)
    window.mouse.down()
    window.mouse.move(middle + 60, height, steps=5)
    window.mouse.up()
    window.keyboard.up("Shift")
    window.locator("#fetch").click()
    expect(window.locator("#toasts")).to_contain_text("were fetched from Door")
    timeline.hover()  # wherever it lies now that a picture is there
    expect(timeline.locator(".tip")).to_contain_text("Fetched later from the camera")
    query = {"camera": camera["id"], "start": iso(begin - 600_000), "end": iso(begin + 600_000)}
    told = running_system.api.get("recordings/", params=query).json()
    assert told["fetched"], told


def iso(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def test_an_announcement_is_recorded_heard_and_deleted(window: Page, running_system: RunningSystem) -> None:
    enter(window, running_system)
    window.goto(f"{running_system.url}/cameras/announcements/")
    expect(window.get_by_text("No announcements yet")).to_be_visible()
    window.get_by_role("button", name="New announcement").click()
    window.get_by_label("Name", exact=True).fill("Closing")
    window.get_by_role("button", name="Save").click()
    expect(window.locator("#editor .trouble")).to_have_text("Choose a sound file, or record one.")
    window.get_by_role("button", name="Record it here").click()
    expect(window.locator("#recording")).to_have_text("1 s")
    window.get_by_role("button", name="End the recording").click()
    expect(window.locator("#recorded")).to_be_visible()
    assert violations(window) == []
    window.get_by_role("button", name="Save").click()
    card = window.locator("#announcements .card", has_text="Closing")
    sound = card.locator("audio")
    sound.evaluate("async (audio) => { await audio.play(); audio.pause(); }")
    assert sound.evaluate("(audio) => audio.duration") > 0.5
    assert violations(window) == []
    card.get_by_role("button", name="Delete").click()
    window.get_by_role("button", name="Delete announcement").click()
    expect(window.get_by_text("No announcements yet")).to_be_visible()
