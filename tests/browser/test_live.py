"""A person signs in and watches: the wall and its pictures, layouts, views, and what may go wrong."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera, frame_number
from tests.browser.watching import HOSTILE, goes_on, number, numbers, stays_live, tile
from tests.rig.browser import enter, filled, sign_in
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def watch(window: Page, system: RunningSystem) -> None:
    """Be signed in, at the wall."""
    enter(window, system)
    window.goto(system.url)


def test_the_wall_shows_each_cameras_own_pictures(window: Page, system: RunningSystem, park: ParkFace) -> None:
    sign_in(window, system, password="wrong")  # noqa: S106
    expect(window.get_by_role("alert")).to_have_text("The user name or the password is wrong.")
    sign_in(window, system)
    gate, yard = tile(window, "Gate"), tile(window, HOSTILE)
    for one in (gate, yard):
        stays_live(one)
        goes_on(one, 8)
    assert number(gate)[0] != number(yard)[0]  # type: ignore[index]
    expect(gate.locator("[data-part=facts]")).to_contain_text("kbit/s")

    park.fault("gate", "drop")
    expect(gate.locator("[data-part=state]")).not_to_have_text("Live")
    expect(gate.locator("[data-part=trouble]")).not_to_be_empty()
    expect(gate.locator("eyrie-live")).not_to_have_css("filter", "none")  # nor does it look live
    stays_live(yard)
    expect(yard.locator("eyrie-live")).to_have_css("filter", "none")
    park.clear("gate")
    stays_live(gate)
    numbers(gate, 5)


def test_small_tiles_take_the_sub_stream_and_large_ones_the_main(
    window: Page, running_system: RunningSystem, simulator: Callable[..., ParkFace]
) -> None:
    park = simulator(SimulatedCamera("hall", width=1280, height=720, seed=5))
    camera_id = running_system.add_camera("Hall", park.url("hall"), sub_url=park.url("hall", "sub"))
    running_system.wait_recording(camera_id)
    try:
        window.set_viewport_size({"width": 900, "height": 700})
        watch(window, running_system)
        window.click("#layout-button")
        window.click("[data-layout='3x3']")
        hall = tile(window, "Hall")
        expect(hall.locator("[data-part=facts]")).to_contain_text("640\u00d7360")
        assert park.watched("hall", "sub") == 1
        hall.focus()
        window.keyboard.press("Enter")
        expect(hall.locator("[data-part=facts]")).to_contain_text("1280\u00d7720")
        eventually(lambda: park.watched("hall", "sub") == 0, 40, "the sub stream is let go", 0.2)
        window.keyboard.press("Escape")
        expect(hall.locator("[data-part=facts]")).to_contain_text("640\u00d7360")
    finally:
        running_system.api.delete(f"cameras/{camera_id}/").raise_for_status()


def test_the_last_half_minute_plays_in_the_tile_and_goes_back_to_live(window: Page, system: RunningSystem) -> None:
    watch(window, system)
    gate = tile(window, "Gate")
    stays_live(gate)
    gate.focus()
    window.keyboard.press("i")
    expect(gate.locator("[data-part=state]")).to_have_text("Replay")
    goes_on(gate, 5)
    window.keyboard.press("i")
    stays_live(gate)
    window.keyboard.press("Space")
    expect(gate.locator("[data-part=state]")).to_have_text("Frozen")
    frozen = number(gate)
    assert frozen is not None
    window.wait_for_timeout(1500)
    assert number(gate) == frozen
    window.keyboard.press("Space")
    stays_live(gate)
    numbers(gate, 4)


def test_a_picture_is_zoomed_moved_and_saved(window: Page, system: RunningSystem) -> None:
    watch(window, system)
    gate = tile(window, "Gate")
    stays_live(gate)
    numbers(gate, 2)
    gate.focus()
    for _ in range(4):
        window.keyboard.press("+")
    expect(gate.locator("[data-part=zoom]")).to_have_text("2.4\u00d7")
    layers = gate.locator("[data-part=layers]")
    before = layers.evaluate("(one) => one.style.transform")
    window.keyboard.press("Shift+ArrowRight")
    assert layers.evaluate("(one) => one.style.transform") != before
    gate.hover()
    for _ in range(3):
        window.mouse.wheel(0, 400)
    expect(gate.locator("[data-part=zoom]")).to_be_hidden()
    with window.expect_download() as saving:
        window.keyboard.press("s")
    assert saving.value.suggested_filename.startswith("Gate 20")
    saved = Image.open(saving.value.path())
    assert saved.size == (320, 180)
    assert frame_number(np.asarray(saved.convert("L"))) is not None


def test_cameras_are_placed_by_dragging_and_by_keyboard(window: Page, system: RunningSystem) -> None:
    watch(window, system)
    stays_live(tile(window, "Gate"))
    window.click("#layout-button")
    window.click("[data-layout='2x2']")
    tiles = window.locator("eyrie-tile")
    expect(tiles).to_have_count(4)
    window.keyboard.press("c")
    item = window.locator("eyrie-tray button", has_text="Gate")
    expect(item).to_be_visible()
    item.drag_to(tiles.nth(3))
    expect(tiles.nth(3).locator("[data-part=name]")).to_have_text("Gate")
    tiles.nth(0).locator("[data-part=head]").drag_to(tiles.nth(2), source_position={"x": 30, "y": 8})
    expect(tiles.nth(2).locator("[data-part=name]")).to_have_text("Gate")
    expect(tiles.nth(0).get_by_role("button", name="Choose a camera")).to_be_visible()
    window.fill("#tray-search", "script")
    expect(item).to_be_hidden()
    tiles.nth(0).get_by_role("button", name="Choose a camera").press("Enter")
    window.locator("eyrie-tray button", has_text="alert(1)").press("Enter")
    expect(tiles.nth(0).locator("[data-part=name]")).to_have_text(HOSTILE)
    tiles.nth(2).focus()
    window.keyboard.press("ArrowRight")
    expect(tiles.nth(3)).to_be_focused()
    window.keyboard.press("Delete")
    expect(tiles.nth(3).get_by_role("button", name="Choose a camera")).to_be_visible()
    window.reload()
    expect(tiles.nth(2).locator("[data-part=name]")).to_have_text("Gate")  # as it was left


def test_free_tiles_are_moved_and_sized(window: Page, system: RunningSystem) -> None:
    watch(window, system)
    stays_live(tile(window, "Gate"))
    window.click("#layout-button")
    window.click("[data-layout='2x2']")
    window.click("#layout-button")
    window.click("[data-layout='free']")
    gate = tile(window, "Gate")
    area = "(one) => one.style.gridArea"
    assert gate.evaluate(area) == "1 / 1 / span 6 / span 6"
    window.locator("eyrie-tile").nth(3).focus()
    window.locator("eyrie-tile").nth(3).evaluate("(one) => one.querySelector('[data-does=clear]').click()")
    expect(window.locator("eyrie-tile")).to_have_count(3)
    gate.focus()
    window.keyboard.press("Alt+ArrowRight")  # there is another
    assert gate.evaluate(area) == "1 / 1 / span 6 / span 6"
    window.keyboard.press("Alt+Shift+ArrowLeft")
    assert gate.evaluate(area) == "1 / 1 / span 6 / span 5"
    wall = window.locator("eyrie-wall").bounding_box()
    third = window.locator("eyrie-tile").nth(2)
    head = third.locator("[data-part=head]")
    if head.is_visible():  # an empty tile has no head; the corner is there in any case
        head.hover()
    corner = third.locator("[data-part=corner]").bounding_box()
    assert wall is not None
    assert corner is not None
    window.mouse.move(corner["x"] + 10, corner["y"] + 10)
    window.mouse.down()
    window.mouse.move(corner["x"] + 10 + wall["width"] / 4, corner["y"] + 10 - wall["height"] / 12, steps=4)
    window.mouse.up()
    assert third.evaluate(area) == "7 / 1 / span 5 / span 9"


def test_a_shared_view_is_seen_by_a_second_user(window: Page, system: RunningSystem, chromium: Browser) -> None:
    second = {"username": "vera", "password": "seen-by-vera-1", "roles": ["viewer"]}
    system.api.post("users/", json=second).raise_for_status()
    watch(window, system)
    stays_live(tile(window, "Gate"))
    window.click("#layout-button")
    window.click("[data-layout='1+5']")
    window.keyboard.press("v")
    window.fill("#view-dialog-name", "Doors & gates")
    window.check("#view-dialog-shared")
    window.keyboard.press("Enter")
    expect(window.locator("#view-name")).to_have_text("Doors & gates")
    context = chromium.new_context()
    try:
        other = context.new_page()
        enter(other, system, "vera", "seen-by-vera-1")
        other.goto(system.url)
        stays_live(tile(other, "Gate"))
        other.click("#views-button")
        other.get_by_role("button", name="Doors & gates").click()
        expect(other.locator("eyrie-tile")).to_have_count(6)
        other.click("#views-button")
        expect(other.locator("#view-remove")).to_be_hidden()
        other.keyboard.press("Escape")
        numbers(tile(other, "Gate"), 3)
    finally:
        context.close()


def test_a_camera_that_is_deleted_while_watched_is_told(window: Page, system: RunningSystem, park: ParkFace) -> None:
    camera = system.add_camera("Shed", park.url("yard"))
    watch(window, system)
    stays_live(tile(window, "Shed"))
    system.api.delete(f"cameras/{camera}/").raise_for_status()
    expect(window.get_by_text("This camera has been removed").locator("visible=true")).to_have_count(1)
    stays_live(tile(window, "Gate"))


def test_keys_are_listed_and_signing_out_ends_the_session(window: Page, system: RunningSystem) -> None:
    watch(window, system)
    expect(window.locator("eyrie-tile").first).to_be_visible()
    window.keyboard.press("?")
    expect(window.get_by_role("dialog")).to_contain_text("Play the last 30 seconds, and back to live")
    window.keyboard.press("Escape")
    window.click("[popovertarget=user-menu]")
    window.click("#themes [data-theme=light]")
    expect(window.locator("html")).to_have_attribute("data-theme", "light")
    window.select_option("#language", "de")
    expect(window.locator("html")).to_have_attribute("lang", "de")
    expect(window.locator("html")).to_have_attribute("data-theme", "light")
    expect(window.get_by_role("button", name="Ansichten", exact=True)).to_be_visible()
    filled(window)  # else there may be a button before there is who hears it
    window.click("[popovertarget=user-menu]")
    window.get_by_role("button", name="Abmelden").click()
    expect(window.get_by_role("heading", name="Bei Eyrie anmelden")).to_be_visible()
    window.goto(system.url)
    expect(window.get_by_role("heading", name="Bei Eyrie anmelden")).to_be_visible()
