"""PyAV as a source: files, RTSP over UDP, HTTP; its thread ends, and what is wrong is said."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from core.media.avsource import AvSource
from core.media.collector import Collector
from core.media.crossing import MAX_BYTES, Crossing
from core.media.rtsp.server import RtspServer
from core.media.rtsp.tests.clips import ClipFeed, clip
from core.media.source import Fault, SourceError
from core.media.units import AccessUnit, Codec, StreamInfo, Track

PASSWORD = "p@ss:word/7"  # noqa: S105 - of these tests only


async def _all(source: AvSource) -> Collector:
    collected = Collector()
    source.start(collected)
    async with asyncio.timeout(20):
        await collected.until(lambda: False)
    await source.stop()
    return collected


async def _failure(source: AvSource) -> SourceError:
    error = (await _all(source)).error
    assert error is not None
    return error


@pytest.mark.parametrize(("video", "b_frames"), [("libx264", 2), ("libx265", 0), ("mjpeg", 0)])
async def test_a_files_units_are_its_packets(video: str, b_frames: int) -> None:
    what = clip(video, "aac", b_frames=b_frames)
    with av.open(str(what.path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    collected = await _all(AvSource(str(what.path), paced=False))
    assert collected.error is not None
    assert collected.error.fault is Fault.ENDED
    assert len(collected.of(0)) == len(packets) == 60
    if video != "libx265":  # its file repeats parameter sets in band, which leave the unit
        assert [unit.data for unit in collected.of(0)] == packets
    assert collected.of(1)
    assert collected.infos[0].tracks[1].codec is Codec.AAC


async def test_a_small_picture_whose_length_looks_like_a_start_code_stays_whole(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (96, 128, 3), np.uint8)
    path = tmp_path / "still.mp4"
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=10, options={"g": "100", "bf": "0", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for side in range(60):  # the more of a still picture changes, the larger is what tells of it
            changed = noise.copy()
            changed[:side, :side] = 255 - changed[:side, :side]
            target.mux(stream.encode(av.VideoFrame.from_ndarray(changed, "rgb24")))
        target.mux(stream.encode(None))
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    assert any(packet.startswith(b"\0\0\1") for packet in packets)  # 256 to 511 bytes
    collected = await _all(AvSource(str(path), paced=False))
    assert [unit.data for unit in collected.of(0)] == packets
    assert len(collected.infos) == 1


async def test_annex_b_becomes_length_prefixed(tmp_path: Path) -> None:
    what = clip(b_frames=0)
    stream = tmp_path / "clip.ts"
    with av.open(str(what.path)) as source, av.open(str(stream), "w", format="mpegts") as target:
        out = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = out
                target.mux(packet)
    collected = await _all(AvSource(str(stream), paced=False))
    assert [unit.data for unit in collected.units] == [unit.data for unit in what.units]
    assert collected.infos[0].tracks[0].config == what.info.tracks[0].config


async def test_a_file_as_a_camera_goes_round_with_times_that_rise() -> None:
    what = clip(audio="aac", frames=15)
    collected = Collector()
    source = AvSource(str(what.path), loop=True)
    source.start(collected)
    async with asyncio.timeout(20):
        await collected.until(lambda: len(collected.of(0)) >= 40)
    await source.stop()
    assert collected.error is None
    video = collected.of(0)
    assert [u.data for u in video[15:30]] == [u.data for u in video[:15]]
    for track in (0, 1):
        assert all(a.dts < b.dts for a, b in pairwise(collected.of(track)))
    assert max(b.dts - a.dts for a, b in pairwise(video)) < 90000 / 5


async def test_rtsp_over_udp() -> None:
    what = clip(audio="pcm_mulaw", frames=90)
    server = RtspServer("127.0.0.1", 0, users={"u": PASSWORD})
    server.mount("/clip", ClipFeed(what, every=0.01))
    await server.start()
    options = {"rtsp_transport": "udp"}
    url = f"rtsp://127.0.0.1:{server.port}/clip"
    source, collected = AvSource(url, username="u", password=PASSWORD, options=options), Collector()
    source.start(collected)
    async with asyncio.timeout(20):
        await collected.until(lambda: len(collected.of(0)) >= 30 and len(collected.of(1)) >= 10)
    await source.stop()
    wrong = await _failure(AvSource(url, username="u", password=PASSWORD[:4], options=options))
    nobody = await _failure(AvSource(url, options=options))
    missing = await _failure(AvSource(url + "x/y", username="u", password=PASSWORD, options=options))
    await server.stop()
    sent = {unit.data for unit in what.of(0)}
    assert all(unit.data in sent for unit in collected.of(0))
    assert collected.of(0)[0].keyframe
    assert all(a.dts < b.dts for a, b in pairwise(collected.of(0)))
    assert (wrong.fault, nobody.fault, missing.fault) == (Fault.CREDENTIALS, Fault.CREDENTIALS, Fault.PATH)
    assert PASSWORD[:4] not in wrong.message


@asynccontextmanager
async def _http(pictures: list[bytes], head: bytes, asked: asyncio.Event | None = None) -> AsyncIterator[int]:
    stop = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if asked is not None:
            asked.set()
        writer.write(head)
        for picture in pictures:
            writer.write(b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(picture))
            writer.write(picture + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0.02)
        await stop.wait()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        stop.set()
        server.close()


async def test_http_mjpeg() -> None:
    pictures = [unit.data for unit in clip("mjpeg", frames=40).units]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=frame\r\n\r\n"
    async with _http(pictures, head) as port:
        source, collected = AvSource(f"http://127.0.0.1:{port}/"), Collector()
        source.start(collected)
        async with asyncio.timeout(20):
            await collected.until(lambda: len(collected.units) >= 30)
        await source.stop()
    assert collected.infos[0].tracks[0].codec is Codec.MJPEG
    assert (collected.infos[0].tracks[0].width, collected.infos[0].tracks[0].height) == (320, 240)
    assert all(a.dts < b.dts for a, b in pairwise(collected.units))
    with av.open(io.BytesIO(collected.units[-1].data), format="mjpeg") as container:
        assert next(container.decode(video=0)).width == 320


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [("none.mp4", None, Fault.PATH), ("text.mp4", b"no video at all\n" * 50, Fault.PATH), ("", None, Fault.PATH)],
)
async def test_what_is_no_video(tmp_path: Path, name: str, content: bytes | None, fault: Fault) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    error = await _failure(AvSource(str(tmp_path / name)))
    assert error.fault is fault


async def test_a_codec_that_cannot_be_recorded(tmp_path: Path) -> None:
    path = tmp_path / "old.avi"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    error = await _failure(AvSource(str(path)))
    assert (error.fault, "mpeg4" in error.message) == (Fault.CODEC, True)


async def test_silence_ends_the_open_and_stop_does_not_wait_for_it() -> None:
    async with _http([], b"") as port:
        error = await _failure(AvSource(f"http://127.0.0.1:{port}/", step=0.5))
        assert error.fault is Fault.TIMEOUT
    asked = asyncio.Event()
    async with _http([], b"", asked) as port:
        source, collected = AvSource(f"http://127.0.0.1:{port}/", step=4), Collector()
        source.start(collected)
        await asked.wait()
        async with asyncio.timeout(2.5):
            await source.stop()
        assert collected.ended


async def test_no_thread_is_left_after_a_stop() -> None:
    collected = Collector()
    source = AvSource(str(clip().path), loop=True)
    source.start(collected)
    await collected.until(lambda: len(collected.units) > 3)
    await source.stop()
    before = len(collected.units)
    mine = [thread for thread in threading.enumerate() if thread.name == "av clip.mkv"]
    for thread in mine:
        await asyncio.to_thread(thread.join, 2)
    assert not any(thread.is_alive() for thread in mine)
    assert len(collected.units) == before


def _unit(number: int, size: int, keyframe: bool) -> AccessUnit:
    return AccessUnit(0, number, number, 0, keyframe, 0, bytes(size))


async def test_a_late_loop_costs_units_up_to_the_next_keyframe() -> None:
    collected = Collector()
    crossing = Crossing(asyncio.get_running_loop(), collected, wait=False)
    crossing.put(StreamInfo((Track(0, Codec.MJPEG, 90000),)))
    half = MAX_BYTES // 2
    for number, keyframe in enumerate([True, False, False, False, True]):  # the loop does not run meanwhile
        crossing.put(_unit(number, half, keyframe))
    await collected.until(lambda: len(collected.units) >= 3)
    for number, keyframe in ((10, False), (11, True), (12, False)):
        crossing.put(_unit(number, 10, keyframe))
    await collected.until(lambda: len(collected.units) >= 5)
    assert [unit.dts for unit in collected.units] == [0, 1, 2, 11, 12]
    assert crossing.dropped == 3


async def test_a_reader_that_can_wait_does() -> None:
    collected = Collector()
    crossing = Crossing(asyncio.get_running_loop(), collected, wait=True)
    crossing.put(StreamInfo((Track(0, Codec.MJPEG, 90000),)))

    def read() -> None:
        for number in range(12):
            crossing.put(_unit(number, MAX_BYTES // 3, number == 0))

    await asyncio.to_thread(read)
    await collected.until(lambda: len(collected.units) + collected.left_out >= 12)
    assert crossing.dropped == 0
