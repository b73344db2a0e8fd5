"""A camera is moved in its tile: by stick, keys, a click and a box on its picture, positions; one person at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from plugins.simulator.testing import DeviceFace, onvif_device
from tests.browser.test_accessibility import violations
from tests.browser.watching import stays_live, tile
from tests.rig.browser import enter
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

__all__ = ["onvif_device"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """An Eyrie with the ONVIF plugin."""
    settings = {"EYRIE_PLUGINS": "local_disk,rtsp,onvif"}
    system = RunningSystem(tmp_path_factory.mktemp("eyrie-onvif") / "data", settings)
    try:
        yield system.start()
    finally:
        system.stop()


@pytest.fixture
def dome(running_system: RunningSystem, onvif_device: Callable[..., DeviceFace]) -> Iterator[DeviceFace]:
    """An ONVIF camera with a head, added as people add it."""
    device = onvif_device(camera={"moves": True, "width": 640, "height": 360})
    settings = {"address": device.address, "user": device.user, "password": device.password}
    probe = running_system.api.post("cameras/probe/", json={"driver": "onvif", "settings": settings}, timeout=30).json()
    assert probe["ok"], probe["message"]
    made = running_system.api.post(
        "cameras/", json={"name": "Dome", "driver": "onvif", "settings": settings | probe["settings"]}
    )
    made.raise_for_status()
    camera_id = made.json()["id"]
    running_system.wait_recording(camera_id, 60)
    yield device
    running_system.api.delete(f"cameras/{camera_id}/").raise_for_status()


def view(device: DeviceFace) -> Any:
    found = device.view()
    assert found is not None
    return found


def rests(device: DeviceFace) -> Any:
    """Where it looks once it stands still."""
    last: list[Any] = [None]

    def same() -> bool:
        before, last[0] = last[0], view(device)
        return bool(before == last[0])

    eventually(same, 30, "the head stands still", 0.3)
    return last[0]


def arrives(device: DeviceFace, pan: float) -> None:
    eventually(lambda: view(device).pan == pytest.approx(pan, abs=0.1), 60, f"it comes by {pan:.2f}", 0.05)


def steered(window: Page, system: RunningSystem) -> Any:
    enter(window, system)
    window.goto(system.url)
    one = tile(window, "Dome")
    stays_live(one)
    one.focus()
    window.keyboard.press("Enter")
    window.keyboard.press("p")
    expect(one.locator("eyrie-ptz [data-part=pad]")).to_be_visible(timeout=30_000)
    return one


def test_a_camera_is_moved_in_its_tile(window: Page, running_system: RunningSystem, dome: DeviceFace) -> None:
    one = steered(window, running_system)
    pad = one.locator("[data-part=pad]").bounding_box()
    assert pad is not None
    middle = pad["x"] + pad["width"] / 2, pad["y"] + pad["height"] / 2
    window.mouse.move(*middle)
    window.mouse.down()
    window.mouse.move(middle[0] + pad["width"] / 3, middle[1])
    eventually(lambda: view(dome).pan > 0.05, 30, "the stick turns it right", 0.1)
    expect(one.locator("[data-part=holder]")).to_have_text("You are moving this camera.")
    window.mouse.up()
    still = rests(dome)
    assert still.tilt == pytest.approx(0, abs=0.02)

    one.focus()
    window.keyboard.down("ArrowUp")
    eventually(lambda: view(dome).tilt > 0.05, 30, "the key turns it up", 0.1)
    window.keyboard.up("ArrowUp")
    rests(dome)
    window.keyboard.down("+")
    eventually(lambda: view(dome).zoom > 0.05, 30, "the key zooms", 0.1)
    window.keyboard.up("+")
    before = rests(dome)

    aim = one.locator("[data-part=aim]").bounding_box()
    assert aim is not None
    window.mouse.click(aim["x"] + aim["width"] * 0.4, aim["y"] + aim["height"] * 0.5)
    eventually(lambda: view(dome).pan < before.pan - 0.01, 30, "a click left of the middle turns it left", 0.1)
    rests(dome)

    one.locator("[data-part=positions]").click()
    one.get_by_placeholder("New position").fill("Corner")
    window.keyboard.press("Enter")
    expect(one.locator("[data-part=position-list]")).to_contain_text("Corner")
    corner = rests(dome)
    one.locator("[data-part=home]").click()
    eventually(lambda: view(dome).pan != corner.pan, 30, "it goes home", 0.1)
    rests(dome)
    one.get_by_role("button", name="Corner", exact=False).first.click()
    eventually(lambda: view(dome).pan == pytest.approx(corner.pan, abs=0.01), 30, "it goes to the corner", 0.1)

    window.keyboard.press("Escape")
    expect(one.locator("eyrie-ptz")).to_have_count(0)


def test_a_camera_goes_a_patrol(window: Page, running_system: RunningSystem, dome: DeviceFace) -> None:
    one = steered(window, running_system)
    [camera] = [row for row in running_system.api.get("cameras/").json()["results"] if row["name"] == "Dome"]
    url = f"cameras/{camera['id']}/ptz/"
    places = []
    for name, pan, seconds in (("Gate", 0.5, 1), ("Yard", -0.5, 2)):
        running_system.api.post(url, json={"op": "move", "pan": pan, "seconds": seconds}).raise_for_status()
        arrives(dome, pan / 2)
        places.append(rests(dome).pan)
        running_system.api.post(url, json={"op": "set_preset", "name": name}).raise_for_status()
    one.locator("[data-part=end]").click()
    one.focus()
    window.keyboard.press("p")

    one.locator("[data-part=positions]").click()
    one.get_by_role("button", name="New patrol").click()
    dialog = window.locator("#patrol-dialog")
    dialog.get_by_label("Name").fill("Night")
    for place in dialog.locator(".stops select").all()[2:]:
        place.locator("xpath=../button").click()
    for row, name in zip(dialog.locator(".stops li").all(), ("Gate", "Yard"), strict=False):
        row.locator("select").select_option(label=name)
        row.locator("input").fill("5")
    assert violations(window) == []
    dialog.get_by_role("button", name="Save").click()
    one.get_by_role("button", name="Start patrol Night").click()
    expect(one.get_by_role("button", name="Stop patrol Night")).to_be_visible()
    for place in (*places, places[0]):
        arrives(dome, place)

    one.get_by_role("button", name="Change Gate").click()
    one.get_by_label("Name of the position").fill("Front gate")
    one.get_by_role("button", name="Rename").click()
    expect(one.locator("[data-part=position-list]")).to_contain_text("Front gate")
    one.get_by_role("button", name="Stop patrol Night").click()
    expect(one.get_by_role("button", name="Start patrol Night")).to_be_visible()


def test_it_stops_when_the_page_is_gone(window: Page, running_system: RunningSystem, dome: DeviceFace) -> None:
    one = steered(window, running_system)
    one.focus()
    window.keyboard.down("ArrowLeft")
    eventually(lambda: view(dome).pan < -0.05, 30, "it turns", 0.1)
    window.goto("about:blank")
    assert rests(dome).pan > -1, "it does not go on to its end"


def test_who_moves_it_is_shown_to_the_others(window: Page, running_system: RunningSystem, dome: DeviceFace) -> None:
    one = steered(window, running_system)
    [camera] = [row for row in running_system.api.get("cameras/").json()["results"] if row["name"] == "Dome"]
    running_system.api.post(f"cameras/{camera['id']}/ptz/", json={"op": "lock"}).raise_for_status()
    expect(one.locator("[data-part=holder]")).to_have_text("You keep this camera.")
    expect(one.locator("[data-part=lock]")).to_have_attribute("aria-pressed", "true")
    one.locator("[data-part=end]").click()
    expect(one.locator("eyrie-ptz")).to_have_count(0)
    held = running_system.api.get(f"cameras/{camera['id']}/ptz/").json()
    eventually(lambda: not running_system.api.get(f"cameras/{camera['id']}/ptz/").json()["held_by"], 30, held, 0.3)


def test_what_a_camera_tells_of_is_made_an_event(window: Page, running_system: RunningSystem, dome: DeviceFace) -> None:
    eventually(lambda: dome.subscriptions() == 1, 40, "somebody listens", 0.2)
    dome.tell("gust", 7.0)
    [camera] = [row for row in running_system.api.get("cameras/").json()["results"] if row["name"] == "Dome"]
    topics = f"plugins/onvif/cameras/{camera['id']}/topics/"

    def heard() -> bool:
        return "Weather/Gust" in {one["topic"] for one in running_system.api.get(topics).json()["topics"]}

    eventually(heard, 40, "the topic is heard", 0.3)
    enter(window, running_system)
    window.goto(f"{running_system.url}/cameras/{camera['id']}/")
    row = window.locator("onvif-topics li", has_text="Weather/Gust")
    expect(row).to_contain_text("not known")
    row.get_by_role("button", name="Make it an event").click()
    dialog = window.locator("onvif-topics dialog")
    dialog.get_by_label("Said by").select_option("")
    dialog.get_by_label("Called").fill("A gust")
    dialog.get_by_role("button", name="Save").click()
    expect(row).to_contain_text("whenever it comes \u2192 Event of a camera: A gust")

    def told() -> bool:
        dome.tell("gust", 8.0)
        found = running_system.api.get("events/", params={"type": "onvif.event"}).json()["results"]
        return bool(found) and found[0]["attributes"]["title"] == "A gust"

    eventually(told, 40, "the event is recorded", 1.0)
