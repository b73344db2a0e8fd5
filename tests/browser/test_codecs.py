"""Cameras whose codecs a browser cannot play, their sound, and how old the picture is that one sees."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from plugins.simulator.testing import SimulatedCamera, frame_number, running_park
from tests.browser.watching import goes_on, numbers, stays_live, tile
from tests.rig.browser import enter
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, ms_of, now_ms, rfc3339

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
FPS, LOOP = 20, 4  # pictures a second, seconds
CONVERTED = "This browser cannot play H.265: the server converts it to H.264"
SMALL = "This browser cannot play H.265: the small stream is shown"
BUSY = "This browser cannot play H.265, and the server converts no more cameras: a picture every 2 s"
HOUR = 3_600_000
# The loudest sample that a tile's player puts out within a second, though it be muted.
LOUDEST = """async (tile) => {
  const context = new AudioContext(), ear = context.createAnalyser(), heard = new Float32Array(2048);
  context.createMediaStreamSource(tile.querySelector('eyrie-live video').captureStream()).connect(ear);
  let loudest = 0;
  for (let n = 0; n < 20; n++) {
    await new Promise((done) => setTimeout(done, 50));
    ear.getFloatTimeDomainData(heard);
    loudest = Math.max(loudest, ...heard.map(Math.abs));
  }
  await context.close();
  return loudest;
}"""
# A picture, the true time, and what the badge tells of the picture's age; all at once.
AGE = """(tile) => {
  const live = tile.querySelector("eyrie-live"), video = live.picture;
  const { videoWidth: width, videoHeight: height } = video;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(video, 0, 0);
  const now = performance.timeOrigin + performance.now();
  return [canvas.toDataURL("image/png").split(",")[1], now, live.facts?.latency ?? null];
}"""
PLAYER = "document.querySelector('eyrie-recording').player"
CLOCK = "document.querySelector('eyrie-recording').clock"
RECORDED = """() => {
  const { video } = document.querySelector("eyrie-recording"), { videoWidth: width, videoHeight: height } = video;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(video, 0, 0);
  return canvas.toDataURL("image/png").split(",")[1];
}"""


@pytest.fixture(scope="module")
def cameras(running_system: RunningSystem, simulator_cache: Path) -> Iterator[dict[str, int]]:
    """Names to ids: "Attic" sends H.265, "Porch" too but with a small stream in H.264, "Bell" G.711, "Hall" AAC."""
    same = {"fps": FPS, "seconds": LOOP, "sub": False}
    park_cameras = (
        SimulatedCamera("attic", codec="h265", seed=1, **same),
        SimulatedCamera("bell", audio="pcmu", seed=2, **same),
        SimulatedCamera("hall", seed=3, **same),
    )
    with running_park(simulator_cache, *park_cameras) as park:
        urls = {name: {"url": park.url(name.lower())} for name in ("Attic", "Bell", "Hall")}
        urls["Porch"] = {"url": park.url("attic"), "sub_url": park.url("hall")}
        ids = {name: running_system.add_camera(name, **settings) for name, settings in urls.items()}
        for camera_id in ids.values():
            running_system.wait_recording(camera_id, 60)
        yield ids
        for camera_id in ids.values():
            running_system.api.delete(f"cameras/{camera_id}/").raise_for_status()


@pytest.fixture
def wall(window: Page, running_system: RunningSystem, cameras: dict[str, int]) -> Page:
    """A signed-in window, not yet at the wall."""
    enter(window, running_system)
    return window


def note(one: Locator) -> Locator:
    return one.locator("[data-part=note]")


def test_what_the_browser_cannot_play_is_converted_saying_so(wall: Page, running_system: RunningSystem) -> None:
    """Debian's Chromium has no H.265 decoder, and no machine of ours a hardware one."""
    wall.goto(running_system.url)
    attic, hall = tile(wall, "Attic"), tile(wall, "Hall")
    expect(note(attic)).to_have_text(CONVERTED)
    expect(note(hall)).to_be_hidden()
    stays_live(attic)
    goes_on(attic, 8)
    expect(attic.locator("[data-part=facts]")).to_contain_text("320\u00d7180")
    porch = tile(wall, "Porch")
    porch.focus()
    wall.keyboard.press("Enter")
    expect(note(porch)).to_have_text(SMALL)
    numbers(porch, 3)


def test_where_the_server_converts_no_more_there_are_pictures(wall: Page, running_system: RunningSystem) -> None:
    def refuse(route: WebSocketRoute) -> None:
        route.close(code=4429, reason="no more")

    wall.route_web_socket(lambda url: "as=h264" in url, refuse)
    wall.goto(running_system.url)
    attic = tile(wall, "Attic")
    expect(note(attic)).to_have_text(BUSY)
    assert len(set(numbers(attic, 2))) == 2


