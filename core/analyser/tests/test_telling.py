"""What cameras see by themselves reaches the analyser, and nonsense does not."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from core.analyser.telling import Ear, Voice, socket_path
from core.hookspecs.events import SeenObject


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


async def test_what_is_told_is_heard(data: Path) -> None:
    heard: asyncio.Queue = asyncio.Queue()
    voice, ear = Voice(data), Ear(data, lambda *what: heard.put_nowait(what))
    seen = (SeenObject("person", 0.9, (0.1, 0.2, 0.3, 0.4), text="Jo"),)
    assert voice.tell(1, 5, seen) is False, "nobody listens"
    await ear.start()
    assert socket_path(data).stat().st_mode & 0o777 == 0o600
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
        for nonsense in (b"", b"{", b"[]", b'{"camera_id": 1}', b'{"camera_id": 1, "wall_ms": 2, "objects": [7]}'):
            stranger.sendto(nonsense, str(socket_path(data)))
    assert voice.tell(1, 5, seen) is True
    assert await asyncio.wait_for(heard.get(), 20) == (1, 5, seen)
    assert heard.empty()
    await ear.stop()
    assert voice.tell(1, 6, seen) is False
