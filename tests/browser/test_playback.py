"""Somebody looks at what was recorded: cameras in step, the strip dragged, picture by picture, marked, found again."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from statistics import median
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from plugins.simulator.testing import SimulatedCamera, frame_number, running_park
from tests.rig.browser import SECONDS, enter
from tests.rig.processes import ROOT, eventually
from tests.rig.system import RunningSystem, ms_of, now_ms, rfc3339

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
FPS, LOOP = 20, 30  # pictures a second, seconds
NAMES = ("north", "east", "south", "west")
IN_STEP_MS = 100

GRAB = """() => {
  const canvas = document.createElement("canvas"), found = {};
  for (const tile of document.querySelectorAll("eyrie-recording")) {
    const video = tile.querySelector("video");
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    canvas.getContext("2d").drawImage(video, 0, 0);
    found[tile.camera] = [canvas.toDataURL("image/png").split(",")[1], tile.clock.now(), tile.player.drift];
  }
  return found;
}"""
LOUD = """
import json, sys, django
django.setup()
from core.recording.loudness import LoudLevel, store_loudness
camera, levels = json.load(sys.stdin)
store_loudness({camera: [LoudLevel(at, level) for at, level in levels]})
"""
# The colour of the strip's canvas at a place from its left and top, px.
COLOUR = """([x, y]) => {
  const canvas = document.querySelector("eyrie-timeline canvas"), scale = canvas.width / canvas.clientWidth;
  return [...canvas.getContext("2d").getImageData(x * scale, y * scale, 1, 1).data].join();
}"""
CLOCK = "document.querySelector('eyrie-recording').clock"


@pytest.fixture(scope="module")
def recorded(running_system: RunningSystem, simulator_cache) -> Iterator[dict[int, str]]:
    """Four cameras of which a third of a minute is recorded in one piece, however busy the machine; their park has
    ended, so nothing is added any more."""
    cameras = [SimulatedCamera(name, fps=FPS, seconds=LOOP, sub=False, seed=n) for n, name in enumerate(NAMES)]
    with running_park(simulator_cache, *cameras) as park:
        ids = {running_system.add_camera(f"Past {name}", park.url(name)): name for name in NAMES}
        for camera in ids:
            running_system.wait_recording(camera, 40)
        eventually(lambda: length(newest(running_system, ids)) > 18 * SECONDS, 90, "18 s recorded in one piece", 1)
    yield ids
    for camera in ids:
        running_system.api.delete(f"cameras/{camera}/").raise_for_status()


@pytest.fixture
def span(running_system: RunningSystem, recorded: dict[int, str]) -> tuple[int, int]:
    """From when to when all four are recorded without interruption, ms UTC."""
    return newest(running_system, recorded)


def newest(system: RunningSystem, cameras: Iterable[int]) -> tuple[int, int]:
    """The newest stretch that all cameras have, ms UTC; its end lies before its start where they have none."""
    now = now_ms()
    ranges = [system.timeline(camera, now - 600_000, now)["ranges"][-1:] for camera in cameras]
    if not all(ranges):
        return now, now
    return max(ms_of(found["start"]) for (found,) in ranges), min(ms_of(found["end"]) for (found,) in ranges)


def length(stretch: tuple[int, int]) -> int:
    return stretch[1] - stretch[0]


def opened(window: Page, system: RunningSystem, cameras: list[int], at: int, *who: str) -> None:
    """Sign in and open playback at a moment; every tile shows a picture. who: name and password of somebody else."""
    enter(window, system, *who)
    query = "&".join(f"camera={camera}" for camera in cameras)
    window.goto(f"{system.url}/playback/?{query}&at={rfc3339(at)}")
    ready(window, len(cameras))


def ready(window: Page, tiles: int) -> None:
    window.wait_for_function(
        "(tiles) => { const found = [...document.querySelectorAll('eyrie-recording')];"
        " return found.length === tiles && found.every((one) => one.player?.state === 'playing'"
        " && !one.video.seeking && Math.abs(one.player.drift) < 1000); }",
        arg=tiles,
    )


def number_in(picture: bytes) -> int:
    """The frame number that a decoded picture carries."""
    found = frame_number(np.asarray(Image.open(io.BytesIO(picture)).convert("L")))
    assert found is not None
    return found[1]


def grab(window: Page) -> dict[int, tuple[int, float, float]]:
    """Camera to the frame number that its tile shows, the clock's moment, and the drift that it tells; at once."""
    shots = window.evaluate(GRAB)
    return {int(camera): (number_in(base64.b64decode(png)), at, drift) for camera, (png, at, drift) in shots.items()}


