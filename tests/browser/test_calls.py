"""Rules call those who have the portal open: an alarm sounds, a camera is shown, and only to who may watch it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, TimeoutError, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.browser.test_accessibility import violations
from tests.rig.browser import enter, watched_page
from tests.rig.processes import eventually
from tests.rig.system import PASSWORD, RunningSystem, now_ms, rfc3339

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PLAYS = "() => [...document.querySelectorAll('operator-calls video')].some((one) => one.videoWidth)"


@pytest.fixture
def yard(new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace]) -> tuple[RunningSystem, int]:
    """A camera, and a rule that calls whoever watches."""
    park = simulator(SimulatedCamera("yard"))
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp,operator").start()
    camera = system.add_camera("yard", park.url("yard"))
    system.wait_recording(camera)
    actions = [
        {"name": "sound", "settings": {"sound": "siren", "seconds": 600, "text": "{{ event.attributes.title }}"}},
        {"name": "show_camera", "settings": {"seconds": 600, "text": "Look: {{ camera }}"}},
    ]
    rule = {"name": "Yard", "definition": {"types": ["external.event"], "actions": actions}}
    system.api.post("rules/", json=rule).raise_for_status()
    return system, camera


def ring(system: RunningSystem, camera: int, number: int) -> None:
    at = rfc3339(now_ms())
    event = {"key": f"ring-{number}", "type": "external.event", "camera": camera, "start": at, "end": at}
    system.api.post("events/", json=event | {"attributes": {"title": f"Ring {number}"}}).raise_for_status()


def test_a_call_is_heard_and_seen_by_who_may_watch(
    yard: tuple[RunningSystem, int], window: Page, chromium: Browser
) -> None:
    system, camera = yard
    system.api.post("users/", json={"username": "jo", "password": PASSWORD}).raise_for_status()
    enter(window, system)
    window.goto(system.url + "/events/")
    others = chromium.new_context()
    stranger, wrong = watched_page(others)
    enter(stranger, system, "jo")
    stranger.goto(system.url + "/events/")
    expect(stranger.locator("#user-menu")).to_be_attached()

    calls = window.locator("operator-calls .call")
    window.wait_for_function("() => customElements.get('operator-calls')")
    # Who has just come may not be heard yet: ring until it is.
    rung: list[int] = []

    def heard() -> bool:
        rung.append(len(rung) + 1)
        ring(system, camera, rung[-1])
        try:
            calls.first.wait_for(timeout=5000)
        except TimeoutError:
            return False
        return True

    eventually(heard, 60, "a call in the portal")
    expect(calls.filter(has_text="Ring").first).to_be_visible()
    expect(calls.filter(has_text="Look: yard").first).to_be_visible()
    window.wait_for_function(PLAYS)
    expect(calls.first.get_by_role("link", name="Look at it")).to_have_attribute("href", re.compile(r"^/events/\d+/$"))
    assert violations(window) == []
    for _ in range(calls.count()):
        calls.first.get_by_role("button", name="Close").click()
    expect(calls).to_have_count(0)
    assert stranger.locator("operator-calls").count() == 0
    assert not wrong
    others.close()
