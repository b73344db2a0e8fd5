"""Finding cameras on the network, from the page of a new camera."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.browser import enter
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


def test_a_camera_is_found_and_its_address_filled_in(
    window: Page, running_system: RunningSystem, simulator: Callable[..., ParkFace]
) -> None:
    here = f"127.0.0.1:{simulator(SimulatedCamera('hall')).port}"
    enter(window, running_system)
    window.goto(f"{running_system.url}/cameras/new/")
    networks = window.get_by_label("Find cameras on the network")
    search = window.get_by_role("button", name="Find cameras")
    networks.fill("nowhere")
    search.click()
    expect(window.locator("find-cameras [role=alert]")).to_contain_text("'nowhere' is no network", timeout=20_000)
    networks.fill(here)
    search.click()
    found = window.get_by_role("button", name=here)
    expect(found).to_be_visible(timeout=30_000)
    expect(window.locator("find-cameras [role=status]")).to_have_text("1 device answers.")
    found.click()
    expect(window.get_by_label("Address", exact=True)).to_have_value(f"rtsp://{here}/")
