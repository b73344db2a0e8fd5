"""The driver against a real RTSP server: the conformance of every driver, and what is RTSP's own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import av
import pytest

from core.api import Fault, PacedSource, PacketSink, StreamInfo
from core.api.media import AvSource, Collector, RtspServer, RtspSource, TransportRefused
from core.testing.cameras import CameraDriverContract
from plugins.rtsp.driver import SPEC
from plugins.rtsp.hooks import register_camera_drivers
from plugins.rtsp.settings import RtspSettings
from plugins.rtsp.sources import Automatic, source


@cache
def clip(width: int = 320, codec: str = "libx264") -> Path:
    """Two seconds at 20 frames a second, a keyframe each half second, with G.711 sound."""
    path = Path(mkdtemp(prefix="eyrie-clip-")) / "clip.mov"
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=20)
        video.width, video.height, video.pix_fmt = width, width * 3 // 4, "yuv420p"
        video.codec_context.gop_size = 10
        if codec == "libx264":
            video.options = {"preset": "ultrafast", "tune": "zerolatency"}
        audio = container.add_stream("pcm_alaw", rate=8000, layout="mono")
        for number in range(40):
            frame = av.VideoFrame(width, width * 3 // 4, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([number * 5 % 256]) * plane.buffer_size)
            container.mux(video.encode(frame))
            sound = av.AudioFrame("s16", "mono", 400)
            sound.planes[0].update(bytes(800))
            sound.sample_rate = 8000
            container.mux(audio.encode(sound))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


class FileFeed:
    """A feed that plays a file over and over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._source = AvSource(str(path), loop=True)

    async def describe(self) -> StreamInfo:
        """The file's tracks."""
        collected = Collector()
        first = AvSource(str(self._path))
        first.start(collected)
        await collected.until(lambda: collected.info is not None)
        await first.stop()
        assert collected.info is not None
        return collected.info

    def start(self, sink: PacketSink) -> None:
        """Play."""
        self._source = AvSource(str(self._path), loop=True)
        self._source.start(sink)

    def stop(self) -> None:
        """Play no more."""
        self._stopping = asyncio.ensure_future(self._source.stop())


@asynccontextmanager
async def camera() -> AsyncIterator[RtspSettings]:
    """A camera with a main and a sub stream that asks for credentials."""
    server = RtspServer("127.0.0.1", 0, users={"op": "s3cr:et"})
    server.mount("/main", FileFeed(clip()))
    server.mount("/sub", FileFeed(clip(160)))
    await server.start()
    address = f"rtsp://op:s3cr%3Aet@127.0.0.1:{server.port}"
    try:
        yield RtspSettings(url=f"{address}/main", sub_url=f"{address}/sub")
    finally:
        await server.stop()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class TestContract(CameraDriverContract):
    """What every driver must do."""

    spec = SPEC

    def reachable(self) -> object:
        return camera()

    def unreachable(self) -> RtspSettings:
        return RtspSettings(url=f"rtsp://127.0.0.1:{free_port()}/x")


def test_register_camera_drivers() -> None:
    assert list(register_camera_drivers()) == [SPEC]


async def test_probe_measures_main_and_sub() -> None:
    async with camera() as settings:
        report = await SPEC.probe(settings, 10.0)
    assert report.ok, report.message
    main, sub = report.streams
    assert (main.name, main.codec, main.width, main.height, main.audio) == ("main", "h264", 320, 240, "pcma")
    assert (sub.name, sub.width) == ("sub", 160)
    assert main.fps == pytest.approx(20, abs=1)
    assert main.bitrate > 60_000  # the sound alone is 64 kbit/s


@pytest.mark.parametrize(
    ("change", "fault", "field"),
    [
        ({"password": "wrong"}, Fault.CREDENTIALS, "password"),
        ({"username": ""}, Fault.CREDENTIALS, "username"),
        ({"path": "/nothing"}, Fault.PATH, "url"),
        ({"sub_path": "/nothing"}, Fault.PATH, "sub_url"),
        ({"transport": "udp", "password": "wrong"}, Fault.CREDENTIALS, "password"),
    ],
)
async def test_probe_names_the_field_to_mend(change: dict[str, str], fault: Fault, field: str) -> None:
    async with camera() as settings:
        base, sub = settings.url.removesuffix("/main"), settings.sub_url.removesuffix("/sub")
        values = settings.model_dump() | {k: v for k, v in change.items() if k in RtspSettings.model_fields}
        values["url"] = base + change.get("path", "/main")
        values["sub_url"] = sub + change.get("sub_path", "/sub")
        report = await SPEC.probe(RtspSettings.model_validate(values), 8.0)
    assert (report.fault, report.field) == (fault, field), report.message
    assert "s3cr" not in report.message
    assert "wrong" not in report.message


