"""A person agrees, is enrolled in the browser, passes a camera, is recognised and found; then all of it is deleted."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from plugins.faces.tests.graphs import put
from tests.browser.test_accessibility import violations
from tests.rig.browser import SECONDS, enter, filled
from tests.rig.fixtures import clips
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, ms_of, rfc3339

__all__ = ["clips"]
pytestmark = [pytest.mark.browser, pytest.mark.real_data, pytest.mark.timeout(300)]
FACES = "plugins/faces/"
SETTINGS = {"recognise": True, "grounds": "Decided by the works council on 1 May.", "model": "squares", "agree": 2}
WATCHING = {"recognise": True, "only_moving": False, "fps": 4, "width": 640, "smallest": 50, "smallest_recognised": 50}
WIDTH, HEIGHT, FPS = 640, 360, 10
HEED = """{
  const fill = CanvasRenderingContext2D.prototype.fillText;
  window.written = new Set();
  CanvasRenderingContext2D.prototype.fillText = function(text, ...more) {
    window.written.add(text);
    fill.call(this, text, ...more);
  };
}"""
"""What is written on canvases is noted."""
NAMED = """(at) => {
  if (window.written.has("Lisa")) return true;
  document.querySelector("eyrie-recording").clock.seek(at);
  return false;
}"""
"""The face is there for a second: it is shown again until what stands at its box has come."""


def clip(picture: Path, target: Path) -> Path:
    """Somebody passes for five seconds, and then nobody for four."""
    shown = cv2.imread(str(picture))
    grown = cv2.resize(shown, None, fx=HEIGHT / shown.shape[0], fy=HEIGHT / shown.shape[0])
    still = np.full((HEIGHT, WIDTH, 3), 110, np.uint8)
    still[:, : grown.shape[1]] = grown
    with av.open(str(target), "w") as file:
        stream = file.add_stream("libx264", rate=FPS, options={"g": "10", "bf": "0", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(9 * FPS):
            image = np.roll(still, 4 * number, 1) if number < 5 * FPS else np.full_like(still, 110)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(image, "bgr24")))
        file.mux(stream.encode(None))
    return target


@pytest.fixture
def system(new_system: Callable[..., RunningSystem]) -> RunningSystem:
    """A system that may recognise people, by the small model of the plugin's tests."""
    made = new_system(EYRIE_PLUGINS="local_disk,rtsp,faces")
    put(made.data / "models")
    made.start()
    made.api.put(FACES + "settings/", json={"values": SETTINGS}).raise_for_status()
    return made


def test_enrolled_recognised_found_and_deleted(
    system: RunningSystem, window: Page, clips: Path, tmp_path: Path
) -> None:
    lisa = clips / "people" / "faces" / "mona-lisa.jpg"
    enter(window, system)
    window.goto(system.url + "/pages/faces/people/")
    expect(window.get_by_text("Decided by the works council")).to_be_visible()
    expect(window.get_by_text("Nobody is enrolled")).to_be_visible()
    editor = _enrolled(window, lisa)
    filled(window)
    assert violations(window) == []
    editor.get_by_role("button", name="Close", exact=True).click()
    expect(window.locator("faces-people .badge")).to_have_text("Recognised")

    camera = system.add_camera("Gate", clip(lisa, tmp_path / "gate.mp4").as_uri())
    system.wait_recording(camera, 60)
    system.api.put(f"cameras/{camera}/detectors/faces/", json={"settings": WATCHING}).raise_for_status()
    eventually(lambda: _sightings(system), 120, "somebody recognised", 0.5)
    system.api.delete(f"cameras/{camera}/detectors/faces/").raise_for_status()
    (told, *_) = system.api.get("events/", params={"type": "faces.recognised"}).json()["results"]
    assert told["attributes"]["name"] == "Lisa"

    window.reload()
    seen = window.locator("faces-sightings li").filter(has_text=re.compile("Lisa.*Gate", re.DOTALL)).first
    expect(seen.locator("img")).to_be_visible()
    filled(window)
    assert violations(window) == []
    the_name_is_at_the_box(window, system, told)
    window.goto(system.url + "/pages/faces/people/")
    filled(window)
    window.get_by_label("Who").select_option("Strangers")
    window.get_by_role("button", name="Search", exact=True).click()
    expect(window.get_by_text("No face was seen.")).to_be_visible()

    window.locator(".faces-person").click()
    editor.get_by_role("button", name="Delete everything").click()
    window.get_by_role("alertdialog").get_by_role("button", name="Delete everything").click()
    expect(window.get_by_text("Nobody is enrolled")).to_be_visible()
    assert _sightings(system) == []
    assert set(_texts(system, told)) == {""}
    assert system.api.get("events/", params={"type": "faces.recognised"}).json()["results"] == []


def the_name_is_at_the_box(window: Page, system: RunningSystem, told: dict[str, Any]) -> None:
    eventually(lambda: "Lisa" in _texts(system, told), 60, "boxes stored", 0.5)
    window.add_init_script(HEED)
    window.add_init_script(f"localStorage.setItem('overlay:{system.api.get('auth/me/').json()['id']}', 'on')")
    window.goto(f"{system.url}/playback/?camera={told['camera']}&at={told['start']}")
    window.wait_for_function("() => document.querySelector('eyrie-recording')?.player?.state === 'playing'")
    window.wait_for_function(NAMED, arg=ms_of(told["start"]), polling=2 * SECONDS)


def _texts(system: RunningSystem, told: dict[str, Any]) -> list[str]:
    """What stands at the boxes of the seconds around an event."""
    at = ms_of(told["start"])
    query = {"start": rfc3339(at - 2 * SECONDS), "end": rfc3339(at + 2 * SECONDS)}
    return [one["text"] for one in system.api.get(f"cameras/{told['camera']}/objects/", params=query).json()["tracks"]]


def _enrolled(window: Page, picture: Path) -> Locator:
    """Lisa is entered, with a picture."""
    window.get_by_role("button", name="Add a person").click()
    editor = window.locator("faces-people dialog")
    editor.get_by_label("Name").fill("Lisa")
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_role("alert")).to_be_visible()  # nobody has given consent
    editor.get_by_label("Given by").fill("herself")
    editor.get_by_role("button", name="Save").click()
    expect(editor.get_by_text("Without a picture this person is not recognised.")).to_be_visible()
    editor.get_by_label("Add a picture").set_input_files(picture)
    expect(editor.locator(".faces-pictures img")).to_be_visible()
    return editor


def _sightings(system: RunningSystem) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = system.api.get(FACES + "sightings/").json()["results"]
    return found
