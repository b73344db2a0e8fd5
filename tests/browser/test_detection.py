"""Somebody sets a detector up: switches it on, draws where it looks, sees what it sees, tries it on a recording."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from plugins.simulator.testing import SimulatedCamera, running_park
from tests.browser.test_accessibility import AXE, WIDER, violations
from tests.rig.browser import SECONDS, SOON, enter, filled
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, now_ms, rfc3339
from tests.rig.watchers import install

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LOOKS = re.compile("Looks|Cannot keep up")  # on a busy machine it does both
DRAWN = """() => {
  const canvas = document.querySelector("canvas.overlay");
  if (!canvas?.width) return false;
  return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean);
}"""
GROUP = 2500  # ms: a little more than the group of pictures, already there, that a detector begins with


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, simulator_cache: Path) -> Iterator[tuple[RunningSystem, int]]:
    """A system with a detector that sees a thing, not looking yet, and a camera."""
    settings = install(tmp_path_factory.mktemp("site"), "seer")
    system = RunningSystem(tmp_path_factory.mktemp("detection") / "data", settings)
    try:
        with running_park(simulator_cache, SimulatedCamera("yard", width=640, height=360, fps=10, seed=4)) as park:
            system.start()
            camera = system.add_camera("Yard", park.url("yard"))
            system.wait_recording(camera, 60)
            yield system, camera
    finally:
        system.stop()


def drag(window: Page, board: Locator, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Over parts of the picture."""
    board.scroll_into_view_if_needed()
    box = board.bounding_box()
    assert box is not None
    window.mouse.move(box["x"] + start[0] * box["width"], box["y"] + start[1] * box["height"])
    window.mouse.down()
    window.mouse.move(box["x"] + end[0] * box["width"], box["y"] + end[1] * box["height"], steps=4)
    window.mouse.up()


def state_of(system: RunningSystem, camera: int) -> dict[str, object]:
    found = system.api.get(f"cameras/{camera}/detectors/").json()["results"]
    return found[0] if found else {}


def test_a_detector_is_set_up_seen_and_tried(window: Page, watched: tuple[RunningSystem, int]) -> None:
    system, camera = watched
    recorded = now_ms()
    enter(window, system)
    window.goto(f"{system.url}/cameras/{camera}/detection/")
    card = window.locator(".detector")
    expect(card.locator(".state")).to_have_text("Off")
    draw_zone_and_line(window, card, system, camera)
    eventually(lambda: now_ms() > recorded + 2 * GROUP, 10, "recorded for a while without a detector", 0.2)
    switched_on = now_ms()
    card.get_by_role("switch").check()
    expect(card.locator(".state")).to_have_text(LOOKS, timeout=SOON)
    expect(card.locator(".figures")).to_contain_text("looks a second")
    shows_what_it_sees(window, card)
    if find_spec(AXE) is not None:  # as in test_accessibility, which says loudly that it is missing
        assert not violations(window)
    window.set_viewport_size({"width": 360, "height": 740})
    assert not window.evaluate(WIDER)
    window.set_viewport_size({"width": 1280, "height": 800})

    live_shows_what_is_seen(window, system)
    began = now_ms()
    eventually(lambda: now_ms() > began + 8 * SECONDS, 30, "some of it recorded", 0.5)
    playback_shows_what_was_seen(window, system, camera, began)
    try_on_a_recording(window, system, camera)
    an_old_time_is_looked_at_again(system, camera, switched_on - 2 * GROUP, switched_on - GROUP)
    window.goto(f"{system.url}/system/")
    expect(window.locator("#detection tbody")).to_contain_text("seer", timeout=SOON)


def draw_zone_and_line(window: Page, card: Locator, system: RunningSystem, camera: int) -> None:
    card.get_by_role("button", name="Settings").click()
    board = card.locator("shape-editor svg")
    drag(window, board, (0.1, 0.1), (0.4, 0.5))  # beside all shapes: a new one
    expect(card.get_by_role("button", name="Zone 1", exact=True).last).to_be_visible()
    drag(window, board, (0.25, 0.1), (0.25, 0.05))  # the middle of an edge: a corner more
    drag(window, board, (0.4, 0.5), (0.5, 0.5))
    name = card.locator(".shape-fields").get_by_label("Name")
    name.fill("Lawn")
    card.get_by_role("button", name="Add a line").click()
    card.get_by_label("Direction").select_option("to_left")
    card.get_by_role("button", name="Turn around").click()
    card.get_by_role("button", name="Undo").click()
    card.get_by_role("button", name="Save").click()
    expect(window.get_by_text("Saved.")).to_be_visible(timeout=SOON)
    settings = state_of(system, camera)["settings"]
    assert isinstance(settings, dict)
    (zone,), (line,) = settings["zones"], settings["lines"]
    assert (zone["name"], zone["kind"], len(zone["points"])) == ("Lawn", "include", 5)
    assert zone["points"][3] == pytest.approx([0.5, 0.5], abs=0.02)
    assert (line["direction"], line["points"][0]) == ("to_left", [0.35, 0.35])


def shows_what_it_sees(window: Page, card: Locator) -> None:
    card.get_by_role("button", name="Show what it sees").click()
    expect(card.get_by_text("As it was sent.")).to_be_visible()
    window.wait_for_function("() => document.querySelector('.sight img').naturalWidth === 320")
    with window.expect_response(lambda answer: "preview.png" in answer.url and answer.ok, timeout=SOON):
        pass  # another one
    card.get_by_role("button", name="Show what it sees").click()
    expect(card.locator(".sight")).to_be_hidden()


