"""An administrator sets up a backup in the browser: a target that is tried, a plan, and what lies there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from plugins.ftp_backup.tests.servers import PASSWORD, USER, FtpServer, ftp_server
from tests.browser.test_accessibility import violations
from tests.rig.browser import enter, filled
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
HOSTILE = "<script>alert(1)</script>.mp4"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[FtpServer]:
    place = tmp_path / "far"
    (place / "Gate").mkdir(parents=True)
    (place / "Gate" / HOSTILE.replace("/", "_")).write_bytes(b"no film")
    with ftp_server(place) as server:
        yield server


def test_from_nothing_to_what_lies_there(
    window: Page, new_system: Callable[..., RunningSystem], served: FtpServer
) -> None:
    system = new_system(EYRIE_PLUGINS="local_disk,ftp_backup").start()
    enter(window, system)
    window.goto(f"{system.url}/system/backup/")
    filled(window)
    window.get_by_role("button", name="Add a target").click()
    form = window.locator("#target-dialog")
    form.get_by_label("Name", exact=True).fill("Cellar")
    form.get_by_label("Kind").select_option("ftp")
    form.get_by_label("Server").fill("127.0.0.1")
    form.get_by_label("Encryption").select_option("none")
    form.get_by_label("Port").fill(str(served.port))
    form.get_by_label("User name").fill(USER)
    form.get_by_label("Password").fill("wrong")
    form.get_by_role("button", name="Test").click()
    expect(form.locator(".trouble")).to_contain_text("check user name and password")
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Test").click()
    expect(form.get_by_role("status")).to_contain_text("It works")
    assert violations(window) == []
    form.get_by_role("button", name="Save").click()

    target = window.locator(".backup-target")
    expect(target.locator(".badge")).to_have_text("Ready")
    window.get_by_role("button", name="Add a plan").click()
    form = window.locator("#plan-dialog")
    form.get_by_label("Name", exact=True).fill("Nights")
    form.get_by_label("What", exact=True).select_option("events")
    expect(form.get_by_label("Seconds before the event")).to_be_visible()
    form.get_by_text("More", exact=True).click()
    assert violations(window) == []
    form.get_by_label("Path at the target").fill("{nowhere}{time}")
    form.get_by_role("button", name="Save").click()
    expect(form.locator(".trouble")).to_contain_text("{nowhere} is no field")
    form.get_by_label("Path at the target").fill("{camera}/{time}.{ext}")
    form.get_by_role("button", name="Save").click()
    plan = window.locator(".backup-plan")
    expect(plan.locator(".badge")).to_have_text("Up to date")
    plan.get_by_role("button", name="Pause").click()
    expect(plan.locator(".badge")).to_have_text("Paused")
    assert violations(window) == []

    target.get_by_role("link", name="Look inside").click()
    window.get_by_role("link", name="Gate").click()
    expect(window.locator("#entries")).to_contain_text("<script>")
    window.get_by_role("button", name="Bring back", exact=False).first.click()
    expect(window.locator("#restores")).to_contain_text("is no recording of Eyrie's")
    assert violations(window) == []
