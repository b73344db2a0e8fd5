"""The name of who looks over every page, and the proof of how long recordings are kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.rig.browser import SOON, enter, filled
from tests.rig.system import RunningSystem

pytestmark = pytest.mark.browser

ABOVE = """() => {
  const mark = document.querySelector("eyrie-watermark"), box = mark.getBoundingClientRect();
  const pen = mark.querySelector("canvas").getContext("2d");
  const drawn = pen.getImageData(0, 0, pen.canvas.width, pen.canvas.height).data.some((value) => value > 0);
  const topmost = () => mark.contains(document.elementFromPoint(innerWidth / 2, innerHeight / 2));
  const takesClicks = topmost();
  mark.style.pointerEvents = "auto";
  const isAbove = topmost();
  mark.style.pointerEvents = "";
  return { isAbove, covers: box.width >= innerWidth && box.height >= innerHeight, drawn, takesClicks };
}"""
SEEN = {"isAbove": True, "covers": True, "drawn": True, "takesClicks": False}


@pytest.fixture
def marked(running_system: RunningSystem) -> Iterator[RunningSystem]:
    """A site whose pages carry the name of who looks."""
    site = running_system.api
    site.patch("site/", json={"live_watermark": True}).raise_for_status()
    yield running_system
    site.patch("site/", json={"live_watermark": False}).raise_for_status()


def test_who_looks_is_named_over_every_page(window: Page, marked: RunningSystem) -> None:
    enter(window, marked)
    for address in ("/", "/playback/", "/system/privacy/"):
        window.goto(marked.url + address)
        window.wait_for_selector("eyrie-watermark:popover-open")
        assert window.evaluate(ABOVE) == SEEN, address
        assert window.locator("eyrie-watermark").get_attribute("data-name") == "admin"
    # Full screen, too, lies below it: it is raised again whenever something came to lie above.
    window.evaluate("() => document.querySelector('main').requestFullscreen()")
    window.wait_for_function(f"() => document.fullscreenElement && ({ABOVE})().isAbove")
    assert window.evaluate(ABOVE) == SEEN


def test_without_the_setting_there_is_none(window: Page, running_system: RunningSystem) -> None:
    enter(window, running_system)
    window.goto(running_system.url)
    filled(window)
    assert window.locator("eyrie-watermark").count() == 0


def test_the_proof_can_be_taken_away(window: Page, running_system: RunningSystem, tmp_path: Path) -> None:
    enter(window, running_system)
    window.goto(running_system.url + "/system/privacy/")
    window.get_by_role("button", name="Make the proof").click()
    expect(window.locator("#verdict")).to_be_visible(timeout=SOON)
    with window.expect_download() as download:
        window.get_by_role("link", name="Signed file").click()
    file = tmp_path / "proof.json"
    download.value.save_as(file)
    proof = json.loads(file.read_text())
    assert proof["statement"]["made_by"] == "admin" and proof["signature"]
