"""Reading recorded bytes: own threads and deadlines for each volume, so that a hung disk costs its own readers only."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass

from core.hookspecs.storage import Storage, StorageError
from core.recording.models import Volume
from core.recording.volumes import open_volume

THREADS = 4
WAITING = 64
DEADLINE = 10.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stored object lies."""

    volume_id: int
    key: str


class VolumeReader:
    """Reads of one volume, at most `WAITING` under way; each ends within `deadline` seconds or raises StorageError."""

    def __init__(self, storage: Storage, name: str, *, deadline: float = DEADLINE) -> None:
        self._storage = storage
        self._name = name
        self._deadline = deadline
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix=f"read-{name}")
        self._free = threading.Semaphore(WAITING)

    async def read(self, key: str, offset: int, length: int) -> bytes:
        """Bytes of an object; short only at its end."""
        job = self._submit(key, offset, length)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(job), self._deadline)
        except TimeoutError as error:
            raise self._late() from error

    def read_now(self, key: str, offset: int, length: int) -> bytes:
        """The same for a thread that may wait."""
        job = self._submit(key, offset, length)
        try:
            return job.result(self._deadline)
        except Late as error:
            job.cancel()
            raise self._late() from error

    def close(self) -> None:
        """End the threads; a read that hangs is left behind."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, key: str, offset: int, length: int) -> Future[bytes]:
        if not self._free.acquire(blocking=False):
            raise StorageError(f"Volume {self._name!r} has too many reads waiting; try again shortly.")
        job = self._pool.submit(self._storage.read, key, offset, length)
        job.add_done_callback(lambda _: self._free.release())
        return job

    def _late(self) -> StorageError:
        return StorageError(f"Volume {self._name!r} did not answer within {self._deadline:g} s; check its disk.")


class Readers:
    """The readers of a process, opened at first use."""

    def __init__(self) -> None:
        self._readers: dict[int, VolumeReader] = {}
        self._lock = threading.Lock()

    async def read(self, place: Place, offset: int, length: int) -> bytes:
        """Bytes of a stored object. Raises StorageError."""
        reader = self._readers.get(place.volume_id)
        if reader is None:
            reader = await asyncio.to_thread(self._reader, place.volume_id)
        return await reader.read(place.key, offset, length)

    def read_now(self, place: Place, offset: int, length: int) -> bytes:
        """The same for a thread that may wait."""
        return self._reader(place.volume_id).read_now(place.key, offset, length)

    def close(self) -> None:
        """End all readers."""
        with self._lock:
            for reader in self._readers.values():
                reader.close()
            self._readers.clear()

    def _reader(self, volume_id: int) -> VolumeReader:
        with self._lock:
            if volume_id not in self._readers:
                row = Volume.objects.filter(pk=volume_id).first()
                if row is None:
                    raise StorageError(f"Volume {volume_id} is not known any more.")
                volume = open_volume(row)
                self._readers[volume_id] = VolumeReader(volume.storage, volume.name)
            return self._readers[volume_id]
