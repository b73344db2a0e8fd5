"""A person exports what two cameras recorded, plays it, downloads it and verifies it; an altered archive is caught."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import Locator, Page, expect

from core.exports.archive import Archive
from core.exports.signing import Signer
from core.exports.verify import BLOCK_SIZE, FORMAT, MANIFEST, SIGNATURE, check
from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.rig.browser import enter
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, now_ms, rfc3339

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
HOSTILE = "Export <script>alert(1)</script>"


@pytest.fixture
def cameras(running_system: RunningSystem, simulator: Callable[..., ParkFace]) -> Iterator[list[int]]:
    """Two cameras that have been recorded for some seconds."""
    park = simulator(SimulatedCamera("gate"), SimulatedCamera("yard"))
    names = {"Export gate": "gate", HOSTILE: "yard"}
    ids = [running_system.add_camera(name, park.url(camera)) for name, camera in names.items()]
    for camera_id in ids:
        running_system.wait_recording(camera_id)
    yield ids
    for camera_id in ids:
        running_system.api.delete(f"cameras/{camera_id}/").raise_for_status()


@pytest.fixture
def signed_in(window: Page, running_system: RunningSystem) -> Page:
    enter(window, running_system)
    return window


def is_recorded(system: RunningSystem, camera: int) -> bool:
    """Whether some seconds are in the index."""
    now = now_ms()
    ranges = system.timeline(camera, now - 600_000, now)["ranges"]
    return bool(ranges and sum(one["size"] for one in ranges) > 2 * BLOCK_SIZE)


def test_from_the_form_to_a_verified_archive(
    signed_in: Page, running_system: RunningSystem, cameras: list[int], tmp_path: Path
) -> None:
    window = signed_in
    for camera in cameras:
        eventually(lambda: is_recorded(running_system, camera), 60, f"recordings of camera {camera}", 0.25)  # noqa: B023
    now = now_ms()
    query = "&".join(f"camera={camera}" for camera in cameras)
    window.goto(f"{running_system.url}/exports/new?{query}&start={rfc3339(now - 120_000)}&end={rfc3339(now)}")
    expect(window.locator(".export-cameras input:checked")).to_have_count(2)
    expect(window.get_by_text(re.compile(r"^2 cameras and times, at most"))).to_be_visible()
    expect(window.locator(".export-cameras")).to_contain_text(HOSTILE)
    window.get_by_label("Name (optional)").fill("Parcel <b>at</b> the gate")
    window.get_by_role("button", name="Export").click()

    row = window.locator(".export", has_text="Parcel <b>at</b> the gate")
    expect(row.locator(".badge")).to_have_text("Done")
    row.get_by_text("Files").click()
    expect(row.locator(".export-files li")).to_have_count(2)
    row.get_by_role("button", name="Play").first.click()
    window.wait_for_function("() => document.querySelector('#export-player video').currentTime > 0.3")
    window.keyboard.press("Escape")

    archive = tmp_path / "export.zip"
    with window.expect_download() as download:
        row.get_by_role("link", name=re.compile("^Download")).click()
    download.value.save_as(archive)
    report = check(archive, running_system.api.get("exports/key/").json()["fingerprint"])
    assert report.intact, list(report.sentences())
    assert [row["camera_name"] for row in report.manifest["files"]] == ["Export gate", HOSTILE]

    window.goto(f"{running_system.url}/exports/verify/")
    verdict = verified(window, archive)
    expect(verdict).to_have_text("This archive is as this Eyrie made it.")

    begin = report.files[0].offset
    spoiled = spoil(archive, tmp_path / "spoiled.zip", begin + BLOCK_SIZE + 5)
    expect(verified(window, spoiled)).to_have_text("This archive is NOT as it was made.")
    size = report.files[0].size
    place = f"altered in bytes {BLOCK_SIZE} to {min(2 * BLOCK_SIZE, size) - 1}"
    expect(window.locator("[data-part=files]")).to_contain_text(place)

    text = spoil(archive, tmp_path / "lying.zip", archive.read_bytes().index(b'"exporter": "') + 13)
    expect(verified(window, text)).to_contain_text("The manifest was altered after it was signed")
    short = tmp_path / "short.zip"
    short.write_bytes(archive.read_bytes()[:-4000])
    expect(verified(window, short)).to_contain_text("is damaged or cut short")

    window.goto(f"{running_system.url}/exports/")
    row.get_by_role("button", name="Delete").click()
    window.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(row).to_be_hidden()


def test_archives_of_others_and_very_large_ones_are_read(
    signed_in: Page, running_system: RunningSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond 4 GiB a ZIP archive keeps sizes and places elsewhere; here it does so from the first byte on."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 0)
    archive = tmp_path / "large.zip"
    foreign_archive(archive, bytes(range(256)) * 1000)
    assert b"PK\6\6" in archive.read_bytes()  # the ZIP64 end of central directory record
    assert check(archive).intact
    window = signed_in
    window.goto(f"{running_system.url}/exports/verify/")
    verdict = verified(window, archive)
    expect(verdict).to_contain_text("but not by this Eyrie. Compare the fingerprint.")
    begin = check(archive).files[0].offset
    verified(window, spoil(archive, tmp_path / "spoiled.zip", begin + 70_000))
    expect(verdict).to_have_text("This archive is NOT as it was made.")
    expect(window.locator("[data-part=files]")).to_contain_text("altered in bytes 65536 to 131071")
    window.locator("#main").evaluate("() => { document.cookie = 'django_language=de; path=/'; }")
    window.reload()
    expect(verified(window, archive)).to_contain_text("dieses Eyrie hat es nicht signiert")


def foreign_archive(path: Path, content: bytes) -> None:
    """An archive of another installation."""
    signer = Signer(Ed25519PrivateKey.generate())
    archive = Archive(path, reserve=0)
    written = archive.add("01_Gate.mp4", 1e9, len(content), [content], lambda size: None)
    body = {"format": FORMAT, "public_key": signer.public_base64, "files": [asdict(written)]}
    text = json.dumps(body).encode()
    archive.add(MANIFEST, 1e9, len(text), [text], lambda size: None)
    archive.add(SIGNATURE, 1e9, 0, [signer.sign(text)], lambda size: None)
    archive.finish()


def verified(window: Page, archive: Path) -> Locator:
    window.set_input_files("eyrie-export-verify input", archive)
    return window.locator("eyrie-export-verify [data-part=verdict]")


def spoil(source: Path, target: Path, at: int) -> Path:
    """A copy with one bit turned."""
    data = bytearray(source.read_bytes())
    data[at] ^= 1
    target.write_bytes(data)
    return target


def test_what_cannot_be_exported_is_said(signed_in: Page, running_system: RunningSystem, cameras: list[int]) -> None:
    window = signed_in
    window.goto(
        f"{running_system.url}/exports/new?camera={cameras[0]}&start=2020-01-01T00:00:00Z&end=2020-01-01T00:10:00Z"
    )
    expect(window.get_by_text("Nothing is recorded")).to_be_visible()
    window.get_by_label("Name (optional)").fill("Long ago")
    window.get_by_role("button", name="Export").click()
    row = window.locator(".export", has_text="Long ago")
    expect(row.locator(".badge")).to_have_text("Failed")
    expect(row).to_contain_text("Nothing is recorded, or can be read, in these ranges")

    window.goto(f"{running_system.url}/exports/new?start=2020-01-01T00:10:00Z&end=2020-01-01T00:00:00Z")
    alert = window.locator("eyrie-export-form").get_by_role("alert")
    window.get_by_role("button", name="Export").click()
    expect(alert).to_have_text("The end must be after the start.")
    window.get_by_role("button", name="Last minute").click()
    window.get_by_role("button", name="Export").click()
    expect(alert).to_have_text("Choose at least one camera.")
    for export in _exports(running_system):
        running_system.api.delete(f"exports/{export['id']}/").raise_for_status()


def _exports(system: RunningSystem) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = system.api.get("exports/").raise_for_status().json()["results"]
    return found
