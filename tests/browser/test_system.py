"""An administrator reads the log as it grows, has a check mended, and takes all settings out and back in."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.system import PASSWORD, RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
SOON = 20_000  # ms
PASSPHRASE = "correct horse"  # noqa: S105  # of a file that the test makes


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory):
    found = RunningSystem(tmp_path_factory.mktemp("system") / "data", {"EYRIE_LOG_FORMAT": "json"})
    try:
        yield found.start()
    finally:
        found.stop()


@pytest.fixture
def admin(window: Page, system: RunningSystem) -> Page:
    window.goto(system.url + "/sign-in/")
    window.fill("#username", "admin")
    window.fill("#password", PASSWORD)
    window.keyboard.press("Enter")
    expect(window.get_by_role("link", name="System")).to_be_visible(timeout=SOON)
    return window


def test_the_log_grows_is_filtered_paused_and_downloaded(admin: Page, system: RunningSystem) -> None:
    admin.goto(system.url + "/system/log/")
    lines = admin.locator(".log-line")
    expect(lines.filter(has_text="web is up")).to_be_visible(timeout=SOON)

    camera = system.add_camera("nobody", "rtsp://viewer:hunter2@127.0.0.1:9/main")
    trouble = lines.filter(has_text="(nobody), main is backing_off").first
    expect(trouble).to_be_visible(timeout=SOON)
    expect(trouble).to_have_attribute("data-level", "WARNING")
    assert "hunter2" not in admin.content()

    admin.get_by_label("Level").select_option("ERROR")
    expect(trouble).to_be_hidden(timeout=SOON)
    admin.get_by_label("Level").select_option("")
    admin.get_by_label("Text").fill("NOBODY")
    expect(lines.filter(has_text="web is up")).to_have_count(0, timeout=SOON)
    expect(trouble).to_be_visible(timeout=SOON)
    expect(admin).to_have_url(re.compile("text=NOBODY"), timeout=SOON)

    admin.get_by_role("button", name="Pause").click()
    expect(admin.get_by_role("button", name="Pause")).to_have_attribute("aria-pressed", "true")
    with admin.expect_download() as download:
        admin.get_by_role("link", name="Download").click()
    kept = Path(download.value.path()).read_text("utf-8")
    assert "web is up" in kept
    assert "hunter2" not in kept
    system.api.delete(f"cameras/{camera}/").raise_for_status()


def test_a_plugin_shows_what_it_logged(admin: Page, system: RunningSystem) -> None:
    admin.goto(system.url + "/system/plugins/")
    card = admin.locator("[data-plugin=rtsp]")
    card.get_by_text("What it logged last").click()
    expect(card.locator(".plugin-log li").first).to_be_visible(timeout=SOON)
    card.get_by_role("link", name="The whole log of this plugin").click()
    expect(admin.get_by_text("Plugin rtsp")).to_be_visible(timeout=SOON)


def test_a_check_is_mended_and_the_last_hour_is_plotted(
    admin: Page, system: RunningSystem, simulator: Callable[..., ParkFace]
) -> None:
    park = simulator(SimulatedCamera("gate"))
    camera = system.add_camera("gate", park.url("gate"))
    system.wait_recording(camera)
    key = system.data / "secret.key"
    key.chmod(0o644)
    admin.goto(system.url + "/system/")
    row = admin.locator('[data-check="core.keys"]')
    expect(row).to_contain_text("secret.key", timeout=SOON)
    row.get_by_role("button", name="Close to others").click()
    expect(row).to_contain_text("Only Eyrie's own user", timeout=SOON)
    assert key.stat().st_mode & 0o777 == 0o600
    plot = admin.get_by_role("img", name=re.compile(r"Pictures.s of gate, last \d+ minutes: now \d"))
    expect(plot).to_be_visible(timeout=2 * SOON)
    admin.goto(f"{system.url}/cameras/{camera}/")
    expect(admin.get_by_role("img", name=re.compile("Bitrate · Main stream, last 60 minutes"))).to_be_visible(
        timeout=SOON
    )
    system.api.delete(f"cameras/{camera}/").raise_for_status()


def test_all_settings_go_into_a_file_and_come_back(admin: Page, system: RunningSystem, tmp_path: Path) -> None:
    camera = system.add_camera("hall", "rtsp://viewer:hunter2@127.0.0.1:9/main")
    admin.goto(system.url + "/system/configuration/")
    admin.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
    admin.get_by_label("Once more").fill("another")
    admin.get_by_role("button", name="Download the file").click()
    expect(admin.get_by_role("alert").filter(visible=True)).to_contain_text("differ")
    admin.get_by_label("Once more").fill(PASSPHRASE)
    with admin.expect_download() as download:
        admin.get_by_role("button", name="Download the file").click()
    file = tmp_path / "all.eyrie"
    download.value.save_as(file)
    assert b"hunter2" not in file.read_bytes()
    system.api.patch(f"cameras/{camera}/", json={"name": "<b>door</b>"}).raise_for_status()

    admin.get_by_label("File", exact=True).set_input_files(file)
    admin.get_by_label("Passphrase of the file").fill("wrong horse")
    admin.get_by_role("button", name="Show what would change").click()
    expect(admin.get_by_role("alert").filter(visible=True)).to_contain_text("passphrase is wrong", timeout=SOON)
    admin.get_by_label("Passphrase of the file").fill(PASSPHRASE)
    admin.get_by_role("button", name="Show what would change").click()
    expect(admin.get_by_role("heading", name="1 change would be made.")).to_be_visible(timeout=SOON)
    expect(admin.locator(".change")).to_contain_text("<b>door</b> → hall")
    assert system.api.get(f"cameras/{camera}/").json()["name"] == "<b>door</b>"

    admin.get_by_role("button", name="Restore now").click()
    admin.locator("#confirm").get_by_role("button", name="Restore now").click()
    expect(admin.get_by_role("heading", name="1 change was made.")).to_be_visible(timeout=SOON)
    assert system.api.get(f"cameras/{camera}/").json()["name"] == "hall"
