"""The page Counting: bars of what was counted, as a table and a file too, the heat map, and nothing at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.rig.browser import enter
from tests.rig.processes import ROOT
from tests.rig.system import RunningSystem, now_ms

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PAGE = "/pages/analytics/counting/"
SCREENS = ROOT / "artefacts" / "screens"
COUNTED = """
from array import array
from core.api.services import Count, add_counts, add_heat
add_counts([Count({camera}, "analytics", name, {now}, number) for name, number in
            (("to_left:Gate", 12), ("to_right:Gate", 7), ("stays:Yard", 2), ("stayed_s:Yard", 60),
             ("entered:Yard", 2))])
cells = array("I", bytes(4 * 160 * 90))
for x in range(40, 120):
    cells[60 * 160 + x] = 1000 * x
add_heat({camera}, {now}, cells.tobytes())
"""


@pytest.fixture
def counted(new_system: Callable[..., RunningSystem]) -> RunningSystem:
    """Two cameras, one with counts."""
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,analytics").start()
    camera = system.add_camera("Yard", "rtsp://127.0.0.1:9/nobody")
    system.add_camera("Roof", "rtsp://127.0.0.1:9/nobody")
    system.run("shell", "-c", COUNTED.format(camera=camera, now=now_ms()))
    return system


def test_what_was_counted_is_shown(window: Page, counted: RunningSystem) -> None:
    enter(window, counted)
    window.goto(counted.url + PAGE)
    window.get_by_label("Camera", exact=True).select_option(label="Yard")
    gate = window.locator(".counting-plot", has=window.get_by_role("heading", name="Gate"))
    expect(gate).to_contain_text("To the left: 12")
    expect(gate).to_contain_text("To the right: 7")
    expect(
        window.locator(".counting-plot", has=window.get_by_role("heading", name="Yard: time inside"))
    ).to_be_visible()
    gate.get_by_text("As a table").click()
    expect(gate.locator("tbody tr")).to_have_count(24)
    expect(gate.get_by_role("cell", name="12", exact=True)).to_be_visible()
    expect(window.locator("[data-part=heat]")).to_be_visible()
    assert violations(window) == []
    pictured(window)
    window.get_by_label("Time span").select_option(label="7 days")
    expect(gate.locator("rect")).to_have_count(14)
    with window.expect_download() as saved:
        window.get_by_role("link", name="Save as CSV").click()
    assert "to_left Gate" in saved.value.path().read_text("utf-8").splitlines()[0]
    window.get_by_role("button", name="Earlier").click()
    expect(window.get_by_role("heading", name="Nothing was counted")).to_be_visible()
    window.get_by_role("button", name="Later").click()
    expect(gate).to_be_visible()
    window.get_by_label("Camera", exact=True).select_option(label="Roof")
    expect(window.get_by_role("heading", name="Nothing was counted")).to_be_visible()


def pictured(window: Page) -> None:
    """Kept to be looked at."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    for theme in ("dark", "light"):
        window.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        for name, (width, height) in {"desk": (1280, 800), "phone": (360, 740)}.items():
            window.set_viewport_size({"width": width, "height": height})
            assert window.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
            window.screenshot(path=SCREENS / f"counting-{theme}-{name}.png", full_page=True)
    window.set_viewport_size({"width": 1280, "height": 800})
