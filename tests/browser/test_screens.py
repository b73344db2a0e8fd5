"""A picture of every page, dark and light, on a desk and on a phone, below artefacts/screens/: to be looked at."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.browser.pages import pages
from tests.browser.watching import stays_live, tile
from tests.rig.browser import SECONDS, enter, filled, sign_in, watched_page
from tests.rig.processes import ROOT, eventually
from tests.rig.system import RunningSystem, now_ms, rfc3339

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
SCREENS = ROOT / "artefacts" / "screens"
SHOWN = """() => { const tiles = [...document.querySelectorAll("eyrie-recording")];
  return tiles.length && tiles.every((one) => one.player.state !== "loading"); }"""
SIZES = {"desk": (1280, 800), "phone": (360, 740)}


@pytest.fixture
def furnished(new_system: Callable[..., RunningSystem], simulator: Callable[..., ParkFace]) -> RunningSystem:
    """A system that has something of everything."""
    system = new_system(EYRIE_PLUGINS="local_disk,rtsp").start()
    names = ("Front door", "Car park", "Loading bay", "Reception")
    places = [SimulatedCamera(f"place-{n}", width=1280, height=720, seed=n) for n in range(len(names))]
    park = simulator(*places)
    ids = [
        system.add_camera(name, park.url(place.name), sub_url=park.url(place.name, "sub"))
        for name, place in zip(names, places, strict=True)
    ]
    system.add_camera("Roof", "rtsp://127.0.0.1:9/nobody")
    for camera in ids:
        system.wait_recording(camera, 60)
    began = now_ms()
    system.api.post("users/", json={"username": "vera", "password": "seen-by-vera-1", "roles": ["viewer"]})
    tiles = [{"camera": camera} for camera in ids]
    view = {"name": "Doors", "shared": True, "arrangement": {"layout": "2x2", "tiles": tiles}}
    system.api.post("views/", json=view).raise_for_status()
    park.fault("place-2", "drop")
    eventually(lambda: system.status(ids[2])["state"] != "streaming", 30, "a camera is away", 0.5)
    park.clear("place-2")
    eventually(lambda: now_ms() > began + 20 * SECONDS, 40, "some recordings", 1)
    items = [{"camera": ids[0], "start": rfc3339(began), "end": rfc3339(began + 10 * SECONDS)}]
    system.api.post("exports/", json={"title": "Parcel at the door", "items": items}).raise_for_status()
    system.api.post(
        "bookmarks/", json={"camera": ids[0], "start": rfc3339(began), "text": "A parcel"}
    ).raise_for_status()
    return system


@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_pictured(chromium: Browser, furnished: RunningSystem, size: str) -> None:
    camera = furnished.api.get("cameras/").json()["results"][0]["id"]
    width, height = SIZES[size]
    for theme in ("dark", "light"):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, has_touch=size == "phone", locale="en-US"
        )
        context.add_cookies([{"name": "theme", "value": theme, "url": furnished.url}])
        page, wrong = watched_page(context)
        take = _Camera(page, f"{size}-{theme}")
        page.goto(furnished.url + "/sign-in/")
        take("sign-in")
        sign_in(page, furnished)
        expect(page.locator("eyrie-tile").first).to_be_visible()
        enter(page, furnished)
        for address in pages(camera):
            page.goto(furnished.url + address)
            filled(page)
            if address == "/":
                stays_live(tile(page, "Front door"))
            take(address.strip("/").replace("/", "-") or "live")
        page.goto(furnished.url + "/playback/")
        filled(page)
        page.wait_for_function(SHOWN)
        take("playback")
        page.keyboard.press("?")
        take("shortcuts")
        context.close()
        assert not wrong


class _Camera:
    """Takes pictures of a page: of the window, and of all of it where it is longer."""

    def __init__(self, page: Page, prefix: str) -> None:
        self._page, self._prefix = page, prefix
        SCREENS.mkdir(parents=True, exist_ok=True)

    def __call__(self, name: str) -> None:
        self._page.screenshot(path=SCREENS / f"{self._prefix}-{name}.png", animations="disabled")
        main = self._page.locator("#main")
        if main.count() and main.evaluate("(one) => one.scrollHeight > one.clientHeight + 20"):
            viewport = self._page.viewport_size
            assert viewport is not None
            whole = viewport["height"] + main.evaluate("(one) => one.scrollHeight - one.clientHeight")
            self._page.set_viewport_size({"width": viewport["width"], "height": whole})
            self._page.screenshot(path=SCREENS / f"{self._prefix}-{name}-whole.png", animations="disabled")
            self._page.set_viewport_size(viewport)
