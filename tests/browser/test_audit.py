"""An auditor finds in the browser who changed what, from what to what, and takes it away as a file."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.browser.test_accessibility import violations
from tests.rig.browser import enter, filled
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, ms_of, now_ms

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PAGE = "/pages/audit/log/"
HOSTILE = "<img src=x onerror=alert(1)>"
OWN = "correct horse battery 7"
CAMERA = {"driver": "rtsp", "settings": {"url": "rtsp://127.0.0.1:1/x", "password": "geheim-77"}, "enabled": False}


def test_an_operator_without_export(
    window: Page, chromium: Browser, new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace]
) -> None:
    """Plays what was recorded and is offered no export; by hand it is refused. The log has it all."""
    park = simulator(SimulatedCamera("gate"))
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,audit").start()
    camera = system.add_camera("Gate", park.url("gate"))
    _operator_without_export(system)
    system.wait_recording(camera)
    context = chromium.new_context(locale="en-US")
    strangers = context.new_page()
    enter(strangers, system, "olga", OWN)
    eventually(lambda: _recorded_ms(system, camera) > 4000, 60, "some seconds recorded", 0.3)
    strangers.goto(f"{system.url}/playback/?camera={camera}")
    expect(strangers.get_by_role("slider", name="Timeline")).to_be_visible()
    expect(strangers.locator("#export")).to_be_hidden()
    expect(strangers.get_by_role("link", name="Exports")).to_have_count(0)
    refused = strangers.request.get(f"{system.url}/exports/new/")
    assert refused.status == 403
    context.close()
    enter(window, system)
    window.goto(f"{system.url}{PAGE}?actor=olga")
    filled(window)
    expect(window.locator(".audit-row .audit-what").filter(has_text="Signed in")).to_have_count(1)


def _operator_without_export(system: RunningSystem) -> None:
    roles = system.api.get("roles/").json()["results"]
    operator = next(role for role in roles if role["name"] == "operator")
    kept = [one for one in operator["permissions"] if one != "camera.export"]
    made = system.api.post("roles/", json={"title": "Operator without export", "permissions": kept})
    user = {"username": "olga", "password": OWN, "roles": [made.raise_for_status().json()["name"]]}
    added = system.api.post("users/", json=user).raise_for_status().json()
    assert [grant["role"] for grant in added["grants"]] == user["roles"]


def _recorded_ms(system: RunningSystem, camera: int) -> int:
    now = now_ms()
    ranges = system.timeline(camera, now - 60_000, now)["ranges"]
    return sum(ms_of(one["end"]) - ms_of(one["start"]) for one in ranges)


def test_who_changed_what_is_found_and_taken_away(window: Page, new_system: Callable[..., RunningSystem]) -> None:
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,audit").start()
    camera = system.api.post("cameras/", json={"name": "Gate", **CAMERA}).raise_for_status().json()["id"]
    system.api.patch(f"cameras/{camera}/", json={"name": HOSTILE}).raise_for_status()
    state = "plugins/audit/state/"
    eventually(lambda: system.api.get(state).json()["waiting"] == 0, 60, "everything linked")
    enter(window, system)
    window.goto(f"{system.url}/system/")
    window.get_by_role("link", name="Audit log").click()
    window.wait_for_url(f"**{PAGE}*")
    filled(window)
    expect(window.locator(".audit-state")).to_contain_text("chained and signed")

    window.get_by_label("What").select_option("camera.")
    expect(window).to_have_url(f"{system.url}{PAGE}?action=camera.")
    expect(window.locator(".audit-row .audit-what")).to_have_text(["Camera changed", "Camera added"])
    assert violations(window) == []

    window.locator(".audit-row").first.click()
    drawer = window.locator("dialog.audit-entry")
    expect(drawer.get_by_role("row").filter(has=window.get_by_role("rowheader", name="name"))).to_have_text(
        f"nameGate{HOSTILE}"
    )
    assert violations(window) == []
    window.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(window.locator(".audit-row").first).to_be_focused()

    window.goto(f"{system.url}{PAGE}?text=geheim-77")
    filled(window)
    expect(window.get_by_role("heading", name="No entry fits")).to_be_visible()

    window.get_by_role("button", name="Clear").click()
    expect(window.locator(".audit-row").first).to_be_visible()
    with window.expect_download() as begun:
        window.get_by_role("link", name="Signed JSON").click()
    records = [json.loads(line) for line in begun.value.path().read_text("utf-8").splitlines()]
    assert records[0]["record"] == "log"
    assert records[-1]["record"] == "signature"
    assert "Nothing is wrong" in system.run("audit", "verify", "--file", str(begun.value.path()))
