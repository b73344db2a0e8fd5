"""Nine cameras played at once stay in step: by what they show, and by what the overlay tells."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from plugins.simulator.testing import SimulatedCamera, frame_number, running_park
from tests.rig.browser import SECONDS, SOON, enter
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, ms_of, now_ms, rfc3339

# Nine players take both processors of a small machine: not beside other tests. Four are tried in test_playback.
pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.timeout(240)]
COUNT = 9
FPS, LOOP = 20, 4  # pictures a second, seconds
RECORDED = 11 * SECONDS
IN_STEP_MS = 100
LOOKS = 12
CLOCK = "document.querySelector('eyrie-recording').clock"
# All pictures are taken before the first is written down, which takes longer than a picture lasts.
LOOK = """() => {
  const shots = [...document.querySelectorAll("eyrie-recording")].map((tile) => {
    const { videoWidth: width, videoHeight: height } = tile.video;
    const canvas = Object.assign(document.createElement("canvas"), { width, height });
    canvas.getContext("2d").drawImage(tile.video, 0, 0);
    return [canvas, Number(tile.dataset.drift)];
  });
  return shots.map(([canvas, drift]) => [canvas.toDataURL("image/png").split(",")[1], drift]);
}"""
PLAYING = """(count) => {
  const tiles = [...document.querySelectorAll("eyrie-recording")];
  const plays = ({ player }) => player?.state === "playing" && !Number.isNaN(player.drift);
  return tiles.length === count && tiles.every(plays);
}"""


@pytest.fixture(scope="module")
def nine(running_system: RunningSystem, simulator_cache: Path) -> Iterator[list[int]]:
    """Nine cameras that look at the same, recorded at the same time: at each moment all show the same number."""
    with running_park(simulator_cache, SimulatedCamera("yard", fps=FPS, seconds=LOOP, sub=False)) as park:
        ids = [running_system.add_camera(f"Yard {n}", park.url("yard")) for n in range(1, COUNT + 1)]
        for camera in ids:
            running_system.wait_recording(camera, 60)
        began = now_ms()
        eventually(lambda: now_ms() - began > RECORDED, 60, "recorded", 0.5)
    yield ids
    for camera in ids:
        running_system.api.delete(f"cameras/{camera}/").raise_for_status()


@pytest.fixture
def begin(running_system: RunningSystem, nine: list[int]) -> int:
    """From when on all nine are recorded, ms UTC."""
    now = now_ms()
    ranges = [running_system.timeline(camera, now - 600_000, now)["ranges"] for camera in nine]
    return max(ms_of(found[0]["start"]) for found in ranges)


def spread_ms(numbers: list[int]) -> float:
    """How far apart pictures of these numbers were taken; the numbers go round."""
    turned = [(number - numbers[0] + FPS * LOOP // 2) % (FPS * LOOP) for number in numbers]
    return (max(turned) - min(turned)) * 1000 / FPS


def look(window: Page) -> tuple[float, float]:
    """How far apart, in ms, the shown pictures are, and the overlay says that they are."""
    shots = window.evaluate(LOOK)
    pictures = [np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("L")) for png, _ in shots]
    found = [frame_number(picture) for picture in pictures]
    assert None not in found
    told = [drift for _, drift in shots]
    return spread_ms([number for _, number in found if number is not None]), max(told) - min(told)


def test_nine_cameras_stay_in_step(window: Page, running_system: RunningSystem, nine: list[int], begin: int) -> None:
    enter(window, running_system)
    query = "&".join(f"camera={camera}" for camera in nine)
    window.goto(f"{running_system.url}/playback/?{query}&at={rfc3339(begin + 2 * SECONDS)}")
    window.wait_for_function(PLAYING, arg=COUNT, timeout=SOON)
    window.keyboard.press("Shift+D")
    expect(window.locator("eyrie-recording .debug").first).to_contain_text("ms")
    window.keyboard.press("Space")
    window.wait_for_function(f"(at) => {CLOCK}.now() > at", arg=begin + 4 * SECONDS, timeout=SOON)
    looks = []
    for _ in range(LOOKS):
        window.wait_for_timeout(300)
        looks.append(look(window))
    shown, told = zip(*looks, strict=True)
    assert median(shown) <= IN_STEP_MS, looks
    assert median(told) <= IN_STEP_MS, looks
