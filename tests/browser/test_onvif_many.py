"""Settings of many ONVIF cameras on their page: read, shown what a change would do, made, and told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from plugins.simulator.testing import DeviceFace, onvif_device
from tests.rig.browser import enter, filled
from tests.rig.system import RunningSystem

__all__ = ["onvif_device"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SOON = 60_000
GOP = "Keyframe every"


@pytest.fixture(scope="module")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """An Eyrie with the ONVIF plugin."""
    system = RunningSystem(tmp_path_factory.mktemp("eyrie-many") / "data", {"EYRIE_PLUGINS": "local_disk,onvif"})
    try:
        yield system.start()
    finally:
        system.stop()


def added(system: RunningSystem, name: str, device: DeviceFace) -> None:
    login = {"address": device.address, "user": device.user, "password": device.password}
    body = {"name": name, "driver": "onvif", "settings": login, "recording": "off"}
    answer = system.api.post("cameras/", json=body, timeout=60)
    assert answer.status_code == 201, answer.text


def gop(device: DeviceFace, stream: str = "main") -> int:
    return device.device.channels["gate"].encoders[stream].gop


def changed(before: int, after: int) -> re.Pattern[str]:
    """What a camera's line says once it is done; the same numbers stood there before."""
    return re.compile(f"{before} → {after}.*Changed")


def test_a_change_of_many_is_looked_at_made_and_told(
    window: Page, running_system: RunningSystem, onvif_device: Callable[..., DeviceFace]
) -> None:
    gate, yard, off = onvif_device(), onvif_device(), onvif_device()
    for name, device in (("Gate", gate), ("Yard", yard), ("Shed", off)):
        added(running_system, name, device)
    off.fault("off")
    enter(window, running_system)
    window.goto(f"{running_system.url}/cameras/")
    window.get_by_role("link", name="Settings of many").click()
    window.wait_for_url("**/onvif/many/")
    filled(window)  # before its module runs, a box that is checked chooses nothing
    page = window.locator("onvif-many")
    page.get_by_label("Choose all").check()
    page.get_by_role("button", name="Read their settings").click()
    expect(page.get_by_role("heading", name="Streams of 3 cameras")).to_be_visible(timeout=SOON)
    main = page.get_by_role("group", name="Main stream")
    expect(main.get_by_label(GOP)).to_have_value("20", timeout=SOON)
    row = page.get_by_role("row")
    expect(row.filter(has_text="Shed")).to_contain_text("Not read")

    main.get_by_label(GOP).fill("10")
    expect(row.filter(has_text="Gate")).to_contain_text("20 → 10")
    assert (gop(gate), gop(yard)) == (20, 20), "looking changes nothing"
    page.get_by_role("button", name="Change 2 cameras").click()
    expect(row.filter(has_text="Gate")).to_contain_text(changed(20, 10), timeout=SOON)
    expect(page.get_by_text("Changed: 2 · Not changed: 1")).to_be_visible()
    assert (gop(gate), gop(yard)) == (10, 10)

    main.get_by_label(GOP).fill("100")
    page.get_by_role("button", name="Change 2 cameras").click()
    expect(row.filter(has_text="Yard")).to_contain_text(changed(10, 100), timeout=SOON)
    page.get_by_role("button", name="Suggest better streams").click()
    expect(row.filter(has_text="Yard")).to_contain_text("100 → 20")
    expect(row.filter(has_text="Yard")).to_contain_text("A keyframe at least every 2 s")
    page.get_by_role("button", name="Change 2 cameras").click()
    expect(row.filter(has_text="Yard")).to_contain_text(changed(100, 20), timeout=SOON)
    assert gop(yard) == 20
