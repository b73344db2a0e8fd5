"""What the wall does by itself and for the ears: tours, sound, full screen, and rest while nobody looks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.watching import numbers, stays_live, tile
from tests.rig.browser import enter, filled
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
HEARD = "(one) => { const { video } = { video: one.querySelector('eyrie-live video:not(.coming)') }; return %s; }"


def watch(window: Page, system: RunningSystem) -> None:
    """Be signed in, at the wall."""
    enter(window, system)
    window.goto(system.url)
    filled(window)


def keep_view(system: RunningSystem, name: str, *cameras: int | None) -> None:
    arrangement = {"layout": "2x2" if len(cameras) > 1 else "1x1", "tiles": [{"camera": camera} for camera in cameras]}
    body = {"name": name, "shared": False, "arrangement": arrangement}
    system.api.post("views/", json=body).raise_for_status()


def test_a_tour_goes_through_the_views_until_somebody_chooses(
    window: Page, system: RunningSystem, cameras: dict[str, int]
) -> None:
    watch(window, system)
    window.keyboard.press("t")
    expect(window.get_by_text("save at least two")).to_be_visible()
    gate, yard = cameras.values()
    for name, shown in (("One", (gate,)), ("Two", (yard, gate, None, None))):
        keep_view(system, name, *shown)
    window.reload()
    filled(window)
    window.click("#views-button")
    window.select_option("#tour-seconds", "5")
    window.keyboard.press("Escape")
    window.keyboard.press("t")
    expect(window.locator("#tour-button")).to_have_attribute("aria-pressed", "true")
    seen = ["One", "Two", "One"]
    for name, tiles in zip(seen, (1, 4, 1), strict=True):
        expect(window.locator("#view-name")).to_have_text(name)
        expect(window.locator("eyrie-tile")).to_have_count(tiles)
    stays_live(tile(window, "Gate"))
    window.keyboard.press("2")
    expect(window.locator("#view-name")).to_have_text("Two")
    expect(window.locator("#tour-button")).to_have_attribute("aria-pressed", "false")


def test_sound_is_off_until_it_is_wanted(window: Page, system: RunningSystem) -> None:
    watch(window, system)
    gate = tile(window, "Gate")
    stays_live(gate)
    numbers(gate, 2)
    assert gate.evaluate(HEARD % "video.muted")
    gate.focus()
    window.keyboard.press("m")
    expect(gate.get_by_role("button", name="Sound")).to_have_attribute("aria-pressed", "true")
    assert not gate.evaluate(HEARD % "video.muted")
    before = gate.evaluate(HEARD % "video.webkitAudioDecodedByteCount")
    eventually(lambda: gate.evaluate(HEARD % "video.webkitAudioDecodedByteCount") > before, 30, "sound is decoded", 0.2)
    window.keyboard.press("m")
    assert gate.evaluate(HEARD % "video.muted")


def test_the_wall_fills_the_screen(window: Page, system: RunningSystem) -> None:
    watch(window, system)
    window.keyboard.press("f")
    window.wait_for_function("() => document.fullscreenElement?.id === 'live'")
    stays_live(tile(window, "Gate"))
    window.keyboard.press("f")
    window.wait_for_function("() => document.fullscreenElement === null")


def test_a_hidden_tab_fetches_nothing(window: Page, system: RunningSystem) -> None:
    streams: list[WebSocket] = []
    window.on("websocket", lambda socket: streams.append(socket) if "/live/" in socket.url else None)
    watch(window, system)
    gate = tile(window, "Gate")
    stays_live(gate)
    numbers(gate, 2)
    open_now = [socket for socket in streams if not socket.is_closed()]
    assert open_now
    window.evaluate(HIDE, True)
    eventually(lambda: _closed(window, streams), 30, "every stream is closed", 0.1)
    before = len(streams)
    window.evaluate(HIDE, False)
    stays_live(gate)
    numbers(gate, 3)
    assert len(streams) > before


def _closed(window: Page, streams: list[WebSocket]) -> bool:
    window.evaluate("1")  # lets what the browser reported in the meantime arrive
    return all(socket.is_closed() for socket in streams)
