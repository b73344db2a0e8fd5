"""Storage backends: where segments lie."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

from core.hookspecs.marks import Policy, hookspec


class StorageError(Exception):
    """A volume cannot do what was asked; one sentence for a person. `full` when space is the reason."""

    def __init__(self, message: str, *, full: bool = False) -> None:
        super().__init__(message)
        self.full = full


@dataclass(frozen=True, slots=True)
class VolumeSpace:
    """Bytes of a volume: everything, and what may still be written."""

    total: int
    free: int


class ObjectWriter(Protocol):
    """One object being written: whole fragments are appended, each with one write. Not thread-safe.

    It ends with one of `release`, `commit` and `abort`.
    """

    def append(self, data: bytes | memoryview) -> None:
        """Add bytes at the end in one write. Raises StorageError, and then none of `data` stays; after that only
        `release`, `commit` or `abort` may follow."""

    def sync(self) -> None:
        """Return when what was appended survives a power cut."""

    def release(self) -> None:
        """Sync and let go: the object stays among `unfinished()` until `Storage.resume` takes it up again."""

    def commit(self) -> None:
        """Sync, then give the object its final place. Afterwards it is no longer among `unfinished()`."""

    def abort(self) -> None:
        """Drop the object and all that was appended."""


class Storage(Protocol):
    """One volume. Called from the volume's own threads, never from an event loop; any method may block and raise
    StorageError. Keys are relative POSIX paths made by the recorder. An object is readable while it is being written.
    """

    def volume_id(self) -> str:
        """The id in the volume's own id file, made at first use: a volume knows itself whatever its mount point."""

    def space(self) -> VolumeSpace:
        """Room on the volume now."""

    def create(self, key: str) -> ObjectWriter:
        """Begin a new object. Raises StorageError when it exists already."""

    def resume(self, key: str, length: int) -> ObjectWriter:
        """Take up an object that a crash left unfinished, or a finished one with a torn end, cut to `length` bytes."""

    def read(self, key: str, offset: int, length: int) -> bytes:
        """Bytes of an object, finished or not; short only at its end."""

    def size(self, key: str) -> int:
        """Bytes of an object, finished or not. Raises StorageError when there is none."""

    def delete(self, key: str) -> None:
        """Unlink and make that durable. An absent object is no error: deletion is repeated after a crash."""

    def unfinished(self) -> list[str]:
        """Keys of objects created but not committed, without walking the finished ones."""

    def keys(self, prefix: str = "") -> Iterable[str]:
        """All finished objects below a prefix: for `fsck`, slow by nature."""


@dataclass(frozen=True, slots=True)
class StorageBackendSpec:
    """A kind of volume. open: makes the Storage of validated settings; touches the medium only when it is used."""

    name: str
    title: str
    settings: type[BaseModel]
    open: Callable[[Any], Storage]


@hookspec()
def register_storage_backends() -> Iterable[StorageBackendSpec]:
    """Offer storage backends. Called in every process once at start; chosen by the name stored with each volume."""
    raise NotImplementedError


@hookspec(policy=Policy.FAIL_CLOSED)
def decide_segment_deletion(camera_id: int, start_ms: int, end_ms: int) -> str | None:
    """May retention delete this segment? Return None to agree, or one sentence why it must stay (a hold, a lock).

    Called in the worker before each deletion. An implementation that raises keeps the segment.
    """
