"""Simulated cameras as FFmpeg sees them: every codec, both transports, each picture known by its barcode."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from core.api import SystemClock
from plugins.simulator import studio
from plugins.simulator.studio import Order
from plugins.simulator.testing import ParkFace, SimulatedCamera, frame_number

Simulator = Callable[..., ParkFace]
LOOP = 50  # pictures: two seconds at 25 a second


def camera(name: str, **options: Any) -> SimulatedCamera:
    """A camera of the tests: tiny, quick, without a sub stream unless told otherwise."""
    return SimulatedCamera(name, **({"fps": 25, "seconds": 2, "sub": False} | options))


def watch(url: str, count: int, transport: str = "tcp") -> list[av.VideoFrame]:
    """The first decoded pictures of a stream."""
    pictures = []
    with av.open(
        url, options={"rtsp_transport": transport, "timeout": "10000000", "analyzeduration": "300000"}
    ) as container:
        for picture in container.decode(video=0):
            pictures.append(picture)
            if len(pictures) == count:
                break
    return pictures


def numbers(pictures: list[av.VideoFrame]) -> list[int]:
    """Their frame numbers; each picture must be readable."""
    found = [frame_number(picture.to_ndarray(format="gray")) for picture in pictures]
    assert None not in found
    return [pair[1] for pair in found if pair is not None]


def assert_consecutive(found: list[int], step: int = 1) -> None:
    assert [(after - before) % LOOP for before, after in itertools.pairwise(found)] == [step] * (len(found) - 1)


@pytest.mark.parametrize("transport", ["tcp", "udp"])
@pytest.mark.parametrize(
    ("codec", "audio", "b_frames"),
    [("h264", "aac", 0), ("h264", "pcma", 2), ("h265", "pcmu", 0), ("h265", "none", 2), ("mjpeg", "opus", 0)],
)
def test_every_picture_arrives_in_order(
    simulator: Simulator, codec: str, audio: str, b_frames: int, transport: str
) -> None:
    park = simulator(camera("gate", codec=codec, audio=audio, b_frames=b_frames, seed=5))
    pictures = watch(park.url("gate"), 25, transport)
    assert_consecutive(numbers(pictures))
    assert frame_number(pictures[0].to_ndarray(format="gray")) == (5, numbers(pictures)[0])


def test_the_loop_has_no_seam(simulator: Simulator) -> None:
    park = simulator(camera("gate"))
    seen: dict[str, list[tuple[int, int]]] = {"video": [], "audio": []}
    with av.open(park.url("gate"), options={"rtsp_transport": "tcp"}) as container:
        for packet in container.demux():
            if packet.pts is not None and packet.duration:
                seen[packet.stream.type].append((packet.pts, packet.duration))
            if len(seen["video"]) > 45:
                break
    for kind, unit in (("video", 3600), ("audio", 1024)):
        steps = {after[0] - before[0] for before, after in zip(seen[kind], seen[kind][1:], strict=False)}
        # 2 s are 31.25 AAC frames: the last of the loop is cut short by the first of the next.
        assert steps <= ({unit} if kind == "video" else {unit, 256}), (kind, steps)


def test_the_sub_stream_has_every_second_picture(simulator: Simulator) -> None:
    park = simulator(camera("gate", width=1280, height=720, sub=True))
    pictures = watch(park.url("gate", "sub"), 10)
    assert (pictures[0].width, pictures[0].height) == (640, 360)
    assert_consecutive(numbers(pictures), step=2)


def test_a_picture_says_when_it_was_taken(simulator: Simulator) -> None:
    """Picture n of the loop is shown at every wall time that lies n picture durations after a multiple of the loop."""
    park = simulator(camera("gate"))
    clock = SystemClock()
    with av.open(park.url("gate"), options={"rtsp_transport": "tcp"}) as container:
        late = []
        for picture in container.decode(video=0):
            number = numbers([picture])[0]
            late.append((clock.wall_ms() - number * 40) % (LOOP * 40))
            if len(late) == 60:
                break
    assert min(late) < 800, "pictures come when they are due, the decoder's delay and a busy machine included"


def test_a_camera_asks_for_its_password(simulator: Simulator) -> None:
    park = simulator(camera("gate", users={"ann": "secret"}), camera("yard", seed=1))
    assert len(watch(park.url("gate"), 2)) == 2
    assert len(watch(park.url("yard"), 2)) == 2
    with pytest.raises(av.error.HTTPUnauthorizedError):
        watch(park.url("gate", credentials=False), 1)


def test_cameras_come_and_go_while_others_are_watched(simulator: Simulator) -> None:
    park = simulator(camera("gate"))
    with av.open(park.url("gate"), options={"rtsp_transport": "tcp"}) as container:
        frames = container.decode(video=0)
        next(frames)
        park.add(camera("yard", seed=1))
        address = park.url("yard")
        assert len(watch(address, 2)) == 2
        park.remove("yard")
        with pytest.raises(av.error.HTTPNotFoundError):
            watch(address, 1)
        assert park.watched("gate") == 1
        next(frames)


@pytest.mark.parametrize("container", ["mp4", "mkv", "ts", "avi"])
def test_any_video_file_is_a_camera(
    simulator: Simulator, simulator_cache: Path, tmp_path: Path, container: str
) -> None:
    """Files that can be sent as they are, are; others are transcoded: either way the pictures are the file's."""
    clip = studio.render(Order("counter", "file", 9, 320, 180, 25, 2), simulator_cache).main
    file = tmp_path / f"clip.{container}"
    command = ["ffmpeg", "-v", "error", "-i", str(clip), "-c", "copy", str(file)]
    if container == "ts":
        command[-1:] = ["-bsf:v", "h264_mp4toannexb", str(file)]
    try:
        subprocess.run(command, check=True, timeout=60)
    except FileNotFoundError:
        pytest.skip("ffmpeg is missing; install ffmpeg")
    park = simulator(SimulatedCamera("file", file=file, sub=False))
    pictures = watch(park.url("file"), 15)
    assert_consecutive(numbers(pictures))
    with av.open(str(clip)) as original:
        truth = {numbers([p])[0]: p.to_ndarray(format="gray").astype(int) for p in original.decode(video=0)}
    for number, picture in zip(numbers(pictures), pictures, strict=True):
        assert np.abs(picture.to_ndarray(format="gray").astype(int) - truth[number]).mean() < 4


def test_a_second_start_renders_nothing(simulator: Simulator, simulator_cache: Path) -> None:
    gate = camera("gate", seed=77)
    simulator(gate)
    before = {path: path.stat().st_mtime_ns for path in simulator_cache.rglob("*.mp4")}
    assert len(watch(simulator(gate).url("gate"), 1)) == 1
    assert {path: path.stat().st_mtime_ns for path in simulator_cache.rglob("*.mp4")} == before