def test_what_was_recorded_is_converted_too(wall: Page, running_system: RunningSystem, cameras: dict[str, int]) -> None:
    """It plays, and each picture is that of its moment: their numbers follow the clock."""
    eventually(lambda: recorded_for(running_system, cameras["Attic"]) > 12_000, 60, "some seconds are recorded", 0.5)
    at = now_ms() - 9_000
    wall.goto(f"{running_system.url}/playback/?camera={cameras['Attic']}&at={rfc3339(at)}")
    expect(wall.locator("eyrie-recording .note")).to_have_text(CONVERTED)
    wall.wait_for_function(f"() => {PLAYER}.state === 'playing' && {PLAYER}.drift < 1000")
    still = recorded_number(wall)
    answer = running_system.api.get(f"cameras/{cameras['Attic']}/frame.jpg", params={"at": rfc3339(at)})
    assert still == number_in(answer.raise_for_status().content)
    wall.keyboard.press("Space")
    wall.wait_for_function(f"(at) => {CLOCK}.now() > at + 3000", arg=at)
    wall.keyboard.press("Space")
    moment = wall.evaluate(f"{CLOCK}.now()")
    right = (still + int((moment - at) * FPS / 1000)) % (FPS * LOOP)
    eventually(lambda: abs(recorded_number(wall) - right) <= 1, 30, f"picture {right} of its moment", 0.1)


def test_the_instant_replay_is_converted_too(
    wall: Page, running_system: RunningSystem, cameras: dict[str, int]
) -> None:
    """It shows what was recorded half a minute ago at most, in order, and is live again on demand."""
    eventually(lambda: recorded_for(running_system, cameras["Attic"]) > 12_000, 60, "some seconds are recorded", 0.5)
    wall.goto(running_system.url)
    attic = tile(wall, "Attic")
    stays_live(attic)
    attic.focus()
    wall.keyboard.press("i")
    expect(attic.locator("[data-part=state]")).to_have_text("Replay")
    expect(note(attic)).to_have_text(CONVERTED)
    seen = numbers(attic, 8)
    assert all(0 < (later - earlier) % (FPS * LOOP) <= FPS for earlier, later in pairwise(seen)), seen
    wall.keyboard.press("i")
    stays_live(attic)


def recorded_for(system: RunningSystem, camera: int) -> int:
    """ms that have been recorded of late."""
    now = now_ms()
    return sum(ms_of(one["end"]) - ms_of(one["start"]) for one in system.timeline(camera, now - 60_000, now)["ranges"])


def recorded_number(window: Page) -> int:
    return number_in(base64.b64decode(window.evaluate(RECORDED)))


def number_in(picture: bytes) -> int:
    """The frame number that a picture carries."""
    found = frame_number(np.asarray(Image.open(io.BytesIO(picture)).convert("L")))
    assert found is not None
    return found[1]


@pytest.mark.parametrize("name", ["Hall", "Bell", "Attic"])
def test_sound_is_heard_when_it_is_wanted(wall: Page, running_system: RunningSystem, name: str) -> None:
    """AAC, G.711 as FLAC, and AAC beside pictures that are converted."""
    wall.goto(running_system.url)
    one = tile(wall, name)
    stays_live(one)
    numbers(one, 2)
    video = one.locator("eyrie-live video")
    assert video.evaluate("(video) => video.muted")
    one.focus()
    wall.keyboard.press("m")
    assert not video.evaluate("(video) => video.muted")
    eventually(lambda: one.evaluate(LOUDEST) > 0.05, 30, f"sound of {name}", 0.1)
    wall.keyboard.press("m")
    assert video.evaluate("(video) => video.muted")


@pytest.mark.parametrize("off", [0, HOUR, -HOUR])
def test_the_badge_tells_the_pictures_true_age_whatever_the_devices_clock(
    wall: Page, running_system: RunningSystem, off: int
) -> None:
    """The cameras take picture n at each n / FPS s of their loop since 1970: a number and a time tell its age."""
    wall.add_init_script(f"{{ const right = Date.now; Date.now = () => right() + {off}; }}")
    wall.goto(running_system.url)
    hall = tile(wall, "Hall")
    stays_live(hall)
    numbers(hall, 20)  # as it starts it is still catching up

    def error() -> float:
        picture, now, told = hall.evaluate(AGE)
        age = (now * FPS / 1000 - number_in(base64.b64decode(picture))) % (FPS * LOOP) * 1000 / FPS
        wall.wait_for_timeout(100)
        return float(abs(told - age))

    eventually(lambda: hall.evaluate(AGE)[2] is not None, 30, "the age is known", 0.1)
    assert median(error() for _ in range(9)) < 200