def live_shows_what_is_seen(window: Page, system: RunningSystem) -> None:
    window.goto(system.url)
    window.wait_for_function("() => document.querySelector('eyrie-tile video')?.videoWidth > 0")
    expect(window.locator("canvas.overlay")).to_have_count(0)
    window.keyboard.press("o")
    expect(window.get_by_role("button", name="Show what detectors see")).to_have_attribute("aria-pressed", "true")
    window.wait_for_function(DRAWN)
    window.reload()
    window.wait_for_function(DRAWN)  # remembered
    window.keyboard.press("o")
    expect(window.locator("canvas.overlay")).to_have_count(0)
    window.keyboard.press("o")


def playback_shows_what_was_seen(window: Page, system: RunningSystem, camera: int, at_ms: int) -> None:
    def stored() -> bool:
        query = {"start": rfc3339(at_ms), "end": rfc3339(at_ms + 5 * SECONDS)}
        return bool(system.api.get(f"cameras/{camera}/objects/", params=query).json()["tracks"])

    eventually(stored, 60, "objects stored", 0.5)
    window.goto(f"{system.url}/playback/?camera={camera}&at={rfc3339(at_ms + 2 * SECONDS)}")
    window.wait_for_function("() => document.querySelector('eyrie-recording')?.player?.state === 'playing'")
    window.wait_for_function(DRAWN)
    window.keyboard.press("o")
    expect(window.locator("canvas.overlay")).to_have_count(0)


def try_on_a_recording(window: Page, system: RunningSystem, camera: int) -> None:
    window.goto(f"{system.url}/cameras/{camera}/detection/")
    window.get_by_role("button", name="Test on a recording").click()
    window.locator("#try-dialog").get_by_role("button", name="Start").click()
    window.wait_for_url("**/detection/*/")
    expect(window.locator("#state")).to_have_text("Done", timeout=2 * SOON)
    find = window.locator(".find-card", has=window.get_by_text("Something was seen")).first
    expect(find).to_be_visible()
    window.wait_for_function("() => document.querySelector('.find-card img').naturalWidth === 320")
    filled(window)
    if find_spec(AXE) is not None:
        assert not violations(window)
    job = system.api.get(f"cameras/{camera}/replays/").json()["results"][0]
    assert job["looks"] > 10
    assert job["stored"] == 0
    find.click()
    window.wait_for_url("**/playback/**")
    finds_stand_on_the_timeline(window)


def finds_stand_on_the_timeline(window: Page) -> None:
    bar = window.locator("#tried")
    expect(bar).to_contain_text("find")
    filled(window)
    window.wait_for_function("document.querySelector('eyrie-timeline').finds.marks.length > 0")
    # The find is drawn all the same.
    expect(window.locator("#overlay-button")).to_have_attribute("aria-pressed", "false")
    best = window.evaluate("document.querySelector('eyrie-timeline').finds.marks.map((one) => one.at)")
    window.evaluate("(at) => document.querySelector('eyrie-recording').clock.seek(at)", best[0] - 2 * SECONDS)
    window.keyboard.press("f")
    assert window.evaluate("document.querySelector('eyrie-recording').clock.now()") == pytest.approx(best[0], abs=50)
    window.wait_for_function(DRAWN)
    bar.get_by_role("button", name="Hide the finds").click()
    expect(bar).to_be_hidden()
    expect(window.locator("canvas.overlay")).to_have_count(0)


def an_old_time_is_looked_at_again(system: RunningSystem, camera: int, start_ms: int, end_ms: int) -> None:
    """Before the detector was given pictures nothing was seen; then it has looked there; rules know nothing of it."""
    span = {"start": rfc3339(start_ms), "end": rfc3339(end_ms)}
    events = {"camera": camera, "type": "seer.seen", **span}

    def seen() -> bool:
        return bool(system.api.get(f"cameras/{camera}/objects/", params=span).raise_for_status().json()["tracks"])

    assert not seen()
    assert not system.api.get("events/", params=events).json()["results"]
    body = {"detector": "seer", "stores": True, **span}
    job = system.api.post(f"cameras/{camera}/replays/", json=body).raise_for_status().json()["id"]
    path = f"cameras/{camera}/replays/{job}/"
    eventually(lambda: system.api.get(path).json()["state"] == "done", 90, f"job {job} done; see {system.log}", 0.5)
    assert seen()
    assert system.api.get("events/", params=events).json()["results"]
    assert system.api.get("motion/search/", params={"camera": camera, **span}).json()["results"]


def test_settings_that_do_not_fit_are_told_beside_their_field(window: Page, watched: tuple[RunningSystem, int]) -> None:
    system, camera = watched
    enter(window, system)
    window.goto(f"{system.url}/cameras/{camera}/detection/")
    card = window.locator(".detector")
    card.get_by_role("button", name="Settings").click()
    board = card.locator("shape-editor svg")
    drag(window, board, (0.05, 0.7), (0.3, 0.95))
    drag(window, board, (0.3, 0.7), (0.02, 0.8))
    expect(card.locator("shape-editor").get_by_role("alert")).to_contain_text("cross each other")
    card.get_by_role("button", name="Save").click()
    expect(card.locator("shape-editor").get_by_role("alert")).to_contain_text("outline does not cross")
