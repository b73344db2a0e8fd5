"""A privacy mask is drawn on the picture; who may not see under it watches the wall without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.browser.watching import luma, tile
from tests.rig.browser import enter
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SECOND: dict[str, Any] = {"username": "mia", "password": "seen-by-mia-1", "roles": ["viewer"]}
SOON = 30_000


def middle_is_black(window: Page, name: str) -> bool | None:
    """Of the tile's picture; None while there is none."""
    shown = luma(tile(window, name))
    if shown is None or shown.max() < 40:
        return None
    height, width = shown.shape
    middle = shown[height * 45 // 100 : height * 55 // 100, width * 45 // 100 : width * 55 // 100]
    return bool(middle.max() < 24)


def test_a_mask_is_drawn_and_covers_the_picture_of_who_may_not_see_under_it(
    window: Page, chromium: Browser, running_system: RunningSystem, simulator: Callable[..., ParkFace]
) -> None:
    system = running_system
    camera_id = system.add_camera("Window", simulator(SimulatedCamera("window", width=640, height=360)).url("window"))
    system.wait_recording(camera_id)
    try:
        enter(window, system)
        window.goto(f"{system.url}/cameras/{camera_id}/")
        editor = window.locator("#masks")
        editor.get_by_role("button", name="Add a mask").click()
        corner = editor.locator("circle.corner").first
        corner.scroll_into_view_if_needed()
        stage = editor.get_by_role("group", name="Privacy masks").bounding_box()
        assert stage is not None

        def drag(x: float, y: float) -> None:
            corner.hover()
            window.mouse.down()
            window.mouse.move(stage["x"] + x * stage["width"], stage["y"] + y * stage["height"], steps=4)
            window.mouse.up()

        drag(0.9, 0.5)
        expect(editor.get_by_role("alert")).to_contain_text("cross")
        editor.get_by_role("button", name="Save masks").click()
        expect(editor.get_by_role("alert")).to_contain_text("Mask 1: The mask's edges cross each other", timeout=SOON)
        drag(0.3, 0.3)
        expect(editor.get_by_role("alert")).to_be_hidden()
        corner.press("ArrowLeft")
        editor.get_by_role("button", name="Save masks").click()
        expect(window.get_by_text("Saved.")).to_be_visible(timeout=SOON)
        masks = system.api.get(f"cameras/{camera_id}/").json()["masks"]
        assert masks[0][0] == [pytest.approx(0.29, abs=0.02), pytest.approx(0.3, abs=0.02)]
        system.api.post("users/", json=SECOND).raise_for_status()
        stranger = chromium.new_context()
        try:
            page = stranger.new_page()
            enter(page, system, SECOND["username"], SECOND["password"])
            page.goto(system.url)
            eventually(lambda: middle_is_black(page, "Window"), 60, "a covered picture", 0.2)
        finally:
            stranger.close()
        window.goto(system.url)
        eventually(lambda: middle_is_black(window, "Window") is False, 60, "the whole picture", 0.2)
    finally:
        system.api.delete(f"cameras/{camera_id}/").raise_for_status()
