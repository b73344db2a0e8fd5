"""A disk that hangs costs its own readers a deadline, and nobody else anything."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.hookspecs.storage import StorageError
from core.recording import reading
from core.recording.reading import VolumeReader
from core.testing.storage import local_disk

KEY = "1/2026-01-01/00/main-1.mp4"


class Hanging:
    """A storage whose reads wait until they are let go."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def read(self, key: str, offset: int, length: int) -> bytes:
        self.go.wait(30)
        return b""


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    storage = Hanging()
    yield storage
    storage.go.set()


def reader_of(storage: Any, **options: float) -> VolumeReader:
    return VolumeReader(storage, "disk", **options)


async def test_bytes_from_loop_and_thread(storage_root: Path) -> None:
    disk = local_disk(storage_root)
    disk.volume_id()
    writer = disk.create(KEY)
    writer.append(b"0123456789")
    writer.commit()
    reader = reader_of(disk)
    assert await reader.read(KEY, 2, 3) == b"234"
    assert await asyncio.to_thread(reader.read_now, KEY, 8, 100) == b"89"
    with pytest.raises(StorageError, match="cannot read"):
        await reader.read("1/2026-01-01/00/main-2.mp4", 0, 1)
    reader.close()


async def test_a_hung_disk_meets_the_deadline(hanging: Hanging) -> None:
    reader = reader_of(hanging, deadline=0.05)
    with pytest.raises(StorageError, match="did not answer within"):
        await reader.read(KEY, 0, 1)
    with pytest.raises(StorageError, match="did not answer within"):
        reader.read_now(KEY, 0, 1)
    reader.close()


async def test_waiting_reads_are_limited(hanging: Hanging, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WAITING", 3)
    reader = reader_of(hanging)
    waiting = [asyncio.create_task(reader.read(KEY, 0, 1)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(StorageError, match="too many reads waiting"):
        await reader.read(KEY, 0, 1)
    hanging.go.set()
    assert await asyncio.gather(*waiting) == [b"", b"", b""]
    reader.close()
