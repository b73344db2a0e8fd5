"""Backup targets: places elsewhere that copies of recordings are sent to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel

from core.hookspecs.marks import hookspec


class BackupTrouble(StrEnum):
    """What a failure says about the next try."""

    AWAY = "away"  # the server does not answer, or the connection was cut: all copies wait for it
    REFUSED = "refused"  # it refuses the sign-in, its certificate or key is not the right one: all wait, for a person
    FULL = "full"  # it has no room: all wait
    FILE = "file"  # this one file only


class BackupError(Exception):
    """A target cannot do what was asked; one sentence for a person: what, why, what to do."""

    def __init__(self, trouble: BackupTrouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class FarEntry:
    """A file or folder at a target. name: its own, without the folder; size: bytes, None for a folder."""

    name: str
    folder: bool
    size: int | None = None


class BackupTarget(Protocol):
    """One connection to a target, used by one thread. Made when first used, and of no more use after a BackupError.

    Paths are relative POSIX paths that the host made: no `..`, no empty part, no control character. Every method may
    block, but none without hearing from the server for more than about 30 s; each raises BackupError.
    """

    def append(self, path: str, offset: int, data: Iterable[bytes]) -> None:
        """Write `data` at the end of a file that has `offset` bytes; 0 begins it anew, with the folders it needs.

        Returns when the server has confirmed all of it. What the iterable raises passes through; what was sent until
        then stays, where the target resumes.
        """

    def size(self, path: str) -> int | None:
        """Bytes of a file, None when there is none."""

    def digest(self, path: str) -> str | None:
        """SHA-256 of a file in lower-case hex as the server itself tells it, None where it cannot."""

    def read(self, path: str, offset: int, length: int) -> Iterator[bytes]:
        """Bytes of a file in pieces; fewer only at its end."""

    def rename(self, path: str, to: str) -> None:
        """Give a file its final name, in the same folder."""

    def delete(self, path: str) -> None:
        """Remove a file; an absent one is no error."""

    def entries(self, folder: str) -> list[FarEntry]:
        """What lies in a folder, "" for the topmost, by name. An absent folder is empty."""

    def close(self) -> None:
        """End the connection, also a broken one. Never raises BackupError."""


@dataclass(frozen=True, slots=True)
class BackupTargetSpec:
    """A kind of target. open: makes a BackupTarget of validated settings; reaches for the server only when it is used.

    resumes: files can be appended to and renamed, so they are sent as `<path>.part` and go on after a cut. False for
    stores whose objects appear whole or not at all: there `append` gets offset 0 only, and `rename` is not called.
    """

    name: str
    title: str
    settings: type[BaseModel]
    open: Callable[[Any], BackupTarget]
    resumes: bool = True


@hookspec()
def register_backup_targets() -> Iterable[BackupTargetSpec]:
    """Offer kinds of backup targets. Called in every process once at start; chosen by the name stored with a target."""
    raise NotImplementedError
