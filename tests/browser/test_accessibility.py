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
WIDER = "[document.documentElement, document.querySelector('main')].some((one) => one.scrollWidth > innerWidth)"
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations']}"


def violations(window: Page) -> list[str]:
    """What axe finds serious or critical, one line each."""
    window.evaluate(files(AXE).joinpath("axe.min.js").read_text("utf-8"))
    found: list[dict[str, Any]] = window.evaluate(f"axe.run({RULES}).then((result) => result.violations)")
    return [
        f"{window.url} {one['id']} {node['target']}: {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_page_has_a_serious_violation(
    window: Page, running_system: RunningSystem, simulator: Callable[..., ParkFace], theme: str
) -> None:
    park = simulator(SimulatedCamera("porch"))
    camera_id = running_system.add_camera(f"Porch {theme}", park.url("porch"))
    running_system.wait_recording(camera_id)
    window.context.add_cookies([{"name": "theme", "value": theme, "url": running_system.url}])
    try:
        window.goto(running_system.url + "/sign-in/")
        filled(window)
        found = violations(window)
        enter(window, running_system)
        for address in pages(camera_id):
            answer = window.goto(running_system.url + address)
            assert answer is not None
            assert answer.status == 200, address
            filled(window)
            found += violations(window)
        window.goto(running_system.url)
        filled(window)
        window.keyboard.press("c")
        expect(window.locator("eyrie-tray button").first).to_be_visible()
        window.keyboard.press("Escape")
        window.locator("eyrie-tile").first.focus()
        window.keyboard.press("?")
        expect(window.get_by_role("dialog")).to_be_visible()
        found += violations(window)
        assert not found, "\n".join(found)
    finally:
        running_system.api.delete(f"cameras/{camera_id}/").raise_for_status()


def test_no_page_is_wider_than_a_phone(window: Page, running_system: RunningSystem) -> None:
    camera_id = running_system.add_camera("A camera with a rather long name, at the gate", "rtsp://127.0.0.1:9/nobody")
    window.set_viewport_size({"width": 360, "height": 740})
    enter(window, running_system)
    wide = []
    for address in pages(camera_id):
        window.goto(running_system.url + address)
        filled(window)
        if window.evaluate(WIDER):
            wide.append(address)
    running_system.api.delete(f"cameras/{camera_id}/").raise_for_status()
    assert not wide
