"""A camera whose pictures are made of nothing."""

import asyncio
import io

from core.api import AccessUnit, Codec, Fault, PacketSink, ProbeReport, SourceError, StreamInfo, StreamReport, Track
from eyrie_dummy.settings import ThingSettings

STEP = 3600  # ticks of 90 kHz: 25 pictures a second


class DummySource:
    """Yields JPEG pictures; with number 0 there is nobody."""

    def __init__(self, settings: ThingSettings) -> None:
        self._settings = settings
        self._task: asyncio.Task[None] | None = None
        self._ended = False

    def start(self, sink: PacketSink) -> None:
        """Begin."""
        self._sink = sink
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._end(None)

    async def _run(self) -> None:
        if not self._settings.number:
            self._end(SourceError(Fault.ADDRESS, "nobody is there; choose another number."))
            return
        self._sink.on_stream(StreamInfo((Track(0, Codec.MJPEG, 90000, width=16, height=16, fps=25.0),)))
        data = picture()
        for at in range(10**6):
            time = at * STEP
            self._sink.on_units([AccessUnit(0, time, time, STEP, True, 1_767_225_600_000 + at * 40, data)])
            await asyncio.sleep(0)

    def _end(self, error: SourceError | None) -> None:
        if not self._ended:
            self._ended = True
            self._sink.on_end(error)


def picture() -> bytes:
    """A JPEG of 16 x 16 grey pixels."""
    from PIL import Image

    target = io.BytesIO()
    Image.new("L", (16, 16), 128).save(target, "JPEG")
    return target.getvalue()


async def probe(settings: ThingSettings, seconds: float) -> ProbeReport:
    """Look at the camera."""
    if not settings.number:
        return ProbeReport(Fault.ADDRESS, "nobody is there; choose another number.", "number")
    return ProbeReport(streams=(StreamReport("main", "mjpeg", 16, 16, 25.0, 0),), picture=picture())


def streams(settings: ThingSettings) -> tuple[str, ...]:
    """One stream."""
    return ("main",)


def open_source(settings: ThingSettings, stream: str) -> DummySource:
    """The source of a stream."""
    return DummySource(settings)