async def test_probe_of_a_silent_host_keeps_its_deadline() -> None:
    done = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with asyncio.timeout(3):
        for url in (f"rtsp://127.0.0.1:{port}/x", f"http://127.0.0.1:{port}/x"):
            report = await SPEC.probe(RtspSettings(url=url), 1.4)
            assert (report.fault, report.field) == (Fault.TIMEOUT, "url"), report.message
    done.set()
    server.close()


async def test_probe_of_files() -> None:
    report = await SPEC.probe(RtspSettings(url=f"file://{clip()}"), 8.0)
    assert report.ok
    assert report.picture.startswith(b"\xff\xd8")
    report = await SPEC.probe(RtspSettings(url="file:///nothing/here.mp4"), 8.0)
    assert (report.fault, report.field) == (Fault.PATH, "url")
    report = await SPEC.probe(RtspSettings(url=f"file://{clip(codec='mpeg4')}"), 8.0)
    assert (report.fault, report.field) == (Fault.CODEC, "url")


@asynccontextmanager
async def only_udp() -> AsyncIterator[RtspSettings]:
    """A camera in front of which something answers 461 to interleaved transport."""
    server = RtspServer("127.0.0.1", 0)
    server.mount("/main", FileFeed(clip()))
    await server.start()
    writers: list[asyncio.StreamWriter] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward_reader, onward = await asyncio.open_connection("127.0.0.1", server.port)
        writers.extend((writer, onward))

        async def back() -> None:
            while data := await onward_reader.read(65536):
                writer.write(data)

        task = asyncio.ensure_future(back())
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if b"interleaved" in head:
                    cseq = head.split(b"CSeq: ")[1].split(b"\r\n")[0]
                    writer.write(b"RTSP/1.0 461 Unsupported Transport\r\nCSeq: " + cseq + b"\r\n\r\n")
                else:
                    onward.write(head)
        except (asyncio.IncompleteReadError, ConnectionError):
            onward.close()
            await task

    front = await asyncio.start_server(relay, "127.0.0.1", 0)
    try:
        yield RtspSettings(url=f"rtsp://127.0.0.1:{front.sockets[0].getsockname()[1]}/main")
    finally:
        front.close()
        for writer in writers:
            writer.close()
        await server.stop()


async def test_automatic_changes_to_udp_when_tcp_is_refused() -> None:
    async with only_udp() as settings:
        collected = Collector()
        session = source(settings, "main")
        session.start(collected)
        async with asyncio.timeout(20):
            assert await collected.until(lambda: len(collected.units) >= 20), collected.error
        await session.stop()
        report = await SPEC.probe(settings.model_copy(update={"transport": "tcp"}), 8.0)
    assert collected.info is not None
    assert collected.info.detail["transport"] == "rtsp/udp"
    assert collected.error is None
    assert (report.fault, report.field) == (Fault.PROTOCOL, "transport")


def test_which_source_reads_which_address() -> None:
    assert isinstance(source(RtspSettings(url="rtsp://h/x"), "main"), Automatic)
    assert isinstance(source(RtspSettings(url="rtsp://h/x", transport="tcp"), "main"), RtspSource)
    assert isinstance(source(RtspSettings(url="rtsps://h/x"), "main"), RtspSource)
    assert isinstance(source(RtspSettings(url="rtsp://h/x", transport="udp"), "main"), AvSource)
    assert isinstance(source(RtspSettings(url="http://h/x"), "main"), AvSource)
    assert isinstance(source(RtspSettings(url="file:///srv/x.mp4"), "main"), AvSource)


async def test_any_other_end_is_passed_on() -> None:
    collected = Collector()
    session = source(RtspSettings(url=f"rtsp://127.0.0.1:{free_port()}/x"), "main")
    session.start(collected)
    await collected.until(lambda: False)
    assert collected.error is not None
    assert not isinstance(collected.error, TransportRefused)
    assert collected.error.fault is Fault.PORT


@pytest.mark.parametrize("transport", ["auto", "tcp"])
def test_a_camera_over_tcp_can_be_read_less_often(transport: str) -> None:
    assert isinstance(
        source(RtspSettings.model_validate({"url": "rtsp://h/x", "transport": transport}), "main"), PacedSource
    )
