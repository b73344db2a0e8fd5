"""How soon a badge stands on the dashboard: a whole Eyrie on the embedded default with four simulated cameras that are
recorded, a rule that keeps a snapshot, and a browser that shows the overview.

*named*: from sending the badge over REST until the holder's name stands in the page; *shown*: until the camera's
picture is drawn beside it, both by the browser's clock, which is the machine's. *kept*: until the rule's snapshot is
stored. All in ms, one badge after the other, the first one, for which decoders start, among them.

The target: shown p95 < 1 s.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import harness
from playwright.sync_api import Page, sync_playwright

from plugins.simulator.camera import SimulatedCamera
from plugins.simulator.testing import running_park
from tests.rig.browser import FLAGS, enter
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem, now_ms, rfc3339

CAMERAS, APART_S, SOON_S = 4, 0.5, 30.0
ACCESS = "plugins/accesscontrol/"
# Notes when the name of a badge's holder and its picture came; the picture when it is decoded and may be drawn.
WATCH = """() => {
  window.seen = {};
  const look = (row) => {
    const note = (window.seen[row.querySelector("strong").textContent] ??= { named: Date.now() });
    const picture = row.querySelector(".picture img");
    picture.addEventListener("load", async () => { await picture.decode(); note.shown ??= Date.now(); });
  };
  new MutationObserver((changes) => changes.flatMap(({ addedNodes }) => [...addedNodes]).forEach(look))
    .observe(document.querySelector("access-recent ol"), { childList: true });
}"""


def prepare(system: RunningSystem, urls: list[str]) -> None:
    ids = [system.add_camera(f"camera {number}", url) for number, url in enumerate(urls)]
    for camera in ids:
        system.wait_recording(camera, 60)
    door = {"code": "D1", "title": "Main entry", "camera": ids[0]}
    system.api.post(ACCESS + "doors/", json=door).raise_for_status()
    rule = {"types": ["access.granted"], "actions": [{"name": "snapshot", "settings": {}}], "most_per_minute": 1000}
    system.api.post("rules/", json={"name": "Entry", "definition": rule}).raise_for_status()


def badge(system: RunningSystem, page: Page, number: int) -> dict[str, float]:
    """Times of one badge, ms since it was sent."""
    name = f"Person {number}"
    system.api.put(ACCESS + "holders/", json={"card": str(number), "name": name}).raise_for_status()
    at = now_ms()
    body = {"id": f"b-{number}", "outcome": "granted", "door": "D1", "at": rfc3339(at), "card": str(number)}
    [taken] = system.api.post(ACCESS + "badges/", json=body).raise_for_status().json()["results"]
    kept = system.data / "event-pictures"
    page.wait_for_function("(name) => window.seen[name]?.shown", arg=name, timeout=SOON_S * 1000)
    found = eventually(lambda: list(kept.glob(f"*/{taken['event']}.jpg")), SOON_S, "the rule's snapshot", 0.01)
    seen: dict[str, float] = page.evaluate("(name) => window.seen[name]", name)
    return {"named": seen["named"] - at, "shown": seen["shown"] - at, "kept": found[0].stat().st_mtime * 1000 - at}


def run(system: RunningSystem, page: Page, count: int) -> dict[str, Any]:
    enter(page, system)
    page.goto(system.url + "/system/")
    page.wait_for_selector("access-recent ol", state="attached")
    page.evaluate(WATCH)
    times = []
    for number in range(count):
        times.append(badge(system, page, number))
        time.sleep(APART_S)  # a pace, not a wait
    found: dict[str, Any] = {"badges": count, "first_shown_ms": round(times[0]["shown"])}
    for name in ("named", "shown", "kept"):
        values = [one[name] for one in times]
        found |= {f"{name}_p50_ms": round(harness.percentile(values, 0.5))}
        found |= {f"{name}_p95_ms": round(harness.percentile(values, 0.95)), f"{name}_max_ms": round(max(values))}
    return found


def main() -> None:
    options = harness.arguments(__doc__ or "").parse_args()
    count = 20 if options.quick else 100
    report = harness.begin("badges", now_ms(), badges=count, cameras=CAMERAS)
    folder = Path(tempfile.mkdtemp(prefix="bench-badges-"))
    plugins = "local_disk,rtsp,accesscontrol,snapshot"
    system = RunningSystem(folder / "data", {"EYRIE_PLUGINS": plugins})
    cameras = [SimulatedCamera(f"camera-{n}", width=1280, height=720, fps=15, seed=n) for n in range(CAMERAS)]
    try:
        with running_park(folder / "clips", *cameras) as park, sync_playwright() as playwright:
            prepare(system.start(), [park.url(camera.name) for camera in cameras])
            path = shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            report.figures = run(system, browser.new_page(), count)
            browser.close()
    finally:
        system.stop()
        shutil.rmtree(folder, ignore_errors=True)
    harness.table(("figure", "value"), report.figures.items())
    report.write(options.json)


if __name__ == "__main__":
    main()
