"""Somebody looks for what moved in a part of the picture: draws there, sees the finds, plays one."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise

import av
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from core.recording.motion import COLUMNS, MINUTE_MS, ROWS
from plugins.simulator.testing import SimulatedCamera, running_park
from tests.browser.test_accessibility import AXE, violations
from tests.rig.browser import SECONDS, enter
from tests.rig.processes import ROOT, eventually
from tests.rig.system import RunningSystem, ms_of, now_ms, rfc3339

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LOOP = 12  # seconds in which the test card's hand goes round once
ANALYSED_MS = 14 * SECONDS
MOVED = 40  # of 255
HAND = (0.66, 0.50, 0.71, 0.60)  # left, top, right, bottom: the hand's end passes here, the number does not reach it
STILL = (0.90, 0.85, 0.98, 0.97)

STORE = """
import json, sys, django
django.setup()
from core.api.services import MotionGrid, store_motion
camera, grids = json.load(sys.stdin)
store_motion({camera: [MotionGrid(start, end, bytes.fromhex(cells)) for start, end, cells in grids]})
"""


@dataclass(frozen=True)
class Searched:
    """A camera whose recording from start_ms on has been looked at; passes: when the hand passed HAND, in seconds."""

    camera: int
    start_ms: int
    passes: list[int]


@pytest.fixture(scope="module")
def searched(running_system: RunningSystem, simulator_cache) -> Iterator[Searched]:
    """A camera of which a third of a minute is recorded, its motion found in the decoded pictures and stored."""
    card = SimulatedCamera("card", fps=10, seconds=LOOP, sub=False, seed=3)
    with running_park(simulator_cache, card) as park:
        camera = running_system.add_camera("Test card", park.url("card"))
        running_system.wait_recording(camera, 40)
        began = now_ms()
        eventually(lambda: now_ms() - began > 20 * SECONDS, 60, "20 s recorded", 1)
    start = ms_of(running_system.timeline(camera, began - MINUTE_MS, now_ms())["ranges"][0]["start"])
    pictures = decoded(running_system.video(camera, start, start + ANALYSED_MS))
    seconds = [moved_in(pictures, second) for second in range(ANALYSED_MS // SECONDS)]
    grids = [
        (start + n * SECONDS, start + (n + 1) * SECONDS, np.packbits(cells).tobytes().hex())
        for n, cells in enumerate(seconds)
    ]
    store(running_system, camera, grids)
    passes = [n for n, cells in enumerate(seconds) if cells[cells_of(HAND)].any()]
    assert passes, "the hand passes once in a loop"
    assert not any(cells[cells_of(STILL)].any() for cells in seconds)
    yield Searched(camera, start, passes)
    running_system.api.delete(f"cameras/{camera}/").raise_for_status()


def decoded(video: bytes) -> list[tuple[float, np.ndarray]]:
    """(seconds since the first, luma) of each picture."""
    with av.open(io.BytesIO(video)) as container:
        found = [(float(frame.time), frame.to_ndarray(format="gray")) for frame in container.decode(video=0)]
    return [(time - found[0][0], luma) for time, luma in found]


def moved_in(pictures: list[tuple[float, np.ndarray]], second: int) -> np.ndarray:
    """ROWS x COLUMNS: where the pictures of a second differ from the one before each of them."""
    cells = np.zeros((ROWS, COLUMNS), bool)
    for (_, before), (time, luma) in pairwise(pictures):
        if int(time) == second:
            rows, columns = np.nonzero(np.abs(luma.astype(int) - before) > MOVED)
            cells[rows * ROWS // luma.shape[0], columns * COLUMNS // luma.shape[1]] = True
    return cells


def cells_of(part: tuple[float, float, float, float]) -> tuple[slice, slice]:
    """The cells that lie in a part of the picture, those at its edges too."""
    left, top, right, bottom = part
    return slice(int(top * ROWS), int(bottom * ROWS) + 1), slice(int(left * COLUMNS), int(right * COLUMNS) + 1)


def store(system: RunningSystem, camera: int, grids: list[tuple[int, int, str]]) -> None:
    """As a detector does, by core.api, in a process of its own."""
    environment = system.environment() | {"DJANGO_SETTINGS_MODULE": "core.settings"}
    subprocess.run(
        [sys.executable, "-c", STORE],
        env=environment,
        cwd=ROOT,
        input=json.dumps([camera, grids]),
        text=True,
        check=True,
    )


@pytest.fixture
def playback(window: Page, running_system: RunningSystem, searched: Searched) -> Page:
    """Playback at the end of what was looked at, the search open."""
    enter(window, running_system)
    at = rfc3339(searched.start_ms + ANALYSED_MS)
    window.goto(f"{running_system.url}/playback/?camera={searched.camera}&at={at}")
    playing(window)
    window.locator("eyrie-timeline").focus()
    window.keyboard.press("Control+f")
    expect(window.get_by_role("heading", name="Search for motion")).to_be_visible()
    return window


def playing(window: Page) -> None:
    window.wait_for_function("() => document.querySelector('eyrie-recording')?.player?.state === 'playing'")


def draw(window: Page, part: tuple[float, float, float, float]) -> None:
    """Drag over that part of the picture."""
    box = window.locator("eyrie-region").bounding_box()
    assert box is not None
    left, top, right, bottom = part
    window.mouse.move(box["x"] + left * box["width"], box["y"] + top * box["height"])
    window.mouse.down()
    window.mouse.move(box["x"] + right * box["width"], box["y"] + bottom * box["height"], steps=4)
    window.mouse.up()


def finds(window: Page) -> Locator:
    return window.locator("#finds .find")


def test_what_moved_in_the_marked_part_is_found_and_played(playback: Page, searched: Searched) -> None:
    draw(playback, HAND)
    expect(playback.locator("#search-where")).to_have_text("In the marked part of Test card.")
    expect(finds(playback)).to_have_count(len(runs(searched.passes)))
    starts = [searched.start_ms + run[0] * SECONDS for run in reversed(runs(searched.passes))]
    assert [int(one.get_attribute("data-start") or 0) for one in finds(playback).all()] == starts
    picture = finds(playback).last.locator("img")
    playback.wait_for_function("(image) => image.complete && image.naturalWidth === 320", arg=picture.element_handle())

    finds(playback).last.click()
    expect(finds(playback).last).to_have_attribute("aria-current", "")
    playing(playback)
    at = playback.evaluate("document.querySelector('eyrie-recording').clock.now()")
    assert starts[-1] - 2 * SECONDS <= at < searched.start_ms + ANALYSED_MS + 8 * SECONDS
    playback.keyboard.press("Escape")
    expect(playback.locator("#search-panel")).to_be_hidden()
    expect(playback.locator("eyrie-region")).to_have_count(0)


def runs(seconds: list[int]) -> list[list[int]]:
    """Seconds that the search joins to one find."""
    joined: list[list[int]] = []
    for second in seconds:
        if joined and second - joined[-1][-1] <= 5:  # a pause of less than five seconds
            joined[-1].append(second)
        else:
            joined.append([second])
    return joined


def test_where_nothing_moved_nothing_is_found_and_the_whole_picture_has_it(playback: Page, searched: Searched) -> None:
    draw(playback, STILL)
    expect(playback.locator("#search-status")).to_have_text("Nothing moved there in this time.")
    playback.get_by_role("button", name="Whole picture").click()
    expect(finds(playback)).to_have_count(1)
    expect(finds(playback)).to_contain_text("14 seconds")
    playback.select_option("#within", "shown")
    playback.evaluate(f"document.getElementById('timeline').start = {searched.start_ms - 3_600_000}")
    playback.get_by_role("button", name="Search", exact=True).last.click()
    expect(playback.locator("#search-status")).to_contain_text("No motion is stored of this time.")


def test_a_part_is_marked_by_keys(playback: Page) -> None:
    region = playback.locator("eyrie-region")
    region.focus()
    for key in ("ArrowDown", "ArrowRight", "Tab", "ArrowLeft", "Tab", "Delete"):
        playback.keyboard.press(key)
    points = region.evaluate("(one) => one.points")
    assert points == [[0.35, 0.35], [0.66, 0.65], [0.36, 0.65]]
    expect(playback.locator("#search-where")).to_have_text("In the marked part of Test card.")
    expect(finds(playback)).to_have_count(1)
    if find_spec(AXE) is not None:  # as in test_accessibility, which says loudly that it is missing
        assert not violations(playback)


def test_the_timeline_shows_how_much_moved(playback: Page, searched: Searched) -> None:
    """The lane is of another colour where motion is stored than where the same recording has none."""
    colour = """(at) => {
      const timeline = document.getElementById("timeline"), { canvas } = timeline, scale = devicePixelRatio;
      const x = (at - timeline.start) / timeline.perPixel, y = canvas.clientHeight - 8;
      return [...canvas.getContext("2d").getImageData(x * scale, y * scale, 1, 1).data].join();
    }"""
    playback.evaluate("document.getElementById('timeline').zoom(60_000)")
    moved, unknown = (searched.start_ms + at for at in (6 * SECONDS, ANALYSED_MS + 3 * SECONDS))
    eventually(
        lambda: playback.evaluate(colour, moved) != playback.evaluate(colour, unknown), 30, "the ridge is drawn", 0.2
    )
