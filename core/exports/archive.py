"""Writes the archive of an export: a ZIP of stored (never compressed) files, hashed while they are written."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.exports.verify import block_size

RESERVE = 512 * 1024**2
"""Bytes that an export leaves free on the disk: the database and the logs live there too."""

_LOOK_EVERY = 32 * 1024**2


class DiskFull(Exception):
    """There is no room for the archive; one sentence."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file in the archive. offset: of its first byte in the archive."""

    name: str
    offset: int
    size: int
    sha256: str
    block_size: int
    blocks: list[str]


class Blocks:
    """Takes bytes in pieces of any length and hashes them as a whole and block by block."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.size = 0
        self.whole = hashlib.sha256()
        self.blocks: list[str] = []
        self._block = hashlib.sha256()

    def add(self, data: bytes) -> None:
        """The next bytes."""
        self.whole.update(data)
        view = memoryview(data)
        while len(view):
            taken = view[: self.length - self.size % self.length]
            self._block.update(taken)
            self.size += len(taken)
            view = view[len(taken) :]
            if self.size % self.length == 0:
                self._finish()

    def done(self) -> list[str]:
        """The digests of all blocks; nothing may be added afterwards."""
        if self.size % self.length:
            self._finish()
        return self.blocks

    def _finish(self) -> None:
        self.blocks.append(self._block.hexdigest())
        self._block = hashlib.sha256()


def archive_path(folder: Path, export_id: int) -> Path:
    """Where an export's archive is."""
    return folder / f"{export_id}.zip"


class Archive:
    """An archive under way at `path`; nothing of it stays unless `finish` is reached."""

    def __init__(self, path: Path, reserve: int = RESERVE) -> None:
        self.path = path
        self._part = path.with_suffix(".part")
        self._reserve = reserve
        self._unseen = 0
        path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        with _full(path.parent):
            self._file = self._part.open("w+b")
            self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_STORED, allowZip64=True)

    def demand(self, size: int) -> None:
        """Raises DiskFull when so many bytes do not fit."""
        free = shutil.disk_usage(self.path.parent).free - self._reserve
        if size > free:
            raise DiskFull(
                f"The export needs {_readable(size)} and {_readable(max(free, 0))} are free in {self.path.parent}; "
                "make room there, delete old exports or export less."
            )

    def add(self, name: str, at_s: float, size: int, chunks: Iterable[bytes], tick: Callable[[int], None]) -> Written:
        """Write a file. at_s: its time in the archive, UTC seconds; size: about how many bytes it will have.

        tick: called with the number of bytes after each piece; what it raises ends the writing. Raises DiskFull.
        """
        hashes = Blocks(block_size(size))
        info = _entry(name, at_s)
        with _full(self.path.parent), self._zip.open(info, "w", force_zip64=True) as entry:
            offset = self._file.tell()
            for chunk in chunks:
                entry.write(chunk)
                hashes.add(chunk)
                self._look(len(chunk))
                tick(len(chunk))
        blocks = hashes.done()
        return Written(name, offset, hashes.size, hashes.whole.hexdigest(), hashes.length, blocks)

    def finish(self) -> int:
        """Put the archive into its place, safe from a power cut; its size. Raises DiskFull."""
        with _full(self.path.parent):
            self._zip.close()
            self._file.flush()
            os.fsync(self._file.fileno())
            size = self._file.tell()
            self._file.close()
            self._part.replace(self.path)
            _sync_directory(self.path.parent)
        return size

    def abandon(self) -> None:
        """Remove what was written; harmless after `finish`."""
        with suppress(OSError, ValueError):  # a full disk cannot take the directory either, and it is thrown away
            self._zip.close()
        with suppress(OSError):
            self._file.close()
        self._part.unlink(missing_ok=True)

    def _look(self, size: int) -> None:
        self._unseen += size
        if self._unseen >= _LOOK_EVERY:
            self._unseen = 0
            self.demand(0)


@contextmanager
def _full(place: Path) -> Iterator[None]:
    """A disk without room is a DiskFull; also one that forbids writing, which no retry mends either."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG):
            raise
        raise DiskFull(f"{place} took no more: {error.strerror}; make room there and export again.") from error


def _entry(name: str, at_s: float) -> zipfile.ZipInfo:
    from time import gmtime

    info = zipfile.ZipInfo(name, date_time=gmtime(max(at_s, 315_532_800))[:6])  # ZIP knows no year before 1980
    info.compress_type = zipfile.ZIP_STORED
    info.external_attr = 0o640 << 16
    return info


def _sync_directory(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _readable(size: int) -> str:
    return f"{size / 1024**3:.1f} GiB" if size >= 1024**3 else f"{size / 1024**2:.1f} MiB"
