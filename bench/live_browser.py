"""What a person in front of a browser sees: how soon the first picture is there, how old pictures are, and whether
that drifts. Real Chromium, headless, decoding in software.
"""

from __future__ import annotations

import base64
import io
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import harness
import numpy as np
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from plugins.simulator.testing import frame_number
from tests.rig.browser import FLAGS, enter
from tests.rig.processes import eventually
from tests.rig.system import RunningSystem

SIZE = {"width": 1280, "height": 720}
FIRST_PICTURE = """async ([camera, stream, patience]) => {
  await import("components/live/live.js");
  document.querySelector("main").hidden = true;
  const live = document.createElement("eyrie-live");
  live.style.cssText = "position:fixed;inset:0;display:block";
  live.setAttribute("stream", stream);
  live.setAttribute("camera", camera);
  const began = performance.now();
  document.body.append(live);
  const shown = await new Promise((done) => {
    setTimeout(() => done(null), patience);
    const look = () => live.querySelectorAll("video").forEach((video) => video.requestVideoFrameCallback(done));
    new MutationObserver(look).observe(live, { childList: true });
  });
  live.remove();
  return shown === null ? null : shown - began;
}"""
WATCH = """async (camera) => {
  await import("components/live/live.js");
  document.querySelector("main").hidden = true;
  const live = document.createElement("eyrie-live");
  live.id = "watched";
  live.style.cssText = "position:fixed;inset:0;display:block";
  live.setAttribute("stream", "main");
  live.setAttribute("camera", camera);
  window.waits = 0;
  document.addEventListener("waiting", () => { window.waits += 1; }, true);
  document.body.append(live);
}"""
LOOK = """() => {
  const live = document.getElementById("watched"), video = live.picture;
  if (!video?.videoWidth) return null;
  const { videoWidth: width, videoHeight: height } = video;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(video, 0, 0);
  const at = performance.timeOrigin + performance.now();
  const { latency } = live.facts ?? {};
  const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
  return [canvas.toDataURL("image/png").split(",")[1], at, latency, window.waits, totalVideoFrames, droppedVideoFrames];
}"""


@contextmanager
def browsing(system: RunningSystem) -> Iterator[Page]:
    """A signed-in page, which has modules and connection policy as a person has them, and shows no camera."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        enter(page, system)
        page.goto(f"{system.url}/events/")
        yield page
        browser.close()


def first_pictures(page: Page, cameras: list[int], stream: str, patience_s: float = 20) -> list[float]:
    """ms from asking for each camera's stream to its first picture on the screen."""
    found = [page.evaluate(FIRST_PICTURE, [camera, stream, patience_s * 1000]) for camera in cameras]
    if None in found:
        raise TimeoutError(f"no picture of camera {cameras[found.index(None)]}, {stream}, within {patience_s:g} s")
    return found


@dataclass(frozen=True, slots=True)
class Watched:
    """Of one stream watched for a while. ages: seconds since the start, the picture's true age in ms, what the tile
    tells; stalls: how often it waited for pictures after the first seconds; shown, dropped: pictures."""

    ages: list[tuple[float, float, float]]
    stalls: int
    shown: int
    dropped: int

    def age(self, share: float) -> float:
        """The age below which that share of the looks lie."""
        return harness.percentile([age for _, age, _ in self.ages], share)

    @property
    def drift_ms(self) -> float:
        """How much older pictures are in the last third than in the first."""
        third = max(len(self.ages) // 3, 1)
        first, last = self.ages[:third], self.ages[-third:]
        return statistics.median(age for _, age, _ in last) - statistics.median(age for _, age, _ in first)

    @property
    def badge_error_ms(self) -> float:
        """The median distance between the true age and the one the tile tells."""
        return statistics.median(abs(told - age) for _, age, told in self.ages)


def watched(page: Page, camera: int, seconds: float, fps: int, loop_s: int, settle_s: float = 5) -> Watched:
    """Watch a camera that shows its picture's number; the true age is that of the number seen (simulator's clock)."""
    page.evaluate(WATCH, camera)
    eventually(lambda: page.evaluate(LOOK), 30, "a picture", 0.1)
    time.sleep(settle_s)
    begin = page.evaluate(LOOK)
    ages, look, start = [], begin, time.monotonic()
    while time.monotonic() - start < seconds:
        time.sleep(0.5)
        look = page.evaluate(LOOK)
        seen = frame_number(np.asarray(Image.open(io.BytesIO(base64.b64decode(look[0]))).convert("L")))
        if seen is not None and look[2] is not None:
            age = (look[1] * fps / 1000 - seen[1]) % (fps * loop_s) * 1000 / fps
            ages.append((time.monotonic() - start, age, look[2]))
    page.evaluate("document.getElementById('watched').remove()")
    return Watched(ages, look[3] - begin[3], look[4] - begin[4], look[5] - begin[5])
