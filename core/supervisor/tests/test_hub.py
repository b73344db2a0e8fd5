"""The channel layer across processes: a real hub, real sockets."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.publishing import LISTEN, Publisher, frame
from core.supervisor.hub import Hub
from core.web.layer import HubChannelLayer


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Path]:
    found = Hub(tmp_path / "hub.sock")
    await found.start()
    yield tmp_path / "hub.sock"
    await found.stop()


async def _joined(path: Path, group: str, capacity: int = 100) -> tuple[HubChannelLayer, str]:
    layer = HubChannelLayer(path, capacity=capacity)
    channel: str = await layer.new_channel()
    await layer.group_add(group, channel)
    await asyncio.wait_for(layer.connection().connected.wait(), 5)
    return layer, channel


async def _speak(path: Path, message: dict[str, object], group: str = "news") -> bool:
    return await asyncio.to_thread(Publisher(path).publish, group, message)


async def test_a_group_hears_another_layer_and_itself_once(hub: Path) -> None:
    here, channel = await _joined(hub, "news")
    there, far_channel = await _joined(hub, "news")
    await there.group_send("news", {"type": "told", "number": 1})
    assert await asyncio.wait_for(here.receive(channel), 5) == {"type": "told", "number": 1}
    assert await asyncio.wait_for(there.receive(far_channel), 5) == {"type": "told", "number": 1}
    assert not here.channels
    assert not there.channels
    await here.close()
    await there.close()


async def test_a_group_hears_a_thread_of_another_process(hub: Path) -> None:
    layer, channel = await _joined(hub, "news")
    code = (
        "import sys; from pathlib import Path; from core.publishing import Publisher\n"
        "assert Publisher(Path(sys.argv[1])).publish('news', {'type': 'told', 'data': b'x' * 100_000})"
    )
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code, str(hub)], check=True, timeout=30)
    message = await asyncio.wait_for(layer.receive(channel), 5)
    assert message == {"type": "told", "data": b"x" * 100_000}
    await layer.close()


async def test_other_groups_hear_nothing(hub: Path) -> None:
    layer, channel = await _joined(hub, "news")
    assert await _speak(hub, {"type": "told"}, group="sports")
    assert await _speak(hub, {"type": "told", "last": True})
    assert await asyncio.wait_for(layer.receive(channel), 5) == {"type": "told", "last": True}
    await layer.close()


async def test_without_a_hub_the_own_process_hears_and_nobody_waits(tmp_path: Path) -> None:
    layer = HubChannelLayer(tmp_path / "none.sock")
    channel = await layer.new_channel()
    await layer.group_add("news", channel)
    await asyncio.wait_for(layer.group_send("news", {"type": "told"}), 2)
    assert await asyncio.wait_for(layer.receive(channel), 2) == {"type": "told"}
    assert not await _speak(tmp_path / "none.sock", {"type": "told"})
    await layer.close()


async def test_layer_and_publisher_find_a_hub_that_was_started_again(hub: Path) -> None:
    layer, channel = await _joined(hub, "news")
    publisher = Publisher(hub)
    assert await asyncio.to_thread(publisher.publish, "news", {"type": "told", "number": 1})
    assert (await asyncio.wait_for(layer.receive(channel), 5))["number"] == 1
    hub.unlink()  # noqa: ASYNC240  # of a file in memory, in a test
    again = Hub(hub)
    await again.start()
    for member in [*layer._connections.values()]:
        member._disconnect()
    publisher.close()
    await asyncio.wait_for(layer.connection().connected.wait(), 5)
    assert await asyncio.to_thread(publisher.publish, "news", {"type": "told", "number": 2})
    assert (await asyncio.wait_for(layer.receive(channel), 5))["number"] == 2
    await layer.close()
    await again.stop()


async def test_a_reader_that_stands_still_is_cut_off_and_costs_the_others_nothing(hub: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(hub, limit=1024)
    writer.write(LISTEN)
    await writer.drain()
    writer.transport.pause_reading()  # type: ignore[attr-defined]  # asyncio's unix transports can
    layer, channel = await _joined(hub, "news", capacity=1000)
    publisher = Publisher(hub)
    for number in range(30):
        message = {"type": "told", "number": number, "data": b"x" * 500_000}
        assert await asyncio.to_thread(publisher.publish, "news", message)
        assert (await asyncio.wait_for(layer.receive(channel), 5))["number"] == number
    writer.transport.resume_reading()  # type: ignore[attr-defined]
    received = 0
    with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
        while True:
            received += len(await asyncio.wait_for(reader.readexactly(65536), 5))
    assert received < 30 * 500_000
    writer.close()
    await layer.close()


def test_a_message_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="too large for the hub"):
        frame({"group": "news", "message": {"type": "told", "data": b"x" * 2_000_000}})


async def test_a_process_that_speaks_nonsense_is_cut_off(hub: Path) -> None:
    reader, writer = await asyncio.open_unix_connection(hub)
    writer.write(b"\xff" * 100)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
