"""Number plates from the camera to the page: a car of the simulated street passes, its plate is read, is on a list, is
an event, and is found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from plugins.simulator.studio import Order, render
from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.browser.test_accessibility import violations
from tests.rig.browser import enter, filled
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LPR = "plugins/lpr/"
STREET = {"seed": 5, "width": 960, "height": 540, "fps": 10, "seconds": 12}
READER = {"regions": ["EU", "US"], "width": 960, "fps": 3, "least_looks": 1, "least_confidence": 0.3}


@pytest.fixture
def street(
    new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace], simulator_cache: Path
) -> tuple[RunningSystem, int, set[str]]:
    """A system that reads plates in the street, its camera, and the plates that pass there."""
    order = Order("street", "street", codec="h264", audio="none", **STREET)  # numbers
    truth = render(order, simulator_cache).truth
    assert truth is not None
    said = [one["attributes"]["plate"] for one in json.loads(truth.read_text("utf-8"))["events"]]
    park = simulator(SimulatedCamera("street", scene="street", audio="none", **STREET))
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,lpr").start()
    camera = system.add_camera("Street", park.url("street"))
    system.wait_recording(camera, 60)
    return system, camera, {"".join(filter(str.isalnum, plate)) for plate in said}


def test_a_plate_is_read_told_and_found(street: tuple[RunningSystem, int, set[str]], window: Page) -> None:
    system, camera, plates = street
    for plate in plates:
        body = {"plate": plate, "list": "block", "owner": "Ada"}
        system.api.put(LPR + "plates/", json=body).raise_for_status()
    system.api.put(f"cameras/{camera}/detectors/lpr/", json={"settings": READER}).raise_for_status()

    read = eventually(lambda: _of(plates, system), 120, "a plate of the street read", 0.5)
    hits = system.api.get("events/", params={"type": "lpr.list_hit"}).json()["results"]
    assert {hit["attributes"]["list"] for hit in hits} == {"block"}

    enter(window, system)
    window.goto(system.url + "/pages/lpr/plates/")
    window.get_by_label("Plate", exact=True).first.fill(f"{read['text'][:2]}*{read['text'][-1]}")
    window.get_by_role("button", name="Search", exact=True).click()
    row = window.locator("lpr-search li").filter(has_text=read["text"]).first
    expect(row).to_contain_text(re.compile("Blocked.*Ada.*Street", re.DOTALL))
    filled(window)
    assert violations(window) == []
    row.locator("a").click()
    window.wait_for_url(re.compile(rf"/playback/\?camera={camera}&at="))


def test_lists_are_changed_and_imported(new_system: Callable[..., RunningSystem], window: Page) -> None:
    system = new_system(EYRIE_PLUGINS="local_disk,lpr").start()
    enter(window, system)
    window.goto(system.url + "/pages/lpr/plates/")
    expect(window.get_by_text("No plate is on a list yet.")).to_be_visible()
    lists = window.locator("lpr-lists")
    lists.get_by_label("Plate").fill("KA-AB 123")
    lists.get_by_label("Owner").fill("Ada")
    lists.get_by_label("Valid to").fill("2030-05-01T12:00:00")
    lists.get_by_role("button", name="Save").click()
    row = lists.locator("tbody tr").filter(has_text="KAAB123")
    expect(row).to_contain_text(re.compile("Allowed.*Ada.*2030", re.DOTALL))

    file = {"name": "plates.csv", "mimeType": "text/csv", "buffer": b"plate,list\nKAAB1,vip\nX,vip\n"}
    lists.get_by_label("File").set_input_files(file)  # Playwright's FilePayload
    lists.get_by_label("Take nothing when a line is bad").check()
    lists.get_by_role("button", name="Import").click()
    expect(lists.get_by_text(re.compile("Line 3: 'X' has 1 letters"))).to_be_visible()
    expect(lists.locator("tbody tr")).to_have_count(1)
    lists.get_by_label("Take nothing when a line is bad").uncheck()
    lists.get_by_role("button", name="Import").click()
    expect(lists.locator("tbody tr")).to_have_count(2)

    row.get_by_role("button", name="Delete").click()
    window.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(lists.locator("tbody tr")).to_have_count(1)
    filled(window)
    assert violations(window) == []


def _of(plates: set[str], system: RunningSystem) -> dict[str, Any] | None:
    """The newest read that is one of the plates."""
    reads = system.api.get(LPR + "reads/").json()["results"]
    return next((read for read in reads if read["text"] in plates), None)
