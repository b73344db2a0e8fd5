"""A picture of every page, dark and light, on a desk and on a phone, in each language, below artefacts/screens/: to be
looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, TimeoutError

from plugins.simulator.testing import ParkFace, SimulatedCamera, running_park
from tests.browser.furnished import PLUGINS, Site, furnish
from tests.browser.pages import pages
from tests.browser.watching import stays_live, tile
from tests.rig.browser import SECONDS, enter, filled, watched_page
from tests.rig.processes import ROOT
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
SCREENS = ROOT / "artefacts" / "screens"
SHOWN = """() => { const tiles = [...document.querySelectorAll("eyrie-recording")];
  return tiles.length && tiles.every((one) => one.player.state !== "loading"); }"""
SIZES = {"desk": (1280, 800), "phone": (360, 740)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, simulator_cache: Path) -> Iterator[tuple[RunningSystem, Site]]:
    system = RunningSystem(tmp_path_factory.mktemp("screens") / "data", {"EYRIE_PLUGINS": PLUGINS})
    with ExitStack() as parks:

        def simulator(*cameras: SimulatedCamera) -> ParkFace:
            return parks.enter_context(running_park(simulator_cache, *cameras))

        try:
            yield system.start(), furnish(system, simulator)
        finally:
            system.stop()


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_page_is_pictured(
    chromium: Browser, site: tuple[RunningSystem, Site], size: str, theme: str, language: str
) -> None:
    system, shown = site
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, has_touch=size == "phone", locale=language
    )
    context.add_cookies([{"name": "theme", "value": theme, "url": system.url}])
    page, wrong = watched_page(context)
    take = _Camera(page, f"{language}-{size}-{theme}")
    page.goto(system.url + "/sign-in/")
    take("sign-in")
    enter(page, system)
    for address in [*pages(shown.cameras["Street"]), *shown.addresses, *_of_plugins(page, system)]:
        page.goto(system.url + address)
        filled(page)
        if address == "/":
            stays_live(tile(page, "Front door"))
        take(address.strip("/").replace("/", "-") or "live")
    for number, (address, opened) in enumerate(_openings(shown)):
        page.goto(system.url + address)
        filled(page)
        for selector in opened:
            page.locator(selector).first.click()
        take(f"opened-{number}-{address.split('?')[0].strip('/').replace('/', '-') or 'live'}")
    if size == "phone":
        page.goto(system.url + "/events/")
        page.locator("nav.rail .more").tap()
        take("more")
    context.close()
    assert not wrong


def _openings(shown: Site) -> list[tuple[str, tuple[str, ...]]]:
    """Pages, and what is pressed there, one after the other."""
    street, till = shown.street, shown.cameras["Till"]
    detection, two = f"/cameras/{street}/detection/", f"/playback/?camera={street}&camera={till}"
    return [
        (f"/playback/?camera={street}&finds={street}/{shown.replay}", ("#tried-earlier", "#tried-earlier")),
        (two, ("#search",)),
        (two, ("#choose",)),
        (two, ("#bookmark",)),
        ("/", ("#views-button",)),
        ("/", ("#tray-button",)),
        (detection, ("[data-detector=motion] .settings",)),
        (detection, ("[data-detector=analytics] .settings",)),
        (detection, ("[data-detector=motion] .try",)),
        ("/system/users/", (".page-head .button.primary",)),
        ("/system/backup/", (".page-head .button.primary",)),
        ("/cameras/schedules/", (".page-head .button.primary",)),
        ("/rules/kinds/", (".page-head .button.primary",)),
        ("/events/", ("[popovertarget=user-menu]",)),
        ("/system/plugins/", (".settings:visible",)),
    ]


def _of_plugins(page: Page, system: RunningSystem) -> list[str]:
    page.goto(system.url + "/cameras/")
    found: list[str] = page.eval_on_selector_all(
        "nav.rail .place[href^='/pages/']", "all => all.map((one) => one.pathname)"
    )
    return found


class _Camera:
    """Takes pictures of a page: of the window, and of all of it where it is longer."""

    def __init__(self, page: Page, prefix: str) -> None:
        self._page, self._prefix = page, prefix
        SCREENS.mkdir(parents=True, exist_ok=True)

    def __call__(self, name: str) -> None:
        with suppress(TimeoutError):  # pictures; a page that asks again and again is never idle
            self._page.wait_for_load_state("networkidle", timeout=4 * SECONDS)
        self._page.screenshot(path=SCREENS / f"{self._prefix}-{name}.png", animations="disabled")
        main = self._page.locator("#main")
        if main.count() and main.evaluate("(one) => one.scrollHeight > one.clientHeight + 20"):
            viewport = self._page.viewport_size
            assert viewport is not None
            whole = viewport["height"] + main.evaluate("(one) => one.scrollHeight - one.clientHeight")
            self._page.set_viewport_size({"width": viewport["width"], "height": whole})
            self._page.screenshot(path=SCREENS / f"{self._prefix}-{name}-whole.png", animations="disabled")
            self._page.set_viewport_size(viewport)
