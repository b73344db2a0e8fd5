"""Live view over the real socket: what a viewer gets, when it is slow, and when its recorder goes and comes back."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.media.tests.footage import Footage, decode_file, same, video
from core.recorder import client as client_module
from core.recorder import server as server_module
from core.recorder.client import RecorderClient, socket_path
from core.recorder.live import Live, Viewer
from core.recorder.protocol import CameraState, CameraStatus, LiveMessage, MediaFlag, NoSuchStream
from core.recorder.server import Server
from core.recorder.tests.waiting import until
from core.recorder.waiting import WatchEnded

FPS = 10


class OneCamera:
    """Camera 1 with a main stream, fed by hand."""

    def __init__(self) -> None:
        self.live = Live()
        self.status = CameraStatus(1, CameraState.STREAMING, 5, recording=True, streams={"main": {"codec": "h264"}})

    def statuses(self) -> list[CameraStatus]:
        return [self.status]

    def watch(self, camera_id: int, stream: str, viewer: Viewer) -> None:
        if camera_id != 1:
            raise LookupError("This recorder does not have the camera.")
        if stream != "main":
            raise NoSuchStream("The camera offers no such stream.")
        self.live.add(viewer)

    def unwatch(self, camera_id: int, stream: str, viewer: Viewer) -> None:
        self.live.remove(viewer)

    async def picture(self, camera_id: int, stream: str) -> tuple[int, bytes]:
        found = self.live.picture()
        if found is None:
            raise LookupError("The camera sends no picture now.")
        return found


@pytest.fixture(scope="module")
def footage() -> Footage:
    return video(frames=60, fps=FPS, gop=20)


@pytest.fixture
def camera(footage: Footage) -> OneCamera:
    made = OneCamera()
    made.live.on_stream(footage.info)
    return made


@pytest.fixture
async def server(tmp_path: Path, camera: OneCamera) -> AsyncIterator[Server]:
    made = Server(socket_path(tmp_path, 0), camera)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def client(tmp_path: Path, server: Server) -> AsyncIterator[RecorderClient]:
    made = RecorderClient(tmp_path, 1)
    told = asyncio.Event()
    made.on_status(lambda status: told.set())
    await made.start()
    await asyncio.wait_for(told.wait(), 10)
    yield made
    await made.stop()


async def take(messages: AsyncIterator[LiveMessage], count: int) -> list[LiveMessage]:
    return [await asyncio.wait_for(anext(messages), 10) for _ in range(count)]


async def watched(camera: OneCamera) -> None:
    await until(lambda: camera.live.watched)


async def test_only_this_user_may_connect(server: Server, tmp_path: Path) -> None:
    assert stat.S_IMODE(socket_path(tmp_path, 0).stat().st_mode) == 0o600


async def test_states_come_at_connect_and_on_change(client: RecorderClient, server: Server) -> None:
    assert client.state(1).streams == {"main": {"codec": "h264"}}
    assert client.state(2).state is CameraState.UNKNOWN
    heard: asyncio.Queue[CameraStatus] = asyncio.Queue()
    client.on_status(heard.put_nowait)
    server.push_status(CameraStatus(1, CameraState.STALLED, 6, "No picture."))
    assert (await asyncio.wait_for(heard.get(), 10)).state is CameraState.STALLED
    server.push_gone(1)
    server.push_status(CameraStatus(3, CameraState.CONNECTING, 7))
    await asyncio.wait_for(heard.get(), 10)
    assert set(client.states()) == {3}


async def test_a_viewer_gets_the_last_group_at_once_then_every_picture(
    client: RecorderClient, camera: OneCamera, footage: Footage
) -> None:
    camera.live.on_units(footage.units[:27])
    messages = client.watch(1)
    (init, *first) = await take(messages, 8)
    assert init.flags == MediaFlag.INIT
    assert first[0].flags == MediaFlag.KEY
    camera.live.on_units(footage.units[27:])
    rest = await take(messages, 33)
    shown = decode_file(b"".join(message.data for message in [init, *first, *rest]))
    assert same(shown, footage.pictures[20:])
    assert [message.wall_ms for message in first] == [unit.wall_ms for unit in footage.units[20:27]]
    await messages.aclose()
    await until(lambda: not camera.live.watched)


async def test_several_viewers_each_from_a_keyframe(
    client: RecorderClient, camera: OneCamera, footage: Footage
) -> None:
    camera.live.on_units(footage.units[:5])
    one = client.watch(1)
    await take(one, 6)
    camera.live.on_units(footage.units[5:25])
    other = client.watch(1)
    (init, key, *_) = await take(other, 6)
    assert (init.flags, key.flags) == (MediaFlag.INIT, MediaFlag.KEY)
    assert len(await take(one, 20)) == 20


async def test_a_picture_of_the_newest_keyframe(client: RecorderClient, camera: OneCamera, footage: Footage) -> None:
    with pytest.raises(WatchEnded, match="no picture now"):
        await client.keyframe(1)
    camera.live.on_units(footage.units[:25])
    picture = await client.keyframe(1)
    assert same(decode_file(picture.data), footage.pictures[20:21])
    assert picture.wall_ms == footage.units[20].wall_ms


async def test_unknown_cameras_end_the_watch(client: RecorderClient) -> None:
    with pytest.raises(WatchEnded, match="does not have the camera"):
        await take(client.watch(2), 1)


async def test_a_stream_that_is_not_offered_is_told_apart(client: RecorderClient) -> None:
    for camera_id, stream, missing in ((1, "sub", True), (2, "main", False)):
        with pytest.raises(WatchEnded) as ended:
            await anext(client.watch(camera_id, stream))
        assert ended.value.missing is missing


async def test_a_slow_viewer_skips_to_a_keyframe(
    client: RecorderClient, camera: OneCamera, footage: Footage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "MOST_WAITING", sum(len(unit.data) for unit in footage.units[:10]))
    messages = client.watch(1)
    first = asyncio.create_task(anext(messages))
    await watched(camera)
    await first
    camera.live.on_units(footage.units)
    await client.keyframe(1)  # answered behind all fragments: they have arrived
    kept = waiting(client)
    assert kept < 60
    await take(messages, kept)
    camera.live.on_units(footage.units[5:25])
    await client.keyframe(1)
    assert [message.wall_ms for message in await take(messages, waiting(client))] == [
        unit.wall_ms for unit in footage.units[20:25]
    ]


def waiting(client: RecorderClient) -> int:
    return sum(len(watch._messages) for link in client._links for watch in link._watches.values())


async def test_a_reader_that_stops_reading_costs_bounded_memory(
    tmp_path: Path, server: Server, camera: OneCamera, footage: Footage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MOST_WAITING", 100_000)
    reader, writer = await asyncio.open_unix_connection(str(socket_path(tmp_path, 0)))
    writer.write(client_module.json_frame({"op": "watch", "watch": 1, "camera": 1, "stream": "main"}))
    await watched(camera)
    (connection,) = server._connections
    reader._transport.pause_reading()
    for _ in range(100):
        camera.live.on_units(footage.units)
        await asyncio.sleep(0)
    assert connection._transport is not None
    assert connection._transport.get_write_buffer_size() < 2 * 100_000
    writer.close()


async def test_nonsense_is_cut_off(tmp_path: Path, server: Server) -> None:
    for nonsense in (b"\xff\xff\xff\xffx", b"\0\0\0\2J1", client_module.json_frame({"op": "dance", "watch": 1})):
        reader, writer = await asyncio.open_unix_connection(str(socket_path(tmp_path, 0)))
        writer.write(nonsense)
        with pytest.raises(ConnectionResetError):
            while await reader.read(1000):
                pass
            raise ConnectionResetError  # an orderly end is as good
        writer.close()


async def test_watches_go_on_when_the_recorder_is_back(
    tmp_path: Path, client: RecorderClient, server: Server, camera: OneCamera, footage: Footage
) -> None:
    camera.live.on_units(footage.units[:3])
    messages = client.watch(1)
    await take(messages, 4)
    await server.stop()
    await until(lambda: client.state(1).state is CameraState.UNKNOWN)
    assert client.connected() == {0: False}
    again = Server(socket_path(tmp_path, 0), camera)
    await again.start()
    assert (await take(messages, 1))[0].flags == MediaFlag.INIT
    assert client.state(1).state is CameraState.STREAMING
    await again.stop()
