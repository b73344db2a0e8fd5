"""ONVIF devices, added in the portal: one with its channels, several with one password, one with a certificate."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.testing.certificates import self_signed
from plugins.simulator.testing import DeviceFace, onvif_device
from tests.rig.browser import enter
from tests.rig.system import RunningSystem

__all__ = ["onvif_device"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture(scope="module")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """An Eyrie with the ONVIF plugin."""
    settings = {"EYRIE_PLUGINS": "local_disk,onvif"}
    system = RunningSystem(tmp_path_factory.mktemp("eyrie-adding") / "data", settings)
    try:
        yield system.start()
    finally:
        system.stop()


@pytest.fixture
def system(running_system: RunningSystem) -> Iterator[RunningSystem]:
    """Its cameras go with the test."""
    yield running_system
    for one in running_system.api.get("cameras/").json()["results"]:
        running_system.api.delete(f"cameras/{one['id']}/").raise_for_status()


def added(system: RunningSystem) -> dict[str, dict[str, str]]:
    """Settings of all cameras by their names."""
    found = {}
    for one in system.api.get("cameras/").json()["results"]:
        detail = system.api.get(f"cameras/{one['id']}/").json()
        found[detail["name"]] = detail["settings"]
    return found


def found_at(window: Page, system: RunningSystem, *devices: DeviceFace) -> None:
    """Go to the page of a new camera and look for these."""
    enter(window, system)
    window.goto(f"{system.url}/cameras/new/")
    window.get_by_label("Find cameras on the network").fill(" ".join(one.address for one in devices))
    window.get_by_role("button", name="Find cameras").click()
    for one in devices:
        expect(window.locator("find-cameras .choice").filter(has_text=one.address)).to_be_visible(timeout=30_000)


def test_a_device_is_found_tried_and_added_with_its_other_channel(
    window: Page, system: RunningSystem, onvif_device: Callable[..., DeviceFace]
) -> None:
    device = onvif_device(channels=2)
    found_at(window, system, device)
    window.locator("find-cameras .choice").filter(has_text=device.address).click()
    form = window.locator("camera-form")
    expect(form.get_by_label("Address", exact=True)).to_have_value(device.address)
    form.get_by_label("Name", exact=True).fill("North")
    form.get_by_label("User name").fill(device.user)
    form.get_by_label("Password", exact=True).fill("wrong")
    connect = form.get_by_role("button", name="Connect and show picture")
    connect.click()
    expect(form.get_by_role("alert").filter(has_text="does not accept the user")).to_be_visible(timeout=30_000)
    form.get_by_label("Password", exact=True).fill(device.password)
    connect.click()
    expect(form.get_by_alt_text("What the camera sees now")).to_be_visible(timeout=30_000)
    expect(form.get_by_text("This device has further cameras")).to_be_visible()
    form.get_by_role("button", name="Save camera").click()
    window.wait_for_url(re.compile(r"/cameras/\d+/$"), timeout=60_000)
    cameras = added(system)
    assert {one["channel"] for one in cameras.values()} == {"gate1", "gate2"}
    assert cameras["North"]["main_profile"] == "gate1_main"
    other = next(one for name, one in cameras.items() if name != "North")
    assert other["main_profile"] == "gate2_main"


def test_several_devices_are_added_with_the_password_that_fits(
    window: Page, system: RunningSystem, onvif_device: Callable[..., DeviceFace]
) -> None:
    first, second = onvif_device(), onvif_device(password="Other-34")  # noqa: S106 - of a throw-away device
    found_at(window, system, first, second)
    block = window.locator("find-cameras .several")
    block.get_by_label("User name").fill(first.user)
    block.get_by_label("Password", exact=True).fill(first.password)
    block.get_by_role("button", name="Another password to try").click()
    block.get_by_label("User name").nth(1).fill(second.user)
    block.get_by_label("Password", exact=True).nth(1).fill(second.password)
    block.get_by_role("button", name="Add these cameras").click()
    expect(block.get_by_role("status")).to_have_text("2 of 2 tried, 2 added.", timeout=60_000)
    assert {one["address"] for one in added(system).values()} == {first.address, second.address}
    asked = [one for one in second.calls if one == ("tds", "GetDeviceInformation")]
    assert len(asked) == 5, "at its door, and for each password once without it and once with it"


def test_a_certificate_of_its_own_is_confirmed_once(
    window: Page, system: RunningSystem, onvif_device: Callable[..., DeviceFace], tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*self_signed(tmp_path))
    device = onvif_device(ssl_context=context)
    enter(window, system)
    window.goto(f"{system.url}/cameras/new/")
    form = window.locator("camera-form")
    form.get_by_label("Name", exact=True).fill("Vault")
    form.get_by_label("Address", exact=True).fill(f"https://{device.address}")
    form.get_by_label("User name").fill(device.user)
    form.get_by_label("Password", exact=True).fill(device.password)
    form.get_by_role("button", name="Connect and show picture").click()
    expect(form.locator(".outcome").get_by_role("alert")).to_contain_text("fingerprint", timeout=30_000)
    form.get_by_role("button", name="I have checked it").click()
    expect(form.get_by_alt_text("What the camera sees now")).to_be_visible(timeout=30_000)
    form.get_by_role("button", name="Save camera").click()
    window.wait_for_url(re.compile(r"/cameras/\d+/$"), timeout=60_000)
    assert len(added(system)["Vault"]["certificate"]) == 95
