"""Real video, all the way: a clip served as an RTSP camera, recorded by a running Eyrie, fetched, and compared with
the clip's own pictures, coded and decoded. ffprobe, ffmpeg and Chromium read the result too.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from plugins.simulator.clips import is_servable
from plugins.simulator.studio import transcode
from plugins.simulator.testing import ParkFace, SimulatedCamera, running_park
from tests.rig.pictures import Loop, coded_pictures, decoded_luma, luma_digests, luma_of_jpeg, psnr
from tests.rig.system import RunningSystem, now_ms, rfc3339

pytestmark = pytest.mark.real_data

FILES = ("motion/car-detection.mp4", "motion/cdnet-highway.avi", "people/TUD-Campus.mp4", "people/vtest-480x360.avi")
RECORD_S = 9
LATE_MS = 400
"""How far a picture's recorded time may lie from when it was taken: arrival, and the smoothing of the clock."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A clip and what came back of it. served: the file whose bitstream the camera sent; video: one MP4 from REST."""

    camera: int
    original: Path
    served: Path
    start_ms: int
    end_ms: int
    video: bytes


@pytest.fixture(scope="module")
def park(clips: Path, simulator_cache: Path) -> Iterator[ParkFace]:
    cameras = [SimulatedCamera(Path(name).stem, file=clips / name, sub=False) for name in FILES]
    with running_park(simulator_cache, *cameras) as face:
        yield face


@pytest.fixture(scope="module")
def recorded(
    running_system: RunningSystem, park: ParkFace, clips: Path, simulator_cache: Path
) -> Iterator[dict[str, Recorded]]:
    """All clips recorded side by side for some seconds."""
    with ExitStack() as cleanup:
        ids = {name: running_system.add_camera(Path(name).stem, park.url(Path(name).stem)) for name in FILES}
        for camera in ids.values():
            cleanup.callback(running_system.api.delete, f"cameras/{camera}/")
            running_system.wait_recording(camera)
        start_ms = now_ms()
        time.sleep(RECORD_S)  # the recording itself: media time cannot be hurried
        end_ms = now_ms()
        time.sleep(2.5)  # until the newest fragments are in the index
        yield {
            name: Recorded(
                camera,
                clips / name,
                _served(clips / name, simulator_cache),
                start_ms,
                end_ms,
                running_system.video(camera, start_ms, end_ms),
            )
            for name, camera in ids.items()
        }


def _served(file: Path, cache: Path) -> Path:
    return file if is_servable(file) else transcode(file, cache)


@pytest.mark.parametrize("name", FILES)
def test_every_picture_is_there_once_and_unchanged(recorded: dict[str, Recorded], name: str) -> None:
    clip = recorded[name]
    loop, found = Loop(clip.served), coded_pictures(clip.video)
    journey = loop.follow([picture.digest for picture in found])
    assert (journey.lost, journey.foreign) == (0, 0)
    period = loop.pictures[1].dts - loop.pictures[0].dts
    asked = (clip.end_ms - clip.start_ms) / 1000 / period
    assert asked - 1 <= len(found), "pictures at the ends of the range are missing"
    steps = np.diff([picture.dts for picture in found])
    assert np.all(np.abs(steps - period) < 0.002), f"media time is uneven: {steps.min()} to {steps.max()} s"


@pytest.mark.parametrize("name", FILES)
def test_decoded_pictures_equal_the_clips_sample_by_sample(recorded: dict[str, Recorded], name: str) -> None:
    clip = recorded[name]
    source, found = luma_digests(clip.served), luma_digests(clip.video)
    assert len(found) == len(coded_pictures(clip.video))
    begin = next(place for place in range(len(source)) if _continues(source, place, found[:5]))
    assert found == [source[(begin + place) % len(source)] for place in range(len(found))]


def _continues(source: list[bytes], place: int, digests: list[bytes]) -> bool:
    return all(source[(place + step) % len(source)] == digest for step, digest in enumerate(digests))


