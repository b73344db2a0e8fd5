"""What others make and read: a camera of GStreamer's, and Chromium playing what was recorded."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from plugins.simulator.studio import transcode
from plugins.simulator.testing import ParkFace, SimulatedCamera
from tests.peers.gst import gst_server
from tests.rig.pictures import Loop, coded_pictures, luma_digests
from tests.rig.system import PASSWORD, RunningSystem, now_ms, rfc3339

__all__ = ["gst_server"]
PLAY = """async (url) => {
  const video = document.createElement('video');
  video.muted = true;
  video.src = url;
  document.body.append(video);
  const ended = new Promise((resolve) => {
    video.addEventListener('ended', () => resolve(''));
    video.addEventListener('error', () => resolve(video.error.message || 'error ' + video.error.code));
  });
  await video.play().catch(() => null);
  const error = await ended;
  const quality = video.getVideoPlaybackQuality();
  return {error, at: video.currentTime, duration: video.duration, width: video.videoWidth,
          shown: quality.totalVideoFrames, dropped: quality.droppedVideoFrames};
}"""


@pytest.mark.real_data
def test_a_camera_of_gstreamers_is_recorded_picture_for_picture(
    running_system: RunningSystem, clips: Path, simulator_cache: Path, gst_server: Callable[..., str]
) -> None:
    file = transcode(clips / "people" / "vtest-480x360.avi", simulator_cache)
    url = urlsplit(gst_server(file, loop=True, user="peer", password="gst-secret"))  # noqa: S106 - of a throw-away server
    address = f"rtsp://{url.hostname}:{url.port}{url.path}"
    camera = running_system.add_camera("gstreamer", address, username="peer", password="gst-secret")  # noqa: S106
    try:
        running_system.wait_recording(camera)
        start_ms = now_ms()
        time.sleep(6)
        end_ms = now_ms()
        time.sleep(2.5)
        video = running_system.video(camera, start_ms, end_ms)
    finally:
        running_system.api.delete(f"cameras/{camera}/")
    loop, found = Loop(file), coded_pictures(video)
    journey = loop.follow([picture.digest for picture in found])
    assert (journey.lost, journey.foreign) == (0, 0)
    assert len(found) >= 55, "6 s at 10 pictures a second"
    source = luma_digests(file)
    assert set(luma_digests(video)) <= set(source)
    assert len(luma_digests(video)) == len(found)


@pytest.mark.browser
def test_chromium_plays_a_recording_to_its_end_and_seeks_in_it(
    running_system: RunningSystem, simulator: Callable[..., ParkFace], window: Page
) -> None:
    park = simulator(SimulatedCamera("door", fps=15, audio="pcmu"))
    camera = running_system.add_camera("door", park.url("door"))
    try:
        running_system.wait_recording(camera)
        start_ms = now_ms()
        time.sleep(4)
        end_ms = now_ms()
        time.sleep(2.5)
        found = len(coded_pictures(running_system.video(camera, start_ms, end_ms)))
        _sign_in(window, running_system)
        url = f"/api/v1/cameras/{camera}/video.mp4?start={rfc3339(start_ms)}&end={rfc3339(end_ms)}"
        played: dict[str, Any] = window.evaluate(PLAY, url)
    finally:
        running_system.api.delete(f"cameras/{camera}/")
    assert played["error"] == ""
    assert played["width"] == 320
    assert played["at"] == pytest.approx(played["duration"], abs=0.3)
    assert played["duration"] == pytest.approx(found / 15, abs=0.3)
    assert found * 0.8 <= played["shown"] <= found


def _sign_in(page: Page, system: RunningSystem) -> None:
    """By REST from within the page, so that the session cookie goes along with the video's requests."""
    page.goto(f"{system.url}/api/v1/health/")
    status = page.evaluate(
        """async ([username, password]) => (await fetch('/api/v1/auth/login/', {method: 'POST',
           headers: {'Content-Type': 'application/json'}, body: JSON.stringify({username, password})})).status""",
        ["admin", PASSWORD],
    )
    assert status == 200
