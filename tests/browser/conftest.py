"""Cameras that a file's tests watch together, and a phone to watch them on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from plugins.simulator.testing import ParkFace, SimulatedCamera, running_park
from tests.browser.watching import HOSTILE
from tests.rig.browser import watched_page
from tests.rig.system import RunningSystem

PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def park(simulator_cache: Path) -> Iterator[ParkFace]:
    """Two small cameras; a test that breaks one mends it."""
    with running_park(simulator_cache, SimulatedCamera("gate", seed=11), SimulatedCamera("yard", seed=22)) as face:
        yield face


@pytest.fixture(scope="module")
def cameras(running_system: RunningSystem, park: ParkFace) -> Iterator[dict[str, int]]:
    """The park's cameras, being recorded: "Gate", and one with a hostile name, to their ids."""
    urls = {"Gate": park.url("gate"), HOSTILE: park.url("yard")}
    ids = {
        name: running_system.add_camera(name, url, sub_url=url.replace("/main", "/sub")) for name, url in urls.items()
    }
    for camera_id in ids.values():
        running_system.wait_recording(camera_id, 60)
    yield ids
    for camera_id in ids.values():
        running_system.api.delete(f"cameras/{camera_id}/").raise_for_status()


@pytest.fixture
def system(running_system: RunningSystem, cameras: dict[str, int]) -> Iterator[RunningSystem]:
    """A running Eyrie with the park's two cameras and no view."""
    yield running_system
    for view in running_system.api.get("views/").json()["results"]:
        running_system.api.delete(f"views/{view['id']}/").raise_for_status()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A narrow window that is touched; like `window` it fails the test when the page raised an error."""
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True, locale="en-US")  # type: ignore[arg-type]
    page, wrong = watched_page(context)
    yield page
    context.close()
    assert not wrong