def frame_at(system: RunningSystem, camera: int, at: float) -> int:
    """The frame number that the recording has at a moment, as the server decodes it."""
    answer = system.api.get(f"cameras/{camera}/frame.jpg", params={"at": rfc3339(round(at))})
    return number_in(answer.raise_for_status().content)


def shows_its_moment(window: Page, system: RunningSystem, camera: int) -> None:
    """At rest the tile comes to show the picture of the clock's moment: a seek ends before its picture is painted."""
    right = frame_at(system, camera, grab(window)[camera][1])
    eventually(lambda: grab(window)[camera][0] == right, 20, "the picture followed the clock", 0.1)


def test_four_cameras_play_in_step(
    window: Page, running_system: RunningSystem, recorded, span: tuple[int, int]
) -> None:
    begin = span[0] + 3 * SECONDS
    opened(window, running_system, list(recorded), begin)
    for camera in recorded:
        shows_its_moment(window, running_system, camera)
    still = grab(window)
    window.keyboard.press("Shift+D")
    window.keyboard.press("Space")
    window.wait_for_function(f"(at) => {CLOCK}.now() > at + 3000", arg=begin)
    tiles = window.locator("eyrie-recording")
    spreads, told = [], []
    for _ in range(8):
        window.wait_for_timeout(300)
        shots = grab(window)
        # Where in the recording each picture is, by its number: a camera's pictures are 1 / FPS apart.
        moments = [
            begin + ((number - still[camera][0]) % (FPS * LOOP)) * SECONDS / FPS
            for camera, (number, _, _) in shots.items()
        ]
        spreads.append(max(moments) - min(moments))
        overlay = tiles.evaluate_all("(tiles) => tiles.map((tile) => Number(tile.dataset.drift))")
        told.append(max(overlay) - min(overlay))
    # A picture lasts 1 / FPS: two cameras whose pictures are taken at other instants differ by that much in step.
    assert median(spreads) <= IN_STEP_MS, spreads
    assert median(told) <= IN_STEP_MS, told
    window.keyboard.press("Space")


def test_what_is_played_is_fetched_once(
    window: Page, running_system: RunningSystem, recorded, span: tuple[int, int]
) -> None:
    camera, sizes = next(iter(recorded)), list[int]()
    stretches = lambda answer: "/stretch.mp4" in answer.url  # noqa: E731
    window.on(
        "response", lambda answer: sizes.append(int(answer.headers["content-length"])) if stretches(answer) else None
    )
    with window.expect_response(lambda answer: stretches(answer) and answer.status == 204):  # it has come to the end
        opened(window, running_system, [camera], span[0])
    whole = len(running_system.video(camera, *span))
    assert 0.7 * whole < sum(sizes) < 1.5 * whole, sizes


def test_picture_by_picture_and_back(
    window: Page, running_system: RunningSystem, recorded, span: tuple[int, int]
) -> None:
    camera = next(iter(recorded))
    opened(window, running_system, [camera], span[0] + 5 * SECONDS)
    first = grab(window)[camera][0]
    for key, number in ((".", first + 1), (".", first + 2), (",", first + 1), (",", first), (",", first - 1)):
        window.keyboard.press(key)
        eventually(lambda: grab(window)[camera][0] == number % (FPS * LOOP), 20, f"picture {number} after {key}", 0.1)  # noqa: B023
    before = grab(window)[camera][1]
    window.keyboard.press("j")
    window.wait_for_function(f"(at) => {CLOCK}.now() < at - 1500", arg=before)
    window.keyboard.press("k")
    ready(window, 1)
    shows_its_moment(window, running_system, camera)


