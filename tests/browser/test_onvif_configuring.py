"""A camera's own settings on its page: a group of pictures is set there, and the stream has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import av
import pytest
from playwright.sync_api import Page, expect

from plugins.simulator.testing import DeviceFace, Trouble, onvif_device
from tests.rig.browser import enter
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

__all__ = ["onvif_device"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def running_system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """An Eyrie with the ONVIF plugin."""
    system = RunningSystem(tmp_path_factory.mktemp("eyrie-onvif") / "data", {"EYRIE_PLUGINS": "local_disk,onvif"})
    try:
        yield system.start()
    finally:
        system.stop()


@pytest.fixture
def device(onvif_device: Callable[..., DeviceFace]) -> DeviceFace:
    return onvif_device()


@pytest.fixture
def camera(running_system: RunningSystem, device: DeviceFace) -> Iterator[int]:
    """The device as a camera."""
    settings = {"address": device.address, "user": device.user, "password": device.password}
    made = running_system.api.post("cameras/", json={"name": "Gate", "driver": "onvif", "settings": settings})
    made.raise_for_status()
    camera_id: int = made.json()["id"]
    yield camera_id
    running_system.api.delete(f"cameras/{camera_id}/").raise_for_status()


def keyframes_apart(device: DeviceFace) -> int:
    """How many pictures a group of the main stream has."""
    url = device.park.url("gate", credentials=False).replace("://", f"://{device.user}:{device.password}@")
    with av.open(url, options={"rtsp_transport": "tcp"}, timeout=20) as stream:
        places = []
        for place, packet in enumerate(stream.demux(video=0)):
            if packet.is_keyframe:
                places.append(place)
            if len(places) == 3:
                return places[2] - places[1]
    raise AssertionError("the stream has ended")


def test_a_group_of_pictures_is_set_on_the_page_and_seen_in_the_stream(
    window: Page, running_system: RunningSystem, device: DeviceFace, camera: int
) -> None:
    enter(window, running_system)
    window.goto(f"{running_system.url}/cameras/{camera}/#own-streams")
    own = window.locator("onvif-configuring")
    main = own.get_by_role("group", name="Main stream")
    keyframe = main.get_by_label("Keyframe every")
    expect(keyframe).not_to_have_value("7")
    keyframe.fill("7")
    expect(own.get_by_text("1 change", exact=True)).to_be_visible()
    own.get_by_role("button", name="Save to the camera").click()
    expect(window.get_by_text("The camera has taken it.")).to_be_visible()
    expect(keyframe).to_have_value("7")
    eventually(lambda: keyframes_apart(device) == 7, 60, "the stream's groups have 7 pictures")

    keyframe.fill("500")
    own.get_by_role("button", name="Save to the camera").click()
    expect(main.get_by_text("The camera takes 1 to 120 here.")).to_be_visible()

    main.get_by_label("Codec", exact=True).select_option(label="H265")
    expect(main.get_by_label("Codec profile").locator("option")).to_have_text(["Main"])


def test_other_sections_are_read_when_one_goes_there_and_what_is_wrong_is_said(
    window: Page, running_system: RunningSystem, device: DeviceFace, camera: int
) -> None:
    enter(window, running_system)
    window.goto(f"{running_system.url}/cameras/{camera}/")
    own = window.locator("onvif-configuring")
    own.scroll_into_view_if_needed()
    own.get_by_role("link", name="Users").click()
    own.get_by_role("button", name="Add user").click()
    dialog = own.get_by_role("dialog")
    dialog.get_by_role("button", name="Add user").click()
    expect(dialog.get_by_text("This is needed.").first).to_be_visible()
    dialog.get_by_label("User name").fill("anna")
    dialog.get_by_label("Password").fill("Geheim-1")
    dialog.get_by_role("button", name="Add user").click()
    expect(own.get_by_role("group", name="anna")).to_be_visible()

    device.fault(Trouble.OFF)
    own.get_by_role("link", name="Device").click()
    expect(own.get_by_role("alert")).to_be_visible()
    device.clear()
    own.get_by_role("button", name="Try again").click()
    expect(own.get_by_text("Simulated camera").first).to_be_visible()
