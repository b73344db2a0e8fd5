"""A volume in memory, shared by all that open it in one process."""

from collections.abc import Iterable

from core.api import StorageError, VolumeSpace
from eyrie_dummy.settings import ThingSettings

Objects = dict[str, bytearray]
VOLUMES: dict[int, tuple[Objects, Objects]] = {}


class MemoryWriter:
    """An object that is being written."""

    def __init__(self, volume: "MemoryStorage", key: str) -> None:
        self._volume, self._key = volume, key

    def append(self, data: bytes | memoryview) -> None:
        """Add."""
        self._volume.begun[self._key] += data

    def sync(self) -> None:
        """Memory is as durable as it gets."""

    def release(self) -> None:
        """Leave it unfinished."""

    def commit(self) -> None:
        """Finish."""
        self._volume.done[self._key] = self._volume.begun.pop(self._key)

    def abort(self) -> None:
        """Drop."""
        del self._volume.begun[self._key]


class MemoryStorage:
    """The volume."""

    def __init__(self, settings: ThingSettings) -> None:
        self._id = f"memory-{settings.number}"
        self.begun, self.done = VOLUMES.setdefault(settings.number, ({}, {}))

    def volume_id(self) -> str:
        """Its name."""
        return self._id

    def space(self) -> VolumeSpace:
        """Some."""
        return VolumeSpace(2**30, 2**29)

    def create(self, key: str) -> MemoryWriter:
        """Begin."""
        if key in self.begun or key in self.done:
            raise StorageError(f"{key} exists already.")
        self.begun[key] = bytearray()
        return MemoryWriter(self, key)

    def resume(self, key: str, length: int) -> MemoryWriter:
        """Go on."""
        del self.begun[key][length:]
        return MemoryWriter(self, key)

    def read(self, key: str, offset: int, length: int) -> bytes:
        """Bytes."""
        found = self.done.get(key, self.begun.get(key))
        if found is None:
            raise StorageError(f"{key} does not exist.")
        return bytes(found[offset : offset + length])

    def size(self, key: str) -> int:
        """Length."""
        return len(self.read(key, 0, 2**62))

    def delete(self, key: str) -> None:
        """Forget."""
        self.done.pop(key, None)
        self.begun.pop(key, None)

    def unfinished(self) -> list[str]:
        """What is begun."""
        return sorted(self.begun)

    def keys(self, prefix: str = "") -> Iterable[str]:
        """What is finished."""
        return [key for key in sorted(self.done) if key.startswith(prefix)]