def test_the_strip_is_dragged_and_the_picture_follows(
    window: Page, running_system: RunningSystem, recorded, span: tuple[int, int]
) -> None:
    camera = next(iter(recorded))
    opened(window, running_system, [camera], span[0] + 4 * SECONDS)
    window.evaluate("document.getElementById('timeline').zoom(60_000)")
    box = window.locator("eyrie-timeline").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 40
    per_second = box["width"] / 60
    window.mouse.move(x, y)
    window.mouse.down()
    window.mouse.move(x - 8 * per_second, y, steps=8)
    preview = window.locator("eyrie-recording .preview")
    expect(preview).to_be_visible()
    assert preview.evaluate("(image) => image.naturalWidth") == 320
    window.mouse.up()
    ready(window, 1)
    expect(preview).to_be_hidden()
    assert abs(grab(window)[camera][1] - span[0] - 12 * SECONDS) < SECONDS
    shows_its_moment(window, running_system, camera)
    at = grab(window)[camera][1]

    window.keyboard.press("g")
    window.keyboard.type("-5s")
    window.keyboard.press("Enter")
    ready(window, 1)
    assert abs(grab(window)[camera][1] - at + 5 * SECONDS) < 10


@pytest.fixture
def deaf(running_system: RunningSystem) -> Iterator[tuple[str, str]]:
    """Name and password of somebody who may play recordings and not listen."""
    api, password = running_system.api, "plays-without-sound-1"
    role = {"title": "Deaf", "permissions": ["camera.view", "camera.playback"]}
    named = api.post("roles/", json=role).raise_for_status().json()
    user = {"username": "deaf", "password": password, "roles": [named["name"]]}
    made = api.post("users/", json=user).raise_for_status().json()
    yield "deaf", password
    api.delete(f"users/{made['id']}/").raise_for_status()
    api.delete(f"roles/{named['id']}/").raise_for_status()


def test_how_loud_it_was_has_a_lane_for_who_may_listen(
    window: Page, running_system: RunningSystem, recorded, span: tuple[int, int], deaf: tuple[str, str]
) -> None:
    cameras, at = list(recorded)[:2], span[0] // 2000 * 2000 + 6 * SECONDS
    levels = [[at + n * 2000, -31.0 if n else -62.5] for n in range(-2, 3)]
    subprocess.run(
        [sys.executable, "-c", LOUD],
        env=running_system.environment() | {"DJANGO_SETTINGS_MODULE": "core.settings"},
        cwd=ROOT,
        input=json.dumps([cameras[0], levels]),
        text=True,
        check=True,
    )
    strip = window.locator("eyrie-timeline")
    opened(window, running_system, cameras, at + SECONDS, *deaf)
    window.wait_for_function("() => document.querySelector('eyrie-recording').holdings.loaded")
    expect(strip).to_have_attribute("aria-valuetext", re.compile(r":\d\d$"))
    lower = strip.bounding_box()

    window.goto("about:blank")  # a page whose session has ended goes to the sign-in by itself
    opened(window, running_system, cameras, at + SECONDS)
    expect(strip).to_have_attribute("aria-valuetext", re.compile(r"\d; Past north: Loudness -62 dB$"))
    box = strip.bounding_box()
    assert box is not None
    assert lower is not None
    assert box["height"] - lower["height"] == 14, "one lane more"
    window.evaluate("document.getElementById('timeline').zoom(60_000)")
    middle, second = box["width"] / 2, box["width"] / 60
    below = 24 + 28 + 6  # of the axis and the first camera's lane
    strip.hover(position={"x": middle + 2 * second, "y": below})
    expect(strip.locator(".tip")).to_contain_text("Past north\nLoudness -31 dB")
    there, earlier, quiet = (window.evaluate(COLOUR, [middle + n * second, below]) for n in (2, -20, 0.2))
    assert there != earlier
    assert earlier == quiet, "what is quiet is as low as a line"


