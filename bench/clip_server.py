"""The cameras of the benches: one clip, served over RTSP under as many paths as asked, each at its own phase.

Arguments: clip, number of cameras. Prints its port; ends on SIGTERM. A process of its own, so that its cost is not the
recorder's.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import harness  # noqa: F401 - puts the checkout on the path

SPREAD_MS = 2000
"""The cameras' clocks lie so far apart in all: one GOP, so that keyframes do not all come at once."""


class Shifted:
    """A camera's own clock, a little off as clocks are."""

    def __init__(self, shift_ms: int) -> None:
        from core.media.clock import SystemClock

        self._clock, self._shift_ms = SystemClock(), shift_ms

    def wall_ms(self) -> int:
        return self._clock.wall_ms() + self._shift_ms

    def monotonic(self) -> float:
        return self._clock.monotonic()


async def serve(clip_file: Path, cameras: int) -> None:
    """Serve until SIGTERM."""
    from core.media.rtsp.server import RtspServer
    from plugins.simulator.clips import load
    from plugins.simulator.stream import LoopingStream

    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    clip = load(clip_file)
    server = RtspServer()
    for number in range(cameras):
        shift_ms = number * SPREAD_MS // cameras - SPREAD_MS // 2
        server.mount(path(number), LoopingStream(clip, Shifted(shift_ms)))
    await server.start()
    print(server.port, flush=True)
    await ended.wait()
    await server.stop()


def path(number: int) -> str:
    """The path of camera `number`, from 0."""
    return f"/camera-{number}"


def encode(target: Path, seconds: int = 20, codec: str = "libx264") -> Path:
    """Make the clip of the benches: 1080p30 at 4 Mbit/s, GOP 2 s, no B-frames, with AAC at 16 kHz. codec: FFmpeg's."""
    sources = "-f lavfi -i testsrc2=size=1920x1080:rate=30,noise=alls=12:allf=t"
    sources += " -f lavfi -i sine=frequency=440:sample_rate=16000"
    video = f"-c:v {codec} -preset ultrafast -bf 0 -g 60 -sc_threshold 0 -b:v 4M -maxrate 4M -bufsize 2M"
    if codec == "libx265":
        video += " -x265-params log-level=none:open-gop=0"
    options = f"{sources} -t {seconds} {video} -pix_fmt yuv420p -c:a aac -b:a 48k".split()
    subprocess.run(["ffmpeg", "-v", "error", "-y", *options, str(target)], check=True)
    return target


def main() -> int:
    import uvloop

    uvloop.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
    return 0


if __name__ == "__main__":
    sys.exit(main())
