"""The portal as an app: it can be installed, says so when the server does not answer, and takes up a new version."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from core.pluginhost.tests.packages import write_plugin
from tests.rig.browser import enter, filled
from tests.rig.processes import ROOT, eventually
from tests.rig.system import RunningSystem

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
CONTROLLED = "() => navigator.serviceWorker.controller !== null"
STORES = """async () => Object.fromEntries(await Promise.all((await caches.keys()).map(async (name) =>
  [name, (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)])))"""
NO_APP = "data:text/html,<title>No app</title>"


def hindrances(window: Page) -> set[str]:
    """Why the browser would not install the page. A window of a test counts as private, whatever the page is."""
    session = window.context.new_cdp_session(window)
    found = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    return {error["errorId"] for error in found} - {"in-incognito"}


def test_it_can_be_installed(whole_window: Page, running_system: RunningSystem) -> None:
    enter(whole_window, running_system)
    whole_window.goto(NO_APP)
    assert hindrances(whole_window)
    whole_window.goto(running_system.url)
    filled(whole_window)
    assert hindrances(whole_window) == set()
    manifest = httpx.get(f"{running_system.url}/manifest.webmanifest").json()
    assert whole_window.context.new_cdp_session(whole_window).send("Page.getAppManifest")["errors"] == []
    for icon in manifest["icons"]:
        picture = Image.open(io.BytesIO(httpx.get(running_system.url + icon["src"]).raise_for_status().content))
        assert "{}x{}".format(*picture.size) == icon["sizes"]


def test_without_its_server_it_says_so_and_a_new_version_replaces_the_old(
    window: Page, new_system: Callable[..., RunningSystem], tmp_path: Path
) -> None:
    system = new_system().start()
    enter(window, system)
    window.goto(system.url + "/cameras/")
    window.wait_for_function(CONTROLLED)
    window.reload()  # now its files come through the worker
    filled(window)
    (before,) = stores(window).items()
    assert "/offline/" in before[1]
    # Nothing of a camera, of the API, nor any page: a session that has ended leaves nothing to read.
    assert {path for path in before[1] if not path.startswith("/static/")} == {"/offline/"}
    assert any(path.endswith("cameras.js") for path in before[1])

    left_open = window.context.new_page()
    left_open.goto(system.url + "/events/")
    left_open.wait_for_function(CONTROLLED)
    filled(left_open)

    system.stop()
    window.goto(system.url + "/exports/")
    expect(window.get_by_role("heading", name="Eyrie does not answer")).to_be_visible()
    new_version(system, tmp_path / "site")
    system.start()
    expect(window.get_by_role("heading", name="Exports", exact=True)).to_be_visible()
    assert urlsplit(window.url).path == "/exports/"
    # What was opened before is of the old version, and says so.
    expect(left_open.get_by_text("Eyrie has a new version.")).to_be_visible()
    # The new worker takes over first, and clears away what the old one kept then.
    eventually(lambda: len(stores(window)) == 1, 30, "the old store is gone")
    (after,) = stores(window).items()
    assert after[0] != before[0]
    assert not set(after[1]) & set(before[1]) - {"/offline/"}


def stores(window: Page) -> dict[str, list[str]]:
    """The service worker's stores and the paths they hold."""
    found: dict[str, list[str]] = window.evaluate(STORES)
    return found


def new_version(system: RunningSystem, site: Path) -> None:
    """From its next start on the system has other static files than before."""
    write_plugin(site, "tea")
    style = site / "eyrie_tea" / "static" / "eyrie_tea" / "tea.css"
    style.parent.mkdir(parents=True)
    style.write_text("p { color: green; }")
    system.settings |= {"PYTHONPATH": f"{ROOT}:{site}", "EYRIE_PLUGINS": "local_disk,rtsp,tea"}
