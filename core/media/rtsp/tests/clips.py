"""Real media for the RTSP tests: clips encoded once by PyAV, served by a feed that pushes their units."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import av
import numpy as np

from core.media.avsource import AvSource
from core.media.collector import Collector
from core.media.source import PacketSink
from core.media.units import AccessUnit, StreamInfo


@dataclass(frozen=True)
class Clip:
    """A file, and its tracks and units as the file itself has them."""

    path: Path
    info: StreamInfo
    units: tuple[AccessUnit, ...]

    def of(self, track: int) -> list[AccessUnit]:
        """The units of one track."""
        return [unit for unit in self.units if unit.track == track]


@cache
def clip(
    video: str = "libx264",
    audio: str = "",
    *,
    frames: int = 60,
    b_frames: int = 0,
    size: tuple[int, int] = (320, 240),
    container: str = "",
) -> Clip:
    """A clip of 30 frames a second, GOP of 15; the same arguments give the same clip once a test run."""
    path = Path(mkdtemp(prefix="eyrie-clip-")) / f"clip.{container or ('mov' if audio.startswith('pcm') else 'mkv')}"
    with av.open(str(path), "w") as target:
        _encode(target, video, audio, frames, b_frames, size)
    with ThreadPoolExecutor(1) as pool:  # tests call this on their own event loop
        return pool.submit(lambda: asyncio.run(_read(path))).result()


def _encode(
    container: av.container.OutputContainer, video: str, audio: str, frames: int, b: int, size: tuple[int, int]
) -> None:
    stream = container.add_stream(video, rate=30)
    stream.width, stream.height = size
    stream.pix_fmt = "yuvj420p" if video == "mjpeg" else "yuv420p"
    if video != "mjpeg":
        stream.codec_context.gop_size = 15
        stream.codec_context.max_b_frames = b
    if video == "libx264":
        stream.options = {
            "preset": "ultrafast" if not b else "veryfast",
            "x264-params": f"bframes={b}:scenecut=0:b-adapt=0",
        }
    elif video == "libx265":
        stream.options = {
            "preset": "ultrafast",
            "x265-params": f"log-level=none:bframes={b}:scenecut=0:b-adapt=0:keyint=15",
        }
    elif video == "mjpeg":
        stream.options = {"huffman": "default", "qmin": "3", "qmax": "3"}
    sound = container.add_stream(audio, rate=48000 if "opus" in audio else 8000, layout="mono") if audio else None
    for number in range(frames):
        container.mux(stream.encode(_picture(number, size)))
    container.mux(stream.encode(None))
    if sound is not None:
        for number in range(frames * sound.rate // 30 // 160):
            container.mux(sound.encode(_sound(number, sound.rate)))
        container.mux(sound.encode(None))


def _picture(number: int, size: tuple[int, int]) -> av.VideoFrame:
    width, height = size
    image = np.zeros((height, width, 3), np.uint8)
    image[:, :, 0] = np.linspace(0, 255, width, dtype=np.uint8)
    image[20:80, number * 4 % width : number * 4 % width + 40] = 255
    noise = np.random.default_rng(number).integers(0, 255, (height // 4, width, 3), np.uint8)
    image[height // 2 : height // 2 + height // 4] = noise
    frame = av.VideoFrame.from_ndarray(image, format="rgb24")
    frame.pts, frame.time_base = number, Fraction(1, 30)
    return frame


def _sound(number: int, rate: int) -> av.AudioFrame:
    times = (np.arange(160) + number * 160) / rate
    samples = (np.sin(times * 880 * np.pi) * 8000).astype(np.int16).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = rate, number * 160, Fraction(1, rate)
    return frame


async def _read(path: Path) -> Clip:
    collected = Collector()
    source = AvSource(str(path), paced=False)
    source.start(collected)
    await collected.until(lambda: False)
    assert collected.info is not None, collected.error
    return Clip(path, collected.info, tuple(collected.units))


class ClipFeed:
    """A server's feed (core.media.rtsp.server.Feed): the clip's units in order, a few at a time, once."""

    def __init__(self, what: Clip, *, every: float = 0.002, units: int = 4) -> None:
        self.clip = what
        self._every, self._units = every, units
        self._task: asyncio.Task[None] | None = None

    async def describe(self) -> StreamInfo:
        """The clip's tracks."""
        return self.clip.info

    def start(self, sink: PacketSink) -> None:
        """Begin pushing."""
        sink.on_stream(self.clip.info)
        self._task = asyncio.get_running_loop().create_task(self._push(sink))

    def stop(self) -> None:
        """Push no more."""
        if self._task is not None:
            self._task.cancel()

    async def _push(self, sink: PacketSink) -> None:
        units = self.clip.units
        for at in range(0, len(units), self._units):
            sink.on_units(units[at : at + self._units])
            await asyncio.sleep(self._every)
