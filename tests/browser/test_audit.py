"""An auditor finds in the browser who changed what, from what to what, and takes it away as a file."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import violations
from tests.rig.browser import enter, filled
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PAGE = "/pages/audit/log/"
HOSTILE = "<img src=x onerror=alert(1)>"
CAMERA = {"driver": "rtsp", "settings": {"url": "rtsp://127.0.0.1:1/x", "password": "geheim-77"}, "enabled": False}


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