def test_a_selection_is_marked_and_exported(
    window: Page, running_system: RunningSystem, recorded, span: tuple[int, int]
) -> None:
    camera = next(iter(recorded))
    opened(window, running_system, [camera], span[0] + 4 * SECONDS)
    window.evaluate("document.getElementById('timeline').zoom(60_000)")
    box = window.locator("eyrie-timeline").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 40
    window.keyboard.down("Shift")
    window.mouse.move(x, y)
    window.mouse.down()
    window.mouse.move(x + box["width"] / 6, y, steps=4)
    window.mouse.up()
    window.keyboard.up("Shift")
    query = parse_qs(urlsplit(window.get_by_role("link", name="Export", exact=True).get_attribute("href") or "").query)
    start, end = (ms_of(query[name][0]) for name in ("start", "end"))
    assert query["camera"] == [str(camera)]
    assert abs(end - start - 10 * SECONDS) < SECONDS

    window.keyboard.press("b")
    window.get_by_label("What is there to see").fill("<script>fox</script>")
    window.keyboard.press("Enter")
    expect(window.get_by_text("Bookmark saved.")).to_be_visible()
    found = running_system.api.get("bookmarks/", params={"camera": camera}).json()["results"]
    assert [(one["text"], ms_of(one["start"]), ms_of(one["end"])) for one in found] == [
        ("<script>fox</script>", start, end)
    ]


def test_a_gap_says_why(window: Page, running_system: RunningSystem, recorded, span: tuple[int, int]) -> None:
    camera = next(iter(recorded))
    opened(window, running_system, [camera], span[0] + 4 * SECONDS)
    window.evaluate(f"{CLOCK}.seek({span[1] + 3000})")
    expect(window.locator("eyrie-recording .veil")).to_contain_text("The camera was not reachable")
    window.evaluate(f"{CLOCK}.seek({span[0] - 3_600_000})")
    expect(window.locator("eyrie-recording .veil")).to_have_text("Nothing is recorded at this time")


def test_events_are_found_and_open_their_moment(
    window: Page, running_system: RunningSystem, recorded, span: tuple[int, int]
) -> None:
    camera = next(iter(recorded))
    offline = {"camera": camera, "type": "camera.offline"}
    found = eventually(
        lambda: running_system.api.get("events/", params=offline).json()["results"], 60, "its event is stored", 0.5
    )
    opened(window, running_system, [camera], span[0] + 4 * SECONDS)
    window.keyboard.press("Control+f")
    window.get_by_role("link", name="Search events").click()
    expect(window.get_by_role("heading", name="Events")).to_be_visible()
    window.select_option("#camera", str(camera))
    window.fill("#text", "offline")
    card = window.locator(".event-card").first
    expect(card).to_contain_text("Camera offline")
    expect(window.locator(".event-card")).to_have_count(len(found))  # one, unless the machine was too busy to record
    window.fill("#text", "no such thing")
    expect(window.get_by_role("heading", name="No events found")).to_be_visible()
    window.fill("#text", "")
    window.locator(".event-card", has_text="Camera offline").first.click()
    expect(window.get_by_role("heading", name="Playback")).to_be_visible()
    ready(window, 1)


def test_days_have_the_hours_that_they_have(new_system, window: Page) -> None:
    """In Berlin the clocks went back on 25 October 2026 and went forward on 29 March."""
    system = new_system(EYRIE_TIME_ZONE="Europe/Berlin").start()
    window.goto(f"{system.url}/sign-in/")
    hours = """async ([start, end, step]) => {
      const { ticks } = await import("components/timeline/ticks.js"), { local } = await import("eyrie/zone.js");
      return [...ticks(start, end - 1, step)].map(({ at }) => local(at).hour);
    }"""
    typed = "async (text) => (await import('components/playback/typed-time.js')).typedTime(text, 0, 0)"
    hour = 3_600_000
    for date, count, odd in (
        ("2026-10-25", 25, [0, 1, 2, 2, 3]),
        ("2026-03-29", 23, [0, 1, 3, 4, 5]),
        ("2026-05-01", 24, [0, 1, 2, 3, 4]),
    ):
        start, end = (window.evaluate(typed, f"{day} 00:00") for day in (date, f"{date[:8]}{int(date[8:]) + 1:02}"))
        assert end - start == count * hour
        found = window.evaluate(hours, [start, end, hour])
        assert (len(found), found[:5]) == (count, odd)
        assert window.evaluate(hours, [start, end, 6 * hour]) == [0, 6, 12, 18]