@pytest.mark.parametrize("name", FILES)
def test_pictures_look_like_the_original_ones(recorded: dict[str, Recorded], name: str) -> None:
    clip = recorded[name]
    source, served = list(decoded_luma(clip.original)), luma_digests(clip.served)
    places = {digest: place for place, digest in enumerate(served)}
    found = list(decoded_luma(clip.video))
    worst = min(
        psnr(luma, source[places[digest]]) for luma, digest in zip(found, luma_digests(clip.video), strict=True)
    )
    assert worst > 28, f"worst picture at {worst:.1f} dB"


@pytest.mark.parametrize("name", FILES)
def test_a_frame_shows_what_the_camera_saw_at_that_time(
    running_system: RunningSystem, recorded: dict[str, Recorded], name: str
) -> None:
    clip = recorded[name]
    source = list(decoded_luma(clip.served))
    loop = Loop(clip.served)
    period_ms = (loop.pictures[1].dts - loop.pictures[0].dts) * 1000
    for share in (0.1, 0.45, 0.8):
        at_ms = clip.start_ms + round((clip.end_ms - clip.start_ms) * share)
        answer = running_system.api.get(f"cameras/{clip.camera}/frame.jpg", params={"at": rfc3339(at_ms)})
        assert answer.status_code == 200, answer.text
        shown = luma_of_jpeg(answer.content)
        likeness = [psnr(shown, luma) for luma in source]
        best = int(np.argmax(likeness))
        assert likeness[best] > 28
        # The park takes picture n at n picture durations after a multiple of the clip's duration since 1970.
        late_ms = (at_ms - best * period_ms) % (len(source) * period_ms)
        assert min(late_ms, len(source) * period_ms - late_ms) <= LATE_MS + period_ms, f"{late_ms} ms off"


@pytest.mark.parametrize("name", FILES)
def test_ffprobe_and_ffmpeg_read_it_without_complaint(recorded: dict[str, Recorded], name: str, tmp_path: Path) -> None:
    clip = recorded[name]
    file = tmp_path / "video.mp4"
    file.write_bytes(clip.video)
    entries = "format=duration:stream=codec_type,nb_read_frames"
    probe = _run("ffprobe", "-v", "warning", "-count_frames", "-show_entries", entries, "-of", "json", str(file))
    assert probe.stderr == ""
    told = json.loads(probe.stdout)
    video = next(stream for stream in told["streams"] if stream["codec_type"] == "video")
    pictures = coded_pictures(clip.video)
    assert int(video["nb_read_frames"]) == len(pictures)
    assert abs(float(told["format"]["duration"]) - (pictures[-1].dts - pictures[0].dts)) < 0.5
    assert _run("ffmpeg", "-v", "warning", "-xerror", "-i", str(file), "-f", "null", "-").stderr == ""


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)


def test_byte_ranges_of_a_video_are_parts_of_the_whole(
    running_system: RunningSystem, recorded: dict[str, Recorded]
) -> None:
    clip = recorded[FILES[0]]
    query = {"start": rfc3339(clip.start_ms), "end": rfc3339(clip.end_ms)}
    size = len(clip.video)
    for first, last in ((0, 99), (size // 3, size // 2), (size - 1000, size - 1)):
        answer = running_system.api.get(
            f"cameras/{clip.camera}/video.mp4", params=query, headers={"Range": f"bytes={first}-{last}"}
        )
        assert (answer.status_code, answer.content) == (206, clip.video[first : last + 1])
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{size}"


def test_the_timeline_knows_no_gap_while_it_was_recorded(
    running_system: RunningSystem, recorded: dict[str, Recorded]
) -> None:
    for clip in recorded.values():
        timeline = running_system.timeline(clip.camera, clip.start_ms, clip.end_ms)
        assert len(timeline["ranges"]) == 1, timeline
        assert timeline["gaps"] == []
