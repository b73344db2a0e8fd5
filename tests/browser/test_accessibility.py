"""axe-core finds nothing serious on any page: names, roles, contrast, in dark and light, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.browser.pages import pages
from tests.rig.browser import enter, filled
from tests.rig.system import RunningSystem

AXE = "axe_playwright_python"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(240),
    pytest.mark.skipif(
        find_spec(AXE) is None, reason="NO AXE: axe-playwright-python is missing, accessibility not tried"
    ),
]
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
WIDER = "[document.documentElement, document.querySelector('main')].some((one) => one.scrollWidth > innerWidth)"
DESK, PHONE = {"width": 1280, "height": 720}, {"width": 360, "height": 740}
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations']}"
COLOURS = "{runOnly: ['color-contrast'], resultTypes: ['violations']}"  # all that differs between the themes


def violations(window: Page, rules: str = RULES) -> list[str]:
    """What axe finds serious or critical, one line each."""
    if not window.evaluate("Boolean(window.axe)"):
        window.evaluate(files(AXE).joinpath("axe.min.js").read_text("utf-8"))
    found: list[dict[str, Any]] = window.evaluate(f"axe.run({rules}).then((result) => result.violations)")
    return [
        f"{window.url} {one['id']} {node['target']}: {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def looked_over(window: Page) -> list[str]:
    """What is wrong with the page that is open, in dark and in light, and whether a phone shows all its width."""
    found = violations(window)
    window.evaluate("document.documentElement.dataset.theme = 'light'")
    found += violations(window, COLOURS)
    window.set_viewport_size(PHONE)
    window.evaluate(DRAWN)
    if window.evaluate(WIDER):
        found.append(f"{window.url} is wider than a phone")
    window.set_viewport_size(DESK)
    return found


def test_every_page_may_be_used_by_everybody_in_both_themes_and_on_a_phone(
    window: Page, running_system: RunningSystem, simulator: Callable[..., ParkFace]
) -> None:
    park = simulator(SimulatedCamera("porch"))
    camera_id = running_system.add_camera("A camera with a rather long name, at the gate", park.url("porch"))
    running_system.wait_recording(camera_id, 60)
    window.emulate_media(reduced_motion="reduce")  # no colour is looked at halfway to another
    window.context.add_cookies([{"name": "theme", "value": "dark", "url": running_system.url}])
    try:
        window.goto(running_system.url + "/sign-in/")
        filled(window)
        found = looked_over(window)
        enter(window, running_system)
        for address in pages(camera_id):
            answer = window.goto(running_system.url + address)
            assert answer is not None
            assert answer.status == 200, address
            filled(window)
            found += looked_over(window)
        window.goto(running_system.url)
        filled(window)
        window.keyboard.press("c")
        expect(window.locator("eyrie-tray button").first).to_be_visible()
        window.keyboard.press("Escape")
        window.locator("eyrie-tile").first.focus()
        window.keyboard.press("?")
        expect(window.get_by_role("dialog")).to_be_visible()
        found += looked_over(window)
        assert not found, "\n".join(found)
    finally:
        running_system.api.delete(f"cameras/{camera_id}/").raise_for_status()
