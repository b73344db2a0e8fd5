"""What a camera keeps itself, on its page: looked at, fetched, and seen to be there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from plugins.simulator.testing import DeviceFace, onvif_device
from tests.browser.test_accessibility import violations
from tests.rig.browser import enter
from tests.rig.system import RunningSystem, now_ms

__all__ = ["onvif_device"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SOON = 90_000
KEPT_MS = 12_000


@pytest.fixture(scope="module")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """An Eyrie with the ONVIF plugin."""
    system = RunningSystem(tmp_path_factory.mktemp("eyrie-cards") / "data", {"EYRIE_PLUGINS": "local_disk,onvif"})
    try:
        yield system.start()
    finally:
        system.stop()


def test_what_is_lacking_is_seen_and_fetched(
    window: Page, running_system: RunningSystem, onvif_device: Callable[..., DeviceFace]
) -> None:
    device = onvif_device()
    login = {"address": device.address, "user": device.user, "password": device.password}
    probe = running_system.api.post("cameras/probe/", json={"driver": "onvif", "settings": login}, timeout=60).json()
    body = {"name": "Gate", "driver": "onvif", "settings": login | probe["settings"], "recording": "off"}
    answer = running_system.api.post("cameras/", json=body, timeout=60)
    assert answer.status_code == 201, answer.text
    since = now_ms() - 180_000
    device.keep([(since, since + KEPT_MS)])

    enter(window, running_system)
    window.goto(f"{running_system.url}/cameras/")
    window.get_by_role("link", name="On the cameras").click()
    day = window.get_by_role("region", name="A day of a camera")
    day.get_by_label("Day", exact=True).fill(datetime.fromtimestamp(since / 1000, UTC).strftime("%Y-%m-%d"))
    expect(window.get_by_text("Nothing is fetched, and nothing was")).to_be_visible()
    expect(day.get_by_role("status")).to_contain_text("1 gap can be filled: 12 s.", timeout=SOON)
    expect(day.get_by_role("img", name="The camera keeps 12 s of this day.")).to_be_visible()
    assert violations(window) == []

    day.get_by_role("button", name="Fetch all of it").click()
    job = window.get_by_role("row").filter(has_text="Gate")
    expect(job).to_contain_text("Asked for by")
    expect(job).to_contain_text("Done", timeout=SOON)
    expect(job).to_contain_text("s fetched,")
    expect(day.get_by_role("status")).to_have_text("Eyrie has all that the camera keeps of this day.", timeout=SOON)
    expect(day.locator("#bar-here [data-kind=fetched]")).to_have_count(1)

    day.get_by_label("From").fill("12:00:00")
    day.get_by_label("Until").fill("11:00:00")
    day.get_by_role("button", name="Fetch this time").click()
    expect(day.get_by_role("alert").filter(has_text="must end after")).to_be_visible()
    assert violations(window) == []
